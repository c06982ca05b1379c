#pragma once

#include "jobs/outbox.h"

/// Stored objects go through the outbox: their rows go in one batch with the wish, and the bytes afterwards, again
/// until it worked.
namespace isthmus::peerloop {

inline constexpr std::string_view removal_outbox_kind = "object.remove";

/// Removes the object of the payload's `key`. What is not there counts as removed.
Task<Result<Delivery>> remove_object(Host& host, const OutboxItem& item);

}  // namespace isthmus::peerloop
