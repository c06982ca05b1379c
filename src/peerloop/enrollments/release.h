#pragma once

#include "ports/host.h"

namespace isthmus::peerloop {

/// For cron: frees the places of enrollments whose payment page closed unpaid. A payment that arrives afterwards still
/// enrolls, or goes back.
Task<Result<void>> release_unpaid_enrollments(Host& host, Timestamp now);

}  // namespace isthmus::peerloop
