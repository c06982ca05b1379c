-- Who was in the rooms of tutoring sessions, and what was recorded there.

-- One opening of a session's room. The room keeps its name when it is opened again; the provider's `sid` tells the
-- openings apart, so that news of an earlier one does not end a later one.
CREATE TABLE session_rooms (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  room_sid   TEXT NOT NULL CHECK (length(room_sid) BETWEEN 1 AND 128),
  ended_at   INTEGER CHECK (ended_at BETWEEN 1000000000000 AND 9999999999999),
  PRIMARY KEY (session_id, room_sid)
) STRICT, WITHOUT ROWID;

-- One stay of one person, by the provider's `sid` of the participant: who comes back has another. Joins and leaves
-- arrive in any order, so either may be missing.
CREATE TABLE session_attendance (
  session_id       TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  participant_sid  TEXT NOT NULL CHECK (length(participant_sid) BETWEEN 1 AND 128),
  room_sid         TEXT NOT NULL CHECK (length(room_sid) BETWEEN 1 AND 128),
  user_id          TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  joined_at        INTEGER CHECK (joined_at BETWEEN 1000000000000 AND 9999999999999),
  left_at          INTEGER CHECK (left_at BETWEEN 1000000000000 AND 9999999999999),
  -- How the end is known: the person left; the room ended around them; or nothing was heard and the session is over.
  left_how         TEXT CHECK (left_how IN ('left', 'room_ended', 'assumed')),
  duration_seconds INTEGER GENERATED ALWAYS AS ((left_at - joined_at) / 1000) VIRTUAL,
  PRIMARY KEY (session_id, participant_sid),
  CHECK (joined_at IS NOT NULL OR left_at IS NOT NULL),
  CHECK (left_at >= joined_at),
  CHECK ((left_at IS NULL) = (left_how IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX session_attendance_of_user ON session_attendance (user_id, session_id);

-- A recording at the provider, on its way into the bucket:
--   waiting   the outbox opens the upload
--   copying   cron moves it part by part
--   stored    it is at object_key
--   failed    given up, for a person to look at
CREATE TABLE recordings (
  id                 TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  session_id         TEXT NOT NULL REFERENCES sessions (id) ON DELETE RESTRICT,
  provider           TEXT NOT NULL CHECK (provider IN ('plugnmeet', 'bigbluebutton')),
  provider_record_id TEXT NOT NULL CHECK (length(provider_record_id) BETWEEN 1 AND 128),
  status             TEXT NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'copying', 'stored', 'failed')),
  content_type       TEXT NOT NULL CHECK (length(content_type) BETWEEN 1 AND 100),
  object_key         TEXT UNIQUE CHECK (length(object_key) BETWEEN 1 AND 500),
  upload_id          TEXT CHECK (length(upload_id) BETWEEN 1 AND 2000),
  -- What the first part told of the whole: its bytes, and which file it was.
  size_bytes         INTEGER CHECK (size_bytes > 0),
  source_validator   TEXT CHECK (length(source_validator) <= 500),
  parts_copied       INTEGER NOT NULL DEFAULT 0 CHECK (parts_copied BETWEEN 0 AND 10000),
  -- Uploads that were begun; tries of the present one that failed in a row.
  uploads            INTEGER NOT NULL DEFAULT 0 CHECK (uploads >= 0),
  attempts           INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  next_attempt_at    INTEGER NOT NULL CHECK (next_attempt_at BETWEEN 1000000000000 AND 9999999999999),
  -- Whoever copies holds the row; one that disappeared loses it with the time.
  lock_owner         TEXT CHECK (length(lock_owner) = 36),
  locked_until       INTEGER CHECK (locked_until BETWEEN 1000000000000 AND 9999999999999),
  last_error         TEXT CHECK (length(last_error) <= 2000),
  recorded_at        INTEGER NOT NULL CHECK (recorded_at BETWEEN 1000000000000 AND 9999999999999),
  stored_at          INTEGER CHECK (stored_at BETWEEN 1000000000000 AND 9999999999999),
  created_at         INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  UNIQUE (provider, provider_record_id),
  CHECK ((status = 'stored') = (stored_at IS NOT NULL)),
  CHECK (status NOT IN ('copying', 'stored') OR object_key IS NOT NULL),
  CHECK ((status = 'copying') = (upload_id IS NOT NULL)),
  CHECK ((lock_owner IS NULL) = (locked_until IS NULL))
) STRICT;

CREATE INDEX recordings_of_session ON recordings (session_id, recorded_at DESC, id DESC);
CREATE INDEX recordings_to_copy ON recordings (next_attempt_at, id) WHERE status = 'copying';
CREATE INDEX recordings_failed ON recordings (created_at DESC, id DESC) WHERE status = 'failed';

-- The parts that are in the bucket already; gone when the object is whole.
CREATE TABLE recording_parts (
  recording_id TEXT NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
  number       INTEGER NOT NULL CHECK (number BETWEEN 1 AND 10000),
  etag         TEXT NOT NULL CHECK (length(etag) BETWEEN 1 AND 200),
  PRIMARY KEY (recording_id, number)
) STRICT, WITHOUT ROWID;

-- Rooms that nobody ended, for cron.
CREATE INDEX sessions_with_open_room ON sessions (ends_at, id) WHERE room_id IS NOT NULL AND room_ended_at IS NULL;
