-- What leaves the books again: transfers to those who earned it, what comes back of them, refunds that were asked for,
-- disputes, and what the bank says of a connected account's payouts.

-- What disputes took for good. Together with the refunds it may come to more than was paid, where a disputed charge was
-- partly refunded before: the shares give back no more than they got, the rest is the platform's loss.
ALTER TABLE transactions ADD COLUMN charged_back_cents INTEGER NOT NULL DEFAULT 0
  CONSTRAINT charge_back_within_amount CHECK (charged_back_cents BETWEEN 0 AND amount_cents);

DROP VIEW split_imbalances;
CREATE VIEW split_imbalances AS
SELECT t.id AS transaction_id, t.amount_cents, coalesce(sum(s.amount_cents), 0) AS split_cents,
       t.refunded_cents, coalesce(sum(s.reversed_cents), 0) AS split_reversed_cents
FROM transactions t LEFT JOIN payment_splits s ON s.transaction_id = t.id
GROUP BY t.id
HAVING coalesce(sum(s.amount_cents), 0) <> t.amount_cents
    OR coalesce(sum(s.reversed_cents), 0) <> min(t.amount_cents, t.refunded_cents + t.charged_back_cents);

-- What may be due, by person; and what was never paid out, for the sums that tell who owes whom.
CREATE INDEX payment_splits_due ON payment_splits (recipient_id, currency, approved_at, id)
  WHERE status IN ('approved', 'frozen');
CREATE INDEX payment_splits_unpaid ON payment_splits (recipient_id, currency, amount_cents, reversed_cents, paid_at)
  WHERE paid_at IS NULL;

-- One row each time that somebody decides to pay a share out. Its id is the provider's idempotency key, so that one row
-- is one transfer; a share has one live row, however many admins press the button. A new row follows only where the
-- provider refused the last one for good, or where all of it came back although the share stands.
CREATE TABLE transfers (
  id                 TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  split_id           TEXT NOT NULL REFERENCES payment_splits (id) ON DELETE RESTRICT,
  recipient_id       TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  stripe_account_id  TEXT NOT NULL,
  -- What is sent, and what is kept of the share because the person owes it back from earlier ones. Where all of it is
  -- kept, nothing is sent.
  amount_cents       INTEGER NOT NULL CHECK (amount_cents >= 0),
  withheld_cents     INTEGER NOT NULL CHECK (withheld_cents >= 0),
  -- The running total of what was reversed, as Stripe reports it.
  returned_cents     INTEGER NOT NULL DEFAULT 0,
  currency           TEXT NOT NULL CHECK (currency GLOB '[a-z][a-z][a-z]'),
  -- duplicate: the provider made a second one of the same row; it is reversed.
  status             TEXT NOT NULL DEFAULT 'requested'
                     CHECK (status IN ('requested', 'sent', 'returned', 'failed', 'canceled', 'duplicate')),
  stripe_transfer_id TEXT UNIQUE,
  failure            TEXT CHECK (length(failure) <= 500),
  requested_by       TEXT REFERENCES users (id) ON DELETE RESTRICT,
  created_at         INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  settled_at         INTEGER CHECK (settled_at BETWEEN 1000000000000 AND 9999999999999),
  CHECK (amount_cents + withheld_cents > 0),
  CONSTRAINT return_within_transfer CHECK (returned_cents BETWEEN 0 AND amount_cents),
  CHECK ((status = 'requested') = (settled_at IS NULL)),
  CHECK (status NOT IN ('sent', 'returned', 'duplicate') OR amount_cents = 0 OR stripe_transfer_id IS NOT NULL),
  CHECK ((status IN ('failed', 'canceled')) = (failure IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX transfers_one_live ON transfers (split_id) WHERE status IN ('requested', 'sent');
CREATE INDEX transfers_of_split ON transfers (split_id, created_at, id);
CREATE INDEX transfers_of_recipient ON transfers (recipient_id, currency, created_at, id);
CREATE INDEX transfers_requested ON transfers (recipient_id, currency, withheld_cents) WHERE status = 'requested';
CREATE INDEX transfers_by_requester ON transfers (requested_by);

CREATE TRIGGER transfers_frozen
BEFORE UPDATE OF split_id, recipient_id, stripe_account_id, amount_cents, withheld_cents, currency ON transfers
WHEN OLD.split_id <> NEW.split_id OR OLD.recipient_id <> NEW.recipient_id OR OLD.amount_cents <> NEW.amount_cents
  OR OLD.stripe_account_id <> NEW.stripe_account_id OR OLD.withheld_cents <> NEW.withheld_cents
  OR OLD.currency <> NEW.currency
BEGIN
  SELECT RAISE(ABORT, 'guard:immutable');
END;

-- What we ask back of a transfer. The ledger moves when the provider says that it came back, by its running total.
CREATE TABLE transfer_reversals (
  id           TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  transfer_id  TEXT NOT NULL REFERENCES transfers (id) ON DELETE RESTRICT,
  recipient_id TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
  currency     TEXT NOT NULL CHECK (currency GLOB '[a-z][a-z][a-z]'),
  -- failed: the account could not give it back; the person owes it, and it is kept of the next shares.
  status       TEXT NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'done', 'failed')),
  failure      TEXT CHECK (length(failure) <= 500),
  created_at   INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  settled_at   INTEGER CHECK (settled_at BETWEEN 1000000000000 AND 9999999999999),
  CHECK ((status = 'requested') = (settled_at IS NULL)),
  CHECK ((status = 'failed') = (failure IS NOT NULL))
) STRICT;

CREATE INDEX transfer_reversals_of_transfer ON transfer_reversals (transfer_id, created_at);
CREATE INDEX transfer_reversals_of_recipient ON transfer_reversals (recipient_id, created_at);
CREATE INDEX transfer_reversals_failed ON transfer_reversals (recipient_id, currency) WHERE status = 'failed';
CREATE INDEX transfer_reversals_requested ON transfer_reversals (recipient_id, currency, amount_cents)
  WHERE status = 'requested';

-- A refund that somebody asked for. What it does to the books is written when the charge's running total rises.
CREATE TABLE refund_requests (
  id               TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  transaction_id   TEXT NOT NULL REFERENCES transactions (id) ON DELETE RESTRICT,
  amount_cents     INTEGER NOT NULL CHECK (amount_cents > 0),
  currency         TEXT NOT NULL CHECK (currency GLOB '[a-z][a-z][a-z]'),
  reason           TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  requested_by     TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  status           TEXT NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'done', 'failed')),
  stripe_refund_id TEXT UNIQUE,
  failure          TEXT CHECK (length(failure) <= 500),
  created_at       INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  settled_at       INTEGER CHECK (settled_at BETWEEN 1000000000000 AND 9999999999999),
  CHECK ((status = 'requested') = (settled_at IS NULL)),
  CHECK ((status = 'failed') = (failure IS NOT NULL))
) STRICT;

CREATE INDEX refund_requests_of_transaction ON refund_requests (transaction_id, status, amount_cents);
CREATE INDEX refund_requests_by_requester ON refund_requests (requested_by, created_at);

CREATE TABLE disputes (
  id                       TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  stripe_dispute_id        TEXT NOT NULL UNIQUE,
  -- NULL while the news of the dispute has overtaken the news of the payment, or where the charge is none of ours.
  transaction_id           TEXT REFERENCES transactions (id) ON DELETE RESTRICT,
  stripe_charge_id         TEXT NOT NULL,
  stripe_payment_intent_id TEXT,
  amount_cents             INTEGER NOT NULL CHECK (amount_cents > 0),
  currency                 TEXT NOT NULL CHECK (currency GLOB '[a-z][a-z][a-z]'),
  reason                   TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 100),
  status                   TEXT NOT NULL
                           CHECK (status IN ('warning_needs_response', 'warning_under_review', 'needs_response', 'under_review', 'warning_closed', 'prevented', 'won', 'lost')),
  created_at               INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  closed_at                INTEGER CHECK (closed_at BETWEEN 1000000000000 AND 9999999999999),
  CHECK ((status IN ('warning_closed', 'prevented', 'won', 'lost')) = (closed_at IS NOT NULL))
) STRICT;

CREATE INDEX disputes_of_transaction ON disputes (transaction_id, created_at);
CREATE INDEX disputes_waiting ON disputes (stripe_payment_intent_id) WHERE transaction_id IS NULL;
CREATE INDEX disputes_open ON disputes (created_at DESC, id DESC) WHERE closed_at IS NULL;

-- Money on its way from a connected account to its owner's bank: the provider's own business, kept for the person.
CREATE TABLE payouts (
  id                TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  user_id           TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  stripe_account_id TEXT NOT NULL,
  stripe_payout_id  TEXT NOT NULL UNIQUE,
  amount_cents      INTEGER NOT NULL CHECK (amount_cents <> 0),
  currency          TEXT NOT NULL CHECK (currency GLOB '[a-z][a-z][a-z]'),
  -- A payout that was paid may still fail: banks send money back. It does not become paid again.
  status            TEXT NOT NULL CHECK (status IN ('pending', 'in_transit', 'paid', 'canceled', 'failed')),
  failure_code      TEXT CHECK (length(failure_code) <= 100),
  arrives_at        INTEGER CHECK (arrives_at BETWEEN 1000000000000 AND 9999999999999),
  created_at        INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  updated_at        INTEGER NOT NULL CHECK (updated_at BETWEEN 1000000000000 AND 9999999999999)
) STRICT;

CREATE INDEX payouts_of_user ON payouts (user_id, created_at DESC, id DESC);

-- Sums of an account, as before, and its entries of a month: the ids of movements begin with their time.
DROP INDEX ledger_entries_by_account;
CREATE INDEX ledger_entries_in_order ON ledger_entries (account, currency, movement_id, amount_cents);
