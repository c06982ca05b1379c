#include "peerloop/scheduling/call_off.h"

#include <doctest/doctest.h>

#include "native/timetable.h"

using namespace isthmus;
using native::StandaloneHost;
using native::Timetable;

namespace {

void enqueue(Timetable& room, Statement statement) {
  StandaloneHost host(room.world);
  REQUIRE(native::run(room.world, host.host().database.batch({std::move(statement)}, OnLostAnswer::fail)));
}

std::int64_t cancelled(Timetable& room) {
  return room.count("SELECT count(*) FROM sessions WHERE status = 'cancelled'");
}

}  // namespace

TEST_CASE("a refunded enrollment takes its sessions along, and both are told") {
  Timetable room;
  room.booked("2026-09-23T09:00:00Z");
  room.booked("2026-09-24T09:00:00Z");
  CHECK(room.deliver_mails().size() == 4);
  StandaloneHost host(room.world);
  SUBCASE("not while it stands") {
    enqueue(room, peerloop::call_off_sessions_of_enrollment(host.host(), room.enrollment_id));
    CHECK(room.deliver_mails().empty());
    CHECK(cancelled(room) == 0);
  }
  SUBCASE("refunded") {
    room.world.database.execute("UPDATE enrollments SET status = 'refunded', refunded_at = created_at WHERE id = ?1",
                                {room.enrollment_id});
    enqueue(room, peerloop::call_off_sessions_of_enrollment(host.host(), room.enrollment_id));
    CHECK(room.deliver_mails().size() == 4);
    CHECK(cancelled(room) == 2);
    CHECK(room.count("SELECT count(*) FROM sessions WHERE cancelled_by IS NULL") == 2);
    CHECK(room.count("SELECT count(*) FROM notifications WHERE kind = 'session_cancelled'") == 4);
  }
}

TEST_CASE("more sessions than one delivery takes are called off by the next") {
  Timetable room;
  for (int date = 22; date < 30; ++date)
    for (const char* time : {"T09:00:00Z", "T11:00:00Z"}) room.booked("2026-09-" + std::to_string(date) + time);
  room.deliver_mails();
  StandaloneHost host(room.world);
  enqueue(room, peerloop::call_off_sessions_of_student(host.host(), room.student.id));
  CHECK(room.deliver_mails().size() == 32);
  CHECK(cancelled(room) == 16);
  CHECK(room.count("SELECT count(DISTINCT cancelled_by) FROM sessions") == 1);
  CHECK(room.mails("session_cancelled") == 32);
}
