#include "peerloop/scheduling/calendar_files.h"

#include <doctest/doctest.h>

#include "native/timetable.h"

using namespace isthmus;
using native::Json;
using native::Timetable;

namespace {

std::size_t events_in(std::string_view calendar) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = calendar.find("BEGIN:VEVENT\r\n", at)) != std::string_view::npos; ++at) ++count;
  return count;
}

}  // namespace

TEST_CASE("a session comes as a file, which takes it back when it is cancelled") {
  Timetable room;
  const std::string id = room.booked("2026-09-23T09:00:00Z");
  const std::string path = "/api/sessions/" + id + "/calendar.ics";
  auto reply = room.server.get(path, room.teacher);
  CHECK(reply.status == 200);
  CHECK(reply.header("content-type") == "text/calendar; charset=utf-8");
  CHECK(reply.header("content-disposition") == "attachment; filename=\"session.ics\"");
  CHECK(reply.body.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"));
  CHECK(reply.body.ends_with("END:VCALENDAR\r\n"));
  CHECK(events_in(reply.body) == 1);
  CHECK(reply.body.contains("Name of student"));
  room.cancel(id, room.student);
  reply = room.server.get(path, room.student);
  CHECK(reply.body.contains("METHOD:CANCEL\r\n"));
  CHECK(reply.body.contains("STATUS:CANCELLED\r\n"));
  CHECK(reply.body.contains("SEQUENCE:1\r\n"));
}

TEST_CASE("whoever has the link subscribes to all sessions, until there is a new one") {
  Timetable room;
  const auto made = room.server.post("/api/calendar/token", room.student);
  REQUIRE_MESSAGE(made.status == 201, made.body);
  const auto url = made.json()["url"].get<std::string>();
  CHECK(url == "/api/calendar.ics?token=" + made.json()["token"].get<std::string>());
  CHECK(events_in(room.server.get(url).body) == 0);

  room.booked("2026-09-23T09:00:00Z");
  room.cancel(room.booked("2026-09-24T09:00:00Z"), room.teacher);
  const auto feed = room.server.get(url);
  CHECK(feed.status == 200);
  CHECK(feed.header("content-type") == "text/calendar; charset=utf-8");
  CHECK(events_in(feed.body) == 2);
  CHECK(feed.body.contains("METHOD:PUBLISH\r\n"));
  CHECK(feed.body.contains("STATUS:CANCELLED\r\n"));
  CHECK(feed.body.contains("NAME:PeerLoop: Name of student\r\n"));
  CHECK_FALSE(feed.body.contains("@example.org\r\nATTENDEE"));

  const auto of_teacher = room.server.post("/api/calendar/token", room.teacher).json()["url"].get<std::string>();
  CHECK(events_in(room.server.get(of_teacher).body) == 2);

  const auto renewed = room.server.post("/api/calendar/token", room.student).json()["url"].get<std::string>();
  CHECK(renewed != url);
  CHECK(room.server.get(url).status == 404);
  CHECK(room.server.get(renewed).status == 200);
  CHECK(room.server.del("/api/calendar/token", room.student).status == 204);
  CHECK(room.server.del("/api/calendar/token", room.student).status == 204);
  CHECK(room.server.get(renewed).status == 404);
  CHECK(room.server.get(of_teacher).status == 200);
}

TEST_CASE("the database does not know the link itself, and a guess opens nothing") {
  Timetable room;
  const auto token = room.server.post("/api/calendar/token", room.student).json()["token"].get<std::string>();
  CHECK(room.count("SELECT count(*) FROM calendar_links WHERE token_hash = ?1", {token}) == 0);
  CHECK(room.server.get("/api/calendar.ics?token=guess").status == 404);
  CHECK(room.server.get("/api/calendar.ics").status == 400);
  CHECK(room.server.get("/api/calendar.ics?token=" + std::string(200, 'a')).status == 400);
  CHECK(room.server.post("/api/calendar/token").status == 401);
  room.world.database.execute("UPDATE users SET suspended_at = ?2 WHERE id = ?1",
                              {room.student.id, room.world.now().ms});
  CHECK(room.server.get("/api/calendar.ics?token=" + token).status == 404);
  CHECK_FALSE(room.world.log.mentions(token));
}

TEST_CASE("old sessions leave the feed") {
  Timetable room;
  room.booked("2026-09-23T09:00:00Z");
  const auto url = room.server.post("/api/calendar/token", room.student).json()["url"].get<std::string>();
  CHECK(events_in(room.server.get(url).body) == 1);
  room.world.scheduler.advance(100 * day);
  CHECK(events_in(room.server.get(url).body) == 0);
}
