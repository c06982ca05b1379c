-- What keeps requests, webhooks and side effects honest.

-- A batch cannot branch: a guard is an INSERT … SELECT that yields a row only when the batch must not happen.
-- The trigger refuses the row and with it the whole batch, and its reason is the error's text.
--
--   INSERT INTO batch_guard (reason) SELECT 'course_not_published'
--   WHERE NOT EXISTS (SELECT 1 FROM courses WHERE id = ?1 AND status = 'published');
--
-- Right after an UPDATE, `WHERE changes() <> 1` asks whether it found the state that it required.
-- The reasons are spelled out because RAISE takes only a literal before SQLite 3.47. A new reason is a migration
-- that replaces this trigger.
CREATE TABLE batch_guard (reason TEXT NOT NULL) STRICT;

CREATE TRIGGER batch_guard_refuses BEFORE INSERT ON batch_guard
BEGIN
  SELECT CASE NEW.reason
    WHEN 'already_enrolled' THEN RAISE(ABORT, 'guard:already_enrolled')
    WHEN 'already_processed' THEN RAISE(ABORT, 'guard:already_processed')
    WHEN 'account_suspended' THEN RAISE(ABORT, 'guard:account_suspended')
    WHEN 'course_not_published' THEN RAISE(ABORT, 'guard:course_not_published')
    WHEN 'course_incomplete' THEN RAISE(ABORT, 'guard:course_incomplete')
    WHEN 'email_taken' THEN RAISE(ABORT, 'guard:email_taken')
    WHEN 'handle_taken' THEN RAISE(ABORT, 'guard:handle_taken')
    WHEN 'idempotency_conflict' THEN RAISE(ABORT, 'guard:idempotency_conflict')
    WHEN 'not_found' THEN RAISE(ABORT, 'guard:not_found')
    WHEN 'not_owner' THEN RAISE(ABORT, 'guard:not_owner')
    WHEN 'payouts_disabled' THEN RAISE(ABORT, 'guard:payouts_disabled')
    WHEN 'price_changed' THEN RAISE(ABORT, 'guard:price_changed')
    WHEN 'refund_too_large' THEN RAISE(ABORT, 'guard:refund_too_large')
    WHEN 'session_ended' THEN RAISE(ABORT, 'guard:session_ended')
    WHEN 'slot_taken' THEN RAISE(ABORT, 'guard:slot_taken')
    WHEN 'state_changed' THEN RAISE(ABORT, 'guard:state_changed')
    WHEN 'teacher_not_available' THEN RAISE(ABORT, 'guard:teacher_not_available')
    WHEN 'token_expired' THEN RAISE(ABORT, 'guard:token_expired')
    WHEN 'token_reuse' THEN RAISE(ABORT, 'guard:token_reuse')
    WHEN 'token_used' THEN RAISE(ABORT, 'guard:token_used')
    ELSE RAISE(ABORT, 'guard:unlisted_reason')
  END;
END;

CREATE TABLE rate_limits (
  key        TEXT PRIMARY KEY CHECK (length(key) <= 300),
  started_at INTEGER NOT NULL CHECK (started_at BETWEEN 1000000000000 AND 9999999999999),
  expires_at INTEGER NOT NULL CHECK (expires_at BETWEEN 1000000000000 AND 9999999999999),
  count      INTEGER NOT NULL CHECK (count > 0),
  CHECK (expires_at > started_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX rate_limits_by_expiry ON rate_limits (expires_at);

-- The row is written in the batch that has the effect: a retry after a lost answer finds both or neither.
-- `running` is for effects that leave the database before the batch; locked_until lets another try take over.
CREATE TABLE idempotency_keys (
  scope        TEXT NOT NULL CHECK (length(scope) <= 200),
  key          TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  route        TEXT NOT NULL,
  request_hash TEXT NOT NULL CHECK (length(request_hash) = 64),
  state        TEXT NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done')),
  -- The try that holds the key: only it may settle it.
  owner        TEXT CHECK (length(owner) = 36),
  status       INTEGER CHECK (status BETWEEN 200 AND 599),
  response     TEXT CHECK (response IS NULL OR json_valid(response)),
  locked_until INTEGER CHECK (locked_until BETWEEN 1000000000000 AND 9999999999999),
  created_at   INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  expires_at   INTEGER NOT NULL CHECK (expires_at BETWEEN 1000000000000 AND 9999999999999),
  PRIMARY KEY (scope, key),
  CHECK ((state = 'done') = (status IS NOT NULL)),
  CHECK (response IS NULL OR state = 'done')
) STRICT;

CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

CREATE TABLE webhook_events (
  provider    TEXT NOT NULL CHECK (provider IN ('stripe', 'resend', 'plugnmeet', 'bigbluebutton', 'stream')),
  event_id    TEXT NOT NULL CHECK (length(event_id) BETWEEN 1 AND 255),
  type        TEXT NOT NULL CHECK (length(type) BETWEEN 1 AND 100),
  -- When it happened by the provider's clock; received_at is ours.
  created_at  INTEGER CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  received_at INTEGER NOT NULL CHECK (received_at BETWEEN 1000000000000 AND 9999999999999),
  status      TEXT NOT NULL CHECK (status IN ('processed', 'ignored', 'failed')),
  error       TEXT CHECK (length(error) <= 2000),
  -- For replay. Set to NULL after a while: the id is enough to know a duplicate by.
  body        TEXT CHECK (body IS NULL OR json_valid(body)),
  PRIMARY KEY (provider, event_id)
) STRICT;

CREATE INDEX webhook_events_in_order ON webhook_events (received_at DESC, provider, event_id);
CREATE INDEX webhook_events_with_body ON webhook_events (received_at) WHERE body IS NOT NULL;
CREATE INDEX webhook_events_failed ON webhook_events (received_at DESC) WHERE status = 'failed';

CREATE TABLE outbox (
  id              TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  kind            TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 60),
  -- The effect's own name, such as email:verify:{userId}:{tokenHash}. Becomes the provider's idempotency key.
  dedupe_key      TEXT NOT NULL UNIQUE CHECK (length(dedupe_key) BETWEEN 1 AND 255),
  payload         TEXT NOT NULL CHECK (json_valid(payload)),
  attempts        INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  next_attempt_at INTEGER NOT NULL CHECK (next_attempt_at BETWEEN 1000000000000 AND 9999999999999),
  locked_until    INTEGER CHECK (locked_until BETWEEN 1000000000000 AND 9999999999999),
  delivered_at    INTEGER CHECK (delivered_at BETWEEN 1000000000000 AND 9999999999999),
  dead_at         INTEGER CHECK (dead_at BETWEEN 1000000000000 AND 9999999999999),
  last_error      TEXT CHECK (length(last_error) <= 2000),
  provider_id     TEXT,
  created_at      INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  CHECK (delivered_at IS NULL OR dead_at IS NULL)
) STRICT;

CREATE INDEX outbox_due ON outbox (next_attempt_at, id) WHERE delivered_at IS NULL AND dead_at IS NULL;
CREATE INDEX outbox_delivered ON outbox (delivered_at) WHERE delivered_at IS NOT NULL;
CREATE INDEX outbox_dead ON outbox (dead_at DESC, id DESC) WHERE dead_at IS NOT NULL;

CREATE TABLE emails (
  id                TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  outbox_id         TEXT UNIQUE REFERENCES outbox (id) ON DELETE SET NULL,
  user_id           TEXT REFERENCES users (id) ON DELETE SET NULL,
  template          TEXT NOT NULL CHECK (length(template) BETWEEN 1 AND 60),
  provider_email_id TEXT UNIQUE,
  status            TEXT NOT NULL DEFAULT 'sent'
                    CHECK (status IN ('sent', 'delivered', 'delayed', 'bounced', 'complained', 'failed', 'suppressed')),
  -- The time of the event that set the status: an older event never overwrites a newer one.
  status_at         INTEGER NOT NULL CHECK (status_at BETWEEN 1000000000000 AND 9999999999999),
  error             TEXT CHECK (length(error) <= 2000),
  created_at        INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999)
) STRICT;

CREATE INDEX emails_of_user ON emails (user_id, created_at DESC, id DESC);
CREATE INDEX emails_by_age ON emails (created_at);

-- Ids, never names or addresses: an audit row outlives the person's deletion.
CREATE TABLE audit_log (
  id          TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  actor_id    TEXT REFERENCES users (id) ON DELETE RESTRICT,
  action      TEXT NOT NULL CHECK (length(action) BETWEEN 1 AND 100),
  target_type TEXT NOT NULL CHECK (length(target_type) BETWEEN 1 AND 60),
  target_id   TEXT NOT NULL CHECK (length(target_id) BETWEEN 1 AND 255),
  details     TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(details)),
  request_id  TEXT,
  created_at  INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999)
) STRICT;

CREATE INDEX audit_log_in_order ON audit_log (created_at DESC, id DESC);
CREATE INDEX audit_log_of_actor ON audit_log (actor_id, created_at DESC, id DESC);
CREATE INDEX audit_log_of_target ON audit_log (target_type, target_id, created_at DESC, id DESC);

CREATE TRIGGER audit_log_kept BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'guard:immutable'); END;
CREATE TRIGGER audit_log_frozen BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'guard:immutable'); END;
