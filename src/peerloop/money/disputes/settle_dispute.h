#pragma once

#include "peerloop/money/disputes/dispute.h"
#include "peerloop/money/payment_events.h"

namespace isthmus::peerloop {

/// A dispute as it was at some moment. Open, it freezes the shares of the payment; won, it releases them; lost, they
/// are given back in proportion, also out of what was paid out. Older news changes nothing; news that comes before that
/// of its payment waits for it.
Task<Result<Settled>> settle_dispute(Host& host, WebhookEvent event, Dispute dispute);

/// How a dispute that waited stands, for the batch that books its payment.
struct WaitingDispute {
  std::string id;
  std::string charge_id;
  std::int64_t amount_cents = 0;
  std::string currency;
  std::string reason;
  std::string status;
};
Statement waiting_disputes(const std::optional<std::string>& payment_intent);
/// Guards that those which were read are all that wait, and still stand as they stood.
Statement guard_waiting_disputes(const std::optional<std::string>& payment_intent,
                                 const std::vector<WaitingDispute>& disputes);

/// A payment as far as a dispute concerns it.
struct DisputedPayment {
  std::string transaction_id;
  std::string enrollment_id;
  std::int64_t amount_cents = 0;
  std::string currency;
  std::int64_t refunded_cents = 0;
  std::int64_t charged_back_cents = 0;
  std::string course_title;
};
/// What the waiting disputes do to a payment that is just being booked.
std::vector<Statement> apply_waiting_disputes(Host& host, DisputedPayment payment, const std::vector<Split>& splits,
                                              const std::vector<WaitingDispute>& disputes, Timestamp now);

}  // namespace isthmus::peerloop
