#pragma once

#include <string>

#include "http/route.h"
#include "ports/database.h"

namespace isthmus {

/// 429 with Retry-After.
Error too_many_requests(Millis wait);

/// Counts one use of `key` in a window that opens with its first use, and fails with 429 once the window is used up.
/// One statement in the database, so that parallel uses are counted one by one.
Task<Result<void>> take_exactly(Database& database, std::string key, Limit limit, Timestamp now);

}  // namespace isthmus
