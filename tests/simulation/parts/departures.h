#pragma once

#include <map>
#include <string>

#include "simulation/life.h"

namespace isthmus::simulation {

/// The addresses of those who have asked for the end of their account, by its id.
struct Departures {
  std::map<std::string, std::string> addresses;
};

/// Where somebody's account is deleted, they come back as somebody new: with another address, and what their client
/// kept of the old one is gone, but for tabs with payment pages.
void begin_anew_if_deleted(Person& person);

}  // namespace isthmus::simulation
