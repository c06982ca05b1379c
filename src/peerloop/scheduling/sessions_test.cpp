#include "peerloop/scheduling/sessions.h"

#include <doctest/doctest.h>

#include "native/timetable.h"

using namespace isthmus;
using native::Json;
using native::Timetable;

namespace {

std::vector<std::string> starts(Timetable& room, std::string query, const native::Caller& who) {
  std::vector<std::string> out;
  for (;;) {
    const auto reply = room.server.get("/api/sessions" + query, who);
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    const Json page = reply.json();
    for (const Json& session : page["items"]) out.push_back(session["startsAt"].get<std::string>().substr(5, 8));
    if (page["nextCursor"].is_null()) return out;
    const auto cursor = query.find("&cursor=");
    query = query.substr(0, cursor) + "&cursor=" + page["nextCursor"].get<std::string>();
  }
}

using Starts = std::vector<std::string>;

}  // namespace

TEST_CASE("sessions are listed by time and role, page by page") {
  Timetable room;
  for (const char* at : {"2026-09-23T09:00:00Z", "2026-09-22T09:00:00Z", "2026-09-24T09:00:00Z"}) room.booked(at);
  room.cancel(room.booked("2026-09-25T09:00:00Z"), room.student);
  CHECK(starts(room, "?when=upcoming", room.student) == Starts{"09-22T09", "09-23T09", "09-24T09"});
  CHECK(starts(room, "?when=upcoming&limit=1", room.student) == Starts{"09-22T09", "09-23T09", "09-24T09"});
  CHECK(starts(room, "?when=upcoming&limit=1", room.teacher) == Starts{"09-22T09", "09-23T09", "09-24T09"});
  CHECK(starts(room, "?when=past", room.student) == Starts{"09-25T09"});
  CHECK(starts(room, "?limit=2", room.student) == Starts{"09-25T09", "09-24T09", "09-23T09", "09-22T09"});
  CHECK(starts(room, "?role=teacher", room.student).empty());
  CHECK(starts(room, "?role=student&limit=1", room.student).size() == 4);
  CHECK(starts(room, "?role=teacher&limit=3", room.teacher).size() == 4);
  CHECK(starts(room, "?role=student", room.teacher).empty());
  CHECK(starts(room, "?limit=1", native::add_user(room.world, "other")).empty());

  // Half an hour into the second: it is still to come, for who looks for it now.
  room.world.scheduler.advance(from_rfc3339("2026-09-23T09:30:00Z").value() - room.world.now());
  CHECK(starts(room, "?when=upcoming", room.student) == Starts{"09-23T09", "09-24T09"});
  CHECK(starts(room, "?when=past&limit=1", room.student) == Starts{"09-25T09", "09-22T09"});
  room.world.scheduler.advance(30 * minute);
  CHECK(starts(room, "?when=upcoming", room.student) == Starts{"09-24T09"});
  CHECK(starts(room, "?when=past", room.teacher) == Starts{"09-25T09", "09-23T09", "09-22T09"});
}

TEST_CASE("a cursor is of its own list") {
  Timetable room;
  room.booked("2026-09-23T09:00:00Z");
  room.booked("2026-09-24T09:00:00Z");
  const Json page = room.server.get("/api/sessions?when=upcoming&limit=1", room.student).json();
  const auto cursor = page["nextCursor"].get<std::string>();
  CHECK(room.server.get("/api/sessions?when=past&cursor=" + cursor, room.student).code() == "invalid_cursor");
  CHECK(room.server.get("/api/sessions?cursor=nonsense", room.student).code() == "invalid_cursor");
  CHECK(room.server.get("/api/sessions?when=someday", room.student).status == 400);
  CHECK(room.server.get("/api/sessions?limit=101", room.student).status == 400);
  CHECK(room.server.get("/api/sessions").status == 401);
}

TEST_CASE("a session is there for the two people in it") {
  Timetable room;
  const std::string path = "/api/sessions/" + room.booked("2026-09-23T09:00:00Z");
  const auto other = native::add_user(room.world, "other", {"student", "admin"});
  CHECK(room.server.get(path, room.teacher).status == 200);
  CHECK(room.server.get(path, other).status == 404);
  CHECK(room.server.get(path).status == 401);
  CHECK(room.server.get("/api/sessions/none", room.student).status == 404);
  CHECK(room.server.get(path + "/calendar.ics", other).status == 404);
  CHECK(room.server.post(path + "/cancel", Json::object(), other).status == 404);
}
