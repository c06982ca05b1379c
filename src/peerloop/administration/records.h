#pragma once

#include <optional>
#include <string>

#include "http/input.h"
#include "http/pagination.h"

/// What happened behind the scenes: privileged acts, side effects on their way out, events that came in.
namespace isthmus::peerloop {

// These describe what SQLite writes (see `queries.cpp`).

struct AuditEntry {
  std::string id;
  std::optional<std::string> actorId;
  std::string action, targetType, targetId;
  RawJson details;
  std::optional<std::string> requestId;
  Timestamp createdAt;
};
constexpr auto schema(AuditEntry*) {
  return object("AuditEntry", field("id", &AuditEntry::id), field("actorId", &AuditEntry::actorId),
                field("action", &AuditEntry::action), field("targetType", &AuditEntry::targetType),
                field("targetId", &AuditEntry::targetId), field("details", &AuditEntry::details),
                field("requestId", &AuditEntry::requestId), field("createdAt", &AuditEntry::createdAt));
}
ISTHMUS_PAGE(AuditEntry)

struct AuditQuery {
  std::optional<std::string> actorId, action, targetType, targetId;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(AuditQuery*) {
  return object(
      "AuditQuery", field("actorId", &AuditQuery::actorId, uuid),
      field("action", &AuditQuery::action, length(1, 100), described("As the entries name it: recording.failed")),
      field("targetType", &AuditQuery::targetType, length(1, 60), described("Together with targetId")),
      field("targetId", &AuditQuery::targetId, length(1, 255)),
      field("limit", &AuditQuery::limit, or_default, range(1, largest_page)), field("cursor", &AuditQuery::cursor));
}

enum class OutboxState { waiting, delivered, dead };
constexpr auto schema(OutboxState*) {
  return one_of(EnumName{"waiting", OutboxState::waiting}, EnumName{"delivered", OutboxState::delivered},
                EnumName{"dead", OutboxState::dead});
}

/// A side effect. What it carries is not shown: it may hold a token.
struct OutboxEntry {
  std::string id, kind;
  OutboxState state = OutboxState::waiting;
  std::int64_t attempts = 0;
  std::optional<std::string> lastError, providerId;
  std::optional<Timestamp> nextAttemptAt, deliveredAt, deadAt;
  Timestamp createdAt;
};
constexpr auto schema(OutboxEntry*) {
  return object("OutboxEntry", field("id", &OutboxEntry::id), field("kind", &OutboxEntry::kind),
                field("state", &OutboxEntry::state), field("attempts", &OutboxEntry::attempts),
                field("lastError", &OutboxEntry::lastError), field("providerId", &OutboxEntry::providerId),
                field("nextAttemptAt", &OutboxEntry::nextAttemptAt, described("Of what waits")),
                field("deliveredAt", &OutboxEntry::deliveredAt), field("deadAt", &OutboxEntry::deadAt),
                field("createdAt", &OutboxEntry::createdAt));
}
ISTHMUS_PAGE(OutboxEntry)

struct OutboxQuery {
  OutboxState state = OutboxState::dead;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(OutboxQuery*) {
  return object("OutboxQuery", field("state", &OutboxQuery::state, or_default),
                field("limit", &OutboxQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &OutboxQuery::cursor));
}

enum class WebhookStatus { processed, ignored, failed };
constexpr auto schema(WebhookStatus*) {
  return one_of(EnumName{"processed", WebhookStatus::processed}, EnumName{"ignored", WebhookStatus::ignored},
                EnumName{"failed", WebhookStatus::failed});
}

struct WebhookEntry {
  std::string id, provider, eventId, type;
  WebhookStatus status = WebhookStatus::processed;
  std::optional<std::string> error;
  bool canBeReplayed = false;
  std::optional<Timestamp> createdAt;
  Timestamp receivedAt;
};
constexpr auto schema(WebhookEntry*) {
  return object(
      "WebhookEntry", field("id", &WebhookEntry::id, described("For the path of a replay: provider and event id")),
      field("provider", &WebhookEntry::provider), field("eventId", &WebhookEntry::eventId),
      field("type", &WebhookEntry::type), field("status", &WebhookEntry::status), field("error", &WebhookEntry::error),
      field("canBeReplayed", &WebhookEntry::canBeReplayed,
            described("It had no effect yet, and its body is kept still")),
      field("createdAt", &WebhookEntry::createdAt, described("By the provider's clock")),
      field("receivedAt", &WebhookEntry::receivedAt));
}
ISTHMUS_PAGE(WebhookEntry)

struct WebhooksQuery {
  std::optional<WebhookStatus> status;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(WebhooksQuery*) {
  return object("WebhooksQuery", field("status", &WebhooksQuery::status),
                field("limit", &WebhooksQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &WebhooksQuery::cursor));
}

Task<Result<Response>> list_audit(Request& request, AuditQuery query);

Task<Result<Response>> list_outbox(Request& request, OutboxQuery query);
/// A dead row is tried again, from the beginning. 409 `not_dead` for any other.
Task<Result<Response>> retry_outbox(Request& request);

Task<Result<Response>> list_webhooks(Request& request, WebhooksQuery query);
/// An event that failed, or meant nothing when it came, is processed again from its kept body. 409 `already_processed`
/// where it had its effect, 409 `body_removed` where the body is not kept any more.
Task<Result<Response>> replay_webhook(Request& request);

}  // namespace isthmus::peerloop
