#pragma once

#include <optional>
#include <string>

#include "peerloop/money/payment_events.h"

namespace isthmus::peerloop {

/// Money on its way from a connected account to its owner's bank.
struct BankPayout {
  std::string id;
  std::string account_id;
  std::int64_t amount_cents = 0;
  std::string currency;
  std::string status;  ///< "pending", "in_transit", "paid", "canceled", "failed"
  std::optional<std::string> failure_code;
  std::optional<Timestamp> arrives_at;
};

/// Keeps the payout and tells its owner how it ended. One that was paid may still fail; one that failed stays so,
/// whatever older news comes later.
Task<Result<Settled>> settle_bank_payout(Host& host, WebhookEvent event, BankPayout payout);

}  // namespace isthmus::peerloop
