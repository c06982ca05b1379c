#pragma once

#include <array>
#include <string>
#include <string_view>
#include <variant>

#include "adapters/payments/payment_provider.h"
#include "peerloop/money/connect/connect.h"
#include "peerloop/money/disputes/dispute.h"
#include "peerloop/money/payment_events.h"
#include "peerloop/money/payouts/bank.h"

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
using RefundSentBack = FailedRefund;
using TransferNews = ProviderTransfer;
using DisputeNews = Dispute;
using PayoutNews = BankPayout;
struct Uninteresting {};

/// The types of our own account's events that mean something to us.
inline constexpr std::array stripe_event_types = std::to_array<std::string_view>(
    {"checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
     "checkout.session.expired", "charge.refunded", "refund.updated", "refund.failed", "transfer.created",
     "transfer.updated", "transfer.reversed", "charge.dispute.created", "charge.dispute.updated",
     "charge.dispute.closed", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated"});

struct StripeEvent {
  WebhookEvent event;
  bool live_mode = false;
  /// What happened. Of the connected accounts' own business only that of the accounts themselves and of their payouts:
  /// what somebody sells there is none of ours.
  std::variant<Uninteresting, CheckoutPaid, CheckoutOver, ChargeRefunded, RefundSentBack, TransferNews, DisputeNews,
               AccountNews, PayoutNews>
      news;
};

/// Fails with 400 for what is no event.
Result<StripeEvent> read_stripe_event(std::string body);

}  // namespace isthmus::peerloop
