#include "peerloop/people/rules.h"

#include <algorithm>

#include "peerloop/scheduling/zone_names.h"

namespace isthmus::peerloop {

void Handle::check(const std::string& value, Problems& problems) const {
  const bool valid = value.size() >= 3 && value.size() <= 40 && std::ranges::all_of(value, [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                     });
  if (!valid) problems.add("must have 3 to 40 lower-case letters, digits or underscores");
}

void TimeZone::check(const std::string& value, Problems& problems) const {
  if (!is_time_zone(value)) problems.add("must be a time zone such as Europe/Lisbon");
}

std::optional<std::size_t> time_zone_position(std::string_view name) {
  const auto slash = name.find('/');
  const std::string_view area = slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
  const std::string_view zone = slash == std::string_view::npos ? name : name.substr(slash + 1);
  if (zone.empty() || zone.contains(' ')) return std::nullopt;
  // Each name has one space before it, and the last of an area one behind it.
  std::size_t before = 0;
  for (const auto& [candidate, zones] : zone_areas) {
    const auto found = candidate == area ? zones.find(' ' + std::string(zone) + ' ') : std::string_view::npos;
    if (found != std::string_view::npos)
      return before + static_cast<std::size_t>(std::ranges::count(zones.substr(0, found), ' '));
    before += static_cast<std::size_t>(std::ranges::count(zones, ' ')) - 1;
  }
  return std::nullopt;
}

bool is_time_zone(std::string_view name) { return time_zone_position(name).has_value(); }

}  // namespace isthmus::peerloop
