#include "peerloop/webhooks/events.h"

#include <cstdint>

namespace isthmus::peerloop {

namespace {

/// Claims the event's id, in front of its effect. One that failed before may be claimed again; any other is refused by
/// the guard.
std::vector<Statement> claim(const WebhookEvent& event, std::string_view status, std::vector<Statement> effect,
                             Timestamp now) {
  std::vector<Statement> batch;
  batch.reserve(effect.size() + 3);
  batch.push_back(sql(R"(
      INSERT INTO webhook_events (provider, event_id, type, created_at, received_at, status, body)
      VALUES (?1, ?2, substr(?3, 1, 100), ?4, ?5, ?6, ?7)
      ON CONFLICT (provider, event_id) DO UPDATE SET status = excluded.status, error = NULL, body = excluded.body
      WHERE webhook_events.status = 'failed')",
                      event.provider, event.id, event.type, event.created_at, now, status, event.body));
  batch.push_back(guard_written("already_processed"));
  append(batch, std::move(effect));
  return batch;
}

Statement status_of(const WebhookEvent& event) {
  return sql("SELECT status FROM webhook_events WHERE provider = ?1 AND event_id = ?2", event.provider, event.id);
}

Statement record_failure(const WebhookEvent& event, const Error& refusal, Timestamp now) {
  return sql(R"(
      INSERT INTO webhook_events (provider, event_id, type, created_at, received_at, status, error, body)
      VALUES (?1, ?2, substr(?3, 1, 100), ?4, ?5, 'failed', substr(?6, 1, 2000), ?7)
      ON CONFLICT (provider, event_id) DO UPDATE SET error = excluded.error WHERE webhook_events.status = 'failed')",
             event.provider, event.id, event.type, event.created_at, now, refusal.log.value, event.body);
}

/// Whether a refused event is left as failed, for an admin to see.
enum class OnRefusal : std::uint8_t { record, leave };

Task<Result<WebhookOutcome>> run(Host& host, WebhookEvent event, std::vector<Statement> batch, OnRefusal on_refusal) {
  batch.push_back(status_of(event));
  // Asked again after a lost answer, the guard finds what the first try left.
  auto done = co_await attempt(host.database.batch(std::move(batch), OnLostAnswer::retry));
  if (done) {
    const std::string status = std::move(done->back()).text();
    co_return status == "ignored" ? WebhookOutcome::ignored : WebhookOutcome::processed;
  }
  if (violates(done.error(), "guard:already_processed")) co_return WebhookOutcome::duplicate;
  if (done.error().code == "constraint" && on_refusal == OnRefusal::record) {
    const auto noted = co_await attempt(host.database.write(record_failure(event, done.error(), host.clock.now())));
    if (!noted) LogLine(host, Log::Level::warning, "a failed webhook event was not recorded").with("type", event.type);
  }
  co_return Failure(std::move(done).error());
}

/// SQLite reckons with texts up to their first NUL.
bool is_text(std::string_view text) { return !text.empty() && !text.contains('\0'); }

Result<void> check_id(const WebhookEvent& event) {
  if (!is_text(event.id) || event.id.size() > 255)
    return Failure(bad_request("An event's id has 1 to 255 characters."));
  if (!is_text(event.type)) return Failure(bad_request("The event has no type."));
  return {};
}

}  // namespace

Task<Result<WebhookOutcome>> record_event(Host& host, WebhookEvent event, std::vector<Statement> effect) {
  co_await check_id(event);
  auto batch = claim(event, "processed", std::move(effect), host.clock.now());
  co_return co_await run(host, std::move(event), std::move(batch), OnRefusal::record);
}

Task<Result<std::optional<WebhookOutcome>>> try_to_record(Host& host, WebhookEvent event, std::vector<Statement> effect,
                                                          int tries) {
  co_await check_id(event);
  const bool is_last = tries >= most_settlings;
  auto batch = claim(event, "processed", std::move(effect), host.clock.now());
  auto recorded =
      co_await attempt(run(host, std::move(event), std::move(batch), is_last ? OnRefusal::record : OnRefusal::leave));
  if (recorded) co_return std::optional(*recorded);
  if (is_last || recorded.error().code != "constraint") co_return Failure(std::move(recorded).error());
  co_return std::optional<WebhookOutcome>();
}

Task<Result<WebhookOutcome>> record_ignored_event(Host& host, WebhookEvent event) {
  co_await check_id(event);
  auto batch = claim(event, "ignored", {}, host.clock.now());
  co_return co_await run(host, std::move(event), std::move(batch), OnRefusal::record);
}

Statement ignored_unless_changed(const WebhookEvent& event) {
  return sql("UPDATE webhook_events SET status = 'ignored' WHERE provider = ?1 AND event_id = ?2 AND changes() = 0",
             event.provider, event.id);
}

Response webhook_answer(WebhookOutcome outcome) { return ok(WebhookReceipt{true, outcome}); }

}  // namespace isthmus::peerloop
