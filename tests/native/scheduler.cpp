#include "native/scheduler.h"

namespace isthmus::native {

void Scheduler::step() {
  const auto first = waiting_.begin();
  const auto [place, waiting] = *first;
  if (place.first > now_.ms) now_.ms = place.first;
  waiting_.erase(first);
  waiting.resume();
}

void Scheduler::run() {
  while (!waiting_.empty()) step();
}

void Scheduler::run_until(Timestamp until) {
  while (!waiting_.empty() && waiting_.begin()->first.first <= until.ms) step();
  if (now_ < until) now_ = until;
}

}  // namespace isthmus::native
