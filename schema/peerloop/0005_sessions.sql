-- Tutoring sessions, and the reasons for which what follows from enrollments is refused.

-- RAISE takes only a literal, so the reasons are spelled out: see 0004.
DROP TRIGGER batch_guard_refuses;
CREATE TRIGGER batch_guard_refuses BEFORE INSERT ON batch_guard
BEGIN
  SELECT CASE NEW.reason
    WHEN 'already_certified' THEN RAISE(ABORT, 'guard:already_certified')
    WHEN 'already_decided' THEN RAISE(ABORT, 'guard:already_decided')
    WHEN 'already_enrolled' THEN RAISE(ABORT, 'guard:already_enrolled')
    WHEN 'already_paid' THEN RAISE(ABORT, 'guard:already_paid')
    WHEN 'already_processed' THEN RAISE(ABORT, 'guard:already_processed')
    WHEN 'already_reviewed' THEN RAISE(ABORT, 'guard:already_reviewed')
    WHEN 'account_suspended' THEN RAISE(ABORT, 'guard:account_suspended')
    WHEN 'course_not_published' THEN RAISE(ABORT, 'guard:course_not_published')
    WHEN 'course_incomplete' THEN RAISE(ABORT, 'guard:course_incomplete')
    WHEN 'email_taken' THEN RAISE(ABORT, 'guard:email_taken')
    WHEN 'handle_taken' THEN RAISE(ABORT, 'guard:handle_taken')
    WHEN 'idempotency_conflict' THEN RAISE(ABORT, 'guard:idempotency_conflict')
    WHEN 'not_allowed' THEN RAISE(ABORT, 'guard:not_allowed')
    WHEN 'not_certified' THEN RAISE(ABORT, 'guard:not_certified')
    WHEN 'not_enrolled' THEN RAISE(ABORT, 'guard:not_enrolled')
    WHEN 'not_found' THEN RAISE(ABORT, 'guard:not_found')
    WHEN 'not_owner' THEN RAISE(ABORT, 'guard:not_owner')
    WHEN 'not_recommended' THEN RAISE(ABORT, 'guard:not_recommended')
    WHEN 'outside_join_window' THEN RAISE(ABORT, 'guard:outside_join_window')
    WHEN 'payouts_disabled' THEN RAISE(ABORT, 'guard:payouts_disabled')
    WHEN 'price_changed' THEN RAISE(ABORT, 'guard:price_changed')
    WHEN 'refund_too_large' THEN RAISE(ABORT, 'guard:refund_too_large')
    WHEN 'session_ended' THEN RAISE(ABORT, 'guard:session_ended')
    WHEN 'slot_taken' THEN RAISE(ABORT, 'guard:slot_taken')
    WHEN 'slot_unavailable' THEN RAISE(ABORT, 'guard:slot_unavailable')
    WHEN 'state_changed' THEN RAISE(ABORT, 'guard:state_changed')
    WHEN 'teacher_not_available' THEN RAISE(ABORT, 'guard:teacher_not_available')
    WHEN 'token_expired' THEN RAISE(ABORT, 'guard:token_expired')
    WHEN 'token_reuse' THEN RAISE(ABORT, 'guard:token_reuse')
    WHEN 'token_used' THEN RAISE(ABORT, 'guard:token_used')
    WHEN 'too_late' THEN RAISE(ABORT, 'guard:too_late')
    WHEN 'too_many' THEN RAISE(ABORT, 'guard:too_many')
    ELSE RAISE(ABORT, 'guard:unlisted_reason')
  END;
END;

-- One meeting of one student and who teaches. (`auth_sessions` are sign-ins.) Course, student and teacher are those of
-- the enrollment, repeated here so that either person's calendar is one index range.
CREATE TABLE sessions (
  id              TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  enrollment_id   TEXT NOT NULL REFERENCES enrollments (id) ON DELETE RESTRICT,
  course_id       TEXT NOT NULL REFERENCES courses (id) ON DELETE RESTRICT,
  student_id      TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  teacher_id      TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  starts_at       INTEGER NOT NULL CHECK (starts_at BETWEEN 1000000000000 AND 9999999999999),
  ends_at         INTEGER NOT NULL CHECK (ends_at BETWEEN 1000000000000 AND 9999999999999),
  status          TEXT NOT NULL DEFAULT 'scheduled' CHECK (status IN ('scheduled', 'completed', 'cancelled', 'no_show')),
  no_show_by      TEXT CHECK (no_show_by IN ('student', 'teacher', 'both')),
  cancelled_by    TEXT REFERENCES users (id) ON DELETE RESTRICT,
  cancelled_at    INTEGER CHECK (cancelled_at BETWEEN 1000000000000 AND 9999999999999),
  cancel_reason   TEXT NOT NULL DEFAULT '' CHECK (length(cancel_reason) <= 500),
  -- When it was settled as completed or as a no-show.
  settled_at      INTEGER CHECK (settled_at BETWEEN 1000000000000 AND 9999999999999),
  -- RFC 5545's SEQUENCE: raised whenever the time or the status changes.
  sequence        INTEGER NOT NULL DEFAULT 0 CHECK (sequence >= 0),
  -- The room at the video provider, made when the first of the two joins.
  room_provider   TEXT CHECK (room_provider IN ('plugnmeet', 'bigbluebutton')),
  room_id         TEXT UNIQUE CHECK (length(room_id) BETWEEN 1 AND 128),
  room_created_at INTEGER CHECK (room_created_at BETWEEN 1000000000000 AND 9999999999999),
  room_ended_at   INTEGER CHECK (room_ended_at BETWEEN 1000000000000 AND 9999999999999),
  created_at      INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  updated_at      INTEGER NOT NULL CHECK (updated_at BETWEEN 1000000000000 AND 9999999999999),
  CHECK (student_id <> teacher_id),
  -- No session is longer than four hours: who looks for an overlap looks no further back.
  CHECK (ends_at - starts_at BETWEEN 900000 AND 14400000),
  CHECK ((status = 'no_show') = (no_show_by IS NOT NULL)),
  CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
  CHECK ((status IN ('completed', 'no_show')) = (settled_at IS NOT NULL)),
  CHECK ((room_id IS NULL) = (room_provider IS NULL)),
  CHECK ((room_id IS NULL) = (room_created_at IS NULL))
) STRICT;

CREATE INDEX sessions_of_teacher ON sessions (teacher_id, starts_at DESC, id DESC);
CREATE INDEX sessions_of_student ON sessions (student_id, starts_at DESC, id DESC);
CREATE INDEX sessions_of_enrollment ON sessions (enrollment_id, starts_at DESC, id DESC);
CREATE INDEX sessions_scheduled ON sessions (starts_at, id) WHERE status = 'scheduled';
CREATE INDEX sessions_taught ON sessions (teacher_id, starts_at, ends_at) WHERE status = 'scheduled';
CREATE INDEX sessions_learnt ON sessions (student_id, starts_at, ends_at) WHERE status = 'scheduled';
CREATE INDEX sessions_of_course ON sessions (course_id, status);

-- Nobody is in two places at once, whichever of the two people they are, however many requests arrive together.
CREATE TRIGGER sessions_apart_when_booked BEFORE INSERT ON sessions WHEN NEW.status = 'scheduled'
BEGIN
  SELECT RAISE(ABORT, 'guard:slot_taken')
  WHERE EXISTS (SELECT 1 FROM sessions s WHERE s.status = 'scheduled' AND s.teacher_id IN (NEW.teacher_id, NEW.student_id)
                AND s.starts_at > NEW.starts_at - 14400000 AND s.starts_at < NEW.ends_at AND s.ends_at > NEW.starts_at)
     OR EXISTS (SELECT 1 FROM sessions s WHERE s.status = 'scheduled' AND s.student_id IN (NEW.teacher_id, NEW.student_id)
                AND s.starts_at > NEW.starts_at - 14400000 AND s.starts_at < NEW.ends_at AND s.ends_at > NEW.starts_at);
END;

CREATE TRIGGER sessions_apart_when_moved BEFORE UPDATE OF starts_at, ends_at, status ON sessions
WHEN NEW.status = 'scheduled'
BEGIN
  SELECT RAISE(ABORT, 'guard:slot_taken')
  WHERE EXISTS (SELECT 1 FROM sessions s WHERE s.status = 'scheduled' AND s.teacher_id IN (NEW.teacher_id, NEW.student_id)
                AND s.starts_at > NEW.starts_at - 14400000 AND s.starts_at < NEW.ends_at AND s.ends_at > NEW.starts_at
                AND s.id <> NEW.id)
     OR EXISTS (SELECT 1 FROM sessions s WHERE s.status = 'scheduled' AND s.student_id IN (NEW.teacher_id, NEW.student_id)
                AND s.starts_at > NEW.starts_at - 14400000 AND s.starts_at < NEW.ends_at AND s.ends_at > NEW.starts_at
                AND s.id <> NEW.id);
END;

CREATE TRIGGER sessions_frozen BEFORE UPDATE OF enrollment_id, course_id, student_id, teacher_id ON sessions
WHEN OLD.enrollment_id <> NEW.enrollment_id OR OLD.course_id <> NEW.course_id OR OLD.student_id <> NEW.student_id
  OR OLD.teacher_id <> NEW.teacher_id
BEGIN
  SELECT RAISE(ABORT, 'guard:immutable');
END;
