#include "jobs/outbox.h"

#include <algorithm>
#include <optional>

namespace isthmus {

namespace {

/// A row whose last try failed waits 20 s, 40 s, … up to six hours; after the last of these it is dead.
constexpr std::int64_t most_attempts = 16;
/// How long a dispatcher may hold a row: longer than the calls for one may take.
constexpr Millis lease = 2 * minute;
/// No row is begun later than this after the first: what follows an answer is ended 30 s after its request came.
constexpr Millis begins_within = 10 * second;

Millis backoff(std::int64_t attempts) {
  return std::min<Millis>((10 * second) << std::min<std::int64_t>(attempts, 12), 6 * hour);
}

bool may_get_better(const Error& error) {
  return error.status >= 500 || error.status == 408 || error.status == 409 || error.status == 429;
}

/// Gives the `OutboxItem` that has waited longest, or none.
Statement claim_next(Timestamp now) {
  return sql(R"(
      UPDATE outbox SET locked_until = ?2, attempts = attempts + 1
      WHERE id = (SELECT id FROM outbox
                  WHERE delivered_at IS NULL AND dead_at IS NULL AND next_attempt_at <= ?1
                    AND (locked_until IS NULL OR locked_until <= ?1)
                  ORDER BY next_attempt_at, id LIMIT 1)
      RETURNING id, kind, dedupe_key, payload, attempts)",
             now, now + lease);
}

Statement mark_delivered(const OutboxItem& item, std::string provider_id, Timestamp now) {
  return sql(R"(
      UPDATE outbox SET delivered_at = ?2, provider_id = ?3, locked_until = NULL, last_error = NULL, payload = '{}'
      WHERE id = ?1 AND delivered_at IS NULL AND dead_at IS NULL)",
             item.id, now, provider_id.empty() ? std::optional<std::string>() : std::optional(std::move(provider_id)));
}

Statement mark_failed(const OutboxItem& item, const Error& error, Timestamp now) {
  const bool dead = !may_get_better(error) || item.attempts >= most_attempts;
  const Millis wait = std::max(backoff(item.attempts), error.retry_after_seconds * second);
  std::string cause = error.log.value.empty() ? std::string(error.code) : error.log.value;
  if (cause.size() > 500) cause.resize(500);
  return sql(R"(
      UPDATE outbox SET locked_until = NULL, next_attempt_at = ?2, dead_at = ?3, last_error = ?4
      WHERE id = ?1 AND delivered_at IS NULL AND dead_at IS NULL)",
             item.id, now + wait, dead ? std::optional(now) : std::nullopt, std::move(cause));
}

Task<Result<Delivery>> deliver(Host& host, std::span<const OutboxHandler> handlers, const OutboxItem& item) {
  const auto handler = std::ranges::find(handlers, item.kind, &OutboxHandler::kind);
  if (handler == handlers.end()) co_return Failure(bad_request("No such kind of outbox row.", "unknown_kind"));
  co_return co_await handler->deliver(host, item);
}

Statement note_failure(Host& host, const OutboxItem& item, const Error& error) {
  LogLine(host, Log::Level::warning, "an outbox row was not delivered")
      .with("outboxId", item.id)
      .with("kind", item.kind)
      .with("attempts", item.attempts)
      .with("cause", error.log.value);
  return mark_failed(item, error, host.clock.now());
}

/// Writes what became of a row, and behind it in the same batch claims the next, where one may begin until a moment
/// that has not come.
Task<Result<std::optional<OutboxItem>>> write(Host& host, std::vector<Statement> statements,
                                              std::optional<Timestamp> until) {
  const Timestamp now = host.clock.now();
  const bool goes_on = until && now < *until;
  if (goes_on) statements.push_back(claim_next(now));
  // Marking twice is harmless. A row that was claimed without our hearing waits until its lease is over.
  auto sets = co_await host.database.batch(std::move(statements), OnLostAnswer::retry);
  if (!goes_on) co_return std::nullopt;
  co_return co_await std::move(sets.back()).first<OutboxItem>();
}

/// Tries a row and gives the next.
Task<Result<std::optional<OutboxItem>>> try_row(Host& host, std::span<const OutboxHandler> handlers,
                                                const OutboxItem& item, std::optional<Timestamp> until) {
  auto outcome = co_await attempt(deliver(host, handlers, item));
  if (!outcome) co_return co_await write(host, {note_failure(host, item, outcome.error())}, until);
  std::vector<Statement> statements = std::move(outcome->statements);
  statements.push_back(mark_delivered(item, std::move(outcome->provider_id), host.clock.now()));
  auto next = co_await attempt(write(host, std::move(statements), until));
  // What the handler wanted written was refused, by a guard say: another try may read what changed meanwhile.
  if (!next && next.error().code == "constraint")
    co_return co_await write(host, {note_failure(host, item, next.error())}, until);
  co_return next;
}

}  // namespace

Statement enqueue(Host& host, std::string_view kind, std::string dedupe_key, std::string payload,
                  Timestamp not_before) {
  const Timestamp now = host.clock.now();
  return sql(R"(
      INSERT INTO outbox (id, kind, dedupe_key, payload, next_attempt_at, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT (dedupe_key) DO NOTHING)",
             host.random.uuid(now), kind, std::move(dedupe_key), std::move(payload), not_before, now);
}

Statement enqueue_if_changed(Host& host, std::string_view kind, std::string dedupe_key, std::string payload,
                             Timestamp not_before) {
  const Timestamp now = host.clock.now();
  return sql(R"(
      INSERT INTO outbox (id, kind, dedupe_key, payload, next_attempt_at, created_at)
      SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE changes() > 0
      ON CONFLICT (dedupe_key) DO UPDATE SET payload = excluded.payload, next_attempt_at = excluded.next_attempt_at,
        attempts = 0, last_error = NULL, delivered_at = NULL, dead_at = NULL)",
             host.random.uuid(now), kind, std::move(dedupe_key), std::move(payload), not_before, now);
}

Task<Result<void>> dispatch_outbox(Host& host, std::span<const OutboxHandler> handlers, std::int64_t most) {
  const Timestamp until = host.clock.now() + begins_within;
  auto next = co_await write(host, {}, until);
  for (std::int64_t tried = 1; next; ++tried) {
    const OutboxItem item = *std::move(next);
    next = co_await try_row(host, handlers, item, tried < most ? std::optional(until) : std::nullopt);
  }
  co_return Result<void>();
}

}  // namespace isthmus
