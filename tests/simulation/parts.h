#pragma once

#include "simulation/part.h"

namespace isthmus::simulation {

extern const Part accounts, courses, departures, disputes, enrollments, feeds, files, intruders, learning, looking,
    mails, messages, payments, payouts, people, queues, reviews, rooms, scheduling, teaching;

}  // namespace isthmus::simulation
