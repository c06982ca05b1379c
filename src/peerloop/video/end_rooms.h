#pragma once

#include "jobs/outbox.h"

/// Rooms that nobody ended: the two went on after their time, or left without the provider noticing.
namespace isthmus::peerloop {

/// For cron: asks for the end of rooms whose session is over for a while, a bounded number of them.
Task<Result<void>> end_stale_rooms(Host& host, Timestamp now);

Task<Result<Delivery>> deliver_room_end(Host& host, const OutboxItem& item);
inline constexpr OutboxHandler room_end_outbox_handler{"video.end_room", deliver_room_end};

}  // namespace isthmus::peerloop
