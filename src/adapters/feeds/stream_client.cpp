#include "adapters/feeds/stream_client.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/strings.h"
#include "json/value.h"

namespace isthmus::stream {

namespace {

constexpr int most_tries = 3;
constexpr Millis timeout = 5 * second;
constexpr Millis patience = 8 * second;
constexpr Millis first_pause = 300;
constexpr std::int64_t longest_wait_s = 10 * 60;
/// Stream's own number for what does not exist.
constexpr std::int64_t does_not_exist = 16;

Error failure(int status, std::string_view code, std::string log) {
  return Error(status, code, ClientText("The feed provider does not answer at the moment."), LogText(std::move(log)));
}

bool is_worth_another_try(const IncomingAnswer& answer) {
  return answer.status == 408 || answer.status == 429 || answer.status >= 500;
}

/// Full pauses would bring those who failed together back together.
Millis pause_before(int next_try, Random& random) {
  std::uint8_t jitter = 0;
  random.fill({&jitter, 1});
  const Millis longest = first_pause << (next_try - 2);
  return longest / 2 + longest * jitter / 512;
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
  else if (is_worth_another_try(answer) || !code)
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
  Circuit& circuit = host_.circuits.of("stream");
  const Timestamp began = host_.clock.now();
  if (!circuit.lets_through(began))
    co_return std::unexpected(Refusal{0, false,
                                      failure(503, feed_error::unavailable, "stream: the circuit is open")
                                          .with_retry_after(circuit.seconds_left(began))});

  OutgoingRequest request;
  request.method = call.method;
  request.url = settings_.url + call.path + '?' + call.query + "api_key=" + percent_encode(settings_.api_key);
  if (settings_.version == StreamSettings::Version::v2) request.url += "&location=unspecified";
  request.headers = {{"authorization", stream_server_token(settings_)},
                     {"stream-auth-type", "jwt"},
                     {"x-stream-client", "isthmus-1.0"},
                     {"x-client-request-id", host_.random.uuid(began)},
                     {"content-type", "application/json"}};
  request.body = call.json;
  request.timeout = timeout;

  Result<IncomingAnswer> answer = Failure(failure(503, feed_error::unavailable, "not sent"));
  for (int attempt_number = 1;; ++attempt_number) {
    answer = co_await attempt(host_.http.send(request));
    if (answer && !is_worth_another_try(*answer)) break;
    if (attempt_number == most_tries || host_.clock.now() - began >= patience) break;
    co_await attempt(host_.clock.sleep(pause_before(attempt_number + 1, host_.random)));
  }
  if (answer && answer->status < 500)
    circuit.succeeded();
  else
    circuit.failed(host_.clock.now());
  if (!answer)
    co_return std::unexpected(
        Refusal{0, false,
                failure(503, feed_error::unavailable,
                        "stream: " + std::string(answer.error().code) + " at " + call.method + ' ' + call.path)
                    .with_retry_after(5)});
  if (is_yes(*answer)) co_return std::expected<void, Refusal>();
  co_return std::unexpected(refusal_of(call, *answer, host_.clock.now()));
}

}  // namespace isthmus::stream
