#include "peerloop/scheduling/icalendar.h"

namespace isthmus::peerloop {

namespace {

constexpr std::size_t longest_line = 75;

/// "20261120T093000Z".
std::string utc_text(Timestamp at) {
  const std::string text = to_rfc3339(at);
  std::string out;
  for (const char c : std::string_view(text).substr(0, 19))
    if (c != '-' && c != ':') out += c;
  return out + 'Z';
}

bool goes_on(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

class CalendarWriter {
 public:
  void line(std::string_view name, std::string_view value) {
    out_ += fold_content_line(std::string(name) + ':' + std::string(value));
  }
  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) line(name, escape_calendar_text(value));
  }
  void time(std::string_view name, Timestamp at) { line(name, utc_text(at)); }
  std::string text() && { return std::move(out_); }

 private:
  std::string out_;
};

void write_event(CalendarWriter& writer, const CalendarEvent& event, std::string_view organizer) {
  writer.line("BEGIN", "VEVENT");
  writer.line("UID", event.uid);
  writer.time("DTSTAMP", event.changed);
  writer.time("DTSTART", event.starts);
  writer.time("DTEND", event.ends);
  writer.time("CREATED", event.created);
  writer.time("LAST-MODIFIED", event.changed);
  writer.line("SEQUENCE", std::to_string(event.sequence));
  writer.line("STATUS", event.cancelled ? "CANCELLED" : "CONFIRMED");
  if (!organizer.empty()) writer.line("ORGANIZER;CN=PeerLoop", "mailto:" + std::string(organizer));
  writer.text("SUMMARY", event.summary);
  writer.text("DESCRIPTION", event.description);
  if (!event.url.empty()) writer.line("URL", event.url);
  writer.line("END", "VEVENT");
}

}  // namespace

std::string fold_content_line(std::string_view line) {
  std::string out;
  std::size_t room = longest_line;
  while (line.size() > room) {
    std::size_t cut = room;
    while (cut > 0 && goes_on(line[cut])) --cut;
    // What is no UTF-8 is cut anywhere.
    if (cut == 0) cut = room;
    out.append(line.substr(0, cut)).append("\r\n ");
    line.remove_prefix(cut);
    // The space counts as well.
    room = longest_line - 1;
  }
  return out.append(line).append("\r\n");
}

std::string escape_calendar_text(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' || c == ';' || c == ',') {
      out += '\\';
      out += c;
    } else if (c == '\n' || (c == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'))) {
      out += "\\n";
    } else if (c == '\t' || static_cast<unsigned char>(c) >= ' ') {
      if (c != '\x7f') out += c;
    }
  }
  return out;
}

std::string write_calendar(CalendarMethod method, std::string_view name, std::string_view organizer,
                           std::span<const CalendarEvent> events) {
  CalendarWriter writer;
  writer.line("BEGIN", "VCALENDAR");
  writer.line("VERSION", "2.0");
  writer.line("PRODID", "-//PeerLoop//Sessions//EN");
  writer.line("CALSCALE", "GREGORIAN");
  writer.line("METHOD", method == CalendarMethod::cancel ? "CANCEL" : "PUBLISH");
  if (!name.empty()) {
    // RFC 7986 and, for older programs, what went before it.
    writer.text("NAME", name);
    writer.text("X-WR-CALNAME", name);
    writer.line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    writer.line("X-PUBLISHED-TTL", "PT1H");
  }
  for (const CalendarEvent& event : events) write_event(writer, event, organizer);
  writer.line("END", "VCALENDAR");
  return std::move(writer).text();
}

}  // namespace isthmus::peerloop
