#pragma once

#include "simulation/part.h"

namespace isthmus::simulation {

extern const Part accounts, courses, departures, disputes, enrollments, intruders, learning, mails, messages, payments,
    payouts, people, queues, rooms, scheduling;

}  // namespace isthmus::simulation
