#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "json/rules.h"

/// What people's names for themselves and for their time must look like.
namespace isthmus::peerloop {

/// 3 to 40 lower-case letters a to z, digits and underscores.
struct Handle {
  void check(const std::string& value, Problems& problems) const;
  void describe(SchemaWriter& writer) const { writer.keyword("pattern", "^[a-z0-9_]{3,40}$"); }
};
inline constexpr Handle handle;

/// A name of the IANA time zone database, spelled as there: "Europe/Lisbon".
struct TimeZone {
  void check(const std::string& value, Problems& problems) const;
  void describe(SchemaWriter& writer) const { writer.keyword("description", "A name of the IANA time zone database"); }
};
inline constexpr TimeZone time_zone;

bool is_time_zone(std::string_view name);
/// Where the name stands among all names of `zone_names.h`, which is how the table of zones knows it.
std::optional<std::size_t> time_zone_position(std::string_view name);

}  // namespace isthmus::peerloop
