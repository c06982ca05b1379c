#include "http/client_network.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/ipv4.h"

namespace isthmus {

namespace {

using Groups = std::array<std::uint16_t, 8>;

/// Reads up to eight groups of hex digits between colons, without "::". The last two may be written as IPv4.
std::optional<std::size_t> read_groups(std::string_view text, Groups& out, std::size_t at) {
  if (text.empty()) return at;
  while (true) {
    const auto colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    if (colon == std::string_view::npos && part.contains('.')) {
      const auto tail = parse_ipv4(part);
      if (!tail || at + 2 > out.size()) return std::nullopt;
      out[at] = static_cast<std::uint16_t>(*tail >> 16);
      out[at + 1] = static_cast<std::uint16_t>(*tail & 0xffff);
      return at + 2;
    }
    if (at >= out.size() || part.empty() || part.size() > 4) return std::nullopt;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), out[at], 16);
    if (error != std::errc() || end != part.data() + part.size()) return std::nullopt;
    ++at;
    if (colon == std::string_view::npos) return at;
    text.remove_prefix(colon + 1);
  }
}

std::optional<Groups> read_ipv6(std::string_view text) {
  Groups groups{};
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto count = read_groups(text, groups, 0);
    return count == groups.size() ? std::optional(groups) : std::nullopt;
  }
  // IPv4 ends an address.
  if (text.substr(0, gap).contains('.')) return std::nullopt;
  const auto front = read_groups(text.substr(0, gap), groups, 0);
  Groups tail{};
  const auto back = read_groups(text.substr(gap + 2), tail, 0);
  if (!front || !back || *front + *back >= groups.size()) return std::nullopt;
  for (std::size_t i = 0; i < *back; ++i) groups[groups.size() - *back + i] = tail[i];
  return groups;
}

}  // namespace

std::string network_of(std::string_view address) {
  if (parse_ipv4(address)) return std::string(address);
  const auto groups = read_ipv6(address);
  if (!groups) return std::string(address.substr(0, 64));
  constexpr Groups mapped{0, 0, 0, 0, 0, 0xffff};
  if (std::equal(groups->begin(), groups->begin() + 6, mapped.begin())) {
    const std::uint32_t high = (*groups)[6];
    const std::uint32_t low = (*groups)[7];
    return std::to_string(high >> 8) + '.' + std::to_string(high & 0xff) + '.' + std::to_string(low >> 8) + '.' +
           std::to_string(low & 0xff);
  }
  std::string network;
  for (std::size_t i = 0; i < 4; ++i) {
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), (*groups)[i], 16).ptr;
    network.append(digits.data(), end);
    network += ':';
  }
  return network + ":/64";
}

}  // namespace isthmus
