#pragma once

#include <string>

#include "native/world.h"

namespace isthmus::native {

/// How SQLite would answer, a step a line.
std::string plan_of(World& world, Statement statement);

}  // namespace isthmus::native
