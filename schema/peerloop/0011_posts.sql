-- What people write in a course's feed, and what others object to. These rows are the truth: who may read, what was
-- taken away and what is exported is decided here; the feed provider holds a copy.

CREATE TABLE posts (
  id         TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  course_id  TEXT NOT NULL REFERENCES courses (id) ON DELETE RESTRICT,
  author_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- Emptied when its author deletes it; kept when a moderator removes it, so that the removal can be looked at again.
  text       TEXT NOT NULL CHECK (length(text) <= 5000),
  status     TEXT NOT NULL DEFAULT 'published' CHECK (status IN ('published', 'deleted', 'removed')),
  removed_by TEXT REFERENCES users (id) ON DELETE SET NULL,
  ended_at   INTEGER CHECK (ended_at BETWEEN 1000000000000 AND 9999999999999),
  created_at INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  CHECK ((status = 'published') = (ended_at IS NULL)),
  CHECK ((status = 'deleted') = (text = '')),
  CHECK (removed_by IS NULL OR status = 'removed')
) STRICT;

CREATE INDEX posts_of_course ON posts (course_id, status, created_at DESC, id DESC);
CREATE INDEX posts_of_author ON posts (author_id, created_at DESC, id DESC);

CREATE TABLE post_flags (
  id          TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  post_id     TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  -- NULL: the feed provider, whose own moderation took its copy away.
  reporter_id TEXT REFERENCES users (id) ON DELETE CASCADE,
  reason      TEXT NOT NULL CHECK (reason IN ('spam', 'abuse', 'off_topic', 'other')),
  note        TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  -- moot: the author took the post away before anybody decided.
  status      TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'dismissed', 'upheld', 'moot')),
  resolution  TEXT NOT NULL DEFAULT '' CHECK (length(resolution) <= 500),
  resolved_by TEXT REFERENCES users (id) ON DELETE SET NULL,
  resolved_at INTEGER CHECK (resolved_at BETWEEN 1000000000000 AND 9999999999999),
  created_at  INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  -- Who objects twice says nothing new.
  UNIQUE (post_id, reporter_id),
  CHECK ((status = 'open') = (resolved_at IS NULL))
) STRICT;

CREATE INDEX post_flags_by_status ON post_flags (status, created_at, id);
CREATE INDEX post_flags_of_reporter ON post_flags (reporter_id, created_at);
