#pragma once

#include <string_view>

#include "jobs/outbox.h"

namespace isthmus::peerloop {

/// A refund that somebody asked for leaves under the id of its request, which Stripe gets as the idempotency key.
Task<Result<Delivery>> deliver_requested_refund(Host& host, const OutboxItem& item);

inline constexpr OutboxHandler requested_refund_outbox_handler{"stripe.requested_refund", deliver_requested_refund};

Statement enqueue_refund_request(std::string_view request_id, Timestamp now);

}  // namespace isthmus::peerloop
