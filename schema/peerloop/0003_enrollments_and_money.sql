-- Enrollments and the money that follows them.

CREATE TABLE enrollments (
  id                  TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  course_id           TEXT NOT NULL REFERENCES courses (id) ON DELETE RESTRICT,
  student_id          TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  teacher_id          TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  instructor_type     TEXT NOT NULL CHECK (instructor_type IN ('creator', 'student_teacher')),
  -- pending: checkout open; released: never paid, its place is free again; refunded: the whole price went back.
  status              TEXT NOT NULL DEFAULT 'pending'
                      CHECK (status IN ('pending', 'enrolled', 'completed', 'refunded', 'released')),
  price_cents         INTEGER NOT NULL CHECK (price_cents BETWEEN 50 AND 99999999),
  currency            TEXT NOT NULL CHECK (currency GLOB '[a-z][a-z][a-z]'),
  -- NULL until the provider has answered: the row can come first, and the checkout's idempotency key is its id.
  checkout_session_id TEXT UNIQUE,
  checkout_url        TEXT,
  checkout_expires_at INTEGER NOT NULL CHECK (checkout_expires_at BETWEEN 1000000000000 AND 9999999999999),
  enrolled_at         INTEGER CHECK (enrolled_at BETWEEN 1000000000000 AND 9999999999999),
  recommended_at      INTEGER CHECK (recommended_at BETWEEN 1000000000000 AND 9999999999999),
  completed_at        INTEGER CHECK (completed_at BETWEEN 1000000000000 AND 9999999999999),
  refund_requested_at INTEGER CHECK (refund_requested_at BETWEEN 1000000000000 AND 9999999999999),
  refunded_at         INTEGER CHECK (refunded_at BETWEEN 1000000000000 AND 9999999999999),
  released_at         INTEGER CHECK (released_at BETWEEN 1000000000000 AND 9999999999999),
  created_at          INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  updated_at          INTEGER NOT NULL CHECK (updated_at BETWEEN 1000000000000 AND 9999999999999),
  CHECK (student_id <> teacher_id),
  CHECK ((checkout_session_id IS NULL) = (checkout_url IS NULL)),
  CHECK (status NOT IN ('enrolled', 'completed') OR enrolled_at IS NOT NULL),
  CHECK (status <> 'completed' OR completed_at IS NOT NULL),
  CHECK (status <> 'refunded' OR refunded_at IS NOT NULL),
  CHECK (status <> 'released' OR released_at IS NOT NULL)
) STRICT;

-- A student has at most one live enrollment in a course, however many requests arrive at once.
CREATE UNIQUE INDEX enrollments_one_live ON enrollments (student_id, course_id)
  WHERE status IN ('pending', 'enrolled', 'completed');
CREATE INDEX enrollments_of_student ON enrollments (student_id, created_at DESC, id DESC);
CREATE INDEX enrollments_of_teacher ON enrollments (teacher_id, created_at DESC, id DESC);
CREATE INDEX enrollments_of_course ON enrollments (course_id, created_at DESC, id DESC);
CREATE INDEX enrollments_unpaid ON enrollments (checkout_expires_at) WHERE status = 'pending';

-- What the student saw and paid stands, whatever happens to the course afterwards.
CREATE TRIGGER enrollments_frozen
BEFORE UPDATE OF course_id, student_id, teacher_id, instructor_type, price_cents, currency ON enrollments
WHEN OLD.course_id <> NEW.course_id OR OLD.student_id <> NEW.student_id OR OLD.teacher_id <> NEW.teacher_id
  OR OLD.instructor_type <> NEW.instructor_type OR OLD.price_cents <> NEW.price_cents OR OLD.currency <> NEW.currency
BEGIN
  SELECT RAISE(ABORT, 'guard:immutable');
END;

CREATE TRIGGER enrollments_counted AFTER INSERT ON enrollments
WHEN NEW.status IN ('enrolled', 'completed')
BEGIN
  UPDATE courses SET enrollment_count = enrollment_count + 1 WHERE id = NEW.course_id;
END;

CREATE TRIGGER enrollments_recounted AFTER UPDATE OF status ON enrollments
WHEN (OLD.status IN ('enrolled', 'completed')) <> (NEW.status IN ('enrolled', 'completed'))
BEGIN
  UPDATE courses
  SET enrollment_count = enrollment_count + iif(NEW.status IN ('enrolled', 'completed'), 1, -1)
  WHERE id = NEW.course_id;
END;

CREATE TRIGGER enrollments_uncounted AFTER DELETE ON enrollments
WHEN OLD.status IN ('enrolled', 'completed')
BEGIN
  UPDATE courses SET enrollment_count = enrollment_count - 1 WHERE id = OLD.course_id;
END;

CREATE TABLE lesson_progress (
  enrollment_id TEXT NOT NULL REFERENCES enrollments (id) ON DELETE CASCADE,
  lesson_id     TEXT NOT NULL REFERENCES lessons (id) ON DELETE CASCADE,
  completed_at  INTEGER NOT NULL CHECK (completed_at BETWEEN 1000000000000 AND 9999999999999),
  PRIMARY KEY (enrollment_id, lesson_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX lesson_progress_by_lesson ON lesson_progress (lesson_id);

-- One payment. Stripe's charge.refunded names the charge and the payment intent; checkout.session.completed names the
-- intent only, so that the charge is learnt later.
CREATE TABLE transactions (
  id                       TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  enrollment_id            TEXT NOT NULL UNIQUE REFERENCES enrollments (id) ON DELETE RESTRICT,
  amount_cents             INTEGER NOT NULL CHECK (amount_cents > 0),
  currency                 TEXT NOT NULL CHECK (currency GLOB '[a-z][a-z][a-z]'),
  stripe_payment_intent_id TEXT UNIQUE,
  stripe_charge_id         TEXT UNIQUE,
  status                   TEXT NOT NULL DEFAULT 'paid'
                           CHECK (status IN ('paid', 'partially_refunded', 'refunded', 'disputed', 'charged_back')),
  refunded_cents           INTEGER NOT NULL DEFAULT 0,
  created_at               INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  updated_at               INTEGER NOT NULL CHECK (updated_at BETWEEN 1000000000000 AND 9999999999999),
  CONSTRAINT refund_within_amount CHECK (refunded_cents BETWEEN 0 AND amount_cents),
  CHECK (status <> 'paid' OR refunded_cents = 0),
  CHECK (status <> 'partially_refunded' OR refunded_cents BETWEEN 1 AND amount_cents - 1),
  CHECK (status <> 'refunded' OR refunded_cents = amount_cents)
) STRICT;

CREATE TRIGGER transactions_frozen BEFORE UPDATE OF enrollment_id, amount_cents, currency ON transactions
WHEN OLD.enrollment_id <> NEW.enrollment_id OR OLD.amount_cents <> NEW.amount_cents OR OLD.currency <> NEW.currency
BEGIN
  SELECT RAISE(ABORT, 'guard:immutable');
END;

-- Who gets what of a payment. The parts sum to the amount, and what was reversed of them to what was refunded:
-- split_imbalances must be empty.
CREATE TABLE payment_splits (
  id                 TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  transaction_id     TEXT NOT NULL REFERENCES transactions (id) ON DELETE RESTRICT,
  recipient_id       TEXT REFERENCES users (id) ON DELETE RESTRICT,
  recipient_type     TEXT NOT NULL CHECK (recipient_type IN ('platform', 'creator', 'student_teacher')),
  amount_cents       INTEGER NOT NULL CHECK (amount_cents >= 0),
  reversed_cents     INTEGER NOT NULL DEFAULT 0,
  currency           TEXT NOT NULL CHECK (currency GLOB '[a-z][a-z][a-z]'),
  status             TEXT NOT NULL DEFAULT 'pending'
                     CHECK (status IN ('pending', 'approved', 'paid', 'reversed', 'frozen')),
  -- What a dispute interrupted, so that a dispute won can put it back.
  frozen_from        TEXT CHECK (frozen_from IN ('pending', 'approved', 'paid')),
  stripe_transfer_id TEXT UNIQUE,
  approved_at        INTEGER CHECK (approved_at BETWEEN 1000000000000 AND 9999999999999),
  paid_at            INTEGER CHECK (paid_at BETWEEN 1000000000000 AND 9999999999999),
  created_at         INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  updated_at         INTEGER NOT NULL CHECK (updated_at BETWEEN 1000000000000 AND 9999999999999),
  UNIQUE (transaction_id, recipient_type),
  CHECK ((recipient_type = 'platform') = (recipient_id IS NULL)),
  CONSTRAINT reversal_within_amount CHECK (reversed_cents BETWEEN 0 AND amount_cents),
  CHECK (status <> 'reversed' OR reversed_cents = amount_cents),
  CHECK (status <> 'paid' OR paid_at IS NOT NULL),
  CHECK ((status = 'frozen') = (frozen_from IS NOT NULL))
) STRICT;

CREATE INDEX payment_splits_of_recipient ON payment_splits (recipient_id, created_at DESC, id DESC);
-- Holds every column of the sums that GET /earnings shows, so that they are answered from the index alone.
CREATE INDEX payment_splits_totals ON payment_splits (recipient_id, status, currency, amount_cents, reversed_cents);

CREATE TRIGGER payment_splits_frozen
BEFORE UPDATE OF transaction_id, recipient_id, recipient_type, amount_cents, currency ON payment_splits
WHEN OLD.transaction_id <> NEW.transaction_id OR OLD.recipient_id IS NOT NEW.recipient_id
  OR OLD.recipient_type <> NEW.recipient_type OR OLD.amount_cents <> NEW.amount_cents OR OLD.currency <> NEW.currency
BEGIN
  SELECT RAISE(ABORT, 'guard:immutable');
END;

CREATE VIEW split_imbalances AS
SELECT t.id AS transaction_id, t.amount_cents, coalesce(sum(s.amount_cents), 0) AS split_cents,
       t.refunded_cents, coalesce(sum(s.reversed_cents), 0) AS split_reversed_cents
FROM transactions t LEFT JOIN payment_splits s ON s.transaction_id = t.id
GROUP BY t.id
HAVING coalesce(sum(s.amount_cents), 0) <> t.amount_cents OR coalesce(sum(s.reversed_cents), 0) <> t.refunded_cents;

-- Each increase of a charge's refunded amount. Stripe reports the running total, so that a total seen before is the
-- same news again, and a smaller one is old news.
CREATE TABLE refunds (
  id                       TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  -- NULL while the news of the refund has overtaken the news of the payment.
  transaction_id           TEXT REFERENCES transactions (id) ON DELETE RESTRICT,
  stripe_charge_id         TEXT NOT NULL,
  stripe_payment_intent_id TEXT,
  stripe_refund_id         TEXT UNIQUE,
  amount_cents             INTEGER NOT NULL CHECK (amount_cents > 0),
  cumulative_cents         INTEGER NOT NULL,
  currency                 TEXT NOT NULL CHECK (currency GLOB '[a-z][a-z][a-z]'),
  status                   TEXT NOT NULL DEFAULT 'succeeded' CHECK (status IN ('pending', 'succeeded', 'failed', 'canceled')),
  reason                   TEXT CHECK (length(reason) <= 500),
  requested_by             TEXT REFERENCES users (id) ON DELETE RESTRICT,
  created_at               INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  CHECK (cumulative_cents >= amount_cents)
) STRICT;

-- A refund that failed at the bank lowers the charge's total again, and the next one may reach the same total.
CREATE UNIQUE INDEX refunds_once ON refunds (stripe_charge_id, cumulative_cents) WHERE status IN ('pending', 'succeeded');
CREATE INDEX refunds_of_transaction ON refunds (transaction_id, created_at);
CREATE INDEX refunds_waiting ON refunds (stripe_payment_intent_id) WHERE transaction_id IS NULL;

-- Double entry. A movement carries its postings as {"account": cents, …}: debits positive, credits negative, so that
-- `provider:stripe` is what the provider holds for us, and minus the balance of `payable:{userId}` is what we owe.
-- The postings become rows in the same statement, and a movement that does not sum to zero cannot be written.
CREATE TABLE ledger_movements (
  id             TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  -- What made the money move, such as checkout:cs_… or refund:ch_…:45000. The same cause moves it once.
  cause          TEXT NOT NULL UNIQUE CHECK (cause LIKE '_%:_%' AND length(cause) <= 300),
  transaction_id TEXT REFERENCES transactions (id) ON DELETE RESTRICT,
  currency       TEXT NOT NULL CHECK (currency GLOB '[a-z][a-z][a-z]'),
  postings       TEXT NOT NULL CHECK (json_valid(postings) AND json_type(postings) = 'object'),
  created_at     INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999)
) STRICT;

CREATE INDEX ledger_movements_of_transaction ON ledger_movements (transaction_id, created_at);
CREATE INDEX ledger_movements_in_order ON ledger_movements (created_at, id);

CREATE TABLE ledger_entries (
  movement_id  TEXT NOT NULL REFERENCES ledger_movements (id) ON DELETE RESTRICT,
  account      TEXT NOT NULL CHECK (account GLOB '[a-z]*:?*'),
  currency     TEXT NOT NULL,
  amount_cents INTEGER NOT NULL CHECK (amount_cents <> 0),
  PRIMARY KEY (movement_id, account)
) STRICT, WITHOUT ROWID;

CREATE INDEX ledger_entries_by_account ON ledger_entries (account, currency, amount_cents);

CREATE TRIGGER ledger_movements_posted AFTER INSERT ON ledger_movements
BEGIN
  -- D1 binds every JavaScript number as REAL, so that json_object(…, ?) writes 85.0: a whole number, and accepted.
  SELECT RAISE(ABORT, 'guard:ledger_unbalanced')
  WHERE EXISTS (SELECT 1 FROM json_each(NEW.postings)
                WHERE type NOT IN ('integer', 'real') OR value <> CAST(value AS INTEGER));
  INSERT INTO ledger_entries (movement_id, account, currency, amount_cents)
  SELECT NEW.id, key, NEW.currency, value FROM json_each(NEW.postings) WHERE value <> 0;
  -- Looks at what was written, not at what was meant: under INSERT OR IGNORE a refused row would be skipped in silence.
  SELECT RAISE(ABORT, 'guard:ledger_unbalanced')
  WHERE (SELECT sum(amount_cents) FROM ledger_entries WHERE movement_id = NEW.id) IS NOT 0;
END;

-- An entry exists only as part of its movement.
CREATE TRIGGER ledger_entries_belong BEFORE INSERT ON ledger_entries
WHEN NOT EXISTS (
  SELECT 1 FROM ledger_movements m, json_each(m.postings) p
  WHERE m.id = NEW.movement_id AND m.currency = NEW.currency AND p.key = NEW.account AND p.value = NEW.amount_cents)
BEGIN
  SELECT RAISE(ABORT, 'guard:ledger_unbalanced');
END;

-- Books are corrected by another movement, never by an eraser.
CREATE TRIGGER ledger_movements_kept BEFORE DELETE ON ledger_movements BEGIN SELECT RAISE(ABORT, 'guard:immutable'); END;
CREATE TRIGGER ledger_movements_frozen BEFORE UPDATE ON ledger_movements BEGIN SELECT RAISE(ABORT, 'guard:immutable'); END;
CREATE TRIGGER ledger_entries_kept BEFORE DELETE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'guard:immutable'); END;
CREATE TRIGGER ledger_entries_frozen BEFORE UPDATE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'guard:immutable'); END;

-- Must be empty. The triggers see to it; this is for the tests and for whoever trusts no trigger.
CREATE VIEW ledger_imbalances AS
SELECT m.id AS movement_id, m.cause, coalesce(sum(e.amount_cents), 0) AS amount_cents, count(e.account) AS entries
FROM ledger_movements m LEFT JOIN ledger_entries e ON e.movement_id = m.id
GROUP BY m.id
HAVING sum(e.amount_cents) IS NOT 0;

CREATE VIEW ledger_balances AS
SELECT account, currency, sum(amount_cents) AS balance_cents, count(*) AS entries
FROM ledger_entries GROUP BY account, currency;
