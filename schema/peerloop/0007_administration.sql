-- Indexes for what administrators look up.

CREATE INDEX users_by_name ON users (name COLLATE NOCASE);
CREATE INDEX users_suspended ON users (id) WHERE suspended_at IS NOT NULL;
CREATE INDEX users_deleted ON users (id) WHERE deleted_at IS NOT NULL;

DROP INDEX webhook_events_failed;
CREATE INDEX webhook_events_by_status ON webhook_events (status, received_at DESC, provider, event_id);

DROP INDEX outbox_delivered;
CREATE INDEX outbox_delivered ON outbox (delivered_at DESC, id DESC) WHERE delivered_at IS NOT NULL;
