#include "adapters/provider_call.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"

namespace isthmus {

namespace {

Error left_alone(std::string_view provider, std::int64_t seconds) {
  return Error(503, circuit_open, ClientText("A service that this needs does not answer at the moment."),
               LogText(std::string(provider) + " is left alone for a while"))
      .with_retry_after(seconds);
}

/// Half of it is drawn: full pauses would bring those who failed together back together. Nothing where the provider
/// asks for more than anybody here waits.
std::optional<Millis> pause_behind(int tries, const ProviderCalls& calls, const Result<IncomingAnswer>& answer,
                                   Random& random) {
  std::uint8_t jitter = 0;
  random.fill({&jitter, 1});
  const Millis longest = std::min(calls.first_pause << (tries - 1), calls.longest_pause);
  const Millis drawn = longest / 2 + longest * jitter / 512;
  const std::int64_t asked = answer ? to_integer(answer->header("retry-after")).value_or(0) : 0;
  if (asked > calls.longest_pause / second) return std::nullopt;
  return std::max(drawn, asked * second);
}

void count(Circuit& circuit, const Result<IncomingAnswer>& answer, Timestamp now) {
  if (!answer || answer->status >= 500)
    circuit.failed(now);
  else if (!says_later(*answer))
    circuit.succeeded();
}

}  // namespace

bool says_later(const IncomingAnswer& answer) {
  return answer.status == 408 || answer.status == 429 || answer.status >= 500;
}

std::int64_t seconds_to_wait(const Error& no_answer) {
  return std::max(no_answer.retry_after_seconds, shortest_wait_s);
}

Task<Result<IncomingAnswer>> call_provider(Host& host, ProviderCalls calls, OutgoingRequest request) {
  Circuit& circuit = host.circuits.of(calls.provider);
  const Timestamp began = host.clock.now();
  if (!circuit.lets_through(began)) co_return Failure(left_alone(calls.provider, circuit.seconds_left(began)));
  request.timeout = calls.timeout;
  for (int tries = 1;; ++tries) {
    auto answer = co_await attempt(host.http.send(request));
    const bool is_final = (answer && !calls.is_worth_another_try(*answer)) || tries >= calls.most_tries ||
                          host.clock.now() - began >= calls.patience;
    const auto pause = is_final ? std::nullopt : pause_behind(tries, calls, answer, host.random);
    if (!pause) {
      count(circuit, answer, host.clock.now());
      co_return answer;
    }
    co_await attempt(host.clock.sleep(*pause));
  }
}

}  // namespace isthmus
