#pragma once

#include <string>

#include "simulation/person.h"

namespace isthmus::simulation {

/// Support refunds a part of a payment, or what is left of it, from Stripe's own pages.
void refund_some(Person& person, const std::string& intent);

}  // namespace isthmus::simulation
