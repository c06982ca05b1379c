#include "http/request.h"

#include <algorithm>

#include "http/client_network.h"

namespace isthmus {

bool Principal::has_role(std::string_view role) const { return std::ranges::contains(roles, role); }

Request::Request(const App& app, Incoming& incoming, Host& host, std::string id)
    : app_(app), incoming_(incoming), host_(host), id_(std::move(id)), started_(host.clock.now()) {}

std::string Request::client_network() { return network_of(header("cf-connecting-ip").value_or("unknown")); }

std::string_view Request::param(std::string_view name) const {
  const auto found = std::ranges::find(params_, name, &std::pair<std::string_view, std::string>::first);
  return found == params_.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace isthmus
