#pragma once

#include <string>
#include <string_view>

#include "peerloop/webhooks/events.h"

namespace isthmus::peerloop {

/// Processes the kept body of an event whose signature was verified when it came. What it does is what it would have
/// done then.
using ReplayEvent = Task<Result<WebhookOutcome>> (*)(Request&, std::string event_id, std::string body);

/// How events of this provider are replayed; null for one that sends none.
ReplayEvent replay_of(std::string_view provider);

}  // namespace isthmus::peerloop
