#pragma once

#include "http/input.h"
#include "peerloop/webhooks/events.h"

/// What BigBlueButton tells when it has worked through a meeting that is over: who was there, from when to when
/// (`meta_analytics-callback-url`). It is signed with the API's own secret, `BIGBLUEBUTTON_SECRET`.
namespace isthmus::peerloop {

/// A JWT, HS512, as a bearer token. It says who sends and until when, and nothing about the body: whoever could read
/// one on its way could send another body for a day, which is why it goes over TLS only.
Result<void> verify_bigbluebutton_webhook(Request& request);

Task<Result<Response>> take_bigbluebutton_webhook(Request& request);

/// Has the effect, once however often it is asked for; also for an admin's replay. The id is in the body.
Task<Result<WebhookOutcome>> replay_bigbluebutton_event(Request& request, std::string event_id, std::string body);

// clang-format off
inline constexpr auto bigbluebutton_routes = table(
    post("/api/webhooks/bigbluebutton").summary("Who was in a meeting that is over").tag("webhooks")
        .limit(flood_only).raw_body(1 << 20)
        .open_to(webhook_of("BigBlueButton's token", verify_bigbluebutton_webhook))
        .answers<WebhookReceipt>().run<take_bigbluebutton_webhook>());
// clang-format on

}  // namespace isthmus::peerloop
