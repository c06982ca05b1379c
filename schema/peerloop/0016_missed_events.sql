-- How far a provider's own list of events was looked through for those whose deliveries never came.
CREATE TABLE event_cursors (
  provider  TEXT PRIMARY KEY CHECK (provider = 'stripe'),
  -- The newest event that was looked at; NULL before the first.
  event_id  TEXT CHECK (length(event_id) BETWEEN 1 AND 255),
  looked_at INTEGER NOT NULL CHECK (looked_at BETWEEN 1000000000000 AND 9999999999999)
) STRICT;
