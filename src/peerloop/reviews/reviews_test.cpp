#include <doctest/doctest.h>

#include "native/classroom.h"

using namespace isthmus;
using native::Classroom;
using native::Json;

namespace {

std::string path(const std::string& session, std::string_view rest = "review") {
  return "/api/sessions/" + session + "/" + std::string(rest);
}

}  // namespace

TEST_CASE("both people of a session review it, each once") {
  Classroom room;
  const std::string session = room.hold_session(room.enroll(room.student, room.teacher));
  room.world.database.round_trips = 0;
  const auto by_student =
      room.server.post(path(session), {{"rating", 4}, {"courseRating", 5}, {"comment", " <b>Good</b> "}}, room.student);
  REQUIRE_MESSAGE(by_student.status == 201, by_student.body);
  CHECK(room.world.database.round_trips == 3);
  const Json review = by_student.json();
  CHECK(review["writtenBy"] == "student");
  CHECK(review["author"]["id"] == room.student.id);
  CHECK(review["subject"]["id"] == room.teacher.id);
  CHECK(review["rating"] == 4);
  CHECK(review["courseRating"] == 5);
  CHECK(review["comment"] == "<b>Good</b>");
  const auto by_teacher = room.server.post(path(session), {{"rating", 3}}, room.teacher);
  REQUIRE_MESSAGE(by_teacher.status == 201, by_teacher.body);
  CHECK(by_teacher.json()["courseRating"].is_null());

  CHECK(room.server.post(path(session), {{"rating", 1}}, room.student).code() == "already_reviewed");
  CHECK(room.notices("review_received", room.teacher) == 1);
  CHECK(room.notices("review_received", room.student) == 1);
  CHECK(room.server.get(path(session, "reviews"), room.student).json()["items"].size() == 2);
  CHECK(room.server.get(path(session, "reviews"), room.stranger).status == 404);
  // What a teacher says of a student is between the two.
  CHECK(room.server.get(room.course + "/reviews").json()["items"] == Json::array({review}));
  CHECK(room.server.get("/api/courses/cpp/reviews").json()["items"] == Json::array({review}));
  CHECK(room.server.get("/api/users/teacher/reviews").json()["items"] == Json::array({review}));
  CHECK(room.server.get("/api/users/student/reviews").json()["items"].empty());
}

TEST_CASE("a student counts once in the course's rating, each session in the teacher's") {
  Classroom room;
  const std::string enrollment = room.enroll(room.student, room.teacher);
  CHECK(room.server.get("/api/users/teacher").json()["rating"].is_null());
  room.server.post(path(room.hold_session(enrollment)), {{"rating", 2}}, room.student);
  CHECK(room.server.get(room.course).json()["rating"] == 2.0);
  room.server.post(path(room.hold_session(enrollment)), {{"rating", 5}, {"courseRating", 4}}, room.student);
  CHECK(room.server.get(room.course).json()["rating"] == 4.0);
  CHECK(room.server.get(room.course).json()["ratingCount"] == 1);
  room.server.post(path(room.hold_session(room.enroll(room.stranger, room.teacher))), {{"rating", 5}}, room.stranger);
  const Json course = room.server.get(room.course).json();
  CHECK(course["rating"] == 4.5);
  CHECK(course["ratingCount"] == 2);
  CHECK(course["studentTeachers"][0]["rating"] == 4.0);
  CHECK(course["studentTeachers"][0]["ratingCount"] == 3);
  const Json profile = room.server.get("/api/users/teacher").json();
  CHECK(profile["rating"] == 4.0);
  CHECK(profile["ratingCount"] == 3);
  CHECK(room.server.get("/api/student-teachers").json()["items"][0]["rating"] == 4.0);
  room.server.post(path(room.text("SELECT id FROM sessions LIMIT 1")), {{"rating", 1}}, room.teacher);
  CHECK(room.server.get("/api/users/student").json()["ratingCount"] == 0);
  CHECK(room.server.get(room.course).json()["rating"] == 4.5);
}

TEST_CASE("only a session that took place is reviewed, by its own people, with one to five stars") {
  Classroom room;
  const std::string enrollment = room.enroll(room.student, room.teacher);
  for (const char* status : {"scheduled", "cancelled", "no_show"}) {
    const auto refused = room.server.post(path(room.hold_session(enrollment, status)), {{"rating", 5}}, room.student);
    CHECK(refused.code() == "session_not_completed");
    CHECK(refused.json()["details"] == Json{{"status", status}});
  }
  const std::string session = room.hold_session(enrollment);
  CHECK(room.server.post(path(session), {{"rating", 5}}, room.stranger).status == 404);
  CHECK(room.server.post(path(session), {{"rating", 5}}, room.creator).status == 404);
  CHECK(room.server.post(path(session), {{"rating", 5}}).status == 401);
  CHECK(room.server.post(path(room.world.new_id()), {{"rating", 5}}, room.student).status == 404);
  for (const Json& rating : {Json(0), Json(6), Json(4.5), Json("5"), Json()})
    CHECK(room.server.post(path(session), {{"rating", rating}}, room.student).status == 400);
  CHECK(room.server.post(path(session), {{"rating", 5}, {"comment", std::string(5001, 'x')}}, room.student)
            .problems("comment")
            .is_array());
  CHECK(room.server.post(path(session), {{"rating", 5}, {"courseRating", 5}}, room.teacher)
            .problems("courseRating")
            .is_array());
  CHECK(room.count("SELECT count(*) FROM reviews") == 0);
}

TEST_CASE("of many reviews at once one is kept, and a lost answer is found by its key") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Classroom room(seed);
    const std::string session = room.hold_session(room.enroll(room.student, room.teacher));
    const Json body{{"rating", 5}};
    if (seed == 1) {
      const auto caller = room.student.with("idempotency-key", "mine");
      room.lose_answer(3);
      CHECK(room.server.post(path(session), body, caller).status == 503);
      room.world.fates = {};
      const auto again = room.server.post(path(session), body, caller);
      CHECK(again.status == 201);
      CHECK(again.header("idempotent-replayed") == "true");
    } else {
      room.interleave();
      std::vector<std::unique_ptr<native::Exchange>> tries;
      for (int i = 0; i < 5; ++i)
        tries.push_back(room.server.begin(native::with_json("POST", path(session), body, room.student)));
      room.world.scheduler.run();
      int kept = 0;
      for (const auto& one : tries) {
        kept += one->reply().status == 201;
        CHECK_MESSAGE((one->reply().status == 201 || one->reply().code() == "already_reviewed"), one->reply().body);
      }
      CHECK(kept == 1);
    }
    CHECK(room.count("SELECT count(*) FROM reviews") == 1);
    CHECK(room.count("SELECT rating_count FROM courses") == 1);
    CHECK(room.count("SELECT teaching_rating_count FROM users WHERE handle = 'teacher'") == 1);
  }
}

TEST_CASE("reviews are listed newest first, page by page") {
  Classroom room;
  const std::string enrollment = room.enroll(room.student, room.teacher);
  for (int i = 1; i <= 3; ++i) room.server.post(path(room.hold_session(enrollment)), {{"rating", i}}, room.student);
  std::vector<int> listed;
  std::string cursor;
  do {
    const Json page = room.server.get(room.course + "/reviews?limit=2" + cursor).json();
    for (const Json& item : page["items"]) listed.push_back(item["rating"].get<int>());
    cursor = page["nextCursor"].is_null() ? "" : "&cursor=" + page["nextCursor"].get<std::string>();
  } while (!cursor.empty());
  CHECK(listed == std::vector<int>{3, 2, 1});
  CHECK(room.server.get(room.course + "/reviews?cursor=x").code() == "invalid_cursor");
}
