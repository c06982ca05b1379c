#include "peerloop/scheduling/availability.h"

#include <doctest/doctest.h>

#include "native/people.h"
#include "peerloop/scheduling/routes.h"

using namespace isthmus;
using native::Json;
using native::TestServer;

namespace {

constexpr App scheduling_app{"peerloop", "Scheduling", peerloop::scheduling_routes, &native::test_authenticator};

const Json office_hours{
    {"timezone", "Europe/Lisbon"},
    {"rules", {{{"weekday", "tuesday"}, {"from", "09:00"}, {"to", "12:00"}}}},
    {"exceptions",
     {{{"date", "2026-09-29"}, {"hours", Json::array()}},
      {{"date", "2026-09-30"}, {"hours", {{{"from", "23:00"}, {"to", "24:00"}}}}}}},
    {"sessionMinutes", Json::array({60, 30})},
    {"dailyLimit", 3},
};

std::string slots_path(const native::TestUser& teacher, std::string_view query = "") {
  return "/api/student-teachers/" + teacher.id + "/slots" + std::string(query);
}

std::vector<std::string> starts(const Json& answer, const char* member = "startsAt") {
  std::vector<std::string> out;
  for (const Json& slot : answer["slots"]) out.push_back(slot[member].get<std::string>());
  return out;
}

}  // namespace

TEST_CASE("somebody who teaches says when, all of it at once") {
  TestServer server(scheduling_app);
  const auto ada = native::add_user(server.world, "ada", {"studentTeacher"});
  const Json before = server.get("/api/availability", ada).json();
  CHECK(before["timezone"] == "UTC");
  CHECK(before["rules"].empty());
  CHECK(before["sessionMinutes"] == Json::array({60}));
  CHECK(before["dailyLimit"].is_null());

  const auto set = server.put("/api/availability", office_hours, ada);
  REQUIRE_MESSAGE(set.status == 200, set.body);
  const Json now = set.json();
  CHECK(now["rules"] == office_hours["rules"]);
  CHECK(now["exceptions"] == office_hours["exceptions"]);
  CHECK(now["sessionMinutes"] == Json::array({60, 30}));
  CHECK(now["minimumNoticeMinutes"] == 720);
  CHECK(now["dailyLimit"] == 3);
  CHECK(server.get("/api/availability", ada).json() == now);

  CHECK(server.put("/api/availability", {{"timezone", "UTC"}, {"rules", Json::array()}}, ada).json()["exceptions"] ==
        Json::array());
}

TEST_CASE("hours that can not be are refused, and named") {
  TestServer server(scheduling_app);
  const auto ada = native::add_user(server.world, "ada", {"creator"});
  const auto with = [&](const char* member, Json value) {
    Json body = office_hours;
    body[member] = std::move(value);
    return server.put("/api/availability", body, ada);
  };
  const auto rule = [](const char* from, const char* to, const char* weekday = "monday") {
    return Json{{"weekday", weekday}, {"from", from}, {"to", to}};
  };
  CHECK(with("timezone", "Mars/Olympus").problems("timezone").is_array());
  CHECK(with("rules", {rule("12:00", "09:00")}).problems("rules").is_array());
  CHECK(with("rules", {rule("09:00", "09:00")}).problems("rules").is_array());
  CHECK(with("rules", {rule("09:00", "24:01")}).problems("rules").is_array());
  CHECK(with("rules", {rule("09:00", "12:00"), rule("11:59", "13:00")}).problems("rules").is_array());
  CHECK(with("rules", {rule("09:00", "12:00"), rule("12:00", "13:00")}).status == 200);
  CHECK(with("rules", {rule("09:00", "12:00"), rule("11:59", "13:00", "sunday")}).status == 200);
  CHECK(with("rules", {rule("09:00", "12:00", "someday")}).problems("rules").is_array());
  CHECK(with("exceptions", {{{"date", "2026-02-29"}}}).problems("exceptions").is_array());
  CHECK(with("exceptions", {{{"date", "2026-12-24"}}, {{"date", "2026-12-24"}}}).problems("exceptions").is_array());
  CHECK(with("sessionMinutes", Json::array({10})).problems("sessionMinutes").is_array());
  CHECK(with("sessionMinutes", Json::array()).problems("sessionMinutes").is_array());
  CHECK(with("dailyLimit", 0).problems("dailyLimit").is_array());
  CHECK(with("color", "red").problems("color").is_array());
}

TEST_CASE("hours are of those who teach") {
  TestServer server(scheduling_app);
  const auto student = native::add_user(server.world, "student");
  CHECK(server.get("/api/availability", student).status == 403);
  CHECK(server.put("/api/availability", office_hours, student).status == 403);
  CHECK(server.get("/api/availability").status == 401);
}

TEST_CASE("anyone sees when a teacher has time, in their own time zone or another") {
  TestServer server(scheduling_app);
  // It is Monday, 2026-09-21, in the afternoon.
  const auto ada = native::add_user(server.world, "ada", {"studentTeacher"});
  server.put("/api/availability", office_hours, ada);
  const auto reply = server.get(slots_path(ada));
  REQUIRE_MESSAGE(reply.status == 200, reply.body);
  const Json answer = reply.json();
  CHECK(answer["teacherId"] == ada.id);
  CHECK(answer["teacherTimezone"] == "Europe/Lisbon");
  CHECK(answer["durationMinutes"] == 60);
  CHECK(answer["sessionMinutes"] == Json::array({60, 30}));
  // Tuesday next week is off; Wednesday has other hours.
  CHECK(starts(answer) == std::vector<std::string>{"2026-09-22T08:00:00.000Z", "2026-09-22T08:30:00.000Z",
                                                   "2026-09-22T09:00:00.000Z", "2026-09-22T09:30:00.000Z",
                                                   "2026-09-22T10:00:00.000Z", "2026-09-30T22:00:00.000Z"});
  CHECK(answer["slots"][0]["endsAt"] == "2026-09-22T09:00:00.000Z");
  CHECK(answer["slots"][0]["localStart"] == "2026-09-22T09:00:00+01:00");

  const Json elsewhere = server.get(slots_path(ada, "?timezone=Asia/Kathmandu&durationMinutes=30")).json();
  CHECK(elsewhere["timezone"] == "Asia/Kathmandu");
  CHECK(elsewhere["slots"].size() == 8);
  CHECK(elsewhere["slots"][0]["startsAt"] == "2026-09-22T08:00:00.000Z");
  CHECK(elsewhere["slots"][0]["localStart"] == "2026-09-22T13:45:00+05:45");
  CHECK(elsewhere["slots"][0]["localEnd"] == "2026-09-22T14:15:00+05:45");
}

TEST_CASE("a listing of slots is asked for ninety days at most, in a zone that there is") {
  TestServer server(scheduling_app);
  const auto ada = native::add_user(server.world, "ada", {"studentTeacher"});
  server.put("/api/availability", office_hours, ada);
  const auto get = [&](const char* query) { return server.get(slots_path(ada, query)); };
  CHECK(starts(get("?from=2026-09-22T08:30:00Z&to=2026-09-22T09:30:00Z").json()) ==
        std::vector<std::string>{"2026-09-22T08:30:00.000Z", "2026-09-22T09:00:00.000Z"});
  CHECK(get("?from=2026-09-22T00:00:00Z&to=2026-12-21T00:00:00Z").status == 200);
  CHECK(get("?from=2026-09-22T00:00:00Z&to=2026-12-21T00:00:01Z").problems("to").is_array());
  CHECK(get("?from=2026-09-22T00:00:00Z&to=2026-09-22T00:00:00Z").problems("to").is_array());
  CHECK(get("?timezone=Mars/Olympus").problems("timezone").is_array());
  CHECK(get("?from=yesterday").problems("from").is_array());
  CHECK(get("?durationMinutes=45").json()["slots"].empty());
  CHECK(get("?from=9000-01-01T00:00:00Z").json()["slots"].empty());
  CHECK(get("?from=0001-01-01T00:00:00Z").json()["slots"].empty());
}

TEST_CASE("who does not teach, or not this course, has no slots") {
  TestServer server(scheduling_app);
  native::World& world = server.world;
  const auto ada = native::add_user(world, "ada", {"creator"});
  const auto ben = native::add_user(world, "ben", {"studentTeacher"});
  const auto student = native::add_user(world, "student");
  const std::string course = world.new_id();
  world.database.execute("INSERT INTO categories (id, slug, name, position) VALUES (?1, 'any', 'Any', 0)",
                         {world.new_id()});
  world.database.execute(R"(
      INSERT INTO courses (id, slug, creator_id, category_id, title, description, level, price_cents, currency, status,
                           published_at, created_at, updated_at)
      SELECT ?1, 'cpp', ?2, id, 'Title', '', 'beginner', 45000, 'usd', 'published', ?3, ?3, ?3 FROM categories)",
                         {course, ada.id, world.now().ms});
  CHECK(server.get(slots_path(student)).status == 404);
  CHECK(server.get("/api/student-teachers/nobody/slots").status == 404);
  CHECK(server.get(slots_path(ada, "?courseId=" + course)).status == 200);
  CHECK(server.get(slots_path(ben, "?courseId=" + course)).status == 404);
  world.database.execute(R"(
      INSERT INTO course_teachers (course_id, teacher_id, status, applied_at, decided_at)
      VALUES (?1, ?2, 'approved', ?3, ?3))",
                         {course, ben.id, world.now().ms});
  CHECK(server.get(slots_path(ben, "?courseId=" + course)).json()["slots"].empty());
  CHECK(server.get(slots_path(ben)).status == 200);
  world.database.execute("UPDATE users SET suspended_at = ?2 WHERE id = ?1", {ben.id, world.now().ms});
  CHECK(server.get(slots_path(ben)).status == 404);
}
