#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "peerloop/money/queries.h"
#include "peerloop/webhooks/events.h"

/// What the payment provider's events do to the books. Events come twice, late, in any order and at the same time; each
/// paid checkout ends as exactly one enrollment or as a full refund, and each refunded cent is taken back once.
namespace isthmus::peerloop {

struct PaidCheckout {
  std::string session_id;
  std::string reference;  ///< our enrollment's id, "" where the checkout carries none
  std::optional<std::string> payment_intent;
  std::int64_t amount_cents = 0;
  std::string currency;
};

struct Settled {
  WebhookOutcome outcome = WebhookOutcome::processed;
  /// A payment page that nobody should pay on any more.
  std::optional<std::string> page_to_close;
};

/// The payment of a checkout: enrolls the student, or sends the money back where the student is enrolled already.
Task<Result<Settled>> settle_payment(Host& host, WebhookEvent event, PaidCheckout paid);

/// A charge's refunds so far: takes back what the last news did not have. Waits where the payment itself is not known
/// yet.
Task<Result<Settled>> settle_refund(Host& host, WebhookEvent event, RefundedCharge charge);

/// The same from the answer to a refund of ours, without an event.
Task<Result<void>> apply_refund(Host& host, RefundedCharge charge);

/// A refund that the bank sent back, or that was canceled on its way: the money is with us again, and still belongs to
/// the student. A person must find another way.
struct FailedRefund {
  std::string id;
  std::string request_id;  ///< "" where we did not ask for it
  std::string charge_id;
  std::optional<std::string> payment_intent;
  std::int64_t amount_cents = 0;
  std::string currency;
};
Task<Result<Settled>> settle_failed_refund(Host& host, WebhookEvent event, FailedRefund refund);

/// A checkout that will not be paid any more: frees the enrollment's place.
Task<Result<Settled>> release_expired(Host& host, WebhookEvent event, std::string session_id, std::string reference);

}  // namespace isthmus::peerloop
