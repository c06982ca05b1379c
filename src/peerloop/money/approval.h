#pragma once

#include <string_view>

#include "ports/database.h"

namespace isthmus::peerloop {

/// The statement that lets the shares of an enrollment's payment be paid out: put it into the batch in which the
/// creator certifies the completion. Shares that a dispute holds are approved for the time after it. What is approved,
/// paid or given back already stays as it is, so that a second time changes nothing.
Statement approve_splits(std::string_view enrollment_id, Timestamp now);

}  // namespace isthmus::peerloop
