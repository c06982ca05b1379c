#include "adapters/feeds/stream_client.h"

#include <algorithm>

#include "adapters/provider_call.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "json/value.h"

namespace isthmus::stream {

namespace {

constexpr ProviderCalls calls{.provider = "stream",
                              .timeout = 5 * second,
                              .patience = 8 * second,
                              .first_pause = 300,
                              .longest_pause = 2 * second,
                              .is_worth_another_try = says_later};
constexpr std::int64_t longest_wait_s = 10 * 60;
/// Stream's own number for what does not exist.
constexpr std::int64_t does_not_exist = 16;

Error failure(int status, std::string_view code, std::string log) {
  return Error(status, code, ClientText("The feed provider does not answer at the moment."), LogText(std::move(log)));
}

/// Stream says when its limit opens again, as a moment.
std::int64_t seconds_to_wait(const IncomingAnswer& answer, Timestamp now) {
  const auto reset = to_integer(answer.header("x-ratelimit-reset"));
  const auto after = to_integer(answer.header("retry-after"));
  const std::int64_t wait = reset ? *reset - now.seconds() : after.value_or(1);
  return std::clamp<std::int64_t>(wait, 1, longest_wait_s);
}

/// What an answer that is no yes means. Stream's messages quote what was sent, so they stay out of the log.
Refusal refusal_of(const Call& call, const IncomingAnswer& answer, Timestamp now) {
  std::optional<std::int64_t> code;
  if (const auto json = parse_json(answer.body)) code = json->integer_at({"code"});
  std::string log = "stream answered " + std::to_string(answer.status) + " to " + call.method + ' ' + call.path;
  if (code) log += ", code " + std::to_string(*code);
  Refusal refusal{answer.status, answer.status == 404 || code == does_not_exist,
                  failure(500, feed_error::refused, log)};
  if (answer.status == 401 || answer.status == 403) refusal.error = failure(503, feed_error::not_configured, log);
  // What has no code was not written by Stream but by something on the way to it.
  else if (says_later(answer) || !code)
    refusal.error = failure(503, feed_error::unavailable, log).with_retry_after(seconds_to_wait(answer, now));
  return refusal;
}

bool is_yes(const IncomingAnswer& answer) {
  if (answer.status < 200 || answer.status >= 300) return false;
  const auto json = parse_json(answer.body);
  return json && json->is_object();
}

}  // namespace

Task<std::expected<void, Refusal>> Client::send(Call call) {
  OutgoingRequest request;
  request.method = call.method;
  request.url = settings_.url + call.path + '?' + call.query + "api_key=" + percent_encode(settings_.api_key);
  if (settings_.version == StreamSettings::Version::v2) request.url += "&location=unspecified";
  request.headers = {{"authorization", stream_server_token(settings_)},
                     {"stream-auth-type", "jwt"},
                     {"x-stream-client", "isthmus-1.0"},
                     {"x-client-request-id", host_.random.uuid(host_.clock.now())},
                     {"content-type", "application/json"}};
  request.body = call.json;

  const auto answer = co_await attempt(call_provider(host_, calls, std::move(request)));
  if (!answer)
    co_return std::unexpected(
        Refusal{0, false,
                failure(503, feed_error::unavailable,
                        "stream: " + std::string(answer.error().code) + " at " + call.method + ' ' + call.path)
                    .with_retry_after(isthmus::seconds_to_wait(answer.error()))});
  if (is_yes(*answer)) co_return std::expected<void, Refusal>();
  co_return std::unexpected(refusal_of(call, *answer, host_.clock.now()));
}

}  // namespace isthmus::stream
