#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "base/strings.h"
#include "fuzz/target.h"
#include "native/world.h"
#include "peerloop/courses/search_words.h"
#include "peerloop/enrollments/return_addresses.h"
#include "peerloop/files/image.h"
#include "peerloop/people/rules.h"
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
  for (const std::string& index : indexes)
    world.database.execute("SELECT count(*) FROM " + index + " WHERE " + index + " MATCH ?1", {query});
}

void read_return_address(std::string_view text) {
  const std::string address(text);
  if (const auto origin = origin_of(address)) {
    holds(origin_of(*origin) == origin, "an origin's origin is itself");
    holds(origin_of(*origin + "/page?a=b#c") == origin, "a page is of its origin");
  }
  const AllowedOrigins allowed{"https://app.example.org/", "http://localhost:8787, https://other.example"};
  const auto taken = return_addresses(allowed, address, std::nullopt, "id");
  if (!taken) return;
  const std::string lower = to_lower_ascii(address);
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
  std::ignore = is_time_zone(text);
}

void read_event(std::string_view text) {
  const auto event = read_stripe_event(std::string(text));
  if (!event) {
    holds(event.error().status == 400, "what is no event is refused");
    return;
  }
  holds(!event->event.id.empty() && !event->event.type.empty(), "an event has an id and a type");
}

}  // namespace isthmus::fuzz
