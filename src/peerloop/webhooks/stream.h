#pragma once

#include "http/input.h"
#include "peerloop/webhooks/events.h"

/// What Stream tells about feeds (https://getstream.io/activity-feeds/docs/node/events/). Our own rows are the truth,
/// so that most of it is no news. What does matter: a post that Stream's own moderation took away there goes to our
/// moderators, who decide about ours.
///
/// Events are signed with `STREAM_API_SECRET`, the one of the calls. While it is being replaced, the old one may stand
/// in `STREAM_OLD_API_SECRET`.
namespace isthmus::peerloop {

/// `X-Signature`: the hex HMAC-SHA256 of the body, uncompressed. There is no time in it, so a body that is played again
/// is known by its `X-Webhook-Id` only, which the signature does not cover: an event has no effect that a second time
/// would repeat.
Result<void> verify_stream_webhook(Request& request);

Task<Result<Response>> take_stream_webhook(Request& request);

/// Has the effect of an event whose signature is good, once however often it is asked for. The id comes with it, it is
/// not in the body.
Task<Result<WebhookOutcome>> process_stream_event(Request& request, std::string event_id, std::string body);

// clang-format off
inline constexpr auto stream_routes = table(
    post("/api/webhooks/stream").summary("What happened at the feed provider").tag("webhooks")
        .limit(flood_only).raw_body(512 * 1024)
        .open_to(webhook_of("Stream's signature", verify_stream_webhook))
        .answers<WebhookReceipt>().run<take_stream_webhook>());
// clang-format on

}  // namespace isthmus::peerloop
