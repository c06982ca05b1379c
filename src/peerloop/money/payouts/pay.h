#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/app.h"
#include "json/schema.h"

namespace isthmus::peerloop {

inline constexpr std::size_t most_splits_a_payout = 100;

struct PayOut {
  std::optional<std::vector<std::string>> splitIds;
  std::optional<std::string> recipientId;
};
constexpr auto schema(PayOut*) {
  return object("PayOut",
                field("splitIds", &PayOut::splitIds, items(1, most_splits_a_payout), each(uuid),
                      described("These shares: all of them, or none where one is not due.")),
                field("recipientId", &PayOut::recipientId, uuid,
                      described("All that is due to this person, the 100 that wait longest. Instead of splitIds.")));
}
constexpr std::string_view example_of(PayOut*) { return R"({"recipientId":"01a20dab-5158-7194-84ff-14472e2a1fb6"})"; }

// These describe what SQLite writes (see `queries.cpp`).

enum class TransferStatus { requested, sent, returned, failed, canceled, duplicate };
constexpr auto schema(TransferStatus*) {
  return one_of(EnumName{"requested", TransferStatus::requested}, EnumName{"sent", TransferStatus::sent},
                EnumName{"returned", TransferStatus::returned}, EnumName{"failed", TransferStatus::failed},
                EnumName{"canceled", TransferStatus::canceled}, EnumName{"duplicate", TransferStatus::duplicate});
}

struct RequestedTransfer {
  std::string id, splitId, recipientId;
  std::int64_t amountCents, withheldCents;
  std::string currency;
  TransferStatus status;
};
constexpr auto schema(RequestedTransfer*) {
  return object("RequestedTransfer", field("id", &RequestedTransfer::id), field("splitId", &RequestedTransfer::splitId),
                field("recipientId", &RequestedTransfer::recipientId),
                field("amountCents", &RequestedTransfer::amountCents),
                field("withheldCents", &RequestedTransfer::withheldCents,
                      described("Kept, because the person owes it back. Where it is all, nothing is sent.")),
                field("currency", &RequestedTransfer::currency), field("status", &RequestedTransfer::status));
}

struct RequestedPayout {
  RawList<RequestedTransfer> transfers;
};
constexpr auto schema(RequestedPayout*) {
  return object("RequestedPayout", field("transfers", &RequestedPayout::transfers));
}

/// Decides a payout: one transfer a share, sent behind the answer. Of two admins who pay the same share, one gets 409.
Task<Result<Response>> pay_out(Request& request, PayOut body);

}  // namespace isthmus::peerloop
