#include "peerloop/scheduling/icalendar.h"

#include <doctest/doctest.h>

using namespace isthmus;
using namespace isthmus::peerloop;

namespace {

/// As RFC 5545 section 3.1 undoes it; fails the test where a line is too long.
std::string unfold(std::string_view text) {
  std::string out;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = text.find("\r\n", start);
    REQUIRE(end != std::string_view::npos);
    CHECK(end - start <= 75);
    out += text.substr(start, end - start);
    start = end + 2;
    if (start < text.size() && text[start] == ' ')
      ++start;
    else
      out += '\n';
  }
  return out;
}

}  // namespace

TEST_CASE("lines are folded at 75 octets, between characters") {
  CHECK(fold_content_line("") == "\r\n");
  CHECK(fold_content_line(std::string(75, 'a')) == std::string(75, 'a') + "\r\n");
  CHECK(fold_content_line(std::string(76, 'a')) == std::string(75, 'a') + "\r\n a\r\n");
  for (const std::string_view letter : {"é", "語", "🙂"}) {
    std::string line;
    for (int i = 0; i < 100; ++i) {
      const std::string folded = fold_content_line(line);
      CHECK(unfold(folded) == line + '\n');
      for (std::size_t at = folded.find("\r\n "); at != std::string::npos; at = folded.find("\r\n ", at + 1))
        CHECK((static_cast<unsigned char>(folded[at + 3]) & 0xC0U) != 0x80U);
      line += letter;
    }
  }
  // Bytes that are no text come through as well.
  CHECK(unfold(fold_content_line(std::string(200, '\x80'))) == std::string(200, '\x80') + '\n');
}

TEST_CASE("a text can not end its property") {
  CHECK(escape_calendar_text("a,b;c\\d") == R"(a\,b\;c\\d)");
  CHECK(escape_calendar_text("one\ntwo\r\nthree\rfour") == R"(one\ntwo\nthree\nfour)");
  CHECK(escape_calendar_text(std::string("a\0b\x01\x7f\tc", 7)) == "ab\tc");
  CHECK(escape_calendar_text("END:VEVENT\r\nBEGIN:VEVENT") == R"(END:VEVENT\nBEGIN:VEVENT)");
}

TEST_CASE("a cancelled session is written as RFC 5545 asks") {
  const CalendarEvent event{"1@peerloop",
                            from_rfc3339("2026-11-20T09:30:00Z").value(),
                            from_rfc3339("2026-11-20T10:30:00Z").value(),
                            from_rfc3339("2026-11-01T00:00:00Z").value(),
                            from_rfc3339("2026-11-02T00:00:00Z").value(),
                            3,
                            true,
                            "C++, from scratch",
                            "",
                            "https://app.example.org/sessions/1"};
  CHECK(unfold(write_calendar(CalendarMethod::cancel, "", "noreply@example.org", std::span(&event, 1))) ==
        R"(BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//PeerLoop//Sessions//EN
CALSCALE:GREGORIAN
METHOD:CANCEL
BEGIN:VEVENT
UID:1@peerloop
DTSTAMP:20261102T000000Z
DTSTART:20261120T093000Z
DTEND:20261120T103000Z
CREATED:20261101T000000Z
LAST-MODIFIED:20261102T000000Z
SEQUENCE:3
STATUS:CANCELLED
ORGANIZER;CN=PeerLoop:mailto:noreply@example.org
SUMMARY:C++\, from scratch
URL:https://app.example.org/sessions/1
END:VEVENT
END:VCALENDAR
)");
}
