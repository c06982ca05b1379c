#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "peerloop/money/payment_events.h"

/// Reads Stripe's events (https://docs.stripe.com/api/events), as far as they mean anything to us.
namespace isthmus::peerloop {

/// Paid. What is complete but not paid yet (some methods take days) is no event of interest: another one follows.
using CheckoutPaid = PaidCheckout;
/// Will not be paid any more.
struct CheckoutOver {
  std::string session_id;
  std::string reference;
};
using ChargeRefunded = RefundedCharge;
struct Uninteresting {};

struct StripeEvent {
  WebhookEvent event;
  bool live_mode = false;
  /// It concerns a connected account's own business, not a payment to us.
  bool of_connected_account = false;
  std::variant<Uninteresting, CheckoutPaid, CheckoutOver, ChargeRefunded> news;
};

/// Fails with 400 for what is no event.
Result<StripeEvent> read_stripe_event(std::string body);

}  // namespace isthmus::peerloop
