#include "adapters/video/repeatable_call.h"

#include "adapters/provider_call.h"
#include "base/strings.h"
#include "base/web_address.h"

namespace isthmus::video_call {

namespace {

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
      .with_retry_after(shortest_wait_s);
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
  // Somebody waits in front of a closed door.
  const ProviderCalls calls{.provider = provider,
                            .timeout = 6 * second,
                            .patience = 10 * second,
                            .first_pause = 300,
                            .longest_pause = 2 * second,
                            .is_worth_another_try = says_later};
  auto answer = co_await attempt(call_provider(host, calls, std::move(request)));
  if (answer && !says_later(*answer)) co_return *std::move(answer);
  const std::string why = answer ? std::to_string(answer->status) : std::string(answer.error().code);
  co_return Failure(unavailable(std::string(provider) + " answered " + why)
                        .with_retry_after(answer ? shortest_wait_s : seconds_to_wait(answer.error())));
}

}  // namespace isthmus::video_call
