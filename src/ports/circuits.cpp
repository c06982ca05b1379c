#include "ports/circuits.h"

#include <algorithm>

namespace isthmus {

bool Circuit::lets_through(Timestamp now) {
  if (failures_ < failures_to_open) return true;
  if (now < open_until_) return false;
  // Should the outcome never be known, because its request was cancelled, the next one may try after the same pause.
  is_tried_ = true;
  open_until_ = now + pause_;
  return true;
}

void Circuit::failed(Timestamp now) {
  failures_ = std::min(failures_ + 1, failures_to_open);
  // Calls that were under way when the circuit opened say nothing new.
  if (failures_ < failures_to_open || (pause_ != 0 && !is_tried_)) return;
  is_tried_ = false;
  pause_ = pause_ == 0 ? first_pause : std::min(2 * pause_, longest_pause);
  open_until_ = now + pause_;
}

std::int64_t Circuit::seconds_left(Timestamp now) const {
  return std::max<std::int64_t>(1, (open_until_ - now + second - 1) / second);
}

Circuit& Circuits::of(std::string_view provider) {
  for (Place& place : places_) {
    if (place.provider.empty()) place.provider = provider;
    if (place.provider == provider) return place.circuit;
  }
  return places_.back().circuit;
}

}  // namespace isthmus
