#pragma once

#include "http/input.h"
#include "peerloop/webhooks/events.h"

/// What plugNmeet tells about the rooms. It signs with the API's own secret: `PLUGNMEET_API_KEY`,
/// `PLUGNMEET_API_SECRET`.
namespace isthmus::peerloop {

/// A JWT of the server in `Hash-Token` and, the same, in `Authorization` (without "Bearer"): its claim `sha256` is the
/// digest of the body.
Result<void> verify_plugnmeet_webhook(Request& request);

Task<Result<Response>> take_plugnmeet_webhook(Request& request);

/// Has an event's effect, once however often it is asked for: for the webhook, and for an admin's replay of a body that
/// was verified when it came. The id is in the body.
Task<Result<WebhookOutcome>> replay_plugnmeet_event(Request& request, std::string event_id, std::string body);

// clang-format off
inline constexpr auto plugnmeet_routes = table(
    post("/api/webhooks/plugnmeet").summary("What happens in the rooms").tag("webhooks")
        .limit(flood_only).raw_body(256 * 1024).open_to(webhook_of("plugNmeet's signature", verify_plugnmeet_webhook))
        .answers<WebhookReceipt>().run<take_plugnmeet_webhook>());
// clang-format on

}  // namespace isthmus::peerloop
