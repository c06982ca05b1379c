-- What a person is told inside the product.

CREATE TABLE notifications (
  id         TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 60),
  -- What it is about, such as session:{id}: one cause is told once.
  cause      TEXT NOT NULL CHECK (length(cause) BETWEEN 1 AND 255),
  -- Ids for links, and titles as they were: an object, shown as it is.
  data       TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(data) AND json_type(data) = 'object' AND length(data) <= 4000),
  read_at    INTEGER CHECK (read_at BETWEEN 1000000000000 AND 9999999999999),
  created_at INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  UNIQUE (user_id, kind, cause)
) STRICT;

CREATE INDEX notifications_of_user ON notifications (user_id, created_at DESC, id DESC);
CREATE INDEX notifications_unread ON notifications (user_id, created_at DESC, id DESC) WHERE read_at IS NULL;
CREATE INDEX notifications_by_age ON notifications (created_at);
