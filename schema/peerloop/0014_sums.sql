-- Sums of tables that grow are kept beside them, so that what shows a sum reads a row and not the table. The triggers
-- add what a row brings and take away what it no longer does; tests compare each sum with one that is counted anew.

-- What moved on an account in a month (UTC, as 2026-09). A balance is the sum of an account's months.
CREATE TABLE ledger_months (
  account      TEXT NOT NULL,
  currency     TEXT NOT NULL,
  month        TEXT NOT NULL CHECK (month GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]'),
  amount_cents INTEGER NOT NULL,
  PRIMARY KEY (account, currency, month)
) STRICT, WITHOUT ROWID;

INSERT INTO ledger_months (account, currency, month, amount_cents)
SELECT e.account, e.currency, strftime('%Y-%m', m.created_at / 1000, 'unixepoch'), sum(e.amount_cents)
FROM ledger_entries e JOIN ledger_movements m ON m.id = e.movement_id GROUP BY 1, 2, 3;

CREATE TRIGGER ledger_entries_summed AFTER INSERT ON ledger_entries
BEGIN
  INSERT INTO ledger_months (account, currency, month, amount_cents)
  SELECT NEW.account, NEW.currency, strftime('%Y-%m', m.created_at / 1000, 'unixepoch'), NEW.amount_cents
  FROM ledger_movements m WHERE m.id = NEW.movement_id
  ON CONFLICT (account, currency, month) DO UPDATE SET amount_cents = amount_cents + excluded.amount_cents;
END;

-- What a person's shares of payments come to, each less what was reversed of it.
CREATE TABLE earning_totals (
  recipient_id      TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  currency          TEXT NOT NULL,
  pending_cents     INTEGER NOT NULL DEFAULT 0,
  -- Frozen, and not paid out before.
  frozen_cents      INTEGER NOT NULL DEFAULT 0,
  approved_cents    INTEGER NOT NULL DEFAULT 0,
  -- Never paid out, in whichever state.
  unpaid_cents      INTEGER NOT NULL DEFAULT 0,
  -- Sent to their account, less what came back.
  transferred_cents INTEGER NOT NULL DEFAULT 0,
  -- How many shares are approved or frozen.
  due_count         INTEGER NOT NULL DEFAULT 0 CHECK (due_count >= 0),
  PRIMARY KEY (recipient_id, currency)
) STRICT, WITHOUT ROWID;

INSERT INTO earning_totals (recipient_id, currency, pending_cents, frozen_cents, approved_cents, unpaid_cents, due_count)
SELECT s.recipient_id, s.currency, sum(iif(s.status = 'pending', s.amount_cents - s.reversed_cents, 0)),
       sum(iif(s.status = 'frozen' AND s.frozen_from <> 'paid', s.amount_cents - s.reversed_cents, 0)),
       sum(iif(s.status = 'approved', s.amount_cents - s.reversed_cents, 0)),
       sum(iif(s.paid_at IS NULL, s.amount_cents - s.reversed_cents, 0)),
       sum(iif(s.status IN ('approved', 'frozen'), 1, 0))
FROM payment_splits s WHERE s.recipient_id IS NOT NULL GROUP BY 1, 2;

INSERT INTO earning_totals (recipient_id, currency, transferred_cents)
SELECT t.recipient_id, t.currency, sum(iif(t.status IN ('sent', 'returned', 'duplicate'), t.amount_cents - t.returned_cents, 0))
FROM transfers t GROUP BY 1, 2
ON CONFLICT (recipient_id, currency) DO UPDATE SET transferred_cents = excluded.transferred_cents;

CREATE TRIGGER payment_splits_summed AFTER INSERT ON payment_splits WHEN NEW.recipient_id IS NOT NULL
BEGIN
  INSERT INTO earning_totals (recipient_id, currency, pending_cents, frozen_cents, approved_cents, unpaid_cents, due_count)
  VALUES (NEW.recipient_id, NEW.currency, iif(NEW.status = 'pending', NEW.amount_cents - NEW.reversed_cents, 0),
          iif(NEW.status = 'frozen' AND NEW.frozen_from <> 'paid', NEW.amount_cents - NEW.reversed_cents, 0),
          iif(NEW.status = 'approved', NEW.amount_cents - NEW.reversed_cents, 0),
          iif(NEW.paid_at IS NULL, NEW.amount_cents - NEW.reversed_cents, 0),
          iif(NEW.status IN ('approved', 'frozen'), 1, 0))
  ON CONFLICT (recipient_id, currency) DO UPDATE SET
    pending_cents = pending_cents + excluded.pending_cents,
    frozen_cents = frozen_cents + excluded.frozen_cents,
    approved_cents = approved_cents + excluded.approved_cents,
    unpaid_cents = unpaid_cents + excluded.unpaid_cents,
    due_count = due_count + excluded.due_count;
END;

CREATE TRIGGER payment_splits_resummed AFTER UPDATE OF status, frozen_from, paid_at, reversed_cents ON payment_splits
WHEN NEW.recipient_id IS NOT NULL
BEGIN
  UPDATE earning_totals SET
    pending_cents = pending_cents + iif(NEW.status = 'pending', NEW.amount_cents - NEW.reversed_cents, 0)
      - iif(OLD.status = 'pending', OLD.amount_cents - OLD.reversed_cents, 0),
    frozen_cents = frozen_cents + iif(NEW.status = 'frozen' AND NEW.frozen_from <> 'paid', NEW.amount_cents - NEW.reversed_cents, 0)
      - iif(OLD.status = 'frozen' AND OLD.frozen_from <> 'paid', OLD.amount_cents - OLD.reversed_cents, 0),
    approved_cents = approved_cents + iif(NEW.status = 'approved', NEW.amount_cents - NEW.reversed_cents, 0)
      - iif(OLD.status = 'approved', OLD.amount_cents - OLD.reversed_cents, 0),
    unpaid_cents = unpaid_cents + iif(NEW.paid_at IS NULL, NEW.amount_cents - NEW.reversed_cents, 0)
      - iif(OLD.paid_at IS NULL, OLD.amount_cents - OLD.reversed_cents, 0),
    due_count = due_count + iif(NEW.status IN ('approved', 'frozen'), 1, 0)
      - iif(OLD.status IN ('approved', 'frozen'), 1, 0)
  WHERE recipient_id = NEW.recipient_id AND currency = NEW.currency;
END;

CREATE TRIGGER transfers_summed AFTER INSERT ON transfers
BEGIN
  INSERT INTO earning_totals (recipient_id, currency, transferred_cents)
  VALUES (NEW.recipient_id, NEW.currency, iif(NEW.status IN ('sent', 'returned', 'duplicate'), NEW.amount_cents - NEW.returned_cents, 0))
  ON CONFLICT (recipient_id, currency) DO UPDATE SET transferred_cents = transferred_cents + excluded.transferred_cents;
END;

CREATE TRIGGER transfers_resummed AFTER UPDATE OF status, returned_cents ON transfers
BEGIN
  UPDATE earning_totals SET transferred_cents = transferred_cents
      + iif(NEW.status IN ('sent', 'returned', 'duplicate'), NEW.amount_cents - NEW.returned_cents, 0)
      - iif(OLD.status IN ('sent', 'returned', 'duplicate'), OLD.amount_cents - OLD.returned_cents, 0)
  WHERE recipient_id = NEW.recipient_id AND currency = NEW.currency;
END;

-- How the business went on a day (UTC, its first millisecond), by when things began: an enrollment that is completed in
-- March counts as a completion of the day in February on which it was begun. Figures of money have a currency.
CREATE TABLE daily_figures (
  day      INTEGER NOT NULL CHECK (day % 86400000 = 0),
  name     TEXT NOT NULL CHECK (name IN ('signups', 'checkouts', 'enrollments', 'refunds', 'completions', 'booked', 'held',
                                         'missed', 'cancelled', 'paid', 'refunded', 'platform', 'earned', 'transferred')),
  currency TEXT NOT NULL DEFAULT '',
  value    INTEGER NOT NULL,
  PRIMARY KEY (day, name, currency)
) STRICT, WITHOUT ROWID;


INSERT INTO daily_figures (day, name, currency, value)
SELECT u.created_at / 86400000 * 86400000, 'signups', '', sum(1) FROM users u GROUP BY 1, 3;
INSERT INTO daily_figures (day, name, currency, value)
SELECT e.created_at / 86400000 * 86400000, 'checkouts', '', sum(1) FROM enrollments e GROUP BY 1, 3;
INSERT INTO daily_figures (day, name, currency, value)
SELECT e.created_at / 86400000 * 86400000, 'enrollments', '', sum((e.enrolled_at IS NOT NULL)) FROM enrollments e GROUP BY 1, 3;
INSERT INTO daily_figures (day, name, currency, value)
SELECT e.created_at / 86400000 * 86400000, 'refunds', '', sum((e.status = 'refunded')) FROM enrollments e GROUP BY 1, 3;
INSERT INTO daily_figures (day, name, currency, value)
SELECT e.created_at / 86400000 * 86400000, 'completions', '', sum((e.status = 'completed')) FROM enrollments e GROUP BY 1, 3;
INSERT INTO daily_figures (day, name, currency, value)
SELECT s.created_at / 86400000 * 86400000, 'booked', '', sum(1) FROM sessions s GROUP BY 1, 3;
INSERT INTO daily_figures (day, name, currency, value)
SELECT s.created_at / 86400000 * 86400000, 'held', '', sum((s.status = 'completed')) FROM sessions s GROUP BY 1, 3;
INSERT INTO daily_figures (day, name, currency, value)
SELECT s.created_at / 86400000 * 86400000, 'missed', '', sum((s.status = 'no_show')) FROM sessions s GROUP BY 1, 3;
INSERT INTO daily_figures (day, name, currency, value)
SELECT s.created_at / 86400000 * 86400000, 'cancelled', '', sum((s.status = 'cancelled')) FROM sessions s GROUP BY 1, 3;
INSERT INTO daily_figures (day, name, currency, value)
SELECT t.created_at / 86400000 * 86400000, 'paid', t.currency, sum(t.amount_cents) FROM transactions t GROUP BY 1, 3;
INSERT INTO daily_figures (day, name, currency, value)
SELECT t.created_at / 86400000 * 86400000, 'refunded', t.currency, sum(t.refunded_cents) FROM transactions t GROUP BY 1, 3;
INSERT INTO daily_figures (day, name, currency, value)
SELECT t.created_at / 86400000 * 86400000, 'platform', s.currency, sum(iif(s.recipient_type = 'platform', s.amount_cents - s.reversed_cents, 0)) FROM payment_splits s JOIN transactions t ON t.id = s.transaction_id GROUP BY 1, 3;
INSERT INTO daily_figures (day, name, currency, value)
SELECT t.created_at / 86400000 * 86400000, 'earned', s.currency, sum(iif(s.recipient_type <> 'platform', s.amount_cents - s.reversed_cents, 0)) FROM payment_splits s JOIN transactions t ON t.id = s.transaction_id GROUP BY 1, 3;
INSERT INTO daily_figures (day, name, currency, value)
SELECT t.created_at / 86400000 * 86400000, 'transferred', s.currency, sum(iif(s.status = 'paid', s.amount_cents - s.reversed_cents, 0)) FROM payment_splits s JOIN transactions t ON t.id = s.transaction_id GROUP BY 1, 3;

CREATE TRIGGER users_in_figures AFTER INSERT ON users
BEGIN
  INSERT INTO daily_figures (day, name, currency, value)
  VALUES (NEW.created_at / 86400000 * 86400000, 'signups', '', 1)
  ON CONFLICT (day, name, currency) DO UPDATE SET value = value + excluded.value;
END;

CREATE TRIGGER users_out_of_figures AFTER DELETE ON users
BEGIN
  UPDATE daily_figures SET value = value - 1
  WHERE day = OLD.created_at / 86400000 * 86400000 AND name = 'signups' AND currency = '';
END;

CREATE TRIGGER enrollments_in_figures AFTER INSERT ON enrollments
BEGIN
  INSERT INTO daily_figures (day, name, currency, value)
  VALUES (NEW.created_at / 86400000 * 86400000, 'checkouts', '', 1),
         (NEW.created_at / 86400000 * 86400000, 'enrollments', '', (NEW.enrolled_at IS NOT NULL)),
         (NEW.created_at / 86400000 * 86400000, 'refunds', '', (NEW.status = 'refunded')),
         (NEW.created_at / 86400000 * 86400000, 'completions', '', (NEW.status = 'completed'))
  ON CONFLICT (day, name, currency) DO UPDATE SET value = value + excluded.value;
END;

CREATE TRIGGER enrollments_anew_in_figures AFTER UPDATE OF status, enrolled_at ON enrollments
BEGIN
  INSERT INTO daily_figures (day, name, currency, value)
  VALUES (NEW.created_at / 86400000 * 86400000, 'enrollments', '', (NEW.enrolled_at IS NOT NULL) - (OLD.enrolled_at IS NOT NULL)),
         (NEW.created_at / 86400000 * 86400000, 'refunds', '', (NEW.status = 'refunded') - (OLD.status = 'refunded')),
         (NEW.created_at / 86400000 * 86400000, 'completions', '', (NEW.status = 'completed') - (OLD.status = 'completed'))
  ON CONFLICT (day, name, currency) DO UPDATE SET value = value + excluded.value;
END;

CREATE TRIGGER sessions_in_figures AFTER INSERT ON sessions
BEGIN
  INSERT INTO daily_figures (day, name, currency, value)
  VALUES (NEW.created_at / 86400000 * 86400000, 'booked', '', 1),
         (NEW.created_at / 86400000 * 86400000, 'held', '', (NEW.status = 'completed')),
         (NEW.created_at / 86400000 * 86400000, 'missed', '', (NEW.status = 'no_show')),
         (NEW.created_at / 86400000 * 86400000, 'cancelled', '', (NEW.status = 'cancelled'))
  ON CONFLICT (day, name, currency) DO UPDATE SET value = value + excluded.value;
END;

CREATE TRIGGER sessions_anew_in_figures AFTER UPDATE OF status ON sessions
BEGIN
  INSERT INTO daily_figures (day, name, currency, value)
  VALUES (NEW.created_at / 86400000 * 86400000, 'held', '', (NEW.status = 'completed') - (OLD.status = 'completed')),
         (NEW.created_at / 86400000 * 86400000, 'missed', '', (NEW.status = 'no_show') - (OLD.status = 'no_show')),
         (NEW.created_at / 86400000 * 86400000, 'cancelled', '', (NEW.status = 'cancelled') - (OLD.status = 'cancelled'))
  ON CONFLICT (day, name, currency) DO UPDATE SET value = value + excluded.value;
END;

CREATE TRIGGER transactions_in_figures AFTER INSERT ON transactions
BEGIN
  INSERT INTO daily_figures (day, name, currency, value)
  VALUES (NEW.created_at / 86400000 * 86400000, 'paid', NEW.currency, NEW.amount_cents),
         (NEW.created_at / 86400000 * 86400000, 'refunded', NEW.currency, NEW.refunded_cents)
  ON CONFLICT (day, name, currency) DO UPDATE SET value = value + excluded.value;
END;

CREATE TRIGGER transactions_anew_in_figures AFTER UPDATE OF refunded_cents ON transactions
BEGIN
  INSERT INTO daily_figures (day, name, currency, value)
  VALUES (NEW.created_at / 86400000 * 86400000, 'refunded', NEW.currency, NEW.refunded_cents - OLD.refunded_cents)
  ON CONFLICT (day, name, currency) DO UPDATE SET value = value + excluded.value;
END;

CREATE TRIGGER payment_splits_in_figures AFTER INSERT ON payment_splits
BEGIN
  INSERT INTO daily_figures (day, name, currency, value)
  SELECT t.created_at / 86400000 * 86400000, f.column1, NEW.currency, f.column2
  FROM transactions t, (VALUES ('platform', iif(NEW.recipient_type = 'platform', NEW.amount_cents - NEW.reversed_cents, 0)),
         ('earned', iif(NEW.recipient_type <> 'platform', NEW.amount_cents - NEW.reversed_cents, 0)),
         ('transferred', iif(NEW.status = 'paid', NEW.amount_cents - NEW.reversed_cents, 0))) f
  WHERE t.id = NEW.transaction_id
  ON CONFLICT (day, name, currency) DO UPDATE SET value = value + excluded.value;
END;

CREATE TRIGGER payment_splits_anew_in_figures AFTER UPDATE OF status, reversed_cents ON payment_splits
BEGIN
  INSERT INTO daily_figures (day, name, currency, value)
  SELECT t.created_at / 86400000 * 86400000, f.column1, NEW.currency, f.column2
  FROM transactions t, (VALUES ('platform', iif(NEW.recipient_type = 'platform', NEW.amount_cents - NEW.reversed_cents, 0)
         - iif(OLD.recipient_type = 'platform', OLD.amount_cents - OLD.reversed_cents, 0)),
         ('earned', iif(NEW.recipient_type <> 'platform', NEW.amount_cents - NEW.reversed_cents, 0)
         - iif(OLD.recipient_type <> 'platform', OLD.amount_cents - OLD.reversed_cents, 0)),
         ('transferred', iif(NEW.status = 'paid', NEW.amount_cents - NEW.reversed_cents, 0)
         - iif(OLD.status = 'paid', OLD.amount_cents - OLD.reversed_cents, 0))) f
  WHERE t.id = NEW.transaction_id
  ON CONFLICT (day, name, currency) DO UPDATE SET value = value + excluded.value;
END;

-- What summed the shares from their rows.
DROP INDEX payment_splits_totals;
DROP INDEX payment_splits_unpaid;

-- Who may teach what they completed, by since when.
CREATE INDEX course_teachers_decided ON course_teachers (decided_at) WHERE status = 'approved';

-- The objections to a post that wait: by its state alone, every one that waits would be looked at.
CREATE INDEX post_flags_open ON post_flags (post_id) WHERE status = 'open';
