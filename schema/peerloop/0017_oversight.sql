-- What administrators see: figures that count what they say, and lists of what went wrong.

-- A payment that came on top of another one of the same enrollment has a row of its own here, so that it can go back.
-- Nobody began it.
ALTER TABLE enrollments ADD COLUMN is_stray INTEGER NOT NULL DEFAULT 0 CHECK (is_stray IN (0, 1));

-- Of the rows that were written before there was the column: a row that was released from its first moment on and came
-- with its payment.
UPDATE enrollments SET is_stray = 1
WHERE status IN ('released', 'refunded') AND enrolled_at IS NULL AND released_at = created_at
  AND EXISTS (SELECT 1 FROM transactions t WHERE t.enrollment_id = enrollments.id AND t.created_at = enrollments.created_at);

-- Only what enrolled somebody is a refund of an enrollment: the share that completes is one of those who are enrolled.
DROP TRIGGER enrollments_in_figures;
CREATE TRIGGER enrollments_in_figures AFTER INSERT ON enrollments
BEGIN
  INSERT INTO daily_figures (day, name, currency, value)
  VALUES (NEW.created_at / 86400000 * 86400000, 'checkouts', '', 1 - NEW.is_stray),
         (NEW.created_at / 86400000 * 86400000, 'enrollments', '', (NEW.enrolled_at IS NOT NULL)),
         (NEW.created_at / 86400000 * 86400000, 'refunds', '', (NEW.status = 'refunded' AND NEW.enrolled_at IS NOT NULL)),
         (NEW.created_at / 86400000 * 86400000, 'completions', '', (NEW.status = 'completed'))
  ON CONFLICT (day, name, currency) DO UPDATE SET value = value + excluded.value;
END;

DROP TRIGGER enrollments_anew_in_figures;
CREATE TRIGGER enrollments_anew_in_figures AFTER UPDATE OF status, enrolled_at ON enrollments
BEGIN
  INSERT INTO daily_figures (day, name, currency, value)
  VALUES (NEW.created_at / 86400000 * 86400000, 'enrollments', '', (NEW.enrolled_at IS NOT NULL) - (OLD.enrolled_at IS NOT NULL)),
         (NEW.created_at / 86400000 * 86400000, 'refunds', '', (NEW.status = 'refunded' AND NEW.enrolled_at IS NOT NULL)
            - (OLD.status = 'refunded' AND OLD.enrolled_at IS NOT NULL)),
         (NEW.created_at / 86400000 * 86400000, 'completions', '', (NEW.status = 'completed') - (OLD.status = 'completed'))
  ON CONFLICT (day, name, currency) DO UPDATE SET value = value + excluded.value;
END;

DELETE FROM daily_figures WHERE name IN ('checkouts', 'refunds');
INSERT INTO daily_figures (day, name, currency, value)
SELECT created_at / 86400000 * 86400000, 'checkouts', '', sum(1 - is_stray) FROM enrollments GROUP BY 1;
INSERT INTO daily_figures (day, name, currency, value)
SELECT created_at / 86400000 * 86400000, 'refunds', '', sum(status = 'refunded' AND enrolled_at IS NOT NULL)
FROM enrollments GROUP BY 1;

-- Until when the bank takes an answer to a dispute, as the provider said it at its stage.
ALTER TABLE disputes ADD COLUMN due_at INTEGER CHECK (due_at BETWEEN 1000000000000 AND 9999999999999);

-- The open ones above every moment, so that one order holds both.
CREATE INDEX disputes_in_order
  ON disputes ((created_at + CASE WHEN closed_at IS NULL THEN 10000000000000 ELSE 0 END) DESC, id DESC);
CREATE INDEX refund_requests_in_order ON refund_requests (created_at DESC, id DESC);
CREATE INDEX refund_requests_by_status ON refund_requests (status, created_at DESC, id DESC);
CREATE INDEX audit_log_of_action ON audit_log (action, created_at DESC, id DESC);
