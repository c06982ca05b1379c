#pragma once

#include <string>
#include <vector>

namespace isthmus::simulation {

/// The payment pages that a person has seen. Tabs stay open: an old one may still be paid.
struct PagesSeen {
  std::vector<std::string> sessions;
};

}  // namespace isthmus::simulation
