#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/app.h"
#include "peerloop/people/rules.h"

namespace isthmus::peerloop {

/// The longest time that one request may ask about.
inline constexpr Millis longest_listing = 90 * day;

struct SlotsQuery {
  std::optional<std::string> courseId;
  std::optional<Timestamp> from, to;
  std::optional<std::string> timezone;
  std::optional<std::int64_t> durationMinutes;
};
constexpr auto schema(SlotsQuery*) {
  return object("SlotsQuery",
                field("courseId", &SlotsQuery::courseId, uuid, described("A course that this person must teach.")),
                field("from", &SlotsQuery::from, described("Now, where it is left out.")),
                field("to", &SlotsQuery::to, described("At most 90 days after from; 14 where it is left out.")),
                // For the local times in the answer, and for nothing else; the teacher's where it is left out.
                field("timezone", &SlotsQuery::timezone, time_zone),
                field("durationMinutes", &SlotsQuery::durationMinutes, range(15, 240),
                      described("The teacher's usual length, where it is left out.")));
}

struct Slot {
  Timestamp startsAt, endsAt;
  std::string localStart, localEnd;
};
constexpr auto schema(Slot*) {
  return object("Slot", field("startsAt", &Slot::startsAt), field("endsAt", &Slot::endsAt),
                field("localStart", &Slot::localStart, example("2026-11-20T10:30:00+05:45")),
                field("localEnd", &Slot::localEnd));
}

struct Slots {
  std::string teacherId;
  std::string timezone, teacherTimezone;
  Timestamp from, to;
  std::int64_t durationMinutes = 0;
  std::vector<std::int64_t> sessionMinutes;
  RawList<Slot> slots;
};
constexpr auto schema(Slots*) {
  return object("Slots", field("teacherId", &Slots::teacherId),
                field("timezone", &Slots::timezone, described("Of the local times")),
                field("teacherTimezone", &Slots::teacherTimezone), field("from", &Slots::from), field("to", &Slots::to),
                field("durationMinutes", &Slots::durationMinutes),
                field("sessionMinutes", &Slots::sessionMinutes, described("The lengths that the teacher offers")),
                field("slots", &Slots::slots));
}

/// When a session with this teacher can begin. Whoever is signed in is not offered what overlaps their own sessions.
Task<Result<Response>> list_slots(Request& request, SlotsQuery query);

}  // namespace isthmus::peerloop
