#include "peerloop/auth/handle.h"

#include <algorithm>
#include <array>

#include "base/ascii_words.h"

namespace isthmus::peerloop {

namespace {

constexpr std::size_t longest_plain = 30;
constexpr std::size_t shortest = 3;

/// Names under which somebody could speak for the service.
constexpr auto reserved = std::to_array<std::string_view>(
    {"admin", "administrator", "api", "billing", "help", "helpdesk", "me", "moderator", "official", "payments",
     "peerloop", "root", "security", "staff", "support", "system", "team"});

std::string suffix_from(std::string_view random) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string out;
  for (const char byte : random) out.push_back(letters[static_cast<unsigned char>(byte) % letters.size()]);
  return out;
}

}  // namespace

bool is_reserved_handle(std::string_view handle) { return std::ranges::contains(reserved, handle); }

HandleChoices handles_for(std::string_view name, std::string_view random) {
  std::string plain = ascii_words(name, '_', longest_plain);
  const std::string suffix = '_' + suffix_from(random);
  if (plain.size() < shortest) plain = "user";
  std::string distinct = plain + suffix;
  if (plain == "user" || is_reserved_handle(plain)) plain = distinct;
  return {std::move(plain), std::move(distinct)};
}

}  // namespace isthmus::peerloop
