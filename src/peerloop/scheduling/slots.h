#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "peerloop/scheduling/local_time.h"
#include "peerloop/scheduling/zone.h"

/// When a session with a teacher can begin. One pure function answers for the listing and for the booking, so that what
/// is listed can be booked and nothing else can.
///
/// The wall clock decides. A moment lies within a teacher's hours if, and only if, the clock on the teacher's wall
/// shows a time between their two ends then; a session may be booked where all of its moments do, and begin where the
/// clock shows the hours' beginning plus a whole number of steps. So when clocks go forward, hours within the gap are
/// no time at all and hours across it are shorter; when clocks go back, a time of day that comes twice is within the
/// hours twice; a date that a country leaves out has no hours.
namespace isthmus::peerloop {

/// From one time of day to another, in minutes by the wall clock: 0 ≤ from < to ≤ 1440.
struct Hours {
  int from = 0;
  int to = 0;
};

/// Other hours on one date, or none.
struct ExceptionalDay {
  LocalDay date = 0;
  std::vector<Hours> hours;
};

struct Schedule {
  std::array<std::vector<Hours>, 7> week;  ///< Monday first; the hours of a day do not overlap
  std::vector<ExceptionalDay> exceptions;  ///< at most one a date
  Millis step = 30 * minute;
  std::vector<Millis> lengths;  ///< of the sessions on offer
  /// What a teacher keeps free of other teaching before and after each session. Two sessions lie apart by both.
  Millis buffer_before = 0;
  Millis buffer_after = 0;
  Millis minimum_notice = 0;
  Millis horizon = 0;              ///< how far ahead a session may begin
  std::optional<int> daily_limit;  ///< sessions taught that begin on one date of the teacher's
};

/// A session that is there already.
struct Engagement {
  Timestamp from;
  Timestamp to;
  bool taught = false;  ///< by the teacher: it has buffers and counts for the day
};

/// Where a session of this length may begin: from `from` on and before `to`.
struct SlotQuestion {
  Timestamp now;
  Timestamp from;
  Timestamp to;
  Millis length = 0;
};

/// How far before and after the asked time clocks and engagements must be known.
inline constexpr Millis slot_margin = 2 * day;

/// The beginnings of all bookable sessions, in order. `clock` is the teacher's; `engagements` are those of the teacher
/// and, where it is known who asks, of that person.
std::vector<Timestamp> slots(const Schedule& schedule, const Clock& clock, std::span<const Engagement> engagements,
                             const SlotQuestion& question);

struct Interval {
  Timestamp from;
  Timestamp to;
};

/// All moments of the date that the clock shows at `at`: one stretch, unless clocks go back over midnight.
std::vector<Interval> moments_of_date(const Clock& clock, Timestamp at);

}  // namespace isthmus::peerloop
