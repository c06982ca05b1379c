#pragma once

#include "peerloop/webhooks/stripe.h"

namespace isthmus::peerloop {

inline constexpr auto stripe_routes = table(
    // clang-format off
    post("/api/webhooks/stripe").summary("Stripe's events").tag("webhooks")
        .limit(flood_only).raw_body(1 << 20).open_to(webhook_of("Stripe's signature", verify_stripe_webhook))
        .answers<WebhookReceipt>().run<take_stripe_webhook>()
    // clang-format on
);

}  // namespace isthmus::peerloop
