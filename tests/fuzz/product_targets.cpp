#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "base/strings.h"
#include "base/web_address.h"
#include "fuzz/steps.h"
#include "fuzz/target.h"
#include "native/world.h"
#include "peerloop/courses/search_words.h"
#include "peerloop/files/file_name.h"
#include "peerloop/files/file_type.h"
#include "peerloop/files/image.h"
#include "peerloop/people/rules.h"
#include "peerloop/return_addresses.h"
#include "peerloop/scheduling/icalendar.h"
#include "peerloop/scheduling/local_time.h"
#include "peerloop/scheduling/zone.h"
#include "peerloop/webhooks/plugnmeet_event.h"
#include "peerloop/webhooks/stripe_event.h"

namespace isthmus::fuzz {

using namespace peerloop;

void read_picture(std::string_view text) {
  constexpr std::array types = std::to_array<std::string_view>({"image/png", "image/jpeg", "image/webp", "image/gif"});
  const auto image = read_image_header(text);
  if (!image) return;
  holds(std::ranges::contains(types, image->content_type), "a picture is of a known type");
  holds(!has_usable_size(*image) || (image->width > 0 && image->height <= largest_image_side), "a size that is usable");
  // What comes behind the header changes nothing.
  const auto longer = read_image_header(std::string(text) + '\xff');
  holds(longer && longer->width == image->width && longer->height == image->height, "the header alone says the size");
}

/// Every full-text index of the product takes what becomes of a typed text.
void search(std::string_view text) {
  static native::World world("peerloop");
  static const std::vector<std::string> indexes = [] {
    std::vector<std::string> names;
    for (SqlValue& name : world.database.execute("SELECT name FROM sqlite_schema WHERE sql LIKE '%USING fts5%'").cells)
      names.push_back(std::get<std::string>(std::move(name)));
    return names;
  }();
  holds(!indexes.empty(), "there is something to search");
  if (!is_valid_utf8(text)) return;
  const std::string query = search_words(text);
  if (query.empty()) return;
  for (const std::string& index : indexes) {
    std::string sql = "SELECT count(*) FROM ";
    sql.append(index).append(" WHERE ").append(index).append(" MATCH ?1");
    world.database.execute(sql, {query});
  }
}

void read_return_address(std::string_view text) {
  const std::optional<std::string> address(text);
  if (const auto origin = origin_of(*address)) {
    holds(origin_of(*origin) == origin, "an origin's origin is itself");
    holds(origin_of(*origin + "/page?a=b#c") == origin, "a page is of its origin");
  }
  native::MapSettings settings;
  settings.values["APP_URL"] = "https://app.example.org/";
  settings.values["CORS_ORIGINS"] = "http://localhost:8787, https://other.example";
  const auto taken = return_addresses(settings, {"successUrl", address, "/"}, {"cancelUrl", std::nullopt, "/"});
  if (!taken) return;
  const std::string lower = to_lower_ascii(*address);
  constexpr std::array origins =
      std::to_array<std::string_view>({"https://app.example.org", "https://other.example", "http://localhost:8787"});
  holds(std::ranges::any_of(origins,
                            [&](std::string_view origin) {
                              if (!lower.starts_with(origin)) return false;
                              std::string_view rest = std::string_view(lower).substr(origin.size());
                              if (rest.starts_with(":")) rest.remove_prefix(rest.starts_with(":443") ? 4 : 1);
                              return rest.empty() || rest.front() == '/' || rest.front() == '?' || rest.front() == '#';
                            }),
        "nobody is sent to another site");
}

/// The first line is the file's name.
void read_file(std::string_view text) {
  const std::string_view name = take_until(text, "\n");
  const std::string_view type = file_type(text, name);
  // What a browser would run, or show as a page of ours.
  for (const std::string_view active : {"html", "/xml", "+xml", "script", "multipart"})
    holds(!type.contains(active), "a file is served as what no browser runs");
  holds(type.find_first_of("\r\n") == std::string_view::npos, "a type is one line");
  const std::string disposition = attachment_named(name);
  holds(std::ranges::all_of(disposition, [](char c) { return c >= ' ' && c <= '~'; }), "a name is one line of ASCII");
  holds(std::ranges::count(disposition, '"') == 2, "a name ends where its quotes do");
  const auto mark = disposition.rfind("''");
  holds(percent_decode(std::string_view(disposition).substr(mark + 2)) == name, "a name comes back whole");
}

namespace {

/// A calendar's content lines, whole again, a line break before each.
std::string unfolded(std::string_view file) {
  std::string out;
  while (!file.empty()) {
    const std::string_view line = take_until(file, "\r\n");
    holds(line.size() <= 75 && is_valid_utf8(line), "a line is short, and divided between characters");
    holds(std::ranges::none_of(line, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; }),
          "a line has no control characters");
    if (line.starts_with(' '))
      out += line.substr(1);
    else
      out.append("\n").append(line);
  }
  return out;
}

std::string calendar_of(std::string_view name, std::string_view summary, std::string_view description) {
  const CalendarEvent event{"uid@example.org",        {}, {}, {}, {}, 0, false, std::string(summary),
                            std::string(description), {}};
  return unfolded(write_calendar(CalendarMethod::publish, name, "a@example.org", {&event, 1}));
}

}  // namespace

/// A line each for a calendar's name and an event's title; the rest describes it.
void write_calendar_file(std::string_view text) {
  if (!is_valid_utf8(text)) return;
  const std::string_view name = take_until(text, "\n");
  const std::string_view summary = take_until(text, "\n");
  const std::string file = calendar_of(name, summary, text);
  const auto plain = [](std::string_view one) { return one.empty() ? "" : "x"; };
  holds(
      std::ranges::count(file, '\n') == std::ranges::count(calendar_of(plain(name), plain(summary), plain(text)), '\n'),
      "no text becomes a property of its own");
  if (!summary.empty())
    holds(file.contains("\nSUMMARY:" + escape_calendar_text(summary) + "\n"), "a title is there whole");
}

void read_local_time(std::string_view text) {
  if (const auto date = parse_date(text)) holds(date_text(*date) == text, "a date written again is the same");
  if (const auto time = parse_time_of_day(text)) holds(*time >= 0 && *time <= minutes_a_day, "a time is within a day");
  const auto zone = Zone::named(text);
  holds(zone.has_value() == is_time_zone(text), "one list of time zones");
  if (!zone) return;
  constexpr Timestamp start{1'790'000'000'000};
  for (int i = 0; i < 100; ++i) {
    const Timestamp at = start + i * 40 * day;
    const peerloop::Clock clock = zone->clock(at - day, at + day);
    holds(!clock.empty() && clock.front().begins <= at - day, "a clock covers what was asked for");
    holds(offset_at(clock, at) == zone->offset_at(at), "a zone has one offset at a time");
    holds(from_rfc3339(to_local_rfc3339(at, zone->offset_at(at))) == Timestamp{at.ms / second * second},
          "a local time is the same moment");
  }
}

void read_event(std::string_view text) {
  if (const auto event = read_plugnmeet_event(std::string(text), Timestamp{}))
    holds(!event->event.id.empty() && !event->event.type.empty(), "an event of a room has an id and a type");
  const auto event = read_stripe_event(std::string(text));
  if (!event) {
    holds(event.error().status == 400, "what is no event is refused");
    return;
  }
  holds(!event->event.id.empty() && !event->event.type.empty(), "an event has an id and a type");
}

}  // namespace isthmus::fuzz
