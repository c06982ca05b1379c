#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/pagination.h"
#include "ports/host.h"

/// The SQL of paying out.
namespace isthmus::peerloop {

/// People with approved or frozen shares, or who owe something back, by their ids: up to `limit` + 1 `ListedRow`s.
Statement list_due(const std::optional<Cursor>& after, std::int64_t limit);

struct PayableSplit {
  std::string id;
  std::string standing;  ///< the share's status, or "requested" where a transfer is on its way
  bool account_active = false;
};
/// Those of the ids that exist and belong to a person.
Statement payable_splits(const std::vector<std::string>& ids);
/// What is due to a person, in the order of the approvals.
Statement payable_splits_of(std::string_view recipient_id);

/// A decision to pay shares out.
struct Payout {
  std::string transfer_of_split;  ///< a JSON object: the new transfer's id under each share's
  std::string transfer_ids;       ///< the same ids as a list
  std::int64_t count = 0;
  std::string actor_id;
  std::string request_id;
};
Payout new_payout(Host& host, const std::vector<PayableSplit>& splits, std::string actor_id, std::string request_id,
                  Timestamp now);
/// Writes the transfers, what is kept of them, their outbox rows and the audit. Refused by `guard:state_changed` where
/// a share is not due any more, by the index `transfers.split_id` where it has a transfer already.
std::vector<Statement> request_transfers(const Payout& payout, Timestamp now);
Statement transfers_as_json(const Payout& payout);

}  // namespace isthmus::peerloop
