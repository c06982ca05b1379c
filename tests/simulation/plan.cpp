#include "simulation/plan.h"

#include <charconv>

namespace isthmus::simulation {

namespace {

std::string list_of(const auto& numbers, int base) {
  std::string text;
  for (const auto number : numbers) {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
    if (!text.empty()) text += ',';
    text.append(digits.data(), end);
  }
  return text.empty() ? "none" : text;
}

}  // namespace

std::string Plan::options() const {
  std::string text = "--seed " + std::to_string(seed);
  if (people) text += " --people " + list_of(*people, 10);
  if (deeds < 1000) text += " --deeds " + std::to_string(deeds);
  if (faults) text += " --faults " + list_of(*faults, 16);
  return text;
}

}  // namespace isthmus::simulation
