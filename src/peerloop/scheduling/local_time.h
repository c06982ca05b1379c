#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

/// Dates and times of day as a wall clock shows them.
namespace isthmus::peerloop {

/// A date, counted in days from 1970-01-01.
using LocalDay = std::int64_t;

inline constexpr int minutes_a_day = 24 * 60;

/// The date that a clock with this offset shows at that moment.
LocalDay local_day(Timestamp at, Millis offset);
/// 0 is Monday, 6 is Sunday.
int weekday_of(LocalDay date);

/// "2026-12-24", of the years 2000 to 2199.
std::optional<LocalDay> parse_date(std::string_view text);
std::string date_text(LocalDay date);

/// "09:30" in minutes from midnight; "24:00" is the end of the day.
std::optional<int> parse_time_of_day(std::string_view text);

/// RFC 3339 with the offset, to the second: "2026-11-20T10:30:00+01:00".
std::string to_local_rfc3339(Timestamp at, Millis offset);

/// For people: "Friday, 20 November 2026, 10:30".
std::string readable_time(Timestamp at, Millis offset);
/// "+01:00".
std::string offset_text(Millis offset);

}  // namespace isthmus::peerloop
