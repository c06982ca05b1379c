-- Learning to its end: certificates, who passes on what they learnt, what people say of each other, and what a course
-- gives its students to read.

-- A creator's word that somebody completed a course. Whether it still holds depends on the enrollment as well: one that
-- was refunded is no completion.
CREATE TABLE certificates (
  id            TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  enrollment_id TEXT NOT NULL REFERENCES enrollments (id) ON DELETE RESTRICT,
  course_id     TEXT NOT NULL REFERENCES courses (id) ON DELETE RESTRICT,
  holder_id     TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  type          TEXT NOT NULL DEFAULT 'completion' CHECK (type IN ('completion')),
  -- As they were when it was issued: a certificate does not follow whoever renames a course or themselves. The name is
  -- emptied when its holder deletes the account.
  holder_name   TEXT NOT NULL CHECK (length(holder_name) <= 100),
  course_title  TEXT NOT NULL CHECK (length(course_title) BETWEEN 1 AND 200),
  issued_by     TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  issued_at     INTEGER NOT NULL CHECK (issued_at BETWEEN 1000000000000 AND 9999999999999),
  revoked_by    TEXT REFERENCES users (id) ON DELETE RESTRICT,
  revoked_at    INTEGER CHECK (revoked_at BETWEEN 1000000000000 AND 9999999999999),
  revoke_reason TEXT NOT NULL DEFAULT '' CHECK (length(revoke_reason) <= 1000),
  CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
) STRICT;

-- However many requests certify at once.
CREATE UNIQUE INDEX certificates_one_live ON certificates (enrollment_id) WHERE revoked_at IS NULL;
CREATE INDEX certificates_of_enrollment ON certificates (enrollment_id, issued_at DESC, id DESC);
CREATE INDEX certificates_of_holder ON certificates (holder_id, issued_at DESC, id DESC);
CREATE INDEX certificates_of_course ON certificates (course_id, holder_id);

CREATE TRIGGER certificates_frozen BEFORE UPDATE OF enrollment_id, course_id, holder_id, course_title ON certificates
WHEN OLD.enrollment_id <> NEW.enrollment_id OR OLD.course_id <> NEW.course_id OR OLD.holder_id <> NEW.holder_id
  OR OLD.course_title <> NEW.course_title
BEGIN
  SELECT RAISE(ABORT, 'guard:immutable');
END;

-- Who awaits certification, oldest first.
CREATE INDEX enrollments_recommended ON enrollments (course_id, recommended_at, id)
  WHERE status = 'enrolled' AND recommended_at IS NOT NULL;

-- What the creator answered an application with, for the applicant to read.
ALTER TABLE course_teachers ADD COLUMN note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 1000);

CREATE INDEX course_teachers_in_order ON course_teachers (course_id, status, applied_at, teacher_id);

-- Nobody teaches what they have not completed, however the completion ended.
CREATE TRIGGER enrollments_refunded_end_teaching AFTER UPDATE OF status ON enrollments
WHEN NEW.status = 'refunded' AND OLD.status <> 'refunded'
BEGIN
  UPDATE course_teachers SET status = 'withdrawn', decided_at = NEW.refunded_at, decided_by = NULL
  WHERE course_id = NEW.course_id AND teacher_id = NEW.student_id AND status IN ('applied', 'approved');
END;

CREATE TRIGGER certificates_revoked_end_teaching AFTER UPDATE OF revoked_at ON certificates
WHEN NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL
BEGIN
  UPDATE course_teachers SET status = 'withdrawn', decided_at = NEW.revoked_at, decided_by = NEW.revoked_by
  WHERE course_id = NEW.course_id AND teacher_id = NEW.holder_id AND status IN ('applied', 'approved');
END;

-- What the two people of a session say about it afterwards, each once.
CREATE TABLE reviews (
  id            TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  session_id    TEXT NOT NULL REFERENCES sessions (id) ON DELETE RESTRICT,
  enrollment_id TEXT NOT NULL REFERENCES enrollments (id) ON DELETE RESTRICT,
  course_id     TEXT NOT NULL REFERENCES courses (id) ON DELETE RESTRICT,
  author_id     TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  subject_id    TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  written_by    TEXT NOT NULL CHECK (written_by IN ('student', 'teacher')),
  rating        INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
  -- What a student says of the course, beside the session.
  course_rating INTEGER CHECK (course_rating BETWEEN 1 AND 5),
  comment       TEXT NOT NULL DEFAULT '' CHECK (length(comment) <= 5000),
  created_at    INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  UNIQUE (session_id, author_id),
  CHECK (author_id <> subject_id),
  CHECK ((written_by = 'student') = (course_rating IS NOT NULL))
) STRICT;

CREATE INDEX reviews_of_course ON reviews (course_id, written_by, created_at DESC, id DESC);
CREATE INDEX reviews_of_subject ON reviews (subject_id, written_by, created_at DESC, id DESC);
CREATE INDEX reviews_of_enrollment ON reviews (enrollment_id);
CREATE INDEX reviews_of_author ON reviews (author_id);

-- A student counts once in a course's rating, with their latest word, however many sessions they had.
ALTER TABLE enrollments ADD COLUMN course_rating INTEGER CHECK (course_rating BETWEEN 1 AND 5);
ALTER TABLE users ADD COLUMN teaching_rating_sum INTEGER NOT NULL DEFAULT 0 CHECK (teaching_rating_sum >= 0);
ALTER TABLE users ADD COLUMN teaching_rating_count INTEGER NOT NULL DEFAULT 0 CHECK (teaching_rating_count >= 0);

CREATE TRIGGER reviews_rated AFTER INSERT ON reviews WHEN NEW.written_by = 'student'
BEGIN
  UPDATE users SET teaching_rating_sum = teaching_rating_sum + NEW.rating,
                   teaching_rating_count = teaching_rating_count + 1
  WHERE id = NEW.subject_id;
  UPDATE enrollments SET course_rating = NEW.course_rating WHERE id = NEW.enrollment_id;
END;

CREATE TRIGGER enrollments_rated AFTER UPDATE OF course_rating ON enrollments
WHEN OLD.course_rating IS NOT NEW.course_rating
BEGIN
  UPDATE courses
  SET rating_sum = rating_sum + coalesce(NEW.course_rating, 0) - coalesce(OLD.course_rating, 0),
      rating_count = rating_count + (NEW.course_rating IS NOT NULL) - (OLD.course_rating IS NOT NULL)
  WHERE id = NEW.course_id;
END;

CREATE TRIGGER reviews_frozen BEFORE UPDATE OF session_id, enrollment_id, author_id, subject_id, rating, course_rating ON reviews
WHEN OLD.session_id <> NEW.session_id OR OLD.enrollment_id <> NEW.enrollment_id OR OLD.author_id <> NEW.author_id
  OR OLD.subject_id <> NEW.subject_id OR OLD.rating <> NEW.rating OR OLD.course_rating IS NOT NEW.course_rating
BEGIN
  SELECT RAISE(ABORT, 'guard:immutable');
END;

-- Files of a course. The bytes lie in the bucket as courses/{course_id}/materials/{id}. The row comes before them, so
-- that caps hold for parallel uploads and no object is without a row that leads to it.
CREATE TABLE course_materials (
  id           TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  course_id    TEXT NOT NULL REFERENCES courses (id) ON DELETE RESTRICT,
  uploaded_by  TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  name         TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  content_type TEXT NOT NULL CHECK (content_type LIKE '_%/_%' AND length(content_type) <= 120),
  size_bytes   INTEGER NOT NULL CHECK (size_bytes > 0),
  status       TEXT NOT NULL DEFAULT 'uploading' CHECK (status IN ('uploading', 'stored')),
  created_at   INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  stored_at    INTEGER CHECK (stored_at BETWEEN 1000000000000 AND 9999999999999),
  CHECK ((status = 'stored') = (stored_at IS NOT NULL))
) STRICT;

CREATE INDEX course_materials_of_course ON course_materials (course_id, status, id);
CREATE INDEX course_materials_unfinished ON course_materials (created_at) WHERE status = 'uploading';

-- What somebody wrote goes with them; the stars stay, since they are others' averages.
CREATE TRIGGER users_deleted_are_forgotten AFTER UPDATE OF deleted_at ON users
WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL
BEGIN
  UPDATE certificates SET holder_name = '' WHERE holder_id = NEW.id;
  UPDATE reviews SET comment = '' WHERE author_id = NEW.id;
  UPDATE course_teachers SET message = '', note = '' WHERE teacher_id = NEW.id;
END;
