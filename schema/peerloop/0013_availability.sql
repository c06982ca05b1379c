-- When people teach, what reminds them, and where their calendars subscribe.

-- One row for whoever has said when they teach. Minutes are by the wall clock of `timezone`.
CREATE TABLE availability (
  teacher_id             TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  timezone               TEXT NOT NULL CHECK (length(timezone) BETWEEN 1 AND 64),
  slot_step_minutes      INTEGER NOT NULL CHECK (slot_step_minutes BETWEEN 5 AND 240),
  -- The lengths of sessions on offer, the usual one first: [60, 30].
  session_minutes        TEXT NOT NULL CHECK (json_valid(session_minutes) AND json_type(session_minutes) = 'array'
                                              AND json_array_length(session_minutes) BETWEEN 1 AND 8),
  buffer_before_minutes  INTEGER NOT NULL CHECK (buffer_before_minutes BETWEEN 0 AND 240),
  buffer_after_minutes   INTEGER NOT NULL CHECK (buffer_after_minutes BETWEEN 0 AND 240),
  minimum_notice_minutes INTEGER NOT NULL CHECK (minimum_notice_minutes BETWEEN 0 AND 43200),
  -- Until how long before it begins a session may be moved, and be cancelled by its student.
  change_notice_minutes  INTEGER NOT NULL CHECK (change_notice_minutes BETWEEN 0 AND 10080),
  horizon_days           INTEGER NOT NULL CHECK (horizon_days BETWEEN 1 AND 365),
  daily_limit            INTEGER CHECK (daily_limit BETWEEN 1 AND 24),
  -- Raised by each change: a booking that was decided by other hours than these is refused.
  version                INTEGER NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at             INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  updated_at             INTEGER NOT NULL CHECK (updated_at BETWEEN 1000000000000 AND 9999999999999)
) STRICT;

-- Hours of every week; Monday is 1. What begins and ends on different days is two rows that touch at midnight.
CREATE TABLE availability_rules (
  teacher_id  TEXT NOT NULL REFERENCES availability (teacher_id) ON DELETE CASCADE,
  weekday     INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  from_minute INTEGER NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
  to_minute   INTEGER NOT NULL CHECK (to_minute BETWEEN 1 AND 1440),
  PRIMARY KEY (teacher_id, weekday, from_minute),
  CHECK (from_minute < to_minute)
) STRICT, WITHOUT ROWID;

-- Dates in the teacher's own calendar that are unlike their weekday: [[540, 720], …] in minutes, or [] for a day off.
CREATE TABLE availability_exceptions (
  teacher_id TEXT NOT NULL REFERENCES availability (teacher_id) ON DELETE CASCADE,
  date       TEXT NOT NULL CHECK (date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  hours      TEXT NOT NULL CHECK (json_valid(hours) AND json_type(hours) = 'array'),
  PRIMARY KEY (teacher_id, date)
) STRICT, WITHOUT ROWID;

-- The next moment at which the two are to be reminded; NULL when there is nothing more to remind of.
ALTER TABLE sessions ADD COLUMN next_reminder_at INTEGER CHECK (next_reminder_at BETWEEN 1000000000000 AND 9999999999999);
CREATE INDEX sessions_to_remind ON sessions (next_reminder_at) WHERE status = 'scheduled' AND next_reminder_at IS NOT NULL;

-- The secret link with which a calendar program subscribes to a person's sessions: one a person, as a hash.
CREATE TABLE calendar_links (
  user_id    TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) = 64),
  created_at INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999)
) STRICT;
