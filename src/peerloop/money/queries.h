#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "peerloop/money/ledger.h"
#include "ports/database.h"

/// The SQL of payments and refunds.
namespace isthmus::peerloop {

/// What a paid checkout is about.
struct PaidEnrollment {
  std::string id;
  std::string status;
  std::string student_id;
  std::string teacher_id;
  std::string creator_id;
  std::string instructor_type;
  std::int64_t price_cents = 0;
  std::string currency;
  std::optional<std::string> checkout_session_id;
  std::string course_title;
  std::string course_slug;
  std::string student_name;
  std::string teacher_name;
  std::optional<std::string> transaction_id;
  std::optional<std::string> paid_with;  ///< the payment intent of that transaction
  bool has_lost_somebody = false;        ///< the student, the teacher or the creator has deleted the account
};

/// Another live enrollment of the same student in the same course.
struct Rival {
  std::string id;
  std::string status;
  std::optional<std::string> checkout_session_id;
};

/// News of a refund that came before the news of its payment.
struct WaitingRefund {
  std::string charge_id;
  std::int64_t cumulative_cents = 0;
};

/// One `PaidEnrollment` or none, `Rival`s (at most one), `WaitingRefund`s by their totals.
std::vector<Statement> read_paid_checkout(std::string_view session_id, std::string_view reference,
                                          const std::optional<std::string>& payment_intent);

/// Guards that an enrollment still has the status that was read, and sets the one behind it.
std::vector<Statement> settle_enrollment(const PaidEnrollment& enrollment, std::string_view status,
                                         std::string_view session_id, Timestamp now);
/// Refuses the batch where one of the three has deleted the account.
Statement guard_all_there(const PaidEnrollment& enrollment);
/// Keeps a second payment of an enrollment as a released enrollment of its own: a payment belongs to one enrollment.
Statement insert_stray_enrollment(std::string_view of_enrollment_id, std::string_view new_id,
                                  std::string_view session_id, Timestamp now);
Statement release_rival(std::string_view enrollment_id, Timestamp now);
/// Guards that no refund came in since the waiting ones were read.
Statement guard_waiting_refunds(const std::optional<std::string>& payment_intent, std::int64_t cumulative_cents);
Statement attach_waiting_refunds(const std::optional<std::string>& payment_intent, std::string_view transaction_id);

struct NewTransaction {
  std::string id;
  std::string enrollment_id;
  std::int64_t amount_cents = 0;
  std::string currency;
  std::optional<std::string> payment_intent;
  std::optional<std::string> charge_id;
  std::int64_t refunded_cents = 0;
};
Statement insert_transaction(const NewTransaction& transaction, Timestamp now);
Statement insert_split(std::string_view id, const NewTransaction& transaction, const Portion& portion,
                       std::int64_t reversed_cents, Timestamp now);

struct RefundedTransaction {
  std::string id;
  std::string enrollment_id;
  std::int64_t amount_cents = 0;
  std::string currency;
  std::int64_t refunded_cents = 0;
  std::int64_t charged_back_cents = 0;  ///< by lost disputes
  std::string student_id;
  std::string course_title;
};

struct Split {
  std::string id;
  std::string recipient_type;
  std::optional<std::string> recipient_id;
  std::int64_t amount_cents = 0;
  std::int64_t reversed_cents = 0;
};

/// What is known of a charge that belongs to no transaction yet.
struct UnpaidCharge {
  bool enrollment_known = false;
  std::int64_t cumulative_cents = 0;  ///< of the refunds that wait
};

struct RefundedCharge {
  std::string charge_id;
  std::optional<std::string> payment_intent;
  std::string reference;  ///< our enrollment's id, "" where the charge carries none
  std::int64_t cumulative_cents = 0;
  std::string currency;
};

/// One `RefundedTransaction` or none, its `Split`s in the order of `split_price`, one `UnpaidCharge`.
std::vector<Statement> read_refunded_charge(const RefundedCharge& charge);

/// Guards that the transaction has the running total that was read, and raises it.
std::vector<Statement> raise_refunded(const RefundedTransaction& transaction, const RefundedCharge& charge,
                                      Timestamp now);
Statement reverse_split(std::string_view split_id, std::int64_t reversed_cents, Timestamp now);
Statement set_enrollment_refunded(std::string_view enrollment_id, Timestamp now);
Statement insert_refund(std::string_view id, const std::optional<std::string>& transaction_id,
                        const RefundedCharge& charge, std::int64_t amount_cents, Timestamp now);
/// Guards that the charge still belongs to no transaction and still waits with this total.
Statement guard_waiting_charge(const RefundedCharge& charge, std::int64_t known_cumulative_cents);

/// Frees the place of an enrollment whose page closed unpaid.
Statement release_checkout(std::string_view session_id, std::string_view reference, Timestamp now);
/// A payment that does not fit what was asked for: for a person to look at. Once for each checkout or charge.
Statement audit_misfit(std::string_view id, std::string_view provider_object, std::string_view details_json,
                       Timestamp now);

}  // namespace isthmus::peerloop
