#pragma once

#include <map>
#include <set>
#include <string>

#include "simulation/life.h"

namespace isthmus::simulation {

/// What is known about courses beside what the database says now.
struct Catalogue {
  std::string category_id;
  /// The prices that a course ever had, in cents, by its id.
  std::map<std::string, std::set<std::int64_t>> prices;
  /// When courses had last been written to when they were noted.
  std::uint64_t noted_at = 0;
};

/// A published course of the dice's choice, "" where there is none.
std::string some_course(Life& life, Dice& dice);

}  // namespace isthmus::simulation
