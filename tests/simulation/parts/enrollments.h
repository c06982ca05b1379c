#pragma once

#include <set>
#include <string>
#include <vector>

#include "simulation/person.h"

namespace isthmus::simulation {

/// The payment pages that a person has seen. Tabs stay open: an old one may still be paid.
struct PagesSeen {
  std::vector<std::string> sessions;
};

/// Payments of another amount, or in another currency, than what was asked for: nobody is enrolled by them, and a
/// person must look at them.
struct Misfits {
  std::set<std::string> intents, events;
};

/// Whether the last page that this person saw can be paid.
bool may_pay(Person& person);
Script<> pay_in_a_while(Person& person, std::string session, Millis pause);

}  // namespace isthmus::simulation
