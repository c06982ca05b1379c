#include "peerloop/webhooks/events.h"

namespace isthmus::peerloop {

namespace {

/// Claims the event's id. One that failed before may be claimed again; any other is refused by the guard.
void claim(std::vector<Statement>& batch, const WebhookEvent& event, std::string_view status, Timestamp now) {
  batch.push_back(sql(R"(
      INSERT INTO webhook_events (provider, event_id, type, created_at, received_at, status, body)
      VALUES (?1, ?2, substr(?3, 1, 100), ?4, ?5, ?6, ?7)
      ON CONFLICT (provider, event_id) DO UPDATE SET status = excluded.status, error = NULL, body = excluded.body
      WHERE webhook_events.status = 'failed')",
                      event.provider, event.id, event.type, event.created_at, now, status, event.body));
  batch.push_back(guard_written("already_processed"));
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

Task<Result<WebhookOutcome>> run(Host& host, WebhookEvent event, std::vector<Statement> batch) {
  batch.push_back(status_of(event));
  // Asked again after a lost answer, the guard finds what the first try left.
  auto done = co_await attempt(host.database.batch(std::move(batch), OnLostAnswer::retry));
  if (done) {
    const std::string status = std::move(done->back()).text();
    co_return status == "ignored" ? WebhookOutcome::ignored : WebhookOutcome::processed;
  }
  if (violates(done.error(), "guard:already_processed")) co_return WebhookOutcome::duplicate;
  if (done.error().code == "constraint") {
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
  std::vector<Statement> batch;
  batch.reserve(effect.size() + 3);
  claim(batch, event, "processed", host.clock.now());
  append(batch, std::move(effect));
  co_return co_await run(host, std::move(event), std::move(batch));
}

Task<Result<WebhookOutcome>> record_ignored_event(Host& host, WebhookEvent event) {
  co_await check_id(event);
  std::vector<Statement> batch;
  claim(batch, event, "ignored", host.clock.now());
  co_return co_await run(host, std::move(event), std::move(batch));
}

Statement ignored_unless_changed(const WebhookEvent& event) {
  return sql("UPDATE webhook_events SET status = 'ignored' WHERE provider = ?1 AND event_id = ?2 AND changes() = 0",
             event.provider, event.id);
}

Response webhook_answer(WebhookOutcome outcome) { return ok(WebhookReceipt{true, outcome}); }

}  // namespace isthmus::peerloop
