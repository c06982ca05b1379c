#include "peerloop/enrollments/release.h"

#include "peerloop/enrollments/queries.h"

namespace isthmus::peerloop {

Task<Result<void>> release_unpaid_enrollments(Host& host, Timestamp now) {
  co_await host.database.write(release_unpaid(now));
  co_return Result<void>();
}

}  // namespace isthmus::peerloop
