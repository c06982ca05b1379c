#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace isthmus::peerloop {

/// From `begins` on, a wall clock shows UTC plus `offset`, until the next span begins.
struct ClockSpan {
  Timestamp begins;
  Millis offset = 0;
};

/// What a zone's clocks do over some time, in order. Pure functions reckon with this and never ask for the zone.
using Clock = std::vector<ClockSpan>;

/// The offset of the span that `at` lies in; before the first span, the first one's.
Millis offset_at(const Clock& clock, Timestamp at);

/// A time zone. The program holds no rules of zones: when clocks change is a table made by the build from IANA's data
/// for the years 2026 to 2050. Before them a zone keeps the offset that it begins with, after them the one that it ends
/// with; no session is booked there.
class Zone {
 public:
  /// The zone of that name, spelled as the IANA database does ("Europe/Lisbon"), or nothing.
  static std::optional<Zone> named(std::string_view name);
  static Zone utc();

  /// What the clocks do from `from` to `to`: the first span holds `from`.
  Clock clock(Timestamp from, Timestamp to) const;
  Millis offset_at(Timestamp at) const;

 private:
  explicit Zone(std::uint8_t index) : index_(index) {}
  std::uint8_t index_;
};

}  // namespace isthmus::peerloop
