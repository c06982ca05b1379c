#include "peerloop/administration/records.h"

#include "peerloop/administration/queries.h"
#include "peerloop/app.h"
#include "peerloop/audit.h"
#include "peerloop/webhooks/replay.h"

namespace isthmus::peerloop {

namespace {

template <class Item>
Task<Result<Response>> answer_page(Request& request, Statement query, std::int64_t limit) {
  co_return ok(page_of<Item>(co_await request.db().all<ListedRow>(std::move(query)), limit));
}

}  // namespace

Task<Result<Response>> list_audit(Request& request, AuditQuery query) {
  if (query.targetType.has_value() != query.targetId.has_value())
    co_return Failure(bad_request("targetType and targetId belong together.", "incomplete_target"));
  const auto after = co_await decode_place(query.cursor, "audit");
  co_return co_await answer_page<AuditEntry>(request, administration_queries::select_audit(query, after), query.limit);
}

Task<Result<Response>> list_outbox(Request& request, OutboxQuery query) {
  const auto after = co_await decode_place(query.cursor, name_of(query.state));
  co_return co_await answer_page<OutboxEntry>(request, administration_queries::select_outbox(query, after),
                                              query.limit);
}

Task<Result<Response>> retry_outbox(Request& request) {
  const std::string id(request.param("id"));
  std::vector<Statement> batch = administration_queries::revive_outbox(id, request.now());
  batch.push_back(audit(request, "outbox.retry", "outbox", id));
  batch.push_back(administration_queries::select_outbox_entry(id));
  auto done = co_await attempt(request.db().batch(std::move(batch), OnLostAnswer::fail));
  done = on_constraint(std::move(done), "guard:not_found", not_found("outbox row"));
  auto sets = co_await on_constraint(std::move(done), "guard:state_changed",
                                     conflict("Only a dead row can be tried again.", "not_dead"));
  dispatch_after(request);
  co_return json_response(200, std::move(sets.back()).text());
}

Task<Result<Response>> list_webhooks(Request& request, WebhooksQuery query) {
  const auto after = co_await decode_place(query.cursor, "webhook");
  co_return co_await answer_page<WebhookEntry>(request, administration_queries::select_webhooks(query, after),
                                               query.limit);
}

Task<Result<Response>> replay_webhook(Request& request) {
  const std::string_view id = request.param("id");
  const auto colon = id.find(':');
  const std::string provider(id.substr(0, colon));
  const std::string event_id(colon == std::string_view::npos ? std::string_view() : id.substr(colon + 1));
  const ReplayEvent replay = replay_of(provider);
  if (!replay) co_return Failure(not_found("webhook event"));

  std::vector<Statement> batch = administration_queries::reopen_event(provider, event_id);
  batch.push_back(audit(request, "webhook.replay", "webhook", id));
  batch.push_back(administration_queries::body_of_event(provider, event_id));
  auto done = co_await attempt(request.db().batch(std::move(batch), OnLostAnswer::fail));
  done = on_constraint(std::move(done), "guard:not_found", not_found("webhook event"));
  done = on_constraint(std::move(done), "guard:already_processed",
                       conflict("This event had its effect already.", "already_processed"));
  auto sets = co_await on_constraint(std::move(done), "guard:state_changed",
                                     conflict("The body of this event is not kept any more.", "body_removed"));
  const auto outcome = co_await replay(request, event_id, std::move(sets.back()).text());
  dispatch_after(request);
  co_return webhook_answer(outcome);
}

}  // namespace isthmus::peerloop
