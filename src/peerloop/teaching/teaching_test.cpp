#include <doctest/doctest.h>

#include "native/classroom.h"
#include "peerloop/teaching/decision.h"

using namespace isthmus;
using native::Classroom;
using native::Json;

namespace {

std::string about(Classroom& room, std::string_view act) {
  return room.course + "/teachers/" + room.student.id + "/" + std::string(act);
}

std::string status(Classroom& room) {
  return room.text("SELECT status FROM course_teachers WHERE teacher_id = ?1", {room.student.id});
}

}  // namespace

TEST_CASE("who is certified applies once, and the creator hears of it once") {
  Classroom room;
  const std::string certificate = room.certify(room.student);
  room.world.http.sent.clear();
  room.world.database.round_trips = 0;
  const auto applied = room.server.post(room.course + "/teach", {{"message", " I <3 it "}}, room.student);
  REQUIRE_MESSAGE(applied.status == 201, applied.body);
  const Json application = applied.json();
  CHECK(application["status"] == "applied");
  CHECK(application["message"] == "I <3 it");
  CHECK(application["course"]["title"] == "C++ & <more>");
  CHECK(application["applicant"]["name"] == "Name of student");
  CHECK(application["certificateId"] == certificate);
  CHECK(application["decidedAt"].is_null());
  REQUIRE(room.world.http.sent.size() == 1);
  const Json mail = Json::parse(room.world.http.sent[0].body);
  CHECK(mail["to"] == "creator@example.org");
  CHECK(mail["html"].get<std::string>().contains("I &lt;3 it"));

  const auto again = room.server.post("/api/courses/cpp/teach", room.student);
  CHECK(again.status == 200);
  CHECK(again.json() == application);
  CHECK(room.server.get(room.course + "/teach", room.student).json() == application);
  CHECK(room.server.get(room.course, room.student).json()["teaching"] == "applied");
  CHECK_FALSE(room.server.get(room.course).json().contains("teaching"));
  CHECK(room.mails("teaching_requested") == 1);
  CHECK(room.notices("teaching_requested", room.creator) == 1);
  const Json listed = room.server.get(room.course + "/teachers", room.creator).json();
  REQUIRE(listed["items"].size() == 1);
  CHECK(listed["items"][0] == application);
  CHECK(room.server.get("/api/teaching", room.student).json()["items"] == Json::array({application}));
}

TEST_CASE("only a certificate that holds lets somebody apply") {
  Classroom room;
  const auto refused = [&](const native::TestUser& who) { return room.server.post(room.course + "/teach", who); };
  CHECK(refused(room.stranger).code() == "not_certified");
  room.enroll(room.stranger, room.teacher);
  CHECK(refused(room.stranger).code() == "not_certified");
  CHECK(refused(room.creator).code() == "own_course");
  CHECK(refused(room.teacher).code() == "already_decided");
  CHECK(refused(room.teacher).json()["details"] == Json{{"status", "approved"}});
  CHECK(room.server.post(room.course + "/teach").status == 401);
  CHECK(room.server.post("/api/courses/none/teach", room.student).status == 404);
  CHECK(room.server.get(room.course + "/teach", room.student).status == 404);
  CHECK(room.server.post(room.course + "/teach", {{"message", std::string(2001, 'x')}}, room.student).status == 400);
  CHECK(room.server.post(room.course + "/teach", {{"x", 1}}, room.student).status == 400);
  room.certify(room.student);
  room.world.database.execute("UPDATE courses SET status = 'archived'");
  CHECK(refused(room.student).code() == "course_not_published");
  room.world.database.execute("UPDATE courses SET status = 'draft'");
  CHECK(refused(room.student).status == 404);
  room.world.database.execute("UPDATE courses SET status = 'published'");
  room.refund(room.text("SELECT enrollment_id FROM certificates"));
  CHECK(refused(room.student).code() == "not_certified");
}

TEST_CASE("an approved applicant is a student-teacher from the next request on, and can be chosen") {
  Classroom room;
  room.certify(room.student);
  CHECK(room.server.post(about(room, "approve"), room.creator).status == 404);
  REQUIRE(room.server.post(room.course + "/teach", room.student).status == 201);
  room.world.http.sent.clear();
  const auto approved = room.server.post(about(room, "approve"), room.creator);
  REQUIRE_MESSAGE(approved.status == 200, approved.body);
  CHECK(approved.json()["status"] == "approved");
  CHECK(approved.json()["decidedAt"].is_string());
  REQUIRE(room.world.http.sent.size() == 1);
  const std::string mail = Json::parse(room.world.http.sent[0].body)["text"].get<std::string>();
  CHECK(mail.contains("has accepted your application"));
  CHECK_FALSE(mail.contains("has not accepted"));
  CHECK(room.server.post(about(room, "approve"), room.creator).json() == approved.json());
  CHECK(room.mails("teaching_decided") == 1);
  CHECK(room.notices("teaching_decided", room.student) == 1);
  CHECK(room.count("SELECT count(*) FROM audit_log WHERE action = 'teaching.approve'") == 1);
  CHECK(room.count("SELECT count(*) FROM user_roles WHERE user_id = ?1 AND role = 'studentTeacher' AND granted_by = ?2",
                   {room.student.id, room.creator.id}) == 1);

  const Json shown = room.server.get(room.course).json()["studentTeachers"];
  REQUIRE(shown.size() == 2);
  CHECK(shown[1]["id"] == room.student.id);
  CHECK(shown[1]["rating"].is_null());
  CHECK(room.server.get("/api/student-teachers?courseId=" + room.course_id).json()["items"].size() == 2);
  CHECK(room.server.get("/api/student-teachers").json()["items"].size() == 2);
  const auto enrolled = room.enroll(room.stranger, room.student);
  CHECK(room.server.post("/api/enrollments/" + enrolled + "/recommend", room.student).status == 200);
}

TEST_CASE("who is declined reads why, waits a month, and may be approved after all") {
  Classroom room;
  room.certify(room.student);
  REQUIRE(room.server.post(room.course + "/teach", room.student).status == 201);
  const auto declined = room.server.post(about(room, "decline"), {{"note", "Practise more"}}, room.creator);
  REQUIRE_MESSAGE(declined.status == 200, declined.body);
  CHECK(declined.json()["status"] == "declined");
  CHECK(room.server.post(about(room, "decline"), room.creator).json() == declined.json());
  CHECK(room.server.get(room.course + "/teach", room.student).json()["note"] == "Practise more");
  CHECK(room.count("SELECT count(*) FROM user_roles WHERE user_id = ?1 AND role = 'studentTeacher'",
                   {room.student.id}) == 0);
  const auto soon = room.server.post(room.course + "/teach", room.student);
  CHECK(soon.code() == "already_decided");
  CHECK(soon.json()["details"]["status"] == "declined");
  CHECK(soon.json()["details"]["mayApplyAt"].is_string());
  CHECK(room.server.post(about(room, "withdraw"), room.creator).code() == "already_decided");
  SUBCASE("by the creator, who thinks again") {
    CHECK(room.server.post(about(room, "approve"), room.creator).json()["status"] == "approved");
  }
  SUBCASE("by another application") {
    room.world.scheduler.advance(peerloop::wait_after_decline);
    const auto anew = room.server.post(room.course + "/teach", {{"message", "I did"}}, room.student);
    CHECK(anew.status == 201);
    CHECK(anew.json()["note"] == "");
    CHECK(anew.json()["decidedAt"].is_null());
    CHECK(room.mails("teaching_requested") == 2);
  }
}

TEST_CASE("teaching ends by either's word, and what was earned stays within reach") {
  Classroom room;
  room.certify(room.student);
  REQUIRE(room.server.post(room.course + "/teach", room.student).status == 201);
  CHECK(room.server.post(about(room, "withdraw"), room.creator).json()["details"] == Json{{"status", "applied"}});
  REQUIRE(room.server.post(about(room, "approve"), room.creator).status == 200);
  CHECK(room.server.post(about(room, "decline"), room.creator).json()["details"] == Json{{"status", "approved"}});
  const std::string taught = room.enroll(room.stranger, room.student);
  SUBCASE("the creator's") {
    const auto ended = room.server.post(about(room, "withdraw"), {{"note", "Thank you"}}, room.creator);
    CHECK(ended.json()["status"] == "withdrawn");
    CHECK(room.server.post(about(room, "withdraw"), room.creator).json() == ended.json());
    CHECK(room.notices("teaching_ended", room.student) == 1);
    CHECK(room.mails("teaching_decided") == 2);
  }
  SUBCASE("the student-teacher's") {
    CHECK(room.server.del(room.course + "/teach", room.student).status == 204);
    CHECK(room.server.del(room.course + "/teach", room.student).status == 204);
    CHECK(room.notices("teaching_ended", room.creator) == 1);
  }
  SUBCASE("the refund's") { room.refund(room.text("SELECT enrollment_id FROM certificates")); }
  CHECK(status(room) == "withdrawn");
  CHECK(room.server.post(about(room, "approve"), room.creator).json()["details"] == Json{{"status", "withdrawn"}});
  CHECK(room.server.get(room.course).json()["studentTeachers"].size() == 1);
  CHECK(room.server.get("/api/student-teachers").json()["items"].size() == 1);
  CHECK(room.count("SELECT count(*) FROM user_roles WHERE user_id = ?1 AND role = 'studentTeacher'",
                   {room.student.id}) == 1);
  CHECK(room.server.post("/api/enrollments/" + taught + "/recommend", room.student).status == 200);
}

TEST_CASE("an application can be withdrawn and made again") {
  Classroom room;
  room.certify(room.student);
  CHECK(room.server.del(room.course + "/teach", room.student).status == 404);
  REQUIRE(room.server.post(room.course + "/teach", room.student).status == 201);
  CHECK(room.server.del(room.course + "/teach", room.student).status == 204);
  CHECK(room.notices("teaching_ended", room.creator) == 0);
  CHECK(room.server.post(about(room, "approve"), room.creator).code() == "already_decided");
  CHECK(room.server.post(room.course + "/teach", room.student).status == 201);
  CHECK(status(room) == "applied");
}

TEST_CASE("only the course's creator decides, and only about who holds a certificate still") {
  Classroom room;
  room.certify(room.student);
  REQUIRE(room.server.post(room.course + "/teach", room.student).status == 201);
  for (const char* act : {"approve", "decline", "withdraw"}) {
    CHECK(room.server.post(about(room, act), room.stranger).status == 404);
    CHECK(room.server.post(about(room, act), room.student).status == 403);
    CHECK(room.server.post(about(room, act)).status == 401);
  }
  CHECK(room.server.get(room.course + "/teachers", room.stranger).status == 404);
  room.world.database.execute("UPDATE enrollments SET status = 'enrolled'");
  CHECK(room.server.post(about(room, "approve"), room.creator).code() == "not_certified");
  CHECK(status(room) == "applied");
}

TEST_CASE("of many who apply and decide at once, each thing happens once") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Classroom room(seed);
    room.certify(room.student);
    room.interleave();
    std::vector<std::unique_ptr<native::Exchange>> tries;
    for (int i = 0; i < 5; ++i)
      tries.push_back(room.server.begin({"POST", room.course + "/teach", room.student.caller.headers, {}}));
    room.world.scheduler.run();
    for (const auto& one : tries) CHECK_MESSAGE(one->reply().status <= 201, one->reply().body);
    tries.clear();
    for (int i = 0; i < 3; ++i)
      for (const char* act : {"approve", "decline"})
        tries.push_back(room.server.begin({"POST", about(room, act), room.creator.caller.headers, {}}));
    room.world.scheduler.run();
    for (const auto& one : tries)
      CHECK_MESSAGE((one->reply().status == 200 || one->reply().code() == "already_decided"), one->reply().body);
    CHECK(room.mails("teaching_requested") == 1);
    const bool is_approved = status(room) == "approved";
    CHECK(room.count("SELECT count(*) FROM user_roles WHERE user_id = ?1 AND role = 'studentTeacher'",
                     {room.student.id}) == is_approved);
    CHECK(room.count("SELECT count(*) FROM audit_log WHERE action = 'teaching.approve'") == is_approved);
  }
}

TEST_CASE("a lost answer to an application or a decision is found again") {
  Classroom room;
  room.certify(room.student);
  room.lose_answer(3);
  CHECK(room.server.post(room.course + "/teach", room.student).status == 200);
  room.lose_answer(3);
  CHECK(room.server.post(about(room, "approve"), room.creator).json()["status"] == "approved");
  room.world.fates = {};
  CHECK(room.mails("teaching_requested") == 1);
  CHECK(room.mails("teaching_decided") == 1);
}

TEST_CASE("applications are listed by their status, oldest first, page by page") {
  Classroom room;
  std::vector<std::string> applicants;
  for (int i = 0; i < 3; ++i) {
    const auto user = native::add_user(room.world, "user_" + std::to_string(i));
    room.certify(user);
    REQUIRE(room.server.post(room.course + "/teach", user).status == 201);
    applicants.push_back(user.id);
  }
  std::vector<std::string> listed;
  std::string cursor;
  do {
    const Json page = room.server.get(room.course + "/teachers?limit=1" + cursor, room.creator).json();
    for (const Json& item : page["items"]) listed.push_back(item["applicant"]["id"].get<std::string>());
    cursor = page["nextCursor"].is_null() ? "" : "&cursor=" + page["nextCursor"].get<std::string>();
  } while (!cursor.empty());
  CHECK(listed == applicants);
  const Json approved = room.server.get(room.course + "/teachers?status=approved", room.creator).json();
  REQUIRE(approved["items"].size() == 1);
  CHECK(approved["items"][0]["applicant"]["handle"] == "teacher");
  CHECK(approved["items"][0]["certificateId"].is_null());
  CHECK(room.server.get(room.course + "/teachers?status=x", room.creator).status == 400);
  CHECK(room.server.get("/api/teaching", room.teacher).json()["items"].size() == 1);
  CHECK(room.server.get("/api/teaching", room.stranger).json()["items"].empty());
}
