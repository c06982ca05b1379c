#include "crypto/token_json.h"

#include <algorithm>
#include <vector>

namespace isthmus::crypto {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

bool names_are_unique(element value);

bool names_are_unique(object value) {
  std::vector<std::string_view> names;
  names.reserve(value.size());
  for (const auto field : value) {
    if (!names_are_unique(field.value)) return false;
    names.push_back(field.key);
  }
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end();
}

/// Recursion ends at TokenJson::deepest: the parser has refused what is deeper.
bool names_are_unique(element value) {
  if (object members; value.get(members) == simdjson::SUCCESS) return names_are_unique(members);
  if (array items; value.get(items) == simdjson::SUCCESS) {
    for (const element item : items) {
      if (!names_are_unique(item)) return false;
    }
  }
  return true;
}

}  // namespace

bool TokenJson::read(std::string_view text) {
  // Owns what root_ points into. A longer text gets a parser of its own size, which stays: tokens are short.
  static simdjson::dom::parser parser;
  constexpr std::size_t usual = 2048;
  const bool fits = parser.capacity() >= text.size() && parser.capacity() > 0;
  if (!fits && parser.allocate(std::max(text.size(), usual), deepest) != simdjson::SUCCESS) return false;
  return parser.parse(text.data(), text.size()).get(root_) == simdjson::SUCCESS && names_are_unique(root_);
}

std::optional<std::string_view> TokenJson::string(std::string_view name) const {
  std::string_view value;
  if (root_.at_key(name).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

bool TokenJson::is_absent(std::string_view name) const { return root_.at_key(name).error() == simdjson::NO_SUCH_FIELD; }

void append_json_string(std::string& json, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  json.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json.push_back('\\');
      json.push_back(c);
    } else if (byte < 0x20) {
      json.append("\\u00");
      json.push_back(digits[byte >> 4]);
      json.push_back(digits[byte & 0x0f]);
    } else {
      json.push_back(c);
    }
  }
  json.push_back('"');
}

}  // namespace isthmus::crypto
