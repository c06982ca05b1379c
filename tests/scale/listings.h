#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "native/peerloop_server.h"

/// Every listing of PeerLoop, asked by those for whom there is most to list.
namespace isthmus::native {

/// A moment after all that `population.sql` and the demo data hold.
inline constexpr Timestamp after_the_business{1'795'176'000'000};

struct Asked {
  std::string listing;            ///< its path with the names of what it is asked of: "/api/courses/:course/reviews"
  std::int64_t steps = 0;         ///< of SQLite's machine, for all that the request asks of the database
  std::int64_t microseconds = 0;  ///< the least of a few
};

/// Migrations and marketplace of this size, in memory.
void populate(PeerloopServer& server, int users, int courses, int sessions);

/// Asks each listing for its first page, `limit` long, so many times, and fails the test where one is not answered.
std::vector<Asked> ask_all_listings(PeerloopServer& server, int limit, int times);

/// The same for a few requests that write what there is most of.
std::vector<Asked> ask_some_writes(PeerloopServer& server, int times);

}  // namespace isthmus::native
