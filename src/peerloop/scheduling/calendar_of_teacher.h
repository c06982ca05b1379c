#pragma once

#include <optional>
#include <string>
#include <vector>

#include "peerloop/scheduling/queries.h"
#include "peerloop/scheduling/slots.h"

/// What the database knows of a teacher's time, as the pure function wants it.
namespace isthmus::peerloop {

struct TeacherCalendar {
  std::string teacher_id;
  std::string timezone;
  std::int64_t version = 0;  ///< of the hours; 0 where there are none
  Millis change_notice = 0;
  Clock clock;
  Schedule schedule;
  std::vector<Engagement> engagements;

  /// What can begin in that time.
  std::vector<Timestamp> slots(const SlotQuestion& question) const;
  /// The same, if nobody had booked anything.
  std::vector<Timestamp> slots_without_engagements(const SlotQuestion& question) const;
};

/// Reads what `select_teacher_hours` and `select_engagements` gave about the time from `from` to `to`.
Result<TeacherCalendar> read_calendar(TeacherHours hours, std::vector<EngagementRow> engagements, Timestamp from,
                                      Timestamp to);

}  // namespace isthmus::peerloop
