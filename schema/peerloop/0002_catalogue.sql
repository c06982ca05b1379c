-- The catalogue: what can be learnt, from whom, and how it is found.

CREATE TABLE categories (
  id          TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  slug        TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 60 AND slug NOT GLOB '*[^a-z0-9-]*'),
  name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  description TEXT NOT NULL DEFAULT '' CHECK (length(description) <= 500),
  position    INTEGER NOT NULL CHECK (position >= 0)
) STRICT;

CREATE INDEX categories_in_order ON categories (position, id);

CREATE TABLE courses (
  id               TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  -- A path names a course by id or by slug, so that a slug must not look like an id.
  slug             TEXT NOT NULL UNIQUE
                   CHECK (length(slug) BETWEEN 1 AND 120 AND slug NOT GLOB '*[^a-z0-9-]*'
                          AND slug NOT GLOB '????????-????-7???-????-????????????'),
  creator_id       TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  category_id      TEXT NOT NULL REFERENCES categories (id) ON DELETE RESTRICT,
  title            TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  description      TEXT NOT NULL CHECK (length(description) <= 20000),
  level            TEXT NOT NULL CHECK (level IN ('beginner', 'intermediate', 'advanced')),
  -- The bounds are the smallest and largest charge that Stripe accepts in US dollars.
  price_cents      INTEGER NOT NULL CHECK (price_cents BETWEEN 50 AND 99999999),
  currency         TEXT NOT NULL CHECK (currency GLOB '[a-z][a-z][a-z]'),
  status           TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'published', 'archived')),
  thumbnail_key    TEXT,
  thumbnail_etag   TEXT,
  rating_sum       INTEGER NOT NULL DEFAULT 0,
  rating_count     INTEGER NOT NULL DEFAULT 0 CHECK (rating_count >= 0),
  -- The average in hundredths of a star: an integer, so that a cursor through the list sorted by it is exact.
  rating_hundredths INTEGER GENERATED ALWAYS AS (CASE rating_count WHEN 0 THEN 0 ELSE rating_sum * 100 / rating_count END) VIRTUAL,
  enrollment_count INTEGER NOT NULL DEFAULT 0 CHECK (enrollment_count >= 0),
  published_at     INTEGER CHECK (published_at BETWEEN 1000000000000 AND 9999999999999),
  created_at       INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  updated_at       INTEGER NOT NULL CHECK (updated_at BETWEEN 1000000000000 AND 9999999999999),
  CHECK (rating_sum BETWEEN rating_count AND rating_count * 5),
  CHECK (status <> 'published' OR published_at IS NOT NULL),
  CHECK ((thumbnail_key IS NULL) = (thumbnail_etag IS NULL))
) STRICT;

-- Only published courses are listed, so that only they are in these indexes. SQLite uses a partial index only when the
-- query says status = 'published' as a literal; a bound parameter would not do.
CREATE INDEX courses_newest ON courses (published_at DESC, id DESC) WHERE status = 'published';
CREATE INDEX courses_by_category ON courses (category_id, published_at DESC, id DESC) WHERE status = 'published';
CREATE INDEX courses_by_level ON courses (level, published_at DESC, id DESC) WHERE status = 'published';
CREATE INDEX courses_by_price ON courses (price_cents, id) WHERE status = 'published';
CREATE INDEX courses_by_rating ON courses (rating_hundredths DESC, id DESC) WHERE status = 'published';
CREATE INDEX courses_by_popularity ON courses (enrollment_count DESC, id DESC) WHERE status = 'published';
CREATE INDEX courses_by_creator ON courses (creator_id, published_at DESC, id DESC) WHERE status = 'published';
-- A creator's own list has drafts too.
CREATE INDEX courses_of_creator ON courses (creator_id, updated_at DESC, id DESC);
-- Counts a category's courses, and backs its foreign key.
CREATE INDEX courses_of_category ON courses (category_id, status);

CREATE TABLE course_objectives (
  course_id TEXT NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
  position  INTEGER NOT NULL CHECK (position >= 0),
  text      TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 500),
  PRIMARY KEY (course_id, position)
) STRICT, WITHOUT ROWID;

-- Positions of modules and lessons are not unique: SQLite checks uniqueness row by row, so that swapping two positions
-- in one UPDATE would fail half-way.
CREATE TABLE modules (
  id          TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  course_id   TEXT NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
  position    INTEGER NOT NULL CHECK (position >= 0),
  title       TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  description TEXT NOT NULL DEFAULT '' CHECK (length(description) <= 5000)
) STRICT;

CREATE INDEX modules_of_course ON modules (course_id, position, id);

CREATE TABLE lessons (
  id               TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  module_id        TEXT NOT NULL REFERENCES modules (id) ON DELETE CASCADE,
  position         INTEGER NOT NULL CHECK (position >= 0),
  title            TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  description      TEXT NOT NULL DEFAULT '' CHECK (length(description) <= 5000),
  duration_minutes INTEGER CHECK (duration_minutes BETWEEN 1 AND 1440)
) STRICT;

CREATE INDEX lessons_of_module ON lessons (module_id, position, id);

-- Who may teach a course besides its creator.
CREATE TABLE course_teachers (
  course_id  TEXT NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
  teacher_id TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  status     TEXT NOT NULL DEFAULT 'applied' CHECK (status IN ('applied', 'approved', 'declined', 'withdrawn')),
  message    TEXT NOT NULL DEFAULT '' CHECK (length(message) <= 5000),
  applied_at INTEGER NOT NULL CHECK (applied_at BETWEEN 1000000000000 AND 9999999999999),
  decided_at INTEGER CHECK (decided_at BETWEEN 1000000000000 AND 9999999999999),
  decided_by TEXT REFERENCES users (id) ON DELETE RESTRICT,
  PRIMARY KEY (course_id, teacher_id),
  CHECK (status NOT IN ('approved', 'declined') OR decided_at IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX course_teachers_approved ON course_teachers (course_id, decided_at, teacher_id) WHERE status = 'approved';
CREATE INDEX course_teachers_by_teacher ON course_teachers (teacher_id, status, course_id);

-- What full-text search reads. Objectives live in rows of their own, and FTS5 must be told a row's old text when it
-- changes: this table holds both, under an integer key that survives export and import (a rowid would not).
CREATE TABLE course_documents (
  id          INTEGER PRIMARY KEY,
  course_id   TEXT NOT NULL UNIQUE REFERENCES courses (id) ON DELETE CASCADE,
  title       TEXT NOT NULL,
  description TEXT NOT NULL,
  objectives  TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE VIRTUAL TABLE course_search USING fts5 (
  title, description, objectives,
  content = 'course_documents', content_rowid = 'id',
  tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3'
);

CREATE TRIGGER course_documents_indexed AFTER INSERT ON course_documents
BEGIN
  INSERT INTO course_search (rowid, title, description, objectives)
  VALUES (NEW.id, NEW.title, NEW.description, NEW.objectives);
END;

CREATE TRIGGER course_documents_unindexed AFTER DELETE ON course_documents
BEGIN
  INSERT INTO course_search (course_search, rowid, title, description, objectives)
  VALUES ('delete', OLD.id, OLD.title, OLD.description, OLD.objectives);
END;

CREATE TRIGGER course_documents_reindexed AFTER UPDATE ON course_documents
BEGIN
  INSERT INTO course_search (course_search, rowid, title, description, objectives)
  VALUES ('delete', OLD.id, OLD.title, OLD.description, OLD.objectives);
  INSERT INTO course_search (rowid, title, description, objectives)
  VALUES (NEW.id, NEW.title, NEW.description, NEW.objectives);
END;

CREATE TRIGGER courses_documented AFTER INSERT ON courses
BEGIN
  INSERT INTO course_documents (course_id, title, description) VALUES (NEW.id, NEW.title, NEW.description);
END;

CREATE TRIGGER courses_redocumented AFTER UPDATE OF title, description ON courses
WHEN OLD.title <> NEW.title OR OLD.description <> NEW.description
BEGIN
  UPDATE course_documents SET title = NEW.title, description = NEW.description WHERE course_id = NEW.id;
END;

CREATE TRIGGER course_objectives_added AFTER INSERT ON course_objectives
BEGIN
  UPDATE course_documents
  SET objectives = (SELECT group_concat(text, char(10)) FROM course_objectives WHERE course_id = NEW.course_id)
  WHERE course_id = NEW.course_id;
END;

CREATE TRIGGER course_objectives_changed AFTER UPDATE OF text ON course_objectives
BEGIN
  UPDATE course_documents
  SET objectives = (SELECT group_concat(text, char(10)) FROM course_objectives WHERE course_id = NEW.course_id)
  WHERE course_id = NEW.course_id;
END;

CREATE TRIGGER course_objectives_removed AFTER DELETE ON course_objectives
BEGIN
  UPDATE course_documents
  SET objectives = coalesce((SELECT group_concat(text, char(10)) FROM course_objectives WHERE course_id = OLD.course_id), '')
  WHERE course_id = OLD.course_id;
END;
