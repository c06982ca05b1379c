#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "http/app.h"
#include "peerloop/people/rules.h"

/// When somebody teaches: hours of the week by their own wall clock, other hours on some dates, and the rules of
/// booking.
namespace isthmus::peerloop {

enum class Weekday { monday, tuesday, wednesday, thursday, friday, saturday, sunday };
constexpr auto schema(Weekday*) {
  return one_of(EnumName{"monday", Weekday::monday}, EnumName{"tuesday", Weekday::tuesday},
                EnumName{"wednesday", Weekday::wednesday}, EnumName{"thursday", Weekday::thursday},
                EnumName{"friday", Weekday::friday}, EnumName{"saturday", Weekday::saturday},
                EnumName{"sunday", Weekday::sunday});
}

/// "09:30"; "24:00" is the end of a day.
struct TimeOfDay {
  void check(const std::string& value, Problems& problems) const;
  void describe(SchemaWriter& writer) const { writer.keyword("pattern", "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"); }
};
inline constexpr TimeOfDay time_of_day;

struct Date {
  void check(const std::string& value, Problems& problems) const;
  void describe(SchemaWriter& writer) const { writer.keyword("format", "date"); }
};
inline constexpr Date date;

struct WeeklyHours {
  Weekday weekday = Weekday::monday;
  std::string from, to;
};
constexpr auto schema(WeeklyHours*) {
  return object("WeeklyHours", field("weekday", &WeeklyHours::weekday),
                field("from", &WeeklyHours::from, time_of_day, example("09:00")),
                field("to", &WeeklyHours::to, time_of_day, example("17:30"),
                      described("Later than from. What goes on after midnight is the next weekday's, from 00:00.")));
}

struct HoursOfDate {
  std::string from, to;
};
constexpr auto schema(HoursOfDate*) {
  return object("HoursOfDate", field("from", &HoursOfDate::from, time_of_day),
                field("to", &HoursOfDate::to, time_of_day));
}

struct DateException {
  std::string date;
  std::vector<HoursOfDate> hours;
};
constexpr auto schema(DateException*) {
  return object("DateException", field("date", &DateException::date, date, example("2026-12-24")),
                field("hours", &DateException::hours, or_default, items(0, 12),
                      described("Instead of the weekday's; none is a day off.")));
}

/// What is said of booking where nothing else is.
struct Availability {
  std::string timezone;
  std::vector<WeeklyHours> rules;
  std::vector<DateException> exceptions;
  std::vector<std::int64_t> sessionMinutes{60};
  std::int64_t slotStepMinutes = 30;
  std::int64_t bufferBeforeMinutes = 0, bufferAfterMinutes = 0;
  std::int64_t minimumNoticeMinutes = 12 * 60, changeNoticeMinutes = 12 * 60;
  std::int64_t horizonDays = 60;
  std::optional<std::int64_t> dailyLimit;
};
constexpr auto schema(Availability*) {
  return object(
      "Availability", field("timezone", &Availability::timezone, time_zone),
      field("rules", &Availability::rules, items(0, 84)),
      field("exceptions", &Availability::exceptions, or_default, items(0, 366)),
      field("sessionMinutes", &Availability::sessionMinutes, or_default, items(1, 8), each(range(15, 240)),
            described("The lengths of sessions on offer, the usual one first.")),
      field("slotStepMinutes", &Availability::slotStepMinutes, or_default, range(5, 240),
            described("Sessions begin at the beginning of the hours, and every so many minutes behind it.")),
      field("bufferBeforeMinutes", &Availability::bufferBeforeMinutes, or_default, range(0, 240)),
      field("bufferAfterMinutes", &Availability::bufferAfterMinutes, or_default, range(0, 240),
            described("Two sessions lie apart by both buffers.")),
      field("minimumNoticeMinutes", &Availability::minimumNoticeMinutes, or_default, range(0, 43200)),
      field("changeNoticeMinutes", &Availability::changeNoticeMinutes, or_default, range(0, 10080),
            described("Until how long before it begins a session may be moved, and be cancelled by its student.")),
      field("horizonDays", &Availability::horizonDays, or_default, range(1, 365)),
      field("dailyLimit", &Availability::dailyLimit, range(1, 24),
            described("Sessions on one date of the teacher's calendar.")));
}
constexpr std::string_view example_of(Availability*) {
  return R"({"timezone":"Europe/Lisbon","rules":[{"weekday":"monday","from":"09:00","to":"12:30"},)"
         R"({"weekday":"thursday","from":"17:00","to":"21:00"}],"exceptions":[{"date":"2026-12-24","hours":[]}],)"
         R"("sessionMinutes":[60,30],"bufferAfterMinutes":15,"minimumNoticeMinutes":720,"dailyLimit":4})";
}

Task<Result<Response>> show_availability(Request& request);
/// Replaces all of it. Sessions that are booked stay as they are.
Task<Result<Response>> set_availability(Request& request, Availability availability);

}  // namespace isthmus::peerloop
