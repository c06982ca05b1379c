#pragma once

#include "adapters/payments/payment_provider.h"
#include "peerloop/money/payment_events.h"

namespace isthmus::peerloop {

/// An event about a transfer, as the transfer was then: made, or reversed in part or whole.
Task<Result<Settled>> settle_transfer(Host& host, WebhookEvent event, ProviderTransfer transfer);

}  // namespace isthmus::peerloop
