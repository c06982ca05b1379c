#include "fuzz/steps.h"

#include <algorithm>

#include "base/strings.h"

namespace isthmus::fuzz {

namespace {

constexpr std::string_view between_steps = "\n~~~\n";

Step read_step(std::string_view text) {
  Step step;
  std::string_view head = take_until(text, "\n\n");
  step.body = text;
  std::string_view first = take_until(head, "\n");
  step.method = take_until(first, " ");
  step.target = first;
  while (!head.empty()) {
    std::string_view line = take_until(head, "\n");
    const std::string_view name = take_until(line, ":");
    step.headers.push_back({to_lower_ascii(trim(name)), std::string(trim(line))});
  }
  return step;
}

}  // namespace

std::string Step::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &Header::name);
  return found == headers.end() ? std::string() : found->value;
}

std::string_view take_until(std::string_view& rest, std::string_view end) {
  const auto at = rest.find(end);
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + end.size());
  return taken;
}

std::vector<Step> read_steps(std::string_view text) {
  std::vector<Step> steps;
  while (!text.empty() && steps.size() < most_steps) steps.push_back(read_step(take_until(text, between_steps)));
  return steps;
}

std::string write_steps(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& step : steps) {
    if (!text.empty()) text += between_steps;
    text += step.method + ' ' + step.target;
    for (const auto& [name, value] : step.headers) text.append("\n").append(name).append(": ").append(value);
    if (!step.body.empty()) text.append("\n\n").append(step.body);
  }
  return text;
}

}  // namespace isthmus::fuzz
