#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/time.h"

/// iCalendar (RFC 5545), as far as sessions need it. Times are in UTC, which every program shows in its own zone.
namespace isthmus::peerloop {

/// What a file is for (RFC 5546): to add or change events, or to take one back.
enum class CalendarMethod { publish, cancel };

struct CalendarEvent {
  std::string uid;
  Timestamp starts;
  Timestamp ends;
  Timestamp created;
  Timestamp changed;
  std::int64_t sequence = 0;
  bool cancelled = false;
  std::string summary;
  std::string description;
  std::string url;
};

/// A whole calendar. `organizer` is an address; `name` is for those who subscribe, or empty.
std::string write_calendar(CalendarMethod method, std::string_view name, std::string_view organizer,
                           std::span<const CalendarEvent> events);

/// One content line: at most 75 octets a line, never divided within a character; ends with CRLF.
std::string fold_content_line(std::string_view line);

/// A text as a property's value: no line breaks, no unescaped commas and semicolons, no control characters.
std::string escape_calendar_text(std::string_view text);

}  // namespace isthmus::peerloop
