#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/route.h"

namespace isthmus {

/// Where a path leads.
struct Match {
  const Route* route = nullptr;  ///< null: there is no such path, or (see `allowed`) not with this method
  std::vector<std::pair<std::string_view, std::string>> params;  ///< percent-decoded
  std::string allowed;  ///< the methods of the path, comma separated; empty: there is no such path
};

/// Finds a row of the table by method and path, part by part: the cost grows with the length of the path, not with
/// the number of routes. A fixed part wins over a named one. HEAD is answered by GET.
class Router {
 public:
  explicit Router(std::span<const Route> routes);

  Match find(Method method, std::string_view path) const;

 private:
  struct Node {
    std::vector<std::pair<std::string_view, std::uint32_t>> fixed;  ///< part and node, sorted by part
    std::uint32_t named = 0;                                        ///< node behind a named part; 0: none
    std::vector<const Route*> routes;
  };

  std::uint32_t child_for(std::uint32_t node, std::string_view part);
  std::uint32_t walk(std::uint32_t node, std::string_view rest, std::vector<std::string_view>& named_parts) const;

  std::vector<Node> nodes_;
};

}  // namespace isthmus
