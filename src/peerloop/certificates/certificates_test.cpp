#include <doctest/doctest.h>

#include "native/classroom.h"

using namespace isthmus;
using native::Classroom;
using native::Json;

TEST_CASE("anyone verifies a certificate, and it says what was true when it was issued") {
  Classroom room;
  const std::string id = room.certify(room.student);
  const std::string path = "/api/certificates/" + id;
  const Json issued = room.server.get(path).json();
  CHECK(issued["valid"] == true);
  CHECK(issued["holder"]["name"] == "Name of student");
  room.world.database.execute("UPDATE users SET name = 'Somebody Else' WHERE handle = 'student'");
  room.world.database.execute("UPDATE courses SET title = 'Brain Surgery'");
  CHECK(room.server.get(path).json() == issued);
  CHECK(room.server.get("/api/certificates/" + room.world.new_id()).code() == "not_found");
  CHECK(room.server.get("/api/certificates/x").status == 404);
  CHECK_FALSE(room.server.get(path).body.contains("example.org"));
}

TEST_CASE("a refunded course is no completion") {
  Classroom room;
  const std::string id = room.certify(room.student);
  room.refund(room.text("SELECT enrollment_id FROM certificates"));
  const Json shown = room.server.get("/api/certificates/" + id).json();
  CHECK(shown["valid"] == false);
  CHECK(shown["revokedAt"].is_null());
  CHECK(room.server.get("/api/users/student/certificates").json()["items"].empty());
}

TEST_CASE("a creator revokes a certificate once, which ends the teaching that rests on it") {
  Classroom room;
  const std::string id = room.certify(room.student);
  const std::string path = "/api/certificates/" + id;
  REQUIRE(room.server.post(room.course + "/teach", room.student).status == 201);
  REQUIRE(room.server.post(room.course + "/teachers/" + room.student.id + "/approve", room.creator).status == 200);

  CHECK(room.server.post(path + "/revoke", {{"reason", "Copied"}}, room.stranger).status == 404);
  CHECK(room.server.post(path + "/revoke", {{"reason", "Copied"}}, room.student).status == 403);
  CHECK(room.server.post(path + "/revoke", {{"reason", "Copied"}}).status == 401);
  CHECK(room.server.post(path + "/revoke", {{"reason", " "}}, room.creator).problems("reason").is_array());
  const auto revoked = room.server.post(path + "/revoke", {{"reason", "Copied"}}, room.creator);
  REQUIRE_MESSAGE(revoked.status == 200, revoked.body);
  CHECK(revoked.json()["valid"] == false);
  CHECK(revoked.json()["revokedAt"].is_string());
  CHECK_FALSE(revoked.body.contains("Copied"));
  CHECK(room.server.post(path + "/revoke", {{"reason", "Again"}}, room.creator).json() == revoked.json());
  CHECK(room.server.get(path).json() == revoked.json());
  CHECK(room.text("SELECT revoke_reason FROM certificates") == "Copied");
  CHECK(room.notices("certificate_revoked", room.student) == 1);
  CHECK(room.count("SELECT count(*) FROM audit_log WHERE action = 'certificate.revoke'") == 1);
  CHECK(room.text("SELECT status FROM course_teachers WHERE teacher_id = ?1", {room.student.id}) == "withdrawn");
  CHECK(room.server.post(room.course + "/teach", room.student).code() == "not_certified");

  // The student can be certified anew.
  const std::string enrollment = room.text("SELECT enrollment_id FROM certificates");
  const auto anew = room.server.post("/api/enrollments/" + enrollment + "/certify", room.creator);
  CHECK(anew.status == 201);
  CHECK(anew.json()["id"] != id);
  CHECK(anew.json()["valid"] == true);
  CHECK(room.server.get(path).json()["valid"] == false);
  CHECK(room.server.get("/api/enrollments/" + enrollment, room.student).json()["certificate"]["id"] ==
        anew.json()["id"]);
}

TEST_CASE("a lost answer to a revocation, and two at once, revoke once") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Classroom room(seed);
    const std::string path = "/api/certificates/" + room.certify(room.student) + "/revoke";
    if (seed == 1) {
      room.lose_answer(3);
      CHECK(room.server.post(path, {{"reason", "x"}}, room.creator).json()["valid"] == false);
    } else {
      room.interleave();
      std::vector<std::unique_ptr<native::Exchange>> tries;
      for (int i = 0; i < 5; ++i)
        tries.push_back(room.server.begin(native::with_json("POST", path, {{"reason", "x"}}, room.creator)));
      room.world.scheduler.run();
      for (const auto& one : tries) CHECK_MESSAGE(one->reply().status == 200, one->reply().body);
    }
    CHECK(room.count("SELECT count(*) FROM audit_log WHERE action = 'certificate.revoke'") == 1);
    CHECK(room.notices("certificate_revoked", room.student) == 1);
  }
}

TEST_CASE("a profile's certificates are listed page by page, by id or handle") {
  Classroom room;
  const std::string id = room.certify(room.student);
  const Json listed = room.server.get("/api/users/" + room.student.id + "/certificates?limit=1").json();
  REQUIRE(listed["items"].size() == 1);
  CHECK(listed["items"][0]["id"] == id);
  CHECK(listed["nextCursor"].is_null());
  CHECK(room.server.get("/api/users/student/certificates").json() == listed);
  CHECK(room.server.get("/api/users/teacher/certificates").json()["items"].empty());
  CHECK(room.server.get("/api/users/student/certificates?cursor=x").code() == "invalid_cursor");
}

TEST_CASE("who deletes the account takes the certificates and the own words along") {
  Classroom room;
  const std::string id = room.certify(room.student);
  const std::string session = room.hold_session(room.text("SELECT enrollment_id FROM certificates"));
  REQUIRE(room.server.post("/api/sessions/" + session + "/review", {{"rating", 5}, {"comment", "Mine"}}, room.student)
              .status == 201);
  room.world.database.execute("UPDATE users SET deleted_at = updated_at WHERE handle = 'student'");
  CHECK(room.server.get("/api/certificates/" + id).status == 404);
  CHECK(room.count("SELECT count(*) FROM certificates WHERE holder_name <> ''") == 0);
  CHECK(room.count("SELECT count(*) FROM reviews WHERE comment <> ''") == 0);
  CHECK(room.server.get(room.course).json()["ratingCount"] == 1);
}
