#include "peerloop/money/csv.h"

#include "peerloop/money/event_effect.h"

namespace isthmus::peerloop {

void CsvWriter::cell(std::string_view value) {
  if (begun_) out_ += ',';
  begun_ = true;
  if (value.find_first_of(",\"\r\n") == std::string_view::npos) {
    out_ += value;
    return;
  }
  out_ += '"';
  for (const char c : value) {
    if (c == '"') out_ += '"';
    out_ += c;
  }
  out_ += '"';
}

CsvWriter& CsvWriter::text(std::string_view value) {
  // Some spreadsheets drop white space before they look.
  const auto first = value.find_first_not_of(" \n");
  const bool is_formula = first != std::string_view::npos && std::string_view("=+-@\t\r").contains(value[first]);
  cell(is_formula ? "'" + std::string(value) : std::string(value));
  return *this;
}

CsvWriter& CsvWriter::money(std::int64_t cents, std::string_view currency) {
  std::string text = money_text(cents < 0 ? -cents : cents, currency);
  text.resize(text.find(' '));
  if (cents < 0) text.insert(0, 1, '-');
  cell(text);
  return *this;
}

CsvWriter& CsvWriter::end_line() {
  out_ += "\r\n";
  begun_ = false;
  return *this;
}

}  // namespace isthmus::peerloop
