#pragma once

#include <string>
#include <string_view>

namespace isthmus::peerloop {

/// Writes CSV by RFC 4180: CRLF behind each line, quotes where they are needed. A text that a spreadsheet would take
/// for a formula (`=`, `+`, `-`, `@`, tab or carriage return first) gets an apostrophe before it, since people choose
/// the titles of courses and other people open these files.
class CsvWriter {
 public:
  CsvWriter& text(std::string_view value);
  /// Cents as "-450.00", "500" in currencies without cents. A number, so that it may begin with a minus.
  CsvWriter& money(std::int64_t cents, std::string_view currency);
  CsvWriter& end_line();

  std::string take() && { return std::move(out_); }

 private:
  void cell(std::string_view value);

  std::string out_;
  bool begun_ = false;
};

}  // namespace isthmus::peerloop
