#pragma once

#include <cstdint>
#include <string>

#include "simulation/person.h"

namespace isthmus::simulation {

/// Whether somebody belongs to a course, as who learns, made it or teaches it, and how often they were let in.
struct Belonging {
  bool is_there = false;
  std::int64_t admissions = 0;
};

Belonging belonging(Life& life, const std::string& user, const std::string& course);

/// A course of the dice's choice to which a person belongs, "" where there is none.
std::string own_course(Person& person);

/// Belonged at no moment between two looks.
inline bool never_belonged(const Belonging& before, const Belonging& after) {
  return !before.is_there && !after.is_there && before.admissions == after.admissions;
}
/// Belonged at each moment between two looks.
inline bool always_belonged(const Belonging& before, const Belonging& after) {
  return before.is_there && after.is_there && before.admissions == after.admissions;
}

}  // namespace isthmus::simulation
