#include "scale/listings.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <ranges>

#include <doctest/doctest.h>

using namespace isthmus;
using native::Json;
using native::PeerloopServer;

namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): tests run on one thread
  return value ? value : "";
}

/// What a page of 20 may take in any case: the small marketplace does not fill each.
constexpr std::int64_t full_page = 6000;

}  // namespace

TEST_CASE("no listing costs more because there is more that it does not list") {
  PeerloopServer small;
  native::populate(small, 1000, 100, 8000);
  PeerloopServer large;
  native::populate(large, 5000, 100, 40000);
  const auto of_small = native::ask_all_listings(small, 20, 1);
  const auto of_large = native::ask_all_listings(large, 20, 1);
  for (const auto& [few, many] : std::views::zip(of_small, of_large)) {
    CAPTURE(few.listing);
    // A month is shown whole, in pages of 5,000 lines: there is more of it.
    if (few.listing.contains("?month=")) continue;
    const auto most = std::max(few.steps * 3 / 2 + 1000, full_page);
    CHECK_MESSAGE(many.steps <= most, few.steps << " steps, and of five times as much " << many.steps);
  }
}

// scripts/scale runs this on the demo data and on a hundred thousand users, and draws up the table.
TEST_CASE("the listings of a database in a file" * doctest::skip(setting("ISTHMUS_SCALE_DATABASE").empty())) {
  PeerloopServer server;
  server.world.scheduler.advance(native::after_the_business - server.world.now());
  server.world.database.open_file(setting("ISTHMUS_SCALE_DATABASE"));
  // Behind what an earlier run left there: the same moment would draw the same ids.
  server.world.scheduler.advance(
      second * server.world.database.count("SELECT count(*) FROM auth_sessions WHERE created_at >= ?1",
                                           {native::after_the_business.ms}));
  Json list = Json::array();
  const auto add = [&](const std::vector<native::Asked>& all) {
    for (const auto& asked : all)
      list.push_back({{"listing", asked.listing}, {"steps", asked.steps}, {"microseconds", asked.microseconds}});
  };
  add(native::ask_all_listings(server, 100, 5));
  add(native::ask_some_writes(server, 5));
  std::ofstream(setting("ISTHMUS_SCALE_RESULTS")) << list.dump(1) << '\n';
}
