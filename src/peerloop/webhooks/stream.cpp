#include "peerloop/webhooks/stream.h"

#include "base/encoding.h"
#include "base/strings.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"
#include "peerloop/webhooks/event_time.h"

namespace isthmus::peerloop {

namespace {

constexpr std::string_view activity_deleted = "feeds.activity.deleted";

struct ReadEvent {
  WebhookEvent event;
  std::string activity_id;
};

Result<ReadEvent> read_event(std::string id, std::string body) {
  const auto json = parse_json(body);
  if (!json) return Failure(json.error());
  // Feeds v2 sends lists of changes, which have no type.
  ReadEvent read{{"stream", std::move(id), "feed.changes", {}, {}}, {}};
  if (json->is_object()) {
    read.event.type = json->string_at({"type"}).value_or("unknown");
    read.event.created_at = event_time(json->string_at({"created_at"}).value_or(""));
    read.activity_id = json->string_at({"activity", "id"}).value_or("");
  }
  // It is the same at each delivery; where it is missing, so is the body.
  if (read.event.id.empty()) read.event.id = "sha256:" + hex_encode(crypto::sha256(body));
  read.event.body = std::move(body);
  return read;
}

/// A copy is gone whose post stands: somebody at the provider took it away, and a moderator decides about ours. What we
/// took away ourselves is no news, nor is what moderators are looking at already, or have decided to keep.
Statement ask_moderators(std::string id, std::string_view post_id, Timestamp now) {
  return sql(R"(
      INSERT INTO post_flags (id, post_id, reporter_id, reason, created_at)
      SELECT ?1, p.id, NULL, 'other', ?3 FROM posts p
      WHERE p.id = ?2 AND p.status = 'published'
        AND NOT EXISTS (SELECT 1 FROM post_flags f WHERE f.post_id = p.id AND f.reporter_id IS NULL))",
             std::move(id), post_id, now);
}

}  // namespace

Result<void> verify_stream_webhook(Request& request) {
  const auto sent = hex_decode(request.header("x-signature").value_or(""));
  bool is_configured = false;
  bool matches = false;
  for (const char* name : {"STREAM_API_SECRET", "STREAM_OLD_API_SECRET"}) {
    const std::string_view secret = trim(request.settings().get(name));
    // Anybody can sign with an empty key.
    if (secret.empty()) continue;
    is_configured = true;
    matches |= sent && crypto::HmacSha256(secret).verify(request.body(), *sent);
  }
  if (matches) return {};
  if (!is_configured) return Failure(unavailable("STREAM_API_SECRET is not set", 60));
  return Failure(unauthorized("The signature of this webhook is missing or wrong.", "invalid_signature"));
}

Task<Result<WebhookOutcome>> process_stream_event(Request& request, std::string event_id, std::string body) {
  Host& host = request.host();
  auto [event, activity_id] = co_await read_event(std::move(event_id), std::move(body));
  if (event.type != activity_deleted || activity_id.empty())
    co_return co_await record_ignored_event(host, std::move(event));
  std::vector<Statement> effect;
  effect.push_back(ask_moderators(host.random.uuid(request.now()), activity_id, request.now()));
  effect.push_back(ignored_unless_changed(event));
  co_return co_await record_event(host, std::move(event), std::move(effect));
}

Task<Result<Response>> take_stream_webhook(Request& request) {
  co_return webhook_answer(
      co_await process_stream_event(request, request.header("x-webhook-id").value_or(""), request.body()));
}

}  // namespace isthmus::peerloop
