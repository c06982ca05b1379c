#pragma once

#include <optional>
#include <string>

#include "http/app.h"
#include "http/pagination.h"

/// What is to be paid out, for admins.
namespace isthmus::peerloop {

// These describe what SQLite writes (see `queries.cpp`).

enum class DueStatus { due, requested, failed, frozen };
constexpr auto schema(DueStatus*) {
  return one_of(EnumName{"due", DueStatus::due}, EnumName{"requested", DueStatus::requested},
                EnumName{"failed", DueStatus::failed}, EnumName{"frozen", DueStatus::frozen});
}

struct DueSplit {
  std::string id, enrollmentId, courseTitle;
  std::int64_t amountCents;
  DueStatus status;
  std::optional<std::string> failure;
  std::optional<Timestamp> approvedAt;
};
constexpr auto schema(DueSplit*) {
  return object(
      "DueSplit", field("id", &DueSplit::id), field("enrollmentId", &DueSplit::enrollmentId),
      field("courseTitle", &DueSplit::courseTitle), field("amountCents", &DueSplit::amountCents),
      field("status", &DueSplit::status,
            described("`requested` is on its way, `failed` was refused by the provider and may be paid out again, "
                      "`frozen` waits for the end of a dispute.")),
      field("failure", &DueSplit::failure, described("Why the last transfer was refused.")),
      field("approvedAt", &DueSplit::approvedAt));
}

enum class PayoutBlock { not_onboarded, account_restricted, frozen, negative_balance };
constexpr auto schema(PayoutBlock*) {
  return one_of(EnumName{"not_onboarded", PayoutBlock::not_onboarded},
                EnumName{"account_restricted", PayoutBlock::account_restricted},
                EnumName{"frozen", PayoutBlock::frozen}, EnumName{"negative_balance", PayoutBlock::negative_balance});
}

struct PayoutDue {
  std::string recipientId, name, handle, currency, accountStatus;
  std::int64_t dueCents, owedBackCents, payableCents, requestedCents, frozenCents;
  RawList<PayoutBlock> blockedBy;
  RawList<DueSplit> splits;
};
constexpr auto schema(PayoutDue*) {
  return object(
      "PayoutDue", field("recipientId", &PayoutDue::recipientId), field("name", &PayoutDue::name),
      field("handle", &PayoutDue::handle), field("currency", &PayoutDue::currency),
      field("accountStatus", &PayoutDue::accountStatus),
      field("dueCents", &PayoutDue::dueCents, described("The approved shares that no transfer was asked for.")),
      field("owedBackCents", &PayoutDue::owedBackCents,
            described("What the person owes back after refunds: kept of the next payout.")),
      field("payableCents", &PayoutDue::payableCents, described("What a payout would send.")),
      field("requestedCents", &PayoutDue::requestedCents, described("Asked for and not yet sent.")),
      field("frozenCents", &PayoutDue::frozenCents, described("Held by disputes.")),
      field("blockedBy", &PayoutDue::blockedBy, described("Why nothing would be sent; empty where it would.")),
      field("splits", &PayoutDue::splits, described("The 20 that wait longest.")));
}
ISTHMUS_PAGE(PayoutDue)

struct PayoutsQuery {
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(PayoutsQuery*) {
  return object("PayoutsQuery", field("limit", &PayoutsQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &PayoutsQuery::cursor, length(1, 500)));
}

Task<Result<Response>> list_payouts_due(Request& request, PayoutsQuery query);

}  // namespace isthmus::peerloop
