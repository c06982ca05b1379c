#pragma once

#include <span>
#include <string_view>

namespace isthmus::peerloop {

/// One kind of record about a person.
struct ExportSection {
  std::string_view name;
  /// Selects one JSON text a record of the user ?1, the newest first.
  std::string_view sql;
};

/// All kinds of records. A test compares them with the tables that refer to people.
std::span<const ExportSection> export_sections();

/// A section has at most so many records.
inline constexpr std::int64_t most_records = 5000;

}  // namespace isthmus::peerloop
