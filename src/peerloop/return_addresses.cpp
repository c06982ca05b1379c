#include "peerloop/return_addresses.h"

#include <algorithm>

#include "base/strings.h"
#include "base/web_address.h"
#include "json/problems.h"

namespace isthmus::peerloop {

namespace {

std::string_view client_url(const Settings& settings) { return settings.get("APP_URL", "http://localhost:8787"); }

bool is_ours(const Settings& settings, std::string_view address) {
  const auto origin = origin_of(address);
  const auto has_it = [&](std::string_view url) { return origin_of(url) == origin; };
  return origin &&
         (has_it(client_url(settings)) || std::ranges::any_of(split_list(settings.get("CORS_ORIGINS")), has_it));
}

}  // namespace

std::string page_of_client(const Settings& settings, std::string_view path) {
  return std::string(without_slash_at_end(client_url(settings))) + std::string(path);
}

Result<ReturnAddresses> return_addresses(const Settings& settings, const WayBack& done, const WayBack& given_up) {
  Problems problems;
  const auto address_of = [&](const WayBack& way) {
    if (!way.requested) return page_of_client(settings, way.path);
    if (!is_ours(settings, *way.requested))
      problems.within(way.field, [&] { problems.add("must be an address of this application"); });
    return *way.requested;
  };
  ReturnAddresses addresses{address_of(done), address_of(given_up)};
  if (!problems.empty()) return Failure(problems.to_error());
  return addresses;
}

}  // namespace isthmus::peerloop
