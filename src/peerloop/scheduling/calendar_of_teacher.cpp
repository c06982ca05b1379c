#include "peerloop/scheduling/calendar_of_teacher.h"

namespace isthmus::peerloop {

namespace {

/// The whole numbers of a list; a list within it is read by `visit`.
std::vector<std::int64_t> numbers_of(JsonValue list) {
  std::vector<std::int64_t> numbers;
  list.for_each_element([&](JsonValue element) { numbers.push_back(element.integer().value_or(0)); });
  return numbers;
}

Hours hours_from(const std::vector<std::int64_t>& numbers, std::size_t first) {
  return {static_cast<int>(numbers[first]), static_cast<int>(numbers[first + 1])};
}

Error unreadable() { return internal_error("the hours of a teacher are not readable"); }

/// [60, 30] in minutes.
Result<void> read_lengths(std::string_view json, Schedule& schedule) {
  const auto list = parse_json(json);
  if (!list) return Failure(unreadable());
  for (const std::int64_t minutes : numbers_of(*list)) schedule.lengths.push_back(minutes * minute);
  return {};
}

/// [[weekday, from, to], …].
Result<void> read_week(std::string_view json, Schedule& schedule) {
  const auto list = parse_json(json);
  bool fits = list.has_value();
  if (fits)
    list->for_each_element([&](JsonValue rule) {
      const auto numbers = numbers_of(rule);
      fits = fits && numbers.size() == 3 && numbers[0] >= 1 && numbers[0] <= 7;
      if (fits) schedule.week[static_cast<std::size_t>(numbers[0] - 1)].push_back(hours_from(numbers, 1));
    });
  return fits ? Result<void>() : Failure(unreadable());
}

/// {"2026-12-24": [[from, to], …], …}.
Result<void> read_exceptions(std::string_view json, Schedule& schedule) {
  const auto object = parse_json(json);
  bool fits = object.has_value();
  if (fits)
    object->for_each_member([&](std::string_view date, JsonValue list) {
      ExceptionalDay day_of{parse_date(date).value_or(0), {}};
      list.for_each_element([&](JsonValue hours) {
        const auto numbers = numbers_of(hours);
        fits = fits && numbers.size() == 2;
        if (fits) day_of.hours.push_back(hours_from(numbers, 0));
      });
      schedule.exceptions.push_back(std::move(day_of));
    });
  return fits ? Result<void>() : Failure(unreadable());
}

}  // namespace

std::vector<Timestamp> TeacherCalendar::slots(const SlotQuestion& question) const {
  return peerloop::slots(schedule, clock, engagements, question);
}

std::vector<Timestamp> TeacherCalendar::slots_without_engagements(const SlotQuestion& question) const {
  return peerloop::slots(schedule, clock, {}, question);
}

Result<TeacherCalendar> read_calendar(TeacherHours hours, std::vector<EngagementRow> engagements, Timestamp from,
                                      Timestamp to) {
  TeacherCalendar calendar;
  calendar.teacher_id = std::move(hours.teacher_id);
  calendar.version = hours.version;
  calendar.change_notice = hours.change_notice_minutes * minute;
  const auto zone = Zone::named(hours.timezone);
  calendar.timezone = zone ? std::move(hours.timezone) : "UTC";
  calendar.clock = zone.value_or(Zone::utc()).clock(from - slot_margin, to + slot_margin);

  Schedule& schedule = calendar.schedule;
  schedule.step = hours.slot_step_minutes * minute;
  schedule.buffer_before = hours.buffer_before_minutes * minute;
  schedule.buffer_after = hours.buffer_after_minutes * minute;
  schedule.minimum_notice = hours.minimum_notice_minutes * minute;
  schedule.horizon = hours.horizon_days * day;
  if (hours.daily_limit) schedule.daily_limit = static_cast<int>(*hours.daily_limit);
  if (auto read = read_lengths(hours.session_minutes, schedule); !read) return Failure(std::move(read).error());
  if (auto read = read_week(hours.rules, schedule); !read) return Failure(std::move(read).error());
  if (auto read = read_exceptions(hours.exceptions, schedule); !read) return Failure(std::move(read).error());
  for (const auto& [begins, ends, taught] : engagements) calendar.engagements.push_back({begins, ends, taught});
  return calendar;
}

}  // namespace isthmus::peerloop
