#include "http/router.h"

#include <algorithm>

#include "base/encoding.h"

namespace isthmus {

namespace {

/// "a/b/c" gives "a" and leaves "b/c". A path without a further '/' leaves nothing and sets `last`.
std::string_view next_part(std::string_view& rest, bool& last) {
  const auto slash = rest.find('/');
  const std::string_view part = rest.substr(0, slash);
  last = slash == std::string_view::npos;
  rest.remove_prefix(last ? rest.size() : slash + 1);
  return part;
}

std::string methods_of(const std::vector<const Route*>& routes) {
  std::string methods;
  const auto append = [&](std::string_view name) {
    if (!methods.empty()) methods += ", ";
    methods += name;
  };
  for (const Route* route : routes) {
    append(name_of(route->method));
    if (route->method == Method::get) append("HEAD");
  }
  append("OPTIONS");
  return methods;
}

/// The named parts of a row's path with the texts that stood in their places.
bool fill_params(Match& match, const std::vector<std::string_view>& texts) {
  std::string_view rest = match.route->path.substr(1);
  std::size_t next = 0;
  for (bool last = false; !last;) {
    const std::string_view part = next_part(rest, last);
    if (!part.starts_with(':')) continue;
    auto decoded = percent_decode(texts[next++]);
    if (!decoded || decoded->empty() || decoded->size() > 200 || !is_valid_utf8(*decoded)) return false;
    match.params.emplace_back(part.substr(1), *std::move(decoded));
  }
  return true;
}

}  // namespace

Router::Router(std::span<const Route> routes) : nodes_(1) {
  for (const Route& route : routes) {
    std::string_view rest = route.path.substr(1);
    std::uint32_t node = 0;
    for (bool last = false; !last;) node = child_for(node, next_part(rest, last));
    nodes_[node].routes.push_back(&route);
  }
  for (Node& node : nodes_) std::ranges::sort(node.fixed);
}

std::uint32_t Router::child_for(std::uint32_t node, std::string_view part) {
  const auto fresh = static_cast<std::uint32_t>(nodes_.size());
  if (part.starts_with(':')) {
    if (nodes_[node].named != 0) return nodes_[node].named;
    nodes_[node].named = fresh;
  } else {
    for (const auto& [name, child] : nodes_[node].fixed)
      if (name == part) return child;
    nodes_[node].fixed.emplace_back(part, fresh);
  }
  nodes_.emplace_back();
  return fresh;
}

/// The node where the path ends, or 0. Goes back to a named part where the fixed one leads nowhere.
std::uint32_t Router::walk(std::uint32_t node, std::string_view rest,
                           std::vector<std::string_view>& named_parts) const {
  bool last = false;
  const std::string_view part = next_part(rest, last);
  const auto finish = [&](std::uint32_t child) {
    if (!last) return walk(child, rest, named_parts);
    return nodes_[child].routes.empty() ? 0u : child;
  };
  const Node& here = nodes_[node];
  const auto fixed = std::ranges::lower_bound(here.fixed, part, {}, &std::pair<std::string_view, std::uint32_t>::first);
  if (fixed != here.fixed.end() && fixed->first == part) {
    const std::size_t named_before = named_parts.size();
    if (const std::uint32_t found = finish(fixed->second)) return found;
    named_parts.resize(named_before);
  }
  if (here.named == 0 || part.empty()) return 0;
  named_parts.push_back(part);
  return finish(here.named);
}

Match Router::find(Method method, std::string_view path) const {
  Match match;
  std::vector<std::string_view> named_parts;
  if (!path.starts_with('/')) return match;
  const std::uint32_t node = walk(0, path.substr(1), named_parts);
  if (node == 0) return match;
  const Method wanted = method == Method::head ? Method::get : method;
  const auto& routes = nodes_[node].routes;
  const auto found = std::ranges::find(routes, wanted, [](const Route* route) { return route->method; });
  if (found == routes.end()) {
    match.allowed = methods_of(routes);
    return match;
  }
  match.route = *found;
  if (!fill_params(match, named_parts)) match = {};
  return match;
}

}  // namespace isthmus
