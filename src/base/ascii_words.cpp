#include "base/ascii_words.h"

#include <cstdint>

#include "base/strings.h"

namespace isthmus {

namespace {

/// The plain letters of U+00C0 to U+017F (Unicode's Latin-1 Supplement and Latin Extended-A), ' ' where there is none.
constexpr std::string_view plain_latin =
    "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(plain_latin.size() == 0x180 - 0xc0);

std::uint32_t take_code_point(std::string_view& rest) {
  const auto first = static_cast<unsigned char>(rest.front());
  rest.remove_prefix(1);
  if (first < 0x80) return first;
  std::uint32_t code = first >= 0xf0 ? first & 0x07u : first >= 0xe0 ? first & 0x0fu : first & 0x1fu;
  while (!rest.empty() && (static_cast<unsigned char>(rest.front()) & 0xc0u) == 0x80u) {
    code = code << 6 | (static_cast<unsigned char>(rest.front()) & 0x3fu);
    rest.remove_prefix(1);
  }
  return code;
}

/// An apostrophe or a mark that combines with the letter before it does not end a word.
bool is_inside_word(std::uint32_t code) { return code == '\'' || code == 0x2019 || (code >= 0x300 && code < 0x370); }

char plain_letter(std::uint32_t code) {
  if (code >= 0xc0 && code < 0x180) return plain_latin[code - 0xc0];
  if (code >= 0x80) return ' ';
  const char c = ascii_lower(static_cast<char>(code));
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : ' ';
}

}  // namespace

std::string ascii_words(std::string_view utf8, char separator, std::size_t most) {
  std::string words;
  while (!utf8.empty()) {
    const std::uint32_t code = take_code_point(utf8);
    if (is_inside_word(code)) continue;
    const char letter = plain_letter(code);
    if (letter != ' ')
      words.push_back(letter);
    else if (!words.empty() && words.back() != separator)
      words.push_back(separator);
  }
  if (words.size() > most) {
    const auto last_end = words.rfind(separator, most);
    words.resize(last_end == std::string::npos || last_end == 0 ? most : last_end);
  }
  while (words.ends_with(separator)) words.pop_back();
  return words;
}

}  // namespace isthmus
