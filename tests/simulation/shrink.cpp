#include "simulation/shrink.h"

#include <algorithm>
#include <vector>

#include "simulation/life.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

/// The law's own words, without what was found.
std::string law_of(const std::string& violation) { return violation.substr(0, violation.find(':')); }

class Shrinking {
 public:
  explicit Shrinking(const Plan& failing) : best_(failing) {
    Life life(best_);
    life.run();
    law_ = law_of(life.violation());
    best_.people.emplace();
    for (const auto& person : life.people())
      if (!failing.people || failing.people->contains(person->number)) best_.people->insert(person->number);
    for (const auto& [fault, times] : life.weather.struck()) faults_.push_back(fault);
  }

  Plan run() {
    if (law_.empty()) return best_;
    for (int round = 0; round < 3; ++round) {
      const std::string before = best_.options();
      drop_people();
      drop_deeds();
      drop_faults();
      if (best_.options() == before) break;
    }
    return best_;
  }

 private:
  bool try_plan(const Plan& plan) {
    Life life(plan);
    life.run();
    if (law_of(life.violation()) != law_) return false;
    best_ = plan;
    faults_.clear();
    for (const auto& [fault, times] : life.weather.struck()) faults_.push_back(fault);
    return true;
  }

  void drop_people() {
    const std::set<int> all = *best_.people;
    for (const int number : all) {
      if (best_.people->size() == 1) return;
      Plan fewer = best_;
      fewer.people->erase(number);
      try_plan(fewer);
    }
  }

  void drop_deeds() {
    for (int most = 1; most < std::min(best_.deeds, 40); ++most) {
      Plan fewer = best_;
      fewer.deeds = most;
      if (try_plan(fewer)) return;
    }
  }

  /// Halves, quarters, … until no single one can be left out.
  void drop_faults() {
    for (std::size_t part = std::max<std::size_t>(faults_.size(), 1);; part = (part + 1) / 2) {
      for (std::size_t from = 0; from < faults_.size();) {
        Plan fewer = best_;
        std::vector<std::uint32_t> kept = faults_;
        kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(from),
                   kept.begin() + static_cast<std::ptrdiff_t>(std::min(from + part, kept.size())));
        fewer.faults.emplace(kept.begin(), kept.end());
        if (!try_plan(fewer)) from += part;
      }
      if (part == 1) return;
    }
  }

  Plan best_;
  std::string law_;
  std::vector<std::uint32_t> faults_;
};

}  // namespace

Plan shrink(const Plan& failing) { return Shrinking(failing).run(); }

}  // namespace isthmus::simulation
