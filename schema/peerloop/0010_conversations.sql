-- Messages between two people, and whom somebody does not want to hear from.

CREATE TABLE blocks (
  blocker_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  blocked_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  PRIMARY KEY (blocker_id, blocked_id),
  CHECK (blocker_id <> blocked_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX blocks_of_blocked ON blocks (blocked_id);

-- A pair has one conversation, whoever begins it, and however many begin it at once: the smaller id stands first.
CREATE TABLE conversations (
  id             TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  first_user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  second_user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  begun_by       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at     INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  UNIQUE (first_user_id, second_user_id),
  CHECK (first_user_id < second_user_id),
  CHECK (begun_by IN (first_user_id, second_user_id))
) STRICT;

CREATE INDEX conversations_begun ON conversations (begun_by, created_at);

-- A conversation as one of the two sees it.
CREATE TABLE conversation_members (
  conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  user_id         TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  other_id        TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- Up to which message it was read; 0: none.
  read_position   INTEGER NOT NULL DEFAULT 0 CHECK (read_position >= 0),
  unread_count    INTEGER NOT NULL DEFAULT 0 CHECK (unread_count >= 0),
  -- When the last message came.
  active_at       INTEGER NOT NULL CHECK (active_at BETWEEN 1000000000000 AND 9999999999999),
  PRIMARY KEY (conversation_id, user_id),
  CHECK (user_id <> other_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX conversation_members_of_user ON conversation_members (user_id, active_at DESC, conversation_id DESC);

CREATE TRIGGER conversations_seen_by_both AFTER INSERT ON conversations
BEGIN
  INSERT INTO conversation_members (conversation_id, user_id, other_id, active_at)
  VALUES (NEW.id, NEW.first_user_id, NEW.second_user_id, NEW.created_at),
         (NEW.id, NEW.second_user_id, NEW.first_user_id, NEW.created_at);
END;

-- Messages are counted, not only timed: two that are sent in one millisecond have an order, and it is the same for both.
CREATE TABLE messages (
  id              TEXT PRIMARY KEY CHECK (id GLOB '????????-????-7???-????-????????????'),
  conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  position        INTEGER NOT NULL CHECK (position > 0),
  sender_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  text            TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
  created_at      INTEGER NOT NULL CHECK (created_at BETWEEN 1000000000000 AND 9999999999999),
  UNIQUE (conversation_id, position)
) STRICT;

CREATE INDEX messages_of_sender ON messages (sender_id, created_at, id);

-- Who writes has read what stands above.
CREATE TRIGGER messages_counted AFTER INSERT ON messages
BEGIN
  UPDATE conversation_members
  SET active_at = max(active_at, NEW.created_at),
      unread_count = iif(user_id = NEW.sender_id, 0, unread_count + 1),
      read_position = iif(user_id = NEW.sender_id, NEW.position, read_position)
  WHERE conversation_id = NEW.conversation_id;
END;
