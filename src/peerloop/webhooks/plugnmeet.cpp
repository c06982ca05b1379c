#include "peerloop/webhooks/plugnmeet.h"

#include <array>

#include "base/encoding.h"
#include "base/strings.h"
#include "crypto/constant_time.h"
#include "crypto/digest.h"
#include "crypto/jwt.h"
#include "json/value.h"
#include "peerloop/app.h"
#include "peerloop/video/recordings.h"
#include "peerloop/webhooks/plugnmeet_event.h"

namespace isthmus::peerloop {

namespace {

Error refusal(std::string why) {
  Error error = unauthorized("The signature of this webhook is missing, wrong or too old.", "invalid_signature");
  error.log = LogText("plugnmeet signature: " + std::move(why));
  return error;
}

std::string signed_digest(const std::string& payload) {
  const auto claims = parse_json(payload);
  return std::string(claims ? claims->string_at({"sha256"}).value_or("") : "");
}

struct Process {
  Host& host;
  WebhookEvent event;
  std::string room_id;

  Task<Result<WebhookOutcome>> operator()(NoRoomNews) { return record_ignored_event(host, std::move(event)); }
  Task<Result<WebhookOutcome>> operator()(RoomNews news) {
    return settle_room_news(host, std::move(event), std::move(room_id), {std::move(news)});
  }
  Task<Result<WebhookOutcome>> operator()(RecordingReady recording) {
    return take_recording(host, std::move(event), std::move(room_id), std::move(recording.record_id),
                          std::move(recording.content_type));
  }
};

}  // namespace

Result<void> verify_plugnmeet_webhook(Request& request) {
  const auto key = request.settings().find("PLUGNMEET_API_KEY");
  const std::array<crypto::KeyRing::Secret, 1> secret{
      {{"plugnmeet", std::string(trim(request.settings().get("PLUGNMEET_API_SECRET")))}}};
  const auto keys = crypto::KeyRing::create(secret);
  // A short secret is one that can be guessed; plugNmeet's own tools make longer ones.
  if (!key || !keys)
    return Failure(unavailable("PLUGNMEET_API_KEY or PLUGNMEET_API_SECRET is missing or too short", 60));
  auto token = request.header("hash-token");
  if (!token) token = request.header("authorization");
  if (!token) return Failure(refusal("no token"));
  const crypto::TokenRules rules{"JWT", std::string(trim(*key)), std::nullopt, 60, crypto::KeyId::optional};
  const auto verified = crypto::verify_jwt(*keys, trim(*token), rules, request.now().seconds());
  if (!verified) return Failure(refusal(std::string(crypto::to_string(verified.error()))));
  if (!crypto::equal(signed_digest(verified->payload), base64_encode(crypto::sha256(request.body()))))
    return Failure(refusal("it is over another body"));
  return {};
}

Task<Result<WebhookOutcome>> replay_plugnmeet_event(Request& request, std::string, std::string body) {
  PlugNmeetEvent read = co_await read_plugnmeet_event(std::move(body), request.now());
  co_return co_await std::visit(Process{request.host(), std::move(read.event), std::move(read.room_id)},
                                std::move(read.news));
}

Task<Result<Response>> take_plugnmeet_webhook(Request& request) {
  const auto outcome = co_await replay_plugnmeet_event(request, {}, request.body());
  if (outcome == WebhookOutcome::processed) dispatch_after(request);
  co_return webhook_answer(outcome);
}

}  // namespace isthmus::peerloop
