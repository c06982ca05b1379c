#pragma once

#include <span>
#include <string_view>

namespace isthmus::peerloop {

/// One kind of record about a person.
struct ExportSection {
  std::string_view name;
  std::string_view record;  ///< the JSON text of a record, in SQL
  std::string_view source;  ///< from where: `FROM … WHERE …` for the user ?1
  /// Where a record stands, the newest first: a moment (or 0), and what tells it from others of that moment.
  std::string_view at, id;
};

/// All kinds of records. A test compares them with the tables that refer to people.
std::span<const ExportSection> export_sections();

/// An answer has at most so many records of a section.
inline constexpr std::int64_t most_records = 5000;

}  // namespace isthmus::peerloop
