#pragma once

#include "jobs/outbox.h"

/// Money that goes back through the outbox: asked for in the batch that finds the reason, sent after the answer, again
/// until the provider says yes. What the refund does to the books is done by the provider's event about it.
namespace isthmus::peerloop {

/// The statement that asks for all that is left of a payment to go back. Once for each payment.
Statement enqueue_refund(Host& host, std::string_view payment_intent, std::string_view enrollment_id, Timestamp now);

Task<Result<Delivery>> deliver_refund(Host& host, const OutboxItem& item);

inline constexpr OutboxHandler refund_outbox_handler{"stripe.refund", deliver_refund};

}  // namespace isthmus::peerloop
