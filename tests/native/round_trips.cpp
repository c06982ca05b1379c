#include "native/round_trips.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string_view>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace isthmus::native {

namespace {

constexpr int most_reads = 2;
constexpr int most_writes = 2;
/// News of providers are decided up to five times: read, written, and the refusal noted.
constexpr int most_again = 13;

/// Routes that may take more trips, and why.
struct Exception {
  std::string_view route;
  int reads;
  int writes;
  std::string_view reason;
};
constexpr std::array exceptions = std::to_array<Exception>({
    {"POST /api/apart", 2, 3, "no product's: it remembers its answer behind its effect, which is what commit() saves"},
});

/// The most that each route took, over all tests of this run.
class Worst {
 public:
  Worst() = default;
  Worst(const Worst&) = delete;
  Worst& operator=(const Worst&) = delete;
  ~Worst() {
    const char* path = std::getenv("ISTHMUS_ROUND_TRIPS");  // NOLINT(concurrency-mt-unsafe): tests run on one thread
    if (!path) return;
    nlohmann::json list = nlohmann::json::array();
    for (const auto& [route, most] : routes_)
      list.push_back({{"app", route.first},
                      {"route", route.second},
                      {"reads", most.reads},
                      {"writes", most.writes},
                      {"again", most.again},
                      {"afterwards", most.afterwards}});
    std::ofstream(path) << list.dump(1) << '\n';
  }

  void add(std::string_view app, const std::string& route, const RoundTrips& trips) {
    RoundTrips& most = routes_[{std::string(app), route}];
    most.reads = std::max(most.reads, trips.reads);
    most.writes = std::max(most.writes, trips.writes);
    most.again = std::max(most.again, trips.again);
    most.afterwards = std::max(most.afterwards, trips.afterwards);
  }

 private:
  std::map<std::pair<std::string, std::string>, RoundTrips> routes_;
};

Worst& worst() {
  static Worst of_this_run;
  return of_this_run;
}

}  // namespace

Task<Result<std::vector<ResultSet>>> CountedDatabase::batch(std::vector<Statement> statements,
                                                            OnLostAnswer on_lost_answer) {
  if (is_answered_)
    ++round_trips_.afterwards;
  else if (is_refused_)
    ++round_trips_.again;
  else if (database_.only_reads(statements))
    ++round_trips_.reads;
  else
    ++round_trips_.writes;
  auto sets = co_await attempt(database_.batch(std::move(statements), on_lost_answer));
  if (!sets && violates(sets.error(), "")) is_refused_ = true;
  co_return sets;
}

void judge_round_trips(std::string_view app, const std::string& route, int status, const RoundTrips& round_trips) {
  if (status >= 500) return;
  worst().add(app, route, round_trips);
  const auto* exception = std::ranges::find(exceptions, route, &Exception::route);
  const bool excepted = exception != exceptions.end();
  CHECK_MESSAGE(round_trips.reads <= (excepted ? exception->reads : most_reads),
                route << " reads in " << round_trips.reads << " round trips");
  CHECK_MESSAGE(round_trips.writes <= (excepted ? exception->writes : most_writes),
                route << " writes in " << round_trips.writes << " round trips");
  CHECK_MESSAGE(round_trips.again <= most_again, route << " begins anew in " << round_trips.again << " round trips");
}

}  // namespace isthmus::native
