#include "peerloop/scheduling/book.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "native/timetable.h"

using namespace isthmus;
using native::Json;
using native::Timetable;

namespace {

constexpr const char* nine = "2026-09-23T09:00:00.000Z";
constexpr const char* half_past_nine = "2026-09-23T09:30:00.000Z";
constexpr const char* ten = "2026-09-23T10:00:00.000Z";
constexpr const char* noon = "2026-09-23T12:00:00.000Z";

/// Every call takes its own time, so that requests interleave.
void shuffle(Timetable& room) {
  room.world.fates = [&](const native::HostCall&) {
    return native::Fate{native::Fate::Fault::none, static_cast<Millis>(room.world.scheduler.draw(50)),
                        static_cast<Millis>(room.world.scheduler.draw(50))};
  };
}

bool lists(Timetable& room, std::string_view starts_at) {
  return std::ranges::contains(room.slots("?from=2026-09-23T00:00:00Z&to=2026-09-24T00:00:00Z"), starts_at);
}

}  // namespace

TEST_CASE("a slot that is listed is booked, told to both, and listed no more") {
  Timetable room;
  CHECK(lists(room, nine));
  const auto reply = room.book(nine);
  REQUIRE_MESSAGE(reply.status == 201, reply.body);
  const Json session = reply.json();
  CHECK(session["startsAt"] == nine);
  CHECK(session["endsAt"] == ten);
  CHECK(session["durationMinutes"] == 60);
  CHECK(session["status"] == "scheduled");
  CHECK(session["sequence"] == 0);
  CHECK(session["enrollmentId"] == room.enrollment_id);
  CHECK(session["courseId"] == room.course_id);
  CHECK(session["teacher"]["name"] == "Name of teacher");
  CHECK(session["studentId"] == room.student.id);
  CHECK(session["cancelledAt"].is_null());

  CHECK_FALSE(lists(room, nine));
  CHECK_FALSE(lists(room, half_past_nine));
  CHECK(lists(room, ten));
  CHECK(room.mails("session_booked") == 2);
  CHECK(room.count("SELECT count(*) FROM notifications WHERE kind = 'session_booked' AND user_id = ?1",
                   {room.teacher.id}) == 1);
  CHECK(room.count("SELECT count(*) FROM notifications") == 1);
  const std::string path = "/api/sessions/" + session["id"].get<std::string>();
  CHECK(room.server.get(path, room.teacher).json() == session);
  CHECK(room.server.get(path, native::add_user(room.world, "other")).status == 404);
}

TEST_CASE("of fifty who want one slot at once, one gets it") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    Timetable room(seed);
    std::vector<std::pair<Json, native::TestUser>> wishes;
    for (int i = 0; i < 50; ++i) {
      const auto who = native::add_user(room.world, "student" + std::to_string(i));
      Json body = room.booking(nine);
      body["enrollmentId"] = room.enroll(who);
      wishes.emplace_back(std::move(body), who);
    }
    shuffle(room);
    std::vector<std::unique_ptr<native::Exchange>> all;
    for (const auto& [body, who] : wishes)
      all.push_back(room.server.begin(native::with_json("POST", "/api/sessions", body, who)));
    room.world.scheduler.run();
    int won = 0;
    for (const auto& exchange : all) {
      if (exchange->reply().status == 201)
        ++won;
      else
        CHECK(exchange->reply().code() == "slot_taken");
    }
    CHECK(won == 1);
    CHECK(room.count("SELECT count(*) FROM sessions") == 1);
    CHECK(room.mails("session_booked") == 2);
  }
}

TEST_CASE("of two at once within each other's buffers, one is booked") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    Timetable room(seed);
    room.set_hours({{"bufferBeforeMinutes", 10}, {"bufferAfterMinutes", 5}, {"slotStepMinutes", 15}});
    const auto other = native::add_user(room.world, "other");
    Json body = room.booking(ten);
    body["enrollmentId"] = room.enroll(other);
    shuffle(room);
    const auto one = room.server.begin(native::with_json("POST", "/api/sessions", room.booking(nine), room.student));
    const auto two = room.server.begin(native::with_json("POST", "/api/sessions", body, other));
    room.world.scheduler.run();
    CHECK(one->reply().status + two->reply().status == 201 + 409);
    CHECK((one->reply().code() == "slot_taken") != (two->reply().code() == "slot_taken"));
    if (one->reply().status == 409) continue;
    // With both buffers between them there is room.
    body["startsAt"] = "2026-09-23T10:15:00Z";
    CHECK(room.server.post("/api/sessions", body, other).status == 201);
  }
}

TEST_CASE("of two at once on a day that has room for one, one is booked") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    Timetable room(seed);
    room.set_hours({{"dailyLimit", 1}});
    shuffle(room);
    const auto one = room.server.begin(native::with_json("POST", "/api/sessions", room.booking(nine), room.student));
    const auto two = room.server.begin(native::with_json("POST", "/api/sessions", room.booking(noon), room.student));
    room.world.scheduler.run();
    CHECK(one->reply().status + two->reply().status == 201 + 409);
    CHECK(room.slots("?from=2026-09-23T00:00:00Z&to=2026-09-24T00:00:00Z").empty());
    CHECK(room.book("2026-09-24T09:00:00Z").status == 201);
  }
}

TEST_CASE("nobody is in two sessions at once, as a student or as a teacher") {
  Timetable room;
  room.booked(nine);
  // The same student has another teacher at the same time.
  const auto other = native::add_user(room.world, "other", {"creator"});
  CHECK(room.server
            .put("/api/availability",
                 {{"timezone", "UTC"}, {"rules", {{{"weekday", "wednesday"}, {"from", "09:00"}, {"to", "12:00"}}}}},
                 other)
            .status == 200);
  const std::string course = room.world.new_id(), enrollment = room.world.new_id();
  const std::int64_t now = room.world.now().ms;
  room.world.database.execute(R"(
      INSERT INTO courses (id, slug, creator_id, category_id, title, description, level, price_cents, currency, status,
                           published_at, created_at, updated_at)
      SELECT ?1, 'other', ?2, id, 'Other', '', 'beginner', 45000, 'usd', 'published', ?3, ?3, ?3 FROM categories)",
                              {course, other.id, now});
  room.world.database.execute(R"(
      INSERT INTO enrollments (id, course_id, student_id, teacher_id, instructor_type, status, price_cents, currency,
                               checkout_expires_at, enrolled_at, created_at, updated_at)
      VALUES (?1, ?2, ?3, ?4, 'creator', 'enrolled', 45000, 'usd', ?5, ?5, ?5, ?5))",
                              {enrollment, course, room.student.id, other.id, now});
  const Json body{
      {"enrollmentId", enrollment}, {"teacherId", other.id}, {"startsAt", half_past_nine}, {"durationMinutes", 60}};
  CHECK(room.server.post("/api/sessions", body, room.student).code() == "slot_taken");
  const std::string path = "/api/student-teachers/" + other.id + "/slots";
  CHECK(room.server.get(path, room.student).json()["slots"][0]["startsAt"] == ten);
  CHECK(room.server.get(path).json()["slots"][0]["startsAt"] == nine);
}

TEST_CASE("what is not listed is not booked") {
  Timetable room;
  CHECK(room.book("2026-09-23T08:30:00Z").code() == "slot_unavailable");
  CHECK(room.book("2026-09-23T16:30:00Z").code() == "slot_unavailable");
  CHECK(room.book("2026-09-23T09:15:00Z").code() == "slot_unavailable");
  CHECK(room.book("2026-09-23T09:00:00.001Z").code() == "slot_unavailable");
  CHECK(room.book(nine, 45).code() == "slot_unavailable");
  CHECK(room.book("2026-09-21T16:00:00Z").code() == "slot_unavailable");
  CHECK(room.book("2026-11-23T09:00:00Z").code() == "slot_unavailable");
  CHECK(room.book("9999-01-01T09:00:00Z").code() == "slot_unavailable");
  CHECK(room.book("2026-09-21T09:00:00Z").problems("startsAt").is_array());
  CHECK(room.book("tomorrow").problems("startsAt").is_array());
  CHECK(room.book(nine, 10).problems("durationMinutes").is_array());
  CHECK(room.count("SELECT count(*) FROM sessions") == 0);
  CHECK(room.count("SELECT count(*) FROM outbox") == 0);
}

TEST_CASE("the enrollment must be the caller's, under way, and with this teacher") {
  Timetable room;
  const auto other = native::add_user(room.world, "other");
  CHECK(room.server.post("/api/sessions", room.booking(nine), other).status == 404);
  CHECK(room.server.post("/api/sessions", room.booking(nine), room.teacher).status == 404);
  CHECK(room.server.post("/api/sessions", room.booking(nine)).status == 401);
  Json body = room.booking(nine);
  body["teacherId"] = other.id;
  CHECK(room.server.post("/api/sessions", body, room.student).problems("teacherId").is_array());
  for (const char* status : {"pending", "completed", "refunded", "released"}) {
    const auto who = native::add_user(room.world, std::string("who_") + status);
    room.world.database.execute("UPDATE enrollments SET released_at = created_at WHERE released_at IS NULL");
    body = room.booking(nine);
    const std::string id = room.world.new_id();
    room.world.database.execute(R"(
        INSERT INTO enrollments (id, course_id, student_id, teacher_id, instructor_type, status, price_cents, currency,
                                 checkout_expires_at, enrolled_at, completed_at, refunded_at, released_at, created_at,
                                 updated_at)
        SELECT ?1, course_id, ?2, teacher_id, 'creator', ?3, 45000, 'usd', ?4, ?4, ?4, ?4, ?4, ?4, ?4
        FROM enrollments WHERE id = ?5)",
                                {id, who.id, std::string(status), room.world.now().ms, room.enrollment_id});
    body["enrollmentId"] = id;
    const auto reply = room.server.post("/api/sessions", body, who);
    CHECK(reply.code() == "not_enrolled");
    CHECK(reply.json()["details"]["status"] == status);
  }
  room.world.database.execute("UPDATE users SET suspended_at = ?2 WHERE id = ?1",
                              {room.teacher.id, room.world.now().ms});
  CHECK(room.book(nine).code() == "teacher_not_available");
}

TEST_CASE("hours that change while somebody books are the ones that count") {
  Timetable room;
  int batches = 0;
  // Between what the booking reads and what it writes.
  room.world.fates = [&](const native::HostCall&) {
    if (++batches == 3) room.world.database.execute("UPDATE availability SET version = version + 1");
    return native::Fate{};
  };
  CHECK(room.book(nine).code() == "slot_unavailable");
  CHECK(batches == 3);
  CHECK(room.count("SELECT count(*) FROM sessions") == 0);
}

TEST_CASE("a booking asked for twice under one key is one session") {
  Timetable room;
  const auto with_key = room.student.with("idempotency-key", "tab-1");
  const auto first = room.server.post("/api/sessions", room.booking(nine), with_key);
  const auto again = room.server.post("/api/sessions", room.booking(nine), with_key);
  CHECK(first.status == 201);
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(room.server.post("/api/sessions", room.booking(noon), with_key).code() == "idempotency_key_reused");
  CHECK(room.count("SELECT count(*) FROM sessions") == 1);
}

TEST_CASE("either of the two moves a session; both are told, and its sequence rises") {
  Timetable room;
  const std::string id = room.booked(nine);
  auto reply = room.move(id, noon, room.student);
  REQUIRE_MESSAGE(reply.status == 200, reply.body);
  CHECK(reply.json()["startsAt"] == noon);
  CHECK(reply.json()["durationMinutes"] == 60);
  CHECK(reply.json()["sequence"] == 1);
  CHECK(lists(room, nine));
  CHECK_FALSE(lists(room, noon));
  CHECK(room.mails("session_moved") == 2);
  // Where it is already: nothing happens.
  CHECK(room.move(id, noon, room.student).json()["sequence"] == 1);
  CHECK(room.mails("session_moved") == 2);
  // It does not stand in its own way.
  CHECK(room.move(id, "2026-09-23T12:30:00Z", room.teacher).json()["sequence"] == 2);
  CHECK(room.count("SELECT count(*) FROM notifications WHERE kind = 'session_moved' AND user_id = ?1",
                   {room.student.id}) == 1);
  CHECK(room.move(id, "2026-09-23T12:45:00Z", room.student).code() == "slot_unavailable");
  CHECK(room.move(id, "2026-09-20T12:00:00Z", room.student).problems("startsAt").is_array());
  CHECK(room.move(id, nine, native::add_user(room.world, "other")).status == 404);

  const std::string other = room.booked(nine);
  CHECK(room.move(other, noon, room.student).code() == "slot_taken");
  CHECK(room.count("SELECT count(*) FROM sessions WHERE status = 'scheduled'") == 2);
}

TEST_CASE("a session keeps its length, also where it is offered no longer") {
  Timetable room;
  const std::string id = room.booked(nine);
  room.set_hours({{"sessionMinutes", Json::array({30})}});
  CHECK(room.book(noon).code() == "slot_unavailable");
  CHECK(room.move(id, noon, room.student).json()["durationMinutes"] == 60);
}

TEST_CASE("when it is too late, a session stays; its teacher may still cancel it until it begins") {
  Timetable room;
  room.set_hours({{"changeNoticeMinutes", 120}});
  const std::string id = room.booked(nine);
  room.world.scheduler.advance(from_rfc3339("2026-09-23T07:00:00Z").value() - room.world.now());
  CHECK(room.move(id, "2026-09-24T09:00:00Z", room.student).status == 200);
  CHECK(room.move(id, "2026-09-23T10:00:00Z", room.student).code() == "slot_unavailable");
  room.world.scheduler.advance(from_rfc3339("2026-09-24T07:00:00.001Z").value() - room.world.now());
  const auto late = room.cancel(id, room.student);
  CHECK(late.code() == "too_late");
  CHECK(late.json()["details"]["until"] == "2026-09-24T07:00:00.000Z");
  CHECK(room.move(id, "2026-09-25T09:00:00Z", room.student).code() == "too_late");
  CHECK(room.move(id, "2026-09-25T09:00:00Z", room.teacher).code() == "too_late");
  CHECK(room.cancel(id, room.teacher).json()["status"] == "cancelled");
}

TEST_CASE("a cancelled session frees its time, and tells why") {
  Timetable room;
  const std::string id = room.booked(nine);
  const auto reply = room.cancel(id, room.student, "  a <b>cold</b> ");
  REQUIRE_MESSAGE(reply.status == 200, reply.body);
  const Json session = reply.json();
  CHECK(session["status"] == "cancelled");
  CHECK(session["cancelledBy"] == room.student.id);
  CHECK(session["cancelReason"] == "a <b>cold</b>");
  CHECK(session["sequence"] == 1);
  CHECK(lists(room, nine));
  CHECK(room.mails("session_cancelled") == 2);
  CHECK(room.count("SELECT count(*) FROM notifications WHERE kind = 'session_cancelled' AND user_id = ?1",
                   {room.teacher.id}) == 1);
  // A lost answer is asked for again; the other is told how things stand.
  CHECK(room.cancel(id, room.student).json() == session);
  const auto other = room.cancel(id, room.teacher);
  CHECK(other.code() == "not_scheduled");
  CHECK(other.json()["details"]["status"] == "cancelled");
  CHECK(room.move(id, noon, room.student).code() == "not_scheduled");
  CHECK(room.mails("session_cancelled") == 2);
  CHECK(room.book(nine).status == 201);
}

TEST_CASE("one of two who move and cancel at once is told so") {
  Timetable room;
  const std::string id = room.booked(nine);
  const auto moving = room.server.begin(
      native::with_json("POST", "/api/sessions/" + id + "/reschedule", {{"startsAt", noon}}, room.student));
  const auto cancelling =
      room.server.begin(native::with_json("POST", "/api/sessions/" + id + "/cancel", Json::object(), room.teacher));
  room.world.scheduler.run();
  const auto refused = [](const native::Reply& reply) {
    return reply.code() == "state_changed" || reply.code() == "not_scheduled";
  };
  const bool one_refused = refused(moving->reply()) || refused(cancelling->reply());
  const bool both_done = moving->reply().status == 200 && cancelling->reply().status == 200;
  CHECK(one_refused != both_done);
  CHECK(room.count("SELECT sequence FROM sessions") ==
        (moving->reply().status == 200 ? 1 : 0) + (cancelling->reply().status == 200 ? 1 : 0));
}

TEST_CASE("a session is not moved whose teacher does not teach, or whose enrollment has ended") {
  Timetable room;
  const std::string id = room.booked(nine);
  const auto suspend = [&](SqlValue since) {
    room.world.database.execute("UPDATE users SET suspended_at = ?2 WHERE id = ?1", {room.teacher.id, since});
  };
  suspend(room.world.now().ms);
  CHECK(room.move(id, noon, room.student).code() == "teacher_not_available");
  suspend({});
  room.world.database.execute("UPDATE enrollments SET status = 'released', released_at = ?1", {room.world.now().ms});
  CHECK(room.move(id, noon, room.student).code() == "state_changed");
}

TEST_CASE("whatever becomes of an answer, a session is booked once") {
  for (const auto fault : {native::Fate::Fault::not_done, native::Fate::Fault::answer_lost})
    for (int broken = 1; broken < 6; ++broken) {
      CAPTURE(broken);
      Timetable room;
      int calls = 0;
      room.world.fates = [&](const native::HostCall&) {
        return native::Fate{.fault = ++calls == broken ? fault : native::Fate::Fault::none};
      };
      const auto with_key = room.student.with("idempotency-key", "tab-1");
      auto reply = room.server.post("/api/sessions", room.booking(nine), with_key);
      room.world.fates = {};
      if (reply.status != 201) {
        CHECK(reply.status == 503);
        room.world.scheduler.advance(2 * minute);
        reply = room.server.post("/api/sessions", room.booking(nine), with_key);
      }
      CHECK_MESSAGE(reply.status == 201, reply.body);
      CHECK(room.count("SELECT count(*) FROM sessions") == 1);
      CHECK(room.mails("session_booked") == 2);
    }
}

TEST_CASE("a booking, a move and a cancellation take two readings and one writing at most") {
  Timetable room;
  // What is delivered behind the answer is none of the request's: nobody takes mails, and the first try of them ends
  // it.
  int calls = 0;
  bool answered = false;
  room.world.http.respond = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return IncomingAnswer{503, {}, ""};
  };
  room.world.fates = [&](const native::HostCall& call) {
    answered |= call.port == "http";
    calls += call.port == "database" && !answered;
    return native::Fate{};
  };
  const auto calls_of = [&](const auto& act) {
    calls = 0;
    answered = false;
    act();
    return calls;
  };
  // And one that looks what there is to deliver, and one for the first of it.
  std::string id;
  CHECK(calls_of([&] { id = room.booked(nine); }) == 3 + 2);
  CHECK(calls_of([&] { room.move(id, noon, room.student); }) == 3 + 2);
  CHECK(calls_of([&] { room.cancel(id, room.student); }) == 3 + 2);
}
