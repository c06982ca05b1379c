#include "adapters/video/repeatable_call.h"

#include <algorithm>

#include "base/strings.h"
#include "base/web_address.h"

namespace isthmus::video_call {

namespace {

constexpr int most_tries = 3;
/// Somebody waits in front of a closed door for the sum of all tries; no new one begins after `patience`.
constexpr Millis timeout = 6 * second;
constexpr Millis patience = 10 * second;
constexpr Millis first_pause = 300;

bool says_later(const IncomingAnswer& answer) {
  return answer.status == 429 || answer.status == 408 || answer.status >= 500;
}

/// Full pauses would bring those who failed together back together.
Millis pause_before(int next_try, Random& random) {
  std::uint8_t jitter = 0;
  random.fill({&jitter, 1});
  const Millis longest = first_pause << (next_try - 1);
  return longest / 2 + longest * jitter / 512;
}

Error our_fault(std::string_view code, std::string log) {
  Error error = internal_error(std::move(log));
  error.code = code;
  return error;
}

}  // namespace

Error unavailable(std::string log) {
  return Error(503, video_error::unavailable,
               ClientText("The video service does not answer at the moment. Please try again."),
               LogText(std::move(log)))
      .with_retry_after(5);
}

Error refused(std::string log) { return our_fault(video_error::refused, std::move(log)); }

Error no_room(std::string log) {
  return Error(409, video_error::no_room, ClientText("This room is not open."), LogText(std::move(log)));
}

Error not_configured(std::string log) { return our_fault(video_error::not_configured, std::move(log)); }

Result<std::string> base_url(const Settings& settings, std::string_view name) {
  const std::string_view url = without_slash_at_end(trim(settings.get(name)));
  if (!url.starts_with("https://") && !url.starts_with("http://"))
    return Failure(not_configured(std::string(name) + " is no address"));
  return std::string(url);
}

Task<Result<IncomingAnswer>> send(Host& host, std::string_view provider, OutgoingRequest request) {
  Circuit& circuit = host.circuits.of(provider);
  request.timeout = timeout;
  const Timestamp began = host.clock.now();
  for (int tries = 1;; ++tries) {
    if (!circuit.lets_through(host.clock.now())) {
      const std::int64_t left = circuit.seconds_left(host.clock.now());
      co_return Failure(unavailable(std::string(provider) + " is left alone for a while").with_retry_after(left));
    }
    auto answer = co_await attempt(host.http.send(request));
    if (answer && !says_later(*answer)) {
      circuit.succeeded();
      co_return *std::move(answer);
    }
    circuit.failed(host.clock.now());
    if (tries == most_tries || host.clock.now() - began >= patience) {
      const std::string why = answer ? std::to_string(answer->status) : std::string(answer.error().code);
      co_return Failure(unavailable(std::string(provider) + " answered " + why));
    }
    co_await attempt(host.clock.sleep(pause_before(tries, host.random)));
  }
}

}  // namespace isthmus::video_call
