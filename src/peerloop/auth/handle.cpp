#include "peerloop/auth/handle.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace isthmus::peerloop {

namespace {

constexpr std::size_t longest_plain = 30;
constexpr std::size_t shortest = 3;

/// The base letters of U+00C0 to U+017F (Latin-1 Supplement, Latin Extended-A); '_' where there is none.
constexpr std::string_view latin_letters =
    "aaaaaaaceeeeiiiidnooooo_ouuuuytsaaaaaaaceeeeiiiidnooooo_ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(latin_letters.size() == 0x180 - 0xC0);

/// Names under which somebody could speak for the service.
constexpr auto reserved = std::to_array<std::string_view>(
    {"admin", "administrator", "api", "billing", "help", "helpdesk", "me", "moderator", "official", "payments",
     "peerloop", "root", "security", "staff", "support", "system", "team"});

/// The code point that starts at `text[at]`, which moves past it. The text is valid UTF-8.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  std::uint32_t code = lead & (0x3Fu >> more);
  for (int i = 0; i < more && at < text.size(); ++i)
    code = code << 6 | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
  return code;
}

char handle_letter(std::uint32_t code) {
  if (code < 0x80) {
    const char c = ascii_lower(static_cast<char>(code));
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_';
  }
  return code >= 0xC0 && code < 0x180 ? latin_letters[code - 0xC0] : '_';
}

std::string plain_handle(std::string_view name) {
  std::string out;
  for (std::size_t at = 0; at < name.size() && out.size() < longest_plain;) {
    const std::uint32_t code = next_code_point(name, at);
    // An apostrophe or an accent that stands alone (U+0300 to U+036F) belongs to the word around it.
    if (code == '\'' || code == 0x2019 || (code >= 0x300 && code < 0x370)) continue;
    const char letter = handle_letter(code);
    if (letter != '_' || (!out.empty() && out.back() != '_')) out.push_back(letter);
  }
  while (out.ends_with('_')) out.pop_back();
  return out;
}

std::string suffix_from(std::string_view random) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string out;
  for (const char byte : random) out.push_back(letters[static_cast<unsigned char>(byte) % letters.size()]);
  return out;
}

}  // namespace

HandleChoices handles_for(std::string_view name, std::string_view random) {
  std::string plain = plain_handle(name);
  const std::string suffix = '_' + suffix_from(random);
  if (plain.size() < shortest) plain = "user";
  std::string distinct = plain + suffix;
  if (plain == "user" || std::ranges::contains(reserved, std::string_view(plain))) plain = distinct;
  return {std::move(plain), std::move(distinct)};
}

}  // namespace isthmus::peerloop
