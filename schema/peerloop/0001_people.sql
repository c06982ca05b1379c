-- People: accounts, roles, follows, and what proves who someone is.
--
-- Conventions of every file here:
--   ids are UUIDv7 text; times are UTC milliseconds; money is integer cents and a lower-case ISO 4217 code, the
--   spelling in which payment providers report it, so that what we stored and what they sent compare byte by byte.
--   The bounds on times refuse seconds and microseconds, the two units that providers send.
--   A row of users is never deleted, it is anonymised: what the books refer to is RESTRICT, what is only
--   personal is CASCADE.

CREATE TABLE users (
  id                      TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  -- Stored lower-case and trimmed; NOCASE as well, so that a lookup which forgot to normalise still finds the row.
  email                   TEXT NOT NULL COLLATE NOCASE UNIQUE
                          CHECK (email COLLATE BINARY = lower(trim(email)) AND length(email) BETWEEN 3 AND 254
                                 AND email LIKE '_%@_%'),
  name                    TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  handle                  TEXT NOT NULL COLLATE NOCASE UNIQUE
                          CHECK (length(handle) BETWEEN 3 AND 40 AND handle NOT GLOB '*[^a-z0-9_]*'),
  bio                     TEXT NOT NULL DEFAULT '' CHECK (length(bio) <= 5000),
  avatar_key              TEXT,
  avatar_etag             TEXT,
  timezone                TEXT NOT NULL DEFAULT 'UTC' CHECK (length(timezone) BETWEEN 1 AND 64),
  password_hash           TEXT CHECK (password_hash LIKE '$%'),
  -- Raised when roles or password change or the account is suspended: access tokens carry it as `ver`.
  token_version           INTEGER NOT NULL DEFAULT 1 CHECK (token_version > 0),
  email_verified_at       INTEGER CHECK (email_verified_at BETWEEN 1000000000000 AND 9999999999999),
  email_status            TEXT NOT NULL DEFAULT 'ok'
                          CHECK (email_status IN ('ok', 'bounced', 'complained', 'suppressed')),
  marketing_opt_out       INTEGER NOT NULL DEFAULT 0 CHECK (marketing_opt_out IN (0, 1)),
  follower_count          INTEGER NOT NULL DEFAULT 0 CHECK (follower_count >= 0),
  following_count         INTEGER NOT NULL DEFAULT 0 CHECK (following_count >= 0),
  stripe_account_id       TEXT UNIQUE CHECK (stripe_account_id LIKE 'acct!_%' ESCAPE '!'),
  stripe_account_status   TEXT NOT NULL DEFAULT 'none'
                          CHECK (stripe_account_status IN ('none', 'pending', 'active', 'restricted', 'rejected', 'deauthorized')),
  stripe_payouts_enabled  INTEGER NOT NULL DEFAULT 0 CHECK (stripe_payouts_enabled IN (0, 1)),
  -- `created` of the account event last applied: an older one that arrives later changes nothing.
  stripe_account_event_at INTEGER CHECK (stripe_account_event_at BETWEEN 1000000000000 AND 9999999999999),
  suspended_at            INTEGER CHECK (suspended_at BETWEEN 1000000000000 AND 9999999999999),
  deleted_at              INTEGER CHECK (deleted_at BETWEEN 1000000000000 AND 9999999999999),
  created_at              INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  updated_at              INTEGER NOT NULL CHECK (updated_at BETWEEN 1000000000000 AND 9999999999999),
  CHECK (password_hash IS NOT NULL OR deleted_at IS NOT NULL),
  CHECK ((avatar_key IS NULL) = (avatar_etag IS NULL)),
  CHECK (stripe_payouts_enabled = 0 OR stripe_account_id IS NOT NULL)
) STRICT;

CREATE TABLE user_roles (
  user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role       TEXT NOT NULL CHECK (role IN ('student', 'creator', 'studentTeacher', 'moderator', 'admin')),
  granted_by TEXT REFERENCES users (id) ON DELETE SET NULL,
  granted_at INTEGER NOT NULL CHECK (granted_at BETWEEN 1000000000000 AND 9999999999999),
  PRIMARY KEY (user_id, role)
) STRICT, WITHOUT ROWID;

CREATE INDEX user_roles_by_role ON user_roles (role, user_id);

CREATE TABLE expertise (
  user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  label    TEXT NOT NULL COLLATE NOCASE CHECK (length(label) BETWEEN 1 AND 60),
  position INTEGER NOT NULL CHECK (position >= 0),
  PRIMARY KEY (user_id, label)
) STRICT, WITHOUT ROWID;

CREATE TABLE follows (
  follower_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  followee_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at  INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  PRIMARY KEY (follower_id, followee_id),
  CHECK (follower_id <> followee_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX follows_by_followee ON follows (followee_id, created_at DESC, follower_id);

-- The counts are shown on every profile; counting followers at each view would read as many rows as there are.
CREATE TRIGGER follows_counted AFTER INSERT ON follows
BEGIN
  UPDATE users SET following_count = following_count + 1 WHERE id = NEW.follower_id;
  UPDATE users SET follower_count = follower_count + 1 WHERE id = NEW.followee_id;
END;

CREATE TRIGGER follows_uncounted AFTER DELETE ON follows
BEGIN
  UPDATE users SET following_count = following_count - 1 WHERE id = OLD.follower_id;
  UPDATE users SET follower_count = follower_count - 1 WHERE id = OLD.followee_id;
END;

-- One row a sign-in on a device. Its id is the family of the refresh tokens that descend from it.
-- (The name `sessions` belongs to tutoring sessions.)
CREATE TABLE auth_sessions (
  id           TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  user_agent   TEXT NOT NULL DEFAULT '' CHECK (length(user_agent) <= 512),
  -- A keyed hash at most: enough to tell two places apart, no address to leak.
  ip_hash      TEXT CHECK (length(ip_hash) <= 64),
  created_at   INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  last_used_at INTEGER NOT NULL CHECK (last_used_at BETWEEN 1000000000000 AND 9999999999999),
  expires_at   INTEGER NOT NULL CHECK (expires_at BETWEEN 1000000000000 AND 9999999999999),
  ended_at     INTEGER CHECK (ended_at BETWEEN 1000000000000 AND 9999999999999),
  end_reason   TEXT CHECK (end_reason IN ('signed_out', 'ended_by_user', 'token_reuse', 'password_reset', 'suspended', 'account_deleted')),
  CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
  CHECK (expires_at > created_at)
) STRICT;

CREATE INDEX auth_sessions_by_user ON auth_sessions (user_id, created_at DESC, id DESC);
CREATE INDEX auth_sessions_by_expiry ON auth_sessions (expires_at);

-- Only hashes of tokens are kept. The access token issued beside each refresh token is named here, so that ending a
-- session can revoke every access token that is still alive, and so that a request's jti leads to its session.
CREATE TABLE refresh_tokens (
  token_hash        TEXT PRIMARY KEY CHECK (length(token_hash) = 64),
  family_id         TEXT NOT NULL REFERENCES auth_sessions (id) ON DELETE CASCADE,
  access_jti        TEXT NOT NULL UNIQUE,
  access_expires_at INTEGER NOT NULL CHECK (access_expires_at BETWEEN 1000000000000 AND 9999999999999),
  created_at        INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  expires_at        INTEGER NOT NULL CHECK (expires_at BETWEEN 1000000000000 AND 9999999999999),
  used_at           INTEGER CHECK (used_at BETWEEN 1000000000000 AND 9999999999999),
  -- The successor's hash. No foreign key: the two rows expire apart.
  replaced_by       TEXT CHECK (length(replaced_by) = 64),
  CHECK ((used_at IS NULL) = (replaced_by IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id, access_expires_at);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

CREATE TABLE one_time_tokens (
  token_hash TEXT PRIMARY KEY CHECK (length(token_hash) = 64),
  user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  purpose    TEXT NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
  -- The address it was mailed to: a token for an old address must not verify a new one.
  email      TEXT NOT NULL,
  created_at INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  expires_at INTEGER NOT NULL CHECK (expires_at BETWEEN 1000000000000 AND 9999999999999),
  used_at    INTEGER CHECK (used_at BETWEEN 1000000000000 AND 9999999999999)
) STRICT, WITHOUT ROWID;

CREATE INDEX one_time_tokens_by_user ON one_time_tokens (user_id, purpose);
CREATE INDEX one_time_tokens_by_expiry ON one_time_tokens (expires_at);
