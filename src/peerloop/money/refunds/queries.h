#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "peerloop/money/payment_events.h"

/// The SQL of refunds that somebody asked for.
namespace isthmus::peerloop {

struct RefundablePayment {
  std::string enrollment_status;
  std::optional<std::string> transaction_id;
  std::string transaction_status;
  std::string currency;
  std::int64_t amount_cents = 0;
  std::int64_t refunded_cents = 0;
  std::int64_t charged_back_cents = 0;
  std::int64_t requested_cents = 0;

  std::int64_t left() const {
    return std::max<std::int64_t>(0, amount_cents - refunded_cents - charged_back_cents - requested_cents);
  }
};
Statement refundable_payment(std::string_view enrollment_id);

struct RefundRequestRow {
  std::string id;
  std::string transaction_id;
  std::int64_t amount_cents = 0;
  std::string currency;
  std::string reason;
  std::string requested_by;
};
/// Refused by `guard:refund_too_large` where the payment is not as it was read.
std::vector<Statement> insert_refund_request(const RefundRequestRow& row, const RefundablePayment& read, Timestamp now);

struct RefundToMake {
  std::string status;
  std::string enrollment_id;
  std::optional<std::string> payment_intent;
  std::int64_t amount_cents = 0;
  Timestamp created_at;
};
Statement refund_to_make(std::string_view request_id);
Statement settle_refund_request(std::string_view request_id, std::string_view stripe_id, Timestamp now);
/// The request is over, the student may ask again, and an admin finds out why.
std::vector<Statement> fail_refund_request(Host& host, std::string_view request_id, std::string_view why,
                                           Timestamp now);

struct PaymentOfRefund {
  std::string transaction_id;
  std::string enrollment_id;
  std::string student_id;
  std::string currency;
};
Statement payment_of_refund(const FailedRefund& refund);
/// What the bank sent back is owed to the student. Refused as `guard:already_processed` where it is booked already.
std::vector<Statement> book_failed_refund(Host& host, const FailedRefund& refund, const PaymentOfRefund& payment,
                                          Timestamp now);

}  // namespace isthmus::peerloop
