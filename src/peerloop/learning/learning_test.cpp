#include <doctest/doctest.h>

#include "native/classroom.h"
#include "peerloop/learning/completion.h"

using namespace isthmus;
using native::Classroom;
using native::Json;

namespace {

Json mark(const std::string& lesson, bool completed = true) { return {{"lessonId", lesson}, {"completed", completed}}; }

std::string shares(Classroom& room, const std::string& enrollment) {
  return room.text(R"(
      SELECT group_concat(DISTINCT s.status) FROM payment_splits s JOIN transactions x ON x.id = s.transaction_id
      WHERE x.enrollment_id = ?1)",
                   {enrollment});
}

}  // namespace

TEST_CASE("a student marks lessons as done and not done, as often as they like") {
  Classroom room;
  const std::string path = "/api/enrollments/" + room.enroll(room.student, room.teacher);
  room.world.database.round_trips = 0;
  const auto first = room.server.post(path + "/progress", mark(room.lessons[0]), room.student);
  REQUIRE_MESSAGE(first.status == 200, first.body);
  CHECK(room.world.database.round_trips == 2);
  CHECK(first.json()["progress"] ==
        Json{{"completedLessons", 1}, {"totalLessons", 3}, {"percent", 33}, {"completedLessonIds", {room.lessons[0]}}});
  CHECK(room.server.post(path + "/progress", mark(room.lessons[0]), room.student).json() == first.json());
  room.server.post(path + "/progress", mark(room.lessons[1]), room.student);
  CHECK(room.server.post(path + "/progress", mark(room.lessons[2]), room.student).json()["progress"]["percent"] == 100);
  const auto undone = room.server.post(path + "/progress", mark(room.lessons[0], false), room.student);
  CHECK(undone.json()["progress"]["completedLessons"] == 2);
  CHECK(room.server.post(path + "/progress", mark(room.lessons[0], false), room.student).json() == undone.json());

  const Json own = room.server.get(room.course, room.student).json()["enrollment"];
  CHECK(own["completedLessons"] == 2);
  CHECK(own["totalLessons"] == 3);
  CHECK(own["status"] == "enrolled");
  CHECK_FALSE(own.contains("certificateId"));
  CHECK_FALSE(room.server.get(room.course).json().contains("enrollment"));
  CHECK_FALSE(room.server.get(room.course, room.stranger).json().contains("enrollment"));
}

TEST_CASE("progress is the student's own, in this course, while it is under way") {
  Classroom room;
  const std::string id = room.enroll(room.student, room.teacher);
  const std::string path = "/api/enrollments/" + id + "/progress";
  CHECK(room.server.post(path, mark(room.lessons[0]), room.teacher).status == 404);
  CHECK(room.server.post(path, mark(room.lessons[0]), room.creator).status == 404);
  CHECK(room.server.post(path, mark(room.lessons[0])).status == 401);
  CHECK(room.server.post("/api/enrollments/" + room.world.new_id() + "/progress", mark(room.lessons[0]), room.student)
            .status == 404);
  const auto foreign = room.server.post(path, mark(room.world.new_id()), room.student);
  CHECK(foreign.status == 400);
  CHECK(foreign.problems("lessonId") == Json{"is not a lesson of this course"});
  CHECK(room.server.post(path, {{"lessonId", "x"}}, room.student).problems("completed").is_array());
  room.refund(id);
  const auto refunded = room.server.post(path, mark(room.lessons[0]), room.student);
  CHECK(refunded.code() == "not_enrolled");
  CHECK(refunded.json()["details"] == Json{{"status", "refunded"}});
  CHECK(room.server.post(path, mark(room.lessons[0], false), room.student).code() == "not_enrolled");
  CHECK(room.count("SELECT count(*) FROM lesson_progress") == 0);
}

TEST_CASE("a course of which the student has deleted the account can be completed, on nobody's name") {
  Classroom room;
  const std::string id = room.enroll(room.student, room.teacher);
  room.server.post("/api/enrollments/" + id + "/recommend", room.teacher);
  room.world.database.execute(
      "UPDATE users SET name = 'Deleted user', deleted_at = created_at, email = id || '@deleted.invalid' WHERE id = ?1",
      {room.student.id});
  const auto certified = room.server.post("/api/enrollments/" + id + "/certify", room.creator);
  REQUIRE(certified.status == 201);
  CHECK(certified.json()["holder"]["name"] == "");
  CHECK(room.server.get("/api/certificates/" + certified.json()["id"].get<std::string>()).status == 404);
  CHECK(shares(room, id) == "approved");
  CHECK(room.notices("certificate_issued", room.student) == 0);
}

TEST_CASE("teaching ends with the enrollment that it rests on, and not with one that never came to life") {
  for (const char* was : {"pending", "completed"}) {
    CAPTURE(was);
    Classroom room;
    room.refund(room.enroll(room.teacher, room.creator, was));
    CHECK(room.text("SELECT status FROM course_teachers WHERE teacher_id = ?1", {room.teacher.id}) ==
          (was == std::string_view("completed") ? "withdrawn" : "approved"));
  }
}

TEST_CASE("who teaches recommends, the creator certifies, and everything that follows happens once") {
  Classroom room;
  const std::string id = room.enroll(room.student, room.teacher);
  const std::string path = "/api/enrollments/" + id;
  const auto too_early = room.server.post(path + "/certify", room.creator);
  CHECK(too_early.code() == "not_recommended");
  CHECK(too_early.json()["details"] == Json{{"status", "enrolled"}});

  const auto recommended = room.server.post(path + "/recommend", room.teacher);
  REQUIRE_MESSAGE(recommended.status == 200, recommended.body);
  CHECK(recommended.json()["recommendedAt"].is_string());
  CHECK(recommended.json()["certificate"].is_null());
  CHECK(room.server.post(path + "/recommend", room.teacher).json() == recommended.json());
  CHECK(room.notices("completion_recommended", room.creator) == 1);
  const Json waiting = room.server.get(room.course + "/enrollments?recommended=true", room.creator).json();
  REQUIRE(waiting["items"].size() == 1);
  CHECK(waiting["items"][0]["id"] == id);

  room.world.database.round_trips = 0;
  const auto certified = room.server.post(path + "/certify", room.creator);
  REQUIRE_MESSAGE(certified.status == 201, certified.body);
  const Json certificate = certified.json();
  CHECK(certificate["valid"] == true);
  CHECK(certificate["type"] == "completion");
  CHECK(certificate["holder"] == Json{{"id", room.student.id}, {"handle", "student"}, {"name", "Name of student"}});
  CHECK(certificate["course"] == Json{{"id", room.course_id}, {"slug", "cpp"}, {"title", "C++ & <more>"}});
  CHECK(certificate["issuer"]["id"] == room.creator.id);
  CHECK(certificate["revokedAt"].is_null());

  const auto again = room.server.post(path + "/certify", room.creator);
  CHECK(again.status == 200);
  CHECK(again.json() == certificate);
  CHECK(room.count("SELECT count(*) FROM certificates") == 1);
  CHECK(room.mails("certificate_issued") == 1);
  CHECK(room.notices("certificate_issued", room.student) == 1);
  CHECK(room.count("SELECT count(*) FROM audit_log WHERE action = 'enrollment.certify' AND target_id = ?1", {id}) == 1);
  CHECK(shares(room, id) == "approved");
  CHECK(room.server.get(room.course + "/enrollments?recommended=true", room.creator).json()["items"].empty());

  const Json seen = room.server.get(path, room.student).json();
  CHECK(seen["status"] == "completed");
  CHECK(seen["completedAt"].is_string());
  CHECK(seen["certificate"]["id"] == certificate["id"]);
  CHECK(seen["certificate"]["valid"] == true);
  CHECK(room.server.get(room.course, room.student).json()["enrollment"]["certificateId"] == certificate["id"]);
  CHECK(room.server.post(path + "/recommend", room.teacher).status == 200);
  // Learning goes on for who likes to.
  CHECK(room.server.post(path + "/progress", mark(room.lessons[0]), room.student).status == 200);
}

TEST_CASE("the mail about a certificate leads to it") {
  Classroom room;
  const std::string id = room.certify(room.student);
  REQUIRE(room.world.http.sent.size() == 1);
  const Json mail = Json::parse(room.world.http.sent[0].body);
  CHECK(mail["to"] == "student@example.org");
  CHECK(mail["text"].get<std::string>().contains("https://app.example.org/certificates/" + id));
  CHECK(mail["html"].get<std::string>().contains("C++ &amp; &lt;more&gt;"));
}

TEST_CASE("a creator who teaches needs nobody's recommendation, nor one whose student-teacher is gone") {
  Classroom room;
  const std::string own = room.enroll(room.student, room.creator);
  CHECK(room.server.post("/api/enrollments/" + own + "/certify", room.creator).status == 201);
  CHECK(shares(room, own) == "approved");
  const auto late = room.server.post("/api/enrollments/" + own + "/recommend", room.creator);
  CHECK(late.code() == "already_certified");
  CHECK(late.json()["details"]["status"] == "completed");

  const std::string left = "/api/enrollments/" + room.enroll(room.stranger, room.teacher) + "/certify";
  CHECK(room.server.post(left, room.creator).code() == "not_recommended");
  SUBCASE("because the approval ended") {
    room.world.database.execute("UPDATE course_teachers SET status = 'withdrawn'");
  }
  SUBCASE("because the account is suspended") {
    room.world.database.execute("UPDATE users SET suspended_at = updated_at WHERE handle = 'teacher'");
  }
  CHECK(room.server.post(left, room.creator).status == 201);
}

TEST_CASE("only who teaches recommends, and only the creator certifies") {
  Classroom room;
  const std::string path = "/api/enrollments/" + room.enroll(room.student, room.teacher);
  auto other = native::add_user(room.world, "other", {"studentTeacher"});
  for (const auto* caller : {&room.student, &room.creator, &room.stranger, &other})
    CHECK(room.server.post(path + "/recommend", *caller).status == 404);
  CHECK(room.server.post(path + "/certify", room.stranger).status == 404);
  CHECK(room.server.post(path + "/certify", room.teacher).status == 403);
  CHECK(room.server.post(path + "/certify", room.student).status == 403);
  CHECK(room.server.post(path + "/certify").status == 401);
  CHECK(room.count("SELECT count(*) FROM certificates") == 0);
}

TEST_CASE("what is not under way is neither recommended nor certified") {
  Classroom room;
  std::string status;
  SUBCASE("not paid") { status = "pending"; }
  SUBCASE("never paid") { status = "released"; }
  SUBCASE("refunded") { status = "refunded"; }
  const std::string path = "/api/enrollments/" + room.enroll(room.student, room.teacher, "pending");
  room.world.database.execute("UPDATE enrollments SET status = ?1, refunded_at = updated_at", {status});
  for (const auto& reply :
       {room.server.post(path + "/recommend", room.teacher), room.server.post(path + "/certify", room.creator)}) {
    CHECK(reply.status == 409);
    CHECK(reply.code() == "not_enrolled");
    CHECK(reply.json()["details"] == Json{{"status", status}});
  }
}

TEST_CASE("of many who certify and recommend at once, one certificate comes") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Classroom room(seed);
    const std::string id = room.enroll(room.student, room.teacher);
    const std::string path = "/api/enrollments/" + id;
    room.interleave();
    std::vector<std::unique_ptr<native::Exchange>> tries;
    for (int i = 0; i < 6; ++i) {
      tries.push_back(room.server.begin({"POST", path + "/recommend", room.teacher.caller.headers, {}}));
      tries.push_back(room.server.begin({"POST", path + "/certify", room.creator.caller.headers, {}}));
    }
    room.world.scheduler.run();
    for (const auto& one : tries) {
      const auto& reply = one->reply();
      CHECK_MESSAGE((reply.status == 200 || reply.status == 201 || reply.code() == "not_recommended"), reply.body);
    }
    room.world.fates = {};
    const auto last = room.server.post(path + "/certify", room.creator);
    CHECK((last.status == 200 || last.status == 201));
    CHECK(room.count("SELECT count(*) FROM certificates") == 1);
    CHECK(room.mails("certificate_issued") == 1);
    CHECK(room.notices("completion_recommended", room.creator) == 1);
    CHECK(room.count("SELECT count(*) FROM audit_log") == 1);
  }
}

TEST_CASE("a lost answer to a recommendation or a certificate is found again") {
  Classroom room;
  const std::string path = "/api/enrollments/" + room.enroll(room.student, room.teacher);
  room.lose_answer(3);
  CHECK(room.server.post(path + "/recommend", room.teacher).status == 200);
  room.lose_answer(3);
  const auto certified = room.server.post(path + "/certify", room.creator);
  CHECK(certified.status == 200);
  room.world.fates = {};
  CHECK(room.count("SELECT count(*) FROM certificates") == 1);
  CHECK(room.mails("certificate_issued") == 1);
  CHECK(certified.json()["id"] == room.text("SELECT id FROM certificates"));
}

TEST_CASE("a creator sees who is enrolled in the own course, a teacher whom they teach") {
  Classroom room;
  const std::string older = room.enroll(room.student, room.teacher);
  room.world.scheduler.advance(1);
  const std::string newer = room.enroll(room.stranger, room.creator);
  room.enroll(native::add_user(room.world, "unpaid"), room.teacher, "pending");
  const auto ids = [](const native::Reply& reply) {
    std::vector<std::string> out;
    for (const Json& item : reply.json()["items"]) out.push_back(item["id"].get<std::string>());
    return out;
  };
  using Ids = std::vector<std::string>;
  CHECK(ids(room.server.get(room.course + "/enrollments", room.creator)) == Ids{newer, older});
  const Json page = room.server.get(room.course + "/enrollments?limit=1", room.creator).json();
  const std::string cursor = page["nextCursor"].get<std::string>();
  CHECK(ids(room.server.get(room.course + "/enrollments?limit=1&cursor=" + cursor, room.creator)) == Ids{older});
  CHECK(room.server.get(room.course + "/enrollments?cursor=x", room.creator).code() == "invalid_cursor");
  CHECK(room.server.get(room.course + "/enrollments", room.stranger).status == 404);
  CHECK(room.server.get(room.course + "/enrollments", room.student).status == 403);
  CHECK(ids(room.server.get("/api/enrollments?as=teacher", room.teacher)) == Ids{older});
  CHECK(ids(room.server.get("/api/enrollments?as=teacher", room.creator)) == Ids{newer});
  CHECK(ids(room.server.get("/api/enrollments", room.teacher)).empty());
  CHECK(room.server.get("/api/enrollments/" + older, room.creator).status == 200);
  CHECK(room.server.get("/api/enrollments/" + older, room.stranger).status == 404);
}
