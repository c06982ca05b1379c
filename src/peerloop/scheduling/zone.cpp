#include "peerloop/scheduling/zone.h"

#include "peerloop/people/rules.h"
#include "peerloop/scheduling/zone_data.h"

namespace isthmus::peerloop {

Millis offset_at(const Clock& clock, Timestamp at) {
  Millis offset = clock.empty() ? 0 : clock.front().offset;
  for (const ClockSpan& span : clock) {
    if (span.begins > at) break;
    offset = span.offset;
  }
  return offset;
}

std::optional<Zone> Zone::named(std::string_view name) {
  const auto position = time_zone_position(name);
  if (!position) return std::nullopt;
  return Zone(zone_data::zone_of_name[*position]);
}

Zone Zone::utc() { return named("UTC").value_or(Zone(0)); }

Clock Zone::clock(Timestamp from, Timestamp to) const {
  const zone_data::Zone& zone = zone_data::zones[index_];
  Timestamp at{zone_data::start_ms};
  Millis offset = zone.first_offset * zone_data::unit_ms;
  Clock spans{{at, offset}};
  for (std::size_t i = zone_data::calendar_starts[zone.calendar]; i < zone_data::calendar_starts[zone.calendar + 1U];
       ++i) {
    at = at + zone_data::waits[i] * zone_data::unit_ms;
    if (at >= to) break;
    if (zone_data::shifts[i] == 0) continue;
    offset += zone_data::shifts[i] * zone_data::unit_ms;
    if (at <= from) spans.clear();
    spans.push_back({at, offset});
  }
  // Whoever asks for an earlier time finds it in the first span.
  if (spans.front().begins > from) spans.front().begins = from;
  return spans;
}

Millis Zone::offset_at(Timestamp at) const { return clock(at, at + 1).front().offset; }

}  // namespace isthmus::peerloop
