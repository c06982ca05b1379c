#include "base/time.h"

#include <chrono>

namespace isthmus {

namespace {

/// 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z.
constexpr Timestamp earliest{-62'135'596'800'000};
constexpr Timestamp latest{253'402'300'799'999};

void append_padded(std::string& out, std::int64_t value, int digits) {
  const std::string text = std::to_string(value);
  for (int have = static_cast<int>(text.size()); have < digits; ++have) out.push_back('0');
  out += text;
}

/// Reads digits, and remembers whether anything was not as expected.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const char c = next();
      if (c < '0' || c > '9') {
        ok_ = false;
        return 0;
      }
      value = value * 10 + (c - '0');
    }
    return value;
  }
  char next() {
    if (position_ >= text_.size()) {
      ok_ = false;
      return '\0';
    }
    return text_[position_++];
  }
  char peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }
  void expect(char wanted) {
    if (next() != wanted) ok_ = false;
  }
  void require(bool condition) {
    if (!condition) ok_ = false;
  }
  bool ok() const { return ok_; }
  bool finished() const { return ok_ && position_ == text_.size(); }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace

std::string to_rfc3339(Timestamp at) {
  using namespace std::chrono;
  const sys_time<milliseconds> moment{milliseconds(at.ms)};
  const auto midnight = floor<days>(moment);
  const year_month_day date{midnight};
  const hh_mm_ss clock{moment - midnight};
  std::string out;
  out.reserve(24);
  append_padded(out, int{date.year()}, 4);
  out.push_back('-');
  append_padded(out, unsigned{date.month()}, 2);
  out.push_back('-');
  append_padded(out, unsigned{date.day()}, 2);
  out.push_back('T');
  append_padded(out, clock.hours().count(), 2);
  out.push_back(':');
  append_padded(out, clock.minutes().count(), 2);
  out.push_back(':');
  append_padded(out, clock.seconds().count(), 2);
  out.push_back('.');
  append_padded(out, clock.subseconds().count(), 3);
  out.push_back('Z');
  return out;
}

std::optional<Timestamp> from_rfc3339(std::string_view text) {
  using std::chrono::month;
  using std::chrono::sys_days;
  using std::chrono::year;
  using std::chrono::year_month_day;
  Scanner scan(text);
  const int year_number = scan.number(4);
  scan.expect('-');
  const int month_number = scan.number(2);
  scan.expect('-');
  const int day_number = scan.number(2);
  const char separator = scan.next();
  scan.require(separator == 'T' || separator == 't');
  const int hours_of_day = scan.number(2);
  scan.expect(':');
  const int minutes_of_hour = scan.number(2);
  scan.expect(':');
  const int seconds_of_minute = scan.number(2);
  int millis = 0;
  if (scan.peek() == '.') {
    scan.next();
    int digits = 0;
    for (; scan.peek() >= '0' && scan.peek() <= '9'; ++digits) {
      const int digit = scan.next() - '0';
      if (digits < 3) millis = millis * 10 + digit;
    }
    scan.require(digits >= 1 && digits <= 9);
    for (int have = digits; have < 3; ++have) millis *= 10;
  }
  int offset_minutes = 0;
  const char zone = scan.next();
  if (zone == '+' || zone == '-') {
    const int offset_hours = scan.number(2);
    scan.expect(':');
    const int minutes_part = scan.number(2);
    scan.require(offset_hours <= 23 && minutes_part <= 59);
    offset_minutes = (offset_hours * 60 + minutes_part) * (zone == '-' ? -1 : 1);
  } else {
    scan.require(zone == 'Z' || zone == 'z');
  }
  const year_month_day date{year(year_number), month(static_cast<unsigned>(month_number)),
                            std::chrono::day(static_cast<unsigned>(day_number))};
  scan.require(year_number >= 1 && date.ok());
  scan.require(hours_of_day <= 23 && minutes_of_hour <= 59 && seconds_of_minute <= 59);
  if (!scan.finished()) return std::nullopt;
  // By hand: WebAssembly's hours and minutes have 32 bits, which end in the year 6053.
  const std::int64_t days_since_1970 = sys_days(date).time_since_epoch().count();
  const Timestamp moment{days_since_1970 * day + hours_of_day * hour + (minutes_of_hour - offset_minutes) * minute +
                         seconds_of_minute * second + millis};
  // An offset can lead out of the years that four digits can write.
  if (moment < earliest || moment > latest) return std::nullopt;
  return moment;
}

}  // namespace isthmus
