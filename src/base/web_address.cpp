#include "base/web_address.h"

#include <algorithm>

#include "base/ipv4.h"
#include "base/strings.h"

namespace isthmus {

namespace {

constexpr std::string_view digits = "0123456789";

bool is_host_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

/// Browsers read a host whose last part is a number as an IPv4 address, however it is written: "0x7f" is 0.0.0.127.
bool ends_in_a_number(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return last.find_first_not_of(digits) == std::string_view::npos || last.starts_with("0x");
}

/// Nothing behind the colon stands for the scheme's own port, as no colon does.
bool is_port(std::string_view text) {
  const auto number = to_integer(text);
  return text.empty() || (digits.contains(text.front()) && number && *number <= 65535);
}

}  // namespace

bool is_host_name(std::string_view text) {
  while (true) {
    const auto dot = text.find('.');
    if (!is_host_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

std::optional<std::string> origin_of(std::string_view address) {
  const auto scheme_end = address.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const std::string scheme = to_lower_ascii(address.substr(0, scheme_end));
  if (scheme != "https" && scheme != "http") return std::nullopt;
  const std::string_view rest = address.substr(scheme_end + 3);
  const std::string authority = to_lower_ascii(rest.substr(0, rest.find_first_of("/?#")));
  const auto colon = authority.find(':');
  const std::string host = authority.substr(0, colon);
  const std::string port = colon == std::string::npos ? "" : authority.substr(colon + 1);
  // A backslash, which browsers read as a slash, and what stands before an '@' are in no host name.
  if (!is_host_name(host) || (ends_in_a_number(host) && !parse_ipv4(host)) || !is_port(port)) return std::nullopt;

  // "0443" is 443.
  const std::string number = port.empty() ? "" : std::to_string(*to_integer(port));
  const bool is_usual = number.empty() || number == (scheme == "https" ? "443" : "80");
  return scheme + "://" + host + (is_usual ? "" : ":" + number);
}

}  // namespace isthmus
