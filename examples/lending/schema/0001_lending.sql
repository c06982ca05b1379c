-- What the program is about.
CREATE TABLE members (
  id      TEXT PRIMARY KEY,
  name    TEXT NOT NULL,
  left_at INTEGER
) STRICT;

CREATE TABLE things (
  id   TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;

CREATE TABLE loans (
  id          TEXT PRIMARY KEY,
  thing_id    TEXT NOT NULL REFERENCES things (id),
  member_id   TEXT NOT NULL REFERENCES members (id),
  until       INTEGER NOT NULL,
  note        TEXT,
  lent_at     INTEGER NOT NULL,
  returned_at INTEGER
) STRICT;

-- A thing is with one member at a time: the database says so, whoever asks and however many at once.
CREATE UNIQUE INDEX loans_one_open ON loans (thing_id) WHERE returned_at IS NULL;
CREATE INDEX things_by_name ON things (name, id);
