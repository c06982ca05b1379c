#pragma once

#include <string>
#include <string_view>

namespace isthmus {

/// The network that one subscriber has: an IPv4 address whole (also when it is written inside IPv6), an IPv6 address
/// cut to its /64. What is no address stays as it is, cut to 64 bytes.
std::string network_of(std::string_view address);

}  // namespace isthmus
