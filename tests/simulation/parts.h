#pragma once

#include "simulation/part.h"

namespace isthmus::simulation {

extern const Part accounts, courses, enrollments, intruders, mails, payments, people, queues;

}  // namespace isthmus::simulation
