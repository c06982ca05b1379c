#include "peerloop/maintenance.h"

#include <vector>

namespace isthmus::peerloop {

namespace {

constexpr Millis webhook_bodies_kept = 7 * day;
constexpr Millis delivered_rows_kept = 30 * day;
constexpr Millis mails_kept = 365 * day;
constexpr Millis notifications_kept = 365 * day;

/// Rows of one kind and run: more wait for the next, so that no batch holds the database for long.
constexpr std::int64_t most_rows = 500;

std::vector<Statement> purges(Timestamp now) {
  const auto purge = [](std::string_view text, Timestamp until) { return sql(text, until, most_rows); };
  return {
      purge("DELETE FROM one_time_tokens WHERE token_hash IN"
            " (SELECT token_hash FROM one_time_tokens WHERE expires_at <= ?1 LIMIT CAST(?2 AS INTEGER))",
            now),
      purge("DELETE FROM refresh_tokens WHERE token_hash IN"
            " (SELECT token_hash FROM refresh_tokens WHERE expires_at <= ?1 LIMIT CAST(?2 AS INTEGER))",
            now),
      purge("DELETE FROM auth_sessions WHERE id IN"
            " (SELECT id FROM auth_sessions WHERE expires_at <= ?1 LIMIT CAST(?2 AS INTEGER))",
            now),
      purge("DELETE FROM rate_limits WHERE key IN"
            " (SELECT key FROM rate_limits WHERE expires_at <= ?1 LIMIT CAST(?2 AS INTEGER))",
            now),
      purge("DELETE FROM idempotency_keys WHERE (scope, key) IN"
            " (SELECT scope, key FROM idempotency_keys WHERE expires_at <= ?1 LIMIT CAST(?2 AS INTEGER))",
            now),
      purge("UPDATE webhook_events SET body = NULL WHERE (provider, event_id) IN"
            " (SELECT provider, event_id FROM webhook_events WHERE body IS NOT NULL AND received_at <= ?1"
            "  LIMIT CAST(?2 AS INTEGER))",
            now - webhook_bodies_kept),
      purge("DELETE FROM outbox WHERE id IN"
            " (SELECT id FROM outbox WHERE delivered_at IS NOT NULL AND delivered_at <= ?1 LIMIT CAST(?2 AS INTEGER))",
            now - delivered_rows_kept),
      purge("DELETE FROM emails WHERE id IN"
            " (SELECT id FROM emails WHERE created_at <= ?1 LIMIT CAST(?2 AS INTEGER))",
            now - mails_kept),
      purge("DELETE FROM notifications WHERE id IN"
            " (SELECT id FROM notifications WHERE created_at <= ?1 LIMIT CAST(?2 AS INTEGER))",
            now - notifications_kept),
  };
}

}  // namespace

Task<Result<void>> purge_expired(Host& host, Timestamp now) {
  co_await host.database.batch(purges(now), OnLostAnswer::retry);
  co_return Result<void>();
}

}  // namespace isthmus::peerloop
