#pragma once

#include "jobs/outbox.h"

namespace isthmus::peerloop {

/// The kind of the outbox rows that `queue_mail` writes.
inline constexpr std::string_view mail_outbox_kind = "mail";

/// Sends the mail of an outbox row to the address that its user has now. A user who was deleted, or whose address
/// bounced, gets none: the row counts as delivered, and `emails` says why nothing was sent.
Task<Result<Delivery>> deliver_mail(Host& host, const OutboxItem& item);

}  // namespace isthmus::peerloop
