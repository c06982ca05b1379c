#include "simulation/parts.h"

#include <array>

namespace isthmus::simulation {

std::span<const Part* const> parts() {
  static constexpr std::array all{&accounts, &people,     &courses,  &enrollments, &scheduling, &rooms,    &learning,
                                  &teaching, &reviews,    &payments, &payouts,     &disputes,   &messages, &feeds,
                                  &files,    &departures, &mails,    &queues,      &intruders,  &looking};
  return all;
}

}  // namespace isthmus::simulation
