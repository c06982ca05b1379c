#pragma once

#include <string>
#include <string_view>

#include "peerloop/webhooks/events.h"

namespace isthmus::peerloop {

/// Processes the kept body of an event whose signature was verified when it came. What it does is what it would have
/// done then; a provider that nobody knows how to replay ends with 404.
Task<Result<WebhookOutcome>> replay_event(Request& request, std::string provider, std::string event_id,
                                          std::string body);

}  // namespace isthmus::peerloop
