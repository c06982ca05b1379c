#include "peerloop/scheduling/local_time.h"

#include <array>

namespace isthmus::peerloop {

namespace {

constexpr std::array<std::string_view, 7> weekdays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> months{"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};

constexpr Timestamp first_date{946684800000};
constexpr Timestamp behind_last_date{7258118400000};

std::string two_digits(std::int64_t value) {
  return {static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)};
}

/// Rounds down, also before 1970.
std::int64_t whole(std::int64_t value, std::int64_t unit) { return value / unit - (value % unit < 0 ? 1 : 0); }

}  // namespace

LocalDay local_day(Timestamp at, Millis offset) { return whole(at.ms + offset, day); }

int weekday_of(LocalDay date) {
  // 1970-01-01 was a Thursday.
  return static_cast<int>(((date + 3) % 7 + 7) % 7);
}

std::optional<LocalDay> parse_date(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const auto midnight = from_rfc3339(std::string(text) + "T00:00:00Z");
  if (!midnight || *midnight < first_date || *midnight >= behind_last_date) return std::nullopt;
  return midnight->ms / day;
}

std::string date_text(LocalDay date) { return to_rfc3339(Timestamp{date * day}).substr(0, 10); }

std::optional<int> parse_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0U, 1U, 3U, 4U})
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  const int total = hours * 60 + minutes;
  if (minutes > 59 || total > minutes_a_day) return std::nullopt;
  return total;
}

std::string offset_text(Millis offset) {
  const std::int64_t minutes = (offset < 0 ? -offset : offset) / minute;
  return (offset < 0 ? "-" : "+") + two_digits(minutes / 60) + ':' + two_digits(minutes % 60);
}

std::string to_local_rfc3339(Timestamp at, Millis offset) {
  std::string text = to_rfc3339(at + offset);
  text.resize(19);
  return text + offset_text(offset);
}

std::string readable_time(Timestamp at, Millis offset) {
  const std::string text = to_rfc3339(at + offset);
  const auto month = static_cast<std::size_t>((text[5] - '0') * 10 + (text[6] - '0') - 1);
  std::string out(weekdays[static_cast<std::size_t>(weekday_of(local_day(at, offset)))]);
  out.append(", ").append(text, text[8] == '0' ? 9 : 8, text[8] == '0' ? 1 : 2);
  out.append(" ").append(months[month]).append(" ").append(text, 0, 4).append(", ").append(text, 11, 5);
  return out;
}

}  // namespace isthmus::peerloop
