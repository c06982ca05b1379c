#include "peerloop/administration/analytics.h"

#include "peerloop/administration/queries.h"

namespace isthmus::peerloop {

namespace {

constexpr Millis usual_period = 30 * day;
constexpr Millis longest_period = 366 * day;

}  // namespace

Task<Result<Response>> show_analytics(Request& request, AnalyticsQuery query) {
  const Timestamp to = query.to.value_or(request.now());
  const Timestamp from = query.from.value_or(to + -usual_period);
  Problems problems;
  problems.within("from", [&] {
    if (from >= to) problems.add("must be before the end");
    if (to - from > longest_period) problems.add("must be at most 366 days before the end");
  });
  if (!problems.empty()) co_return Failure(problems.to_error());
  // What is kept is kept by the day.
  const Timestamp first_day{from.ms / day * day};
  const Timestamp behind_last_day{(to.ms + day - 1) / day * day};
  auto figures = co_await request.db().read(administration_queries::select_analytics(first_day, behind_last_day));
  co_return json_response(200, std::move(figures).text());
}

Task<Result<Response>> show_counters(Request& request) {
  auto counters = co_await request.db().read(administration_queries::select_counters(request.now()));
  co_return json_response(200, std::move(counters).text());
}

}  // namespace isthmus::peerloop
