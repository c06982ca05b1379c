#pragma once

#include "simulation/plan.h"

namespace isthmus::simulation {

/// The smallest plan found that still breaks the same law: fewer people, fewer deeds, fewer faults. Where the plan
/// breaks none, it comes back as it is.
Plan shrink(const Plan& failing);

}  // namespace isthmus::simulation
