#include "peerloop/people/rules.h"

#include <algorithm>

#include "peerloop/people/zone_names.h"

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

bool is_time_zone(std::string_view name) {
  const auto slash = name.find('/');
  const std::string_view area = slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
  const std::string_view zone = slash == std::string_view::npos ? name : name.substr(slash + 1);
  if (zone.empty() || zone.contains(' ')) return false;
  const auto found = std::ranges::find(zone_areas, area, &ZoneArea::area);
  return found != zone_areas.end() && found->zones.contains(' ' + std::string(zone) + ' ');
}

}  // namespace isthmus::peerloop
