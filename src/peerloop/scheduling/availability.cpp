#include "peerloop/scheduling/availability.h"

#include <algorithm>

#include "peerloop/scheduling/local_time.h"
#include "peerloop/scheduling/queries.h"

namespace isthmus::peerloop {

namespace {

/// Hours of one day: a weekday's number, or a date.
struct PlacedHours {
  std::int64_t day = 0;
  int from = 0;
  int to = 0;
};

void check_order(std::string_view from, std::string_view to, Problems& problems) {
  if (parse_time_of_day(from).value_or(0) >= parse_time_of_day(to).value_or(0))
    problems.within("to", [&] { problems.add("must be later than from"); });
}

void check_apart(std::vector<PlacedHours> hours, Problems& problems) {
  std::ranges::sort(hours, {}, [](const PlacedHours& one) { return std::pair(one.day, one.from); });
  const auto clash = std::ranges::adjacent_find(
      hours, [](const PlacedHours& one, const PlacedHours& next) { return one.day == next.day && next.from < one.to; });
  if (clash != hours.end()) problems.add("must not overlap on one day");
}

PlacedHours placed(std::int64_t day, std::string_view from, std::string_view to) {
  return {day, parse_time_of_day(from).value_or(0), parse_time_of_day(to).value_or(0)};
}

Result<void> check(const Availability& availability) {
  Problems problems;
  problems.within("rules", [&] {
    std::vector<PlacedHours> all;
    for (std::size_t i = 0; i < availability.rules.size(); ++i) {
      const auto& [weekday, from, to] = availability.rules[i];
      problems.within(i, [&] { check_order(from, to, problems); });
      all.push_back(placed(static_cast<std::int64_t>(weekday), from, to));
    }
    check_apart(std::move(all), problems);
  });
  problems.within("exceptions", [&] {
    std::vector<std::string> dates;
    for (std::size_t i = 0; i < availability.exceptions.size(); ++i) {
      const DateException& exception = availability.exceptions[i];
      dates.push_back(exception.date);
      problems.within(i, [&] {
        std::vector<PlacedHours> all;
        for (const HoursOfDate& each : exception.hours) {
          check_order(each.from, each.to, problems);
          all.push_back(placed(0, each.from, each.to));
        }
        check_apart(std::move(all), problems);
      });
    }
    std::ranges::sort(dates);
    if (std::ranges::adjacent_find(dates) != dates.end()) problems.add("must name each date once");
  });
  if (!problems.empty()) return Failure(problems.to_error());
  return {};
}

/// [[weekday, from, to], …] in minutes.
std::string rules_json(const Availability& availability) {
  JsonWriter json;
  json.begin_array();
  for (const auto& [weekday, from, to] : availability.rules) {
    json.begin_array().value(static_cast<std::int64_t>(weekday) + 1);
    json.value(*parse_time_of_day(from)).value(*parse_time_of_day(to)).end_array();
  }
  return std::move(json.end_array()).text();
}

/// [["2026-12-24", [[from, to], …]], …] in minutes.
std::string exceptions_json(const Availability& availability) {
  JsonWriter json;
  json.begin_array();
  for (const auto& [date, hours] : availability.exceptions) {
    json.begin_array().value(date).begin_array();
    for (const auto& [from, to] : hours)
      json.begin_array().value(*parse_time_of_day(from)).value(*parse_time_of_day(to)).end_array();
    json.end_array().end_array();
  }
  return std::move(json.end_array()).text();
}

}  // namespace

void TimeOfDay::check(const std::string& value, Problems& problems) const {
  if (!parse_time_of_day(value)) problems.add("must be a time of day such as 09:30");
}

void Date::check(const std::string& value, Problems& problems) const {
  if (!parse_date(value)) problems.add("must be a date such as 2026-12-24");
}

Task<Result<Response>> show_availability(Request& request) {
  auto found = co_await request.db().read(select_availability(request.user().user_id));
  co_return json_response(200, std::move(found).text());
}

Task<Result<Response>> set_availability(Request& request, Availability availability) {
  co_await check(availability);
  const std::string& teacher = request.user().user_id;
  auto batch = replace_availability(teacher, availability, rules_json(availability), exceptions_json(availability),
                                    request.now());
  batch.push_back(select_availability(teacher));
  // The second time says the same once more.
  auto sets = co_await request.db().batch(std::move(batch), OnLostAnswer::retry);
  co_return json_response(200, std::move(sets.back()).text());
}

}  // namespace isthmus::peerloop
