#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace isthmus {

/// The number that a dotted IPv4 address stands for: four decimal parts without leading zeros, and nothing else, though
/// browsers understand more ("127.1", "0x7f").
std::optional<std::uint32_t> parse_ipv4(std::string_view text);

}  // namespace isthmus
