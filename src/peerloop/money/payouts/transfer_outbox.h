#pragma once

#include <string>
#include <string_view>

#include "jobs/outbox.h"

/// Transfers and their reversals leave through the outbox, each under the id of its row, which Stripe gets as the
/// idempotency key. A refusal is an outcome: it is written into the row, and the outbox is done with it.
namespace isthmus::peerloop {

Task<Result<Delivery>> deliver_transfer(Host& host, const OutboxItem& item);
Task<Result<Delivery>> deliver_reversal(Host& host, const OutboxItem& item);

inline constexpr OutboxHandler transfer_outbox_handler{"stripe.transfer", deliver_transfer};
inline constexpr OutboxHandler reversal_outbox_handler{"stripe.reversal", deliver_reversal};

/// The statement that sends the transfers of these ids, a JSON list, as far as they are there and have an amount.
Statement enqueue_transfers(std::string_view ids_json, Timestamp now);
/// The same of one reversal.
Statement enqueue_reversal(std::string_view id, Timestamp now);

/// Whether the provider's answer is its last word on a call, rather than one that may be different next time.
bool is_final(const Error& error);
/// Why, in few words, for the row.
std::string reason_of(const Error& error);

}  // namespace isthmus::peerloop
