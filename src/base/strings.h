#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus {

/// Without the ASCII white space at both ends.
constexpr std::string_view trim(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

inline std::string to_lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ascii_lower(c);
  return out;
}

/// In ASCII.
constexpr bool is_letter_or_digit(char c) {
  return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9');
}

constexpr bool equal_ignoring_case(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (ascii_lower(left[i]) != ascii_lower(right[i])) return false;
  return true;
}

/// The parts between commas, without white space around them and without empty ones: "a, b," is "a" and "b".
std::vector<std::string_view> split_list(std::string_view text);

/// A whole decimal number with an optional '-': no spaces, no '+', no overflow.
std::optional<std::int64_t> to_integer(std::string_view text);

/// How many Unicode code points a valid UTF-8 text has.
std::size_t count_code_points(std::string_view utf8);

}  // namespace isthmus
