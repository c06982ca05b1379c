#pragma once

#include "http/input.h"
#include "peerloop/webhooks/events.h"

/// What Resend tells about the mails that we sent (https://resend.com/docs/webhooks). Setting:
///
///   RESEND_WEBHOOK_SECRET   "whsec_…"; several, separated by commas, while one is being replaced
namespace isthmus::peerloop {

/// Standard Webhooks, under the names `svix-…` or `webhook-…`.
Result<void> verify_resend_webhook(Request& request);

Task<Result<Response>> take_resend_webhook(Request& request);

/// Has the effect of an event whose signature is good. The id comes with it, it is not in the body.
Task<Result<WebhookOutcome>> process_resend_event(Request& request, std::string event_id, std::string body);

// clang-format off
inline constexpr auto resend_routes = table(
    post("/api/webhooks/resend").summary("What became of a mail").tag("webhooks")
        .limit(flood_only).raw_body(256 * 1024).open_to(webhook_of("Resend", verify_resend_webhook))
        .answers<WebhookReceipt>().run<take_resend_webhook>());
// clang-format on

}  // namespace isthmus::peerloop
