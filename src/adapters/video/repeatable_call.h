#pragma once

#include <string>
#include <string_view>

#include "adapters/video/video_provider.h"

/// What the video providers' calls have in common: all of them can be sent again.
namespace isthmus::video_call {

/// Calls a provider, and fails with `unavailable` where no answer came or one that says "later". `provider` has static
/// storage.
Task<Result<IncomingAnswer>> send(Host& host, std::string_view provider, OutgoingRequest request);

Error unavailable(std::string log);
Error refused(std::string log);
Error no_room(std::string log);
Error not_configured(std::string log);

/// A setting that is an address, without slashes at its end.
Result<std::string> base_url(const Settings& settings, std::string_view name);

}  // namespace isthmus::video_call
