-- What the kernel asks for. Each program has these tables of its own, since migrations are its own history.

-- A guard that yields a row refuses the batch that it stands in. RAISE takes literals only, so each reason is listed.
CREATE TABLE batch_guard (reason TEXT NOT NULL) STRICT;
CREATE TRIGGER batch_guard_refuses BEFORE INSERT ON batch_guard
BEGIN
  SELECT CASE NEW.reason
    WHEN 'not_found' THEN RAISE(ABORT, 'guard:not_found')
    WHEN 'idempotency_conflict' THEN RAISE(ABORT, 'guard:idempotency_conflict')
    ELSE RAISE(ABORT, 'guard:unlisted_reason')
  END;
END;

-- For .limit(10, per_minute).
CREATE TABLE rate_limits (
  key        TEXT PRIMARY KEY,
  started_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  count      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- For .takes_idempotency_key().
CREATE TABLE idempotency_keys (
  scope        TEXT NOT NULL,
  key          TEXT NOT NULL,
  route        TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  state        TEXT NOT NULL,
  owner        TEXT,
  status       INTEGER,
  response     TEXT,
  locked_until INTEGER,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT;

-- For enqueue and dispatch_outbox.
CREATE TABLE outbox (
  id              TEXT PRIMARY KEY,
  kind            TEXT NOT NULL,
  dedupe_key      TEXT NOT NULL UNIQUE,
  payload         TEXT NOT NULL,
  attempts        INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL,
  locked_until    INTEGER,
  delivered_at    INTEGER,
  dead_at         INTEGER,
  last_error      TEXT,
  provider_id     TEXT,
  created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (next_attempt_at, id) WHERE delivered_at IS NULL AND dead_at IS NULL;
