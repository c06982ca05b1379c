#pragma once

#include <optional>
#include <string>

#include "http/app.h"
#include "http/pagination.h"
#include "peerloop/money/disputes/dispute.h"

/// Refunds and disputes, as administrators look at them.
namespace isthmus::peerloop {

// These describe what SQLite writes (see `records.cpp`).

enum class RefundState { requested, done, failed };
constexpr auto schema(RefundState*) {
  return one_of(EnumName{"requested", RefundState::requested}, EnumName{"done", RefundState::done},
                EnumName{"failed", RefundState::failed});
}

struct RefundEntry {
  std::string refundId, enrollmentId;
  std::int64_t amountCents;
  std::string currency;
  RefundState status;
  std::string requestedBy, reason;
  std::optional<std::string> failure, providerId;
  Timestamp createdAt;
  std::optional<Timestamp> settledAt;
};
constexpr auto schema(RefundEntry*) {
  return object(
      "RefundEntry", field("refundId", &RefundEntry::refundId), field("enrollmentId", &RefundEntry::enrollmentId),
      field("amountCents", &RefundEntry::amountCents), field("currency", &RefundEntry::currency),
      field("status", &RefundEntry::status,
            described("`requested`: on its way. `failed`: refused by the provider, or sent back by the bank.")),
      field("requestedBy", &RefundEntry::requestedBy, described("The student, or an administrator.")),
      field("reason", &RefundEntry::reason, described("In the words of who asked.")),
      field("failure", &RefundEntry::failure, described("Why it failed.")),
      field("providerId", &RefundEntry::providerId, described("The provider's own id of it.")),
      field("createdAt", &RefundEntry::createdAt), field("settledAt", &RefundEntry::settledAt));
}
ISTHMUS_PAGE(RefundEntry)

struct RefundsQuery {
  std::optional<RefundState> status;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(RefundsQuery*) {
  return object("RefundsQuery", field("status", &RefundsQuery::status),
                field("limit", &RefundsQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &RefundsQuery::cursor, length(1, 500)));
}

struct DisputeEntry {
  std::string id, providerId, chargeId;
  std::optional<std::string> enrollmentId;
  std::int64_t amountCents;
  std::string currency, reason;
  DisputeStatus status;
  std::optional<Timestamp> dueAt;
  Timestamp createdAt;
  std::optional<Timestamp> closedAt;
};
constexpr auto schema(DisputeEntry*) {
  return object(
      "DisputeEntry", field("id", &DisputeEntry::id),
      field("providerId", &DisputeEntry::providerId, described("The provider's own id of it, for its dashboard.")),
      field("chargeId", &DisputeEntry::chargeId),
      field("enrollmentId", &DisputeEntry::enrollmentId, described("Null while its payment is not known here.")),
      field("amountCents", &DisputeEntry::amountCents), field("currency", &DisputeEntry::currency),
      field("reason", &DisputeEntry::reason, described("The bank's, in the provider's words.")),
      field("status", &DisputeEntry::status),
      field("dueAt", &DisputeEntry::dueAt,
            described(
                "Until when the bank takes an answer, as the provider said it when the dispute reached its stage.")),
      field("createdAt", &DisputeEntry::createdAt), field("closedAt", &DisputeEntry::closedAt));
}
ISTHMUS_PAGE(DisputeEntry)

enum class DisputeState { open, closed };
constexpr auto schema(DisputeState*) {
  return one_of(EnumName{"open", DisputeState::open}, EnumName{"closed", DisputeState::closed});
}

struct DisputesQuery {
  std::optional<DisputeState> state;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(DisputesQuery*) {
  return object("DisputesQuery", field("state", &DisputesQuery::state),
                field("limit", &DisputesQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &DisputesQuery::cursor, length(1, 500)));
}

/// Those that were asked for here, the newest first.
Task<Result<Response>> list_refunds(Request& request, RefundsQuery query);
/// The open ones first, among them and among the others the newest.
Task<Result<Response>> list_disputes(Request& request, DisputesQuery query);

/// `ListedRow`s.
Statement select_refunds(const RefundsQuery& query, const std::optional<Place>& after);
Statement select_disputes(const DisputesQuery& query, const std::optional<Place>& after);

}  // namespace isthmus::peerloop
