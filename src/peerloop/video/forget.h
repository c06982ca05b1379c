#pragma once

#include <string_view>

#include "jobs/outbox.h"

namespace isthmus::peerloop {

/// What becomes of recordings when an account ends, for the batch that ends it. A recording is of two people and stays
/// for as long as one of them has an account; then it is removed, wherever its copy had got to.
Statement forget_recordings(Host& host, std::string_view user_id);

Task<Result<Delivery>> deliver_forgetting_of_recordings(Host& host, const OutboxItem& item);
inline constexpr OutboxHandler recordings_forgetting_handler{"recordings.forget", deliver_forgetting_of_recordings};

}  // namespace isthmus::peerloop
