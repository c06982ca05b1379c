#pragma once

#include <span>

#include "http/app.h"
#include "jobs/outbox.h"

namespace isthmus::peerloop {

/// What PeerLoop's outbox rows do when they are delivered.
std::span<const OutboxHandler> outbox_handlers();

/// Delivers what this request put into the outbox, once its answer is sent.
void dispatch_after(Request& request);

}  // namespace isthmus::peerloop
