#include "base/ipv4.h"

#include "base/strings.h"

namespace isthmus {

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
  std::uint32_t value = 0;
  for (int parts = 1;; ++parts) {
    const auto dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    const auto number = part.size() <= 3 ? to_integer(part) : std::nullopt;
    // "-0" is a number, and no part of an address.
    if (!number || part[0] == '-' || *number > 255 || (part.size() > 1 && part[0] == '0')) return std::nullopt;
    value = value << 8 | static_cast<std::uint32_t>(*number);
    const bool is_last = dot == std::string_view::npos;
    if (is_last != (parts == 4)) return std::nullopt;
    if (is_last) return value;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace isthmus
