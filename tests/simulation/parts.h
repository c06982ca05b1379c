#pragma once

#include "simulation/part.h"

namespace isthmus::simulation {

extern const Part accounts, courses, disputes, enrollments, intruders, learning, mails, payments, payouts, people,
    queues, scheduling;

}  // namespace isthmus::simulation
