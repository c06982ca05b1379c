#pragma once

#include "http/app.h"
#include "peerloop/money/payment_events.h"

namespace isthmus::peerloop {

/// Checks `Stripe-Signature` on the raw body against the settings `STRIPE_WEBHOOK_SECRET` and
/// `STRIPE_CONNECT_WEBHOOK_SECRET`, each a comma list, so that secrets can be rotated.
Result<void> verify_stripe_webhook(Request& request);

/// POST /api/webhooks/stripe
Task<Result<Response>> take_stripe_webhook(Request& request);

/// Has an event's effect, once however often it is asked for.
Task<Result<Settled>> process_stripe_event(Host& host, std::string body);

/// The same for an admin, with a body that was verified when it came.
Task<Result<WebhookOutcome>> replay_stripe_event(Request& request, std::string event_id, std::string body);

}  // namespace isthmus::peerloop
