#include "peerloop/scheduling/slots.h"

#include <algorithm>
#include <random>
#include <string>

#include <doctest/doctest.h>

using namespace isthmus;
using namespace isthmus::peerloop;

namespace {

Timestamp at(const char* text) { return from_rfc3339(text).value(); }

Clock clock_of(const char* zone, Timestamp about) {
  return Zone::named(zone).value().clock(about - 200 * day, about + 200 * day);
}

/// Open from `from` to `to` on every day of the week.
Schedule daily(int from, int to) {
  Schedule schedule;
  for (auto& day_of_week : schedule.week) day_of_week.push_back({from, to});
  schedule.lengths = {30 * minute, hour};
  schedule.horizon = 365 * day;
  return schedule;
}

/// Local beginnings on one date, such as "01:30-04:00 02:00-04:00".
std::string beginnings(const Schedule& schedule, const Clock& clock, const char* date, Millis length = 30 * minute,
                       std::span<const Engagement> engagements = {}) {
  const Timestamp noon = at((std::string(date) + "T12:00:00Z").c_str());
  std::string out;
  for (const Timestamp start :
       slots(schedule, clock, engagements, {noon - 10 * day, noon - 2 * day, noon + 2 * day, length})) {
    const std::string local = to_local_rfc3339(start, offset_at(clock, start));
    if (!local.starts_with(date)) continue;
    if (!out.empty()) out += ' ';
    out += local.substr(11, 5) + local.substr(19);
  }
  return out;
}

constexpr int half_past_one = 90, half_past_two = 150;

/// The same question answered minute by minute, from the definition alone.
bool may_begin(const Schedule& schedule, const Clock& clock, std::span<const Engagement> engagements,
               const SlotQuestion& question, Timestamp start) {
  const auto hours_at = [&](Timestamp moment) {
    const Millis offset = offset_at(clock, moment);
    const LocalDay date = local_day(moment, offset);
    std::vector<Hours> hours = schedule.week[static_cast<std::size_t>(weekday_of(date))];
    for (const ExceptionalDay& exception : schedule.exceptions)
      if (exception.date == date) hours = exception.hours;
    const auto clock_time = static_cast<int>((moment.ms + offset - date * day) / minute);
    std::erase_if(hours, [&](Hours one) { return clock_time < one.from || clock_time >= one.to; });
    return std::pair(hours, clock_time);
  };
  if (start < question.from || start >= question.to || start < question.now + schedule.minimum_notice ||
      start > question.now + schedule.horizon)
    return false;
  const auto [hours, clock_time] = hours_at(start);
  if (std::ranges::none_of(hours, [&, shown = clock_time](Hours one) {
        return (shown - one.from) % static_cast<int>(schedule.step / minute) == 0;
      }))
    return false;
  for (Timestamp moment = start; moment < start + question.length; moment = moment + minute)
    if (hours_at(moment).first.empty()) return false;
  int same_day = 0;
  for (const Engagement& other : engagements) {
    const Millis gap = other.taught ? schedule.buffer_before + schedule.buffer_after : 0;
    if (other.from - (start + question.length) < gap && start - other.to < gap) return false;
    if (other.taught &&
        local_day(other.from, offset_at(clock, other.from)) == local_day(start, offset_at(clock, start)))
      ++same_day;
  }
  return !schedule.daily_limit || same_day < *schedule.daily_limit;
}

}  // namespace

TEST_CASE("sessions begin at the beginning of the hours and every step behind it, and end within them") {
  const Clock clock = clock_of("Europe/Lisbon", at("2026-11-20T00:00:00Z"));
  CHECK(beginnings(daily(9 * 60, 11 * 60), clock, "2026-11-20", hour) == "09:00+00:00 09:30+00:00 10:00+00:00");
  CHECK(beginnings(daily(9 * 60 + 10, 10 * 60), clock, "2026-11-20") == "09:10+00:00");
  CHECK(beginnings(daily(9 * 60, 9 * 60 + 20), clock, "2026-11-20").empty());
}

TEST_CASE("hours that touch, also at midnight, are one time") {
  const Clock clock = clock_of("Asia/Tokyo", at("2026-11-20T00:00:00Z"));
  Schedule schedule = daily(23 * 60, 24 * 60);
  for (auto& hours : schedule.week) hours.push_back({0, 30});
  CHECK(beginnings(schedule, clock, "2026-11-20", hour) == "23:00+09:00 23:30+09:00");
}

TEST_CASE("where clocks go forward, the hours within the gap are no time at all") {
  const Clock new_york = clock_of("America/New_York", at("2027-03-14T00:00:00Z"));
  // 02:00 becomes 03:00: of 01:30 to 02:30 half an hour is left.
  CHECK(beginnings(daily(half_past_one, half_past_two), new_york, "2027-03-14") == "01:30-05:00");
  CHECK(beginnings(daily(half_past_one, half_past_two), new_york, "2027-03-14", hour).empty());
  CHECK(beginnings(daily(125, 175), new_york, "2027-03-14").empty());
  CHECK(beginnings(daily(60, 240), new_york, "2027-03-14") == "01:00-05:00 01:30-05:00 03:00-04:00 03:30-04:00");
  // An hour across the gap is an hour.
  CHECK(beginnings(daily(90, 210), new_york, "2027-03-14", hour) == "01:30-05:00");
}

TEST_CASE("where clocks go back, a time of day that comes twice is there twice") {
  const Clock new_york = clock_of("America/New_York", at("2026-11-01T00:00:00Z"));
  // 02:00 becomes 01:00. 01:00 to 01:30 of the second round is outside of the hours.
  CHECK(beginnings(daily(half_past_one, half_past_two), new_york, "2026-11-01") ==
        "01:30-04:00 01:30-05:00 02:00-05:00");
  CHECK(beginnings(daily(half_past_one, half_past_two), new_york, "2026-11-01", hour) == "01:30-05:00");
  CHECK(beginnings(daily(60, 180), new_york, "2026-11-01", hour) ==
        "01:00-04:00 01:30-04:00 01:00-05:00 01:30-05:00 02:00-05:00");
}

TEST_CASE("odd offsets, and Lord Howe's half hour") {
  const Timestamp november = at("2026-11-20T00:00:00Z");
  CHECK(beginnings(daily(540, 600), clock_of("Asia/Kathmandu", november), "2026-11-20") == "09:00+05:45 09:30+05:45");
  CHECK(beginnings(daily(540, 570), clock_of("Pacific/Chatham", november), "2026-11-20") == "09:00+13:45");
  CHECK(beginnings(daily(540, 570), clock_of("America/St_Johns", november), "2026-11-20") == "09:00-03:30");
  CHECK(beginnings(daily(540, 570), clock_of("Pacific/Kiritimati", november), "2026-11-20") == "09:00+14:00");
  CHECK(beginnings(daily(540, 570), clock_of("Pacific/Pago_Pago", november), "2026-11-20") == "09:00-11:00");
  // 2027-04-04, 02:00 becomes 01:30; 2026-10-04, 02:00 becomes 02:30.
  const Clock back = clock_of("Australia/Lord_Howe", at("2027-04-04T00:00:00Z"));
  CHECK(beginnings(daily(60, 180), back, "2027-04-04") ==
        "01:00+11:00 01:30+11:00 01:30+10:30 02:00+10:30 02:30+10:30");
  const Clock forward = clock_of("Australia/Lord_Howe", at("2026-10-04T00:00:00Z"));
  CHECK(beginnings(daily(60, 180), forward, "2026-10-04") == "01:00+10:30 01:30+10:30 02:30+11:00");
  CHECK(beginnings(daily(60, 180), forward, "2026-10-04", hour) == "01:00+10:30 01:30+10:30");
}

TEST_CASE("a date that a country leaves out has no hours, and one that comes twice has them twice") {
  // As Samoa did: from -10:00 to +14:00 at the end of a Thursday, so that there was no Friday.
  const Timestamp midnight = at("2026-11-20T10:00:00Z");
  const Clock skips{{midnight - 100 * day, -10 * hour}, {midnight, 14 * hour}};
  CHECK(beginnings(daily(540, 570), skips, "2026-11-19") == "09:00-10:00");
  CHECK(beginnings(daily(540, 570), skips, "2026-11-20").empty());
  CHECK(beginnings(daily(540, 570), skips, "2026-11-21") == "09:00+14:00");
  const Clock repeats{{midnight - 100 * day, 14 * hour}, {midnight, -10 * hour}};
  CHECK(beginnings(daily(540, 570), repeats, "2026-11-20") == "09:00+14:00 09:00-10:00");
}

TEST_CASE("an exception replaces the hours of its weekday") {
  const Clock clock = clock_of("Europe/Berlin", at("2026-12-24T00:00:00Z"));
  Schedule schedule = daily(540, 600);
  schedule.exceptions = {{*parse_date("2026-12-24"), {}}, {*parse_date("2026-12-25"), {{600, 630}, {1380, 1440}}}};
  CHECK(beginnings(schedule, clock, "2026-12-23") == "09:00+01:00 09:30+01:00");
  CHECK(beginnings(schedule, clock, "2026-12-24").empty());
  CHECK(beginnings(schedule, clock, "2026-12-25") == "10:00+01:00 23:00+01:00 23:30+01:00");
}

TEST_CASE("sessions lie apart by both buffers, others only do not overlap") {
  const Clock clock = clock_of("UTC", at("2026-11-20T00:00:00Z"));
  Schedule schedule = daily(540, 780);
  const std::vector<Engagement> taught{{at("2026-11-20T10:30:00Z"), at("2026-11-20T11:00:00Z"), true}};
  CHECK(beginnings(schedule, clock, "2026-11-20", 30 * minute, taught) ==
        "09:00+00:00 09:30+00:00 10:00+00:00 11:00+00:00 11:30+00:00 12:00+00:00 12:30+00:00");
  schedule.buffer_before = 10 * minute;
  schedule.buffer_after = 20 * minute;
  CHECK(beginnings(schedule, clock, "2026-11-20", 30 * minute, taught) ==
        "09:00+00:00 09:30+00:00 11:30+00:00 12:00+00:00 12:30+00:00");
  const std::vector<Engagement> learnt{{at("2026-11-20T10:30:00Z"), at("2026-11-20T11:00:00Z"), false}};
  CHECK(beginnings(schedule, clock, "2026-11-20", hour, learnt) ==
        "09:00+00:00 09:30+00:00 11:00+00:00 11:30+00:00 12:00+00:00");
}

TEST_CASE("the day that is full is the teacher's own") {
  const Clock tokyo = clock_of("Asia/Tokyo", at("2026-11-20T00:00:00Z"));
  Schedule schedule = daily(0, 1440);
  schedule.step = 12 * hour;
  schedule.daily_limit = 1;
  // 23:00 UTC on the 19th is the morning of the 20th in Tokyo.
  const std::vector<Engagement> taught{{at("2026-11-19T23:00:00Z"), at("2026-11-20T00:00:00Z"), true}};
  CHECK(beginnings(schedule, tokyo, "2026-11-19", hour, taught) == "00:00+09:00 12:00+09:00");
  CHECK(beginnings(schedule, tokyo, "2026-11-20", hour, taught).empty());
  CHECK(beginnings(schedule, tokyo, "2026-11-21", hour, taught) == "00:00+09:00 12:00+09:00");
}

TEST_CASE("notice and horizon, to the millisecond") {
  const Clock clock = clock_of("UTC", at("2026-11-20T00:00:00Z"));
  Schedule schedule = daily(540, 600);
  schedule.minimum_notice = hour;
  schedule.horizon = day;
  const Timestamp nine = at("2026-11-20T09:00:00Z");
  const auto first = [&](Timestamp now) {
    const auto found = slots(schedule, clock, {}, {now, nine - 10 * day, nine + 10 * day, 30 * minute});
    return found.empty() ? Timestamp{} : found.front();
  };
  CHECK(first(nine - hour) == nine);
  CHECK(first(nine - hour + 1) == nine + 30 * minute);
  schedule.minimum_notice = 0;
  const auto last = [&](Timestamp now) {
    return slots(schedule, clock, {}, {now, nine - 10 * day, nine + 10 * day, 30 * minute}).back();
  };
  CHECK(last(nine) == nine + day);
  CHECK(last(nine - 1) == nine + 30 * minute);
}

TEST_CASE("a length that is not on offer, and a time that is none, have no slots") {
  const Clock clock = clock_of("UTC", at("2026-11-20T00:00:00Z"));
  const Timestamp now = at("2026-11-20T00:00:00Z");
  CHECK(slots(daily(540, 600), clock, {}, {now, now, now + day, 45 * minute}).empty());
  CHECK(slots(daily(540, 600), clock, {}, {now, now + day, now, hour}).empty());
  CHECK(slots(Schedule{}, clock, {}, {now, now, now + day, hour}).empty());
  CHECK(slots(daily(540, 600), {}, {}, {now, now, now + day, hour}).empty());
}

TEST_CASE("what is listed can be booked and nothing else can, whatever the rules, the zone and the bookings") {
  // NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp): the same worlds at every run.
  std::mt19937 random(20261120);
  const auto draw = [&](int least, int most) { return std::uniform_int_distribution(least, most)(random); };
  constexpr std::array zones{"Europe/Lisbon",      "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham",
                             "Asia/Kathmandu",     "America/St_Johns", "Africa/Casablanca",   "America/Nuuk",
                             "Antarctica/Troll",   "Asia/Beirut",      "America/Santiago",    "Africa/Cairo",
                             "Pacific/Kiritimati", "America/Havana",   "Asia/Gaza",           "Europe/Dublin"};
  int listed_in_all = 0;
  for (int world = 0; world < 600; ++world) {
    const Zone zone = Zone::named(zones[static_cast<std::size_t>(draw(0, zones.size() - 1))]).value();
    const Timestamp base = at("2026-10-01T00:00:00Z") + draw(0, 3000) * day + draw(0, 95) * 15 * minute;
    // Every other world is about a night in which clocks change, if there is one in reach.
    const Clock year = zone.clock(base, base + 365 * day);
    const Timestamp from = world % 2 == 0 && year.size() > 1 ? year[1].begins - day : base;
    Clock clock = zone.clock(from - slot_margin, from + 4 * day + slot_margin);
    // Now and then a zone of nobody's, which jumps by hours or by a day.
    if (world % 10 == 9)
      clock = {{from - 9 * day, draw(-48, 56) * 15 * minute}, {from + day, draw(-48, 56) * 15 * minute}};

    Schedule schedule;
    const int steps[]{5, 15, 20, 30, 45, 60, 100};
    schedule.step = steps[draw(0, 6)] * minute;
    const auto draw_hours = [&] {
      std::vector<Hours> hours;
      for (int begin = draw(0, 6) * 90; begin < minutes_a_day;) {
        const int end = std::min(minutes_a_day, begin + draw(1, 30) * 10);
        hours.push_back({begin, end});
        begin = end + draw(0, 3) * 60;
        if (draw(0, 2) == 0) break;
      }
      return hours;
    };
    for (auto& hours : schedule.week)
      if (draw(0, 4) > 0) hours = draw_hours();
    for (int i = draw(0, 2); i > 0; --i)
      schedule.exceptions.push_back({local_day(from, 0) + i, draw(0, 1) ? draw_hours() : std::vector<Hours>()});
    schedule.lengths = {15 * minute, 50 * minute, hour, 3 * hour};
    schedule.buffer_before = draw(0, 3) * 5 * minute;
    schedule.buffer_after = draw(0, 3) * 5 * minute;
    schedule.minimum_notice = draw(0, 2) * 7 * hour;
    schedule.horizon = draw(1, 5) * day;
    if (draw(0, 1)) schedule.daily_limit = draw(1, 3);
    std::vector<Engagement> engagements;
    for (int i = draw(0, 8); i > 0; --i) {
      const Timestamp begin = from + draw(-60, 400) * 15 * minute;
      engagements.push_back({begin, begin + draw(1, 8) * 15 * minute, draw(0, 2) > 0});
    }
    const Timestamp now = from - draw(-1000, 1000) * minute - draw(0, 1) * 777;
    const Millis length = schedule.lengths[static_cast<std::size_t>(draw(0, 3))];
    const SlotQuestion question{now, from, from + 3 * day, length};

    const auto listed = slots(schedule, clock, engagements, question);
    CHECK(std::ranges::is_sorted(listed));
    listed_in_all += static_cast<int>(listed.size());
    std::vector<Timestamp> expected, bookable;
    for (Timestamp start = from; start < question.to; start = start + 5 * minute) {
      if (may_begin(schedule, clock, engagements, question, start)) expected.push_back(start);
      if (!slots(schedule, clock, engagements, {now, start, start + 1, length}).empty()) bookable.push_back(start);
    }
    CHECK(listed == expected);
    CHECK(listed == bookable);
  }
  CHECK(listed_in_all > 8000);
}
