#pragma once

#include <optional>
#include <string>

#include "http/app.h"
#include "peerloop/courses/currency.h"
#include "peerloop/money/splits.h"

namespace isthmus::peerloop {

// These describe what SQLite writes (see `earnings.cpp`).

enum class SplitStatus { pending, approved, paid, reversed, frozen };
constexpr auto schema(SplitStatus*) {
  return one_of(EnumName{"pending", SplitStatus::pending}, EnumName{"approved", SplitStatus::approved},
                EnumName{"paid", SplitStatus::paid}, EnumName{"reversed", SplitStatus::reversed},
                EnumName{"frozen", SplitStatus::frozen});
}

struct EarnedSplit {
  std::string id, enrollmentId, courseId, courseTitle;
  RecipientType recipientType;
  std::int64_t amountCents, reversedCents, transferredCents, withheldCents, returnedCents;
  std::string currency;
  SplitStatus status;
  Timestamp createdAt;
  std::optional<Timestamp> approvedAt, paidAt;
};
constexpr auto schema(EarnedSplit*) {
  return object(
      "EarnedSplit", field("id", &EarnedSplit::id), field("enrollmentId", &EarnedSplit::enrollmentId),
      field("courseId", &EarnedSplit::courseId), field("courseTitle", &EarnedSplit::courseTitle),
      field("recipientType", &EarnedSplit::recipientType, described("As what it was earned.")),
      field("amountCents", &EarnedSplit::amountCents),
      field("reversedCents", &EarnedSplit::reversedCents, described("What refunds and lost disputes took back of it.")),
      field("transferredCents", &EarnedSplit::transferredCents, described("What was sent of it.")),
      field("withheldCents", &EarnedSplit::withheldCents,
            described("What was kept of it, because more was owed back from earlier ones than could be "
                      "returned.")),
      field("returnedCents", &EarnedSplit::returnedCents, described("What came back of what was sent.")),
      field("currency", &EarnedSplit::currency), field("status", &EarnedSplit::status),
      field("createdAt", &EarnedSplit::createdAt), field("approvedAt", &EarnedSplit::approvedAt),
      field("paidAt", &EarnedSplit::paidAt));
}

struct Earnings {
  std::int64_t balanceCents, pendingCents, paidCents, frozenCents, owedBackCents;
  std::string currency;
  RawList<EarnedSplit> splits;
};
constexpr auto schema(Earnings*) {
  return object("Earnings",
                field("balanceCents", &Earnings::balanceCents,
                      described("Ready to be paid out. Below zero where a refund came after the payout.")),
                field("pendingCents", &Earnings::pendingCents,
                      described("Waits until the creator approves the completion, or until a dispute ends.")),
                field("paidCents", &Earnings::paidCents, described("Paid out so far, less what came back of it.")),
                field("frozenCents", &Earnings::frozenCents, described("The part of pendingCents that disputes hold.")),
                field("owedBackCents", &Earnings::owedBackCents,
                      described("What is owed back after refunds: kept of the next payout.")),
                field("currency", &Earnings::currency),
                field("splits", &Earnings::splits, described("The latest 100 in any currency, newest first.")));
}

struct EarningsQuery {
  std::optional<std::string> currency;
};
constexpr auto schema(EarningsQuery*) {
  return object("EarningsQuery", field("currency", &EarningsQuery::currency, currency_code,
                                       described("Which currency's sums; without it the latest split's.")));
}

Task<Result<Response>> show_earnings(Request& request, EarningsQuery query);

}  // namespace isthmus::peerloop
