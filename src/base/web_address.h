#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace isthmus {

/// Parts of letters, digits and inner hyphens, at most 63 each, between dots.
bool is_host_name(std::string_view text);

/// "https://app.example.org:8443": scheme, host in lower case, and the port where it is not the scheme's own. Nothing
/// for what is no absolute http or https address, names a user, or has a host that is written otherwise than by name or
/// as a dotted IPv4 address. Stricter than https://url.spec.whatwg.org but for punycode, which is not decoded.
std::optional<std::string> origin_of(std::string_view address);

/// "https://app.example.org" of "https://app.example.org/": what a path can be put behind.
constexpr std::string_view without_slash_at_end(std::string_view address) {
  while (address.ends_with('/')) address.remove_suffix(1);
  return address;
}

}  // namespace isthmus
