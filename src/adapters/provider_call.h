#pragma once

#include <cstdint>
#include <string_view>

#include "ports/host.h"

/// How providers are called whose calls can all be sent again, by their nature or by an idempotency key.
namespace isthmus {

/// What is each provider's own of it.
struct ProviderCalls {
  std::string_view provider;  ///< whose circuit it is; has static storage
  Millis timeout;             ///< of one try
  Millis patience;            ///< no new try begins after that: somebody waits for the sum of them
  Millis first_pause;         ///< before the second try at most so long, before the third twice that
  Millis longest_pause;       ///< a provider that asks for more (`Retry-After`) is not asked again within this call
  bool (*is_worth_another_try)(const IncomingAnswer&);
  int most_tries = 3;
};

/// 408, 429, and all that is the server's own trouble.
bool says_later(const IncomingAnswer& answer);

/// The code of the 503 for a provider that is left alone for a while; its `Retry-After` says for how long.
inline constexpr std::string_view circuit_open = "circuit_open";

/// For `Retry-After` where no answer came: as long as the circuit stays open, and never less than this.
inline constexpr std::int64_t shortest_wait_s = 5;
std::int64_t seconds_to_wait(const Error& no_answer);

/// Sends a request up to `most_tries` times, with pauses between, where no answer came or one that is worth another
/// try; gives the last answer, whatever it says, or the last failure of `HttpClient`. A call that ends without an
/// answer, or with a 5xx, counts against the provider, any other for it; one that ends with 408 or 429 counts for
/// neither: who is busy is not down, and not well. While the circuit is open nothing is sent, and this fails with
/// `circuit_open`.
Task<Result<IncomingAnswer>> call_provider(Host& host, ProviderCalls calls, OutgoingRequest request);

}  // namespace isthmus
