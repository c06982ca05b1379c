#include "peerloop/enrollments/return_addresses.h"

#include <algorithm>

#include "base/ipv4.h"
#include "base/strings.h"
#include "json/problems.h"

namespace isthmus::peerloop {

namespace {

/// Browsers read a host whose last part is a number as an IPv4 address, however it is written: "0x7f" is 0.0.0.127.
bool ends_in_a_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string_view last = host.substr(host.rfind('.') + 1);
  const bool is_decimal = !last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos;
  return is_decimal || last.starts_with("0x");
}

}  // namespace

std::optional<std::string> origin_of(std::string_view address) {
  const auto scheme_end = address.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const std::string scheme = to_lower_ascii(address.substr(0, scheme_end));
  if (scheme != "https" && scheme != "http") return std::nullopt;
  const std::string_view rest = address.substr(scheme_end + 3);
  const std::string authority = to_lower_ascii(rest.substr(0, rest.find_first_of("/?#")));
  // Browsers read a backslash as a slash, and what stands before an '@' is no host: neither is worth understanding.
  const bool plain = std::ranges::all_of(authority, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
  });
  if (!plain || authority.empty() || authority.front() == ':') return std::nullopt;
  const auto colon = authority.find(':');
  const std::string_view host = std::string_view(authority).substr(0, colon);
  if (ends_in_a_number(host) && !parse_ipv4(host)) return std::nullopt;
  const std::string_view port =
      colon == std::string::npos ? std::string_view() : std::string_view(authority).substr(colon);
  const bool usual = port.empty() || port == ":" || port == (scheme == "https" ? ":443" : ":80");
  return scheme + "://" + (usual ? authority.substr(0, colon) : authority);
}

bool AllowedOrigins::contain(std::string_view origin) const {
  if (origin_of(app_url) == origin) return true;
  std::string_view list = cors_origins;
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (origin_of(trim(list.substr(0, comma))) == origin) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return false;
}

Result<ReturnAddresses> return_addresses(const AllowedOrigins& allowed, const std::optional<std::string>& success,
                                         const std::optional<std::string>& cancel, std::string_view enrollment_id) {
  Problems problems;
  const auto check = [&](std::string_view field, const std::optional<std::string>& address) {
    if (!address) return;
    const auto origin = origin_of(*address);
    if (!origin || !allowed.contain(*origin))
      problems.within(field, [&] { problems.add("must be an address of this application"); });
  };
  check("successUrl", success);
  check("cancelUrl", cancel);
  if (!problems.empty()) return Failure(problems.to_error());

  std::string_view base = allowed.app_url;
  while (base.ends_with('/')) base.remove_suffix(1);
  const std::string page = std::string(base) + "/enrollments/" + std::string(enrollment_id);
  return ReturnAddresses{success.value_or(page + "?checkout=paid&session_id={CHECKOUT_SESSION_ID}"),
                         cancel.value_or(page + "?checkout=cancelled")};
}

}  // namespace isthmus::peerloop
