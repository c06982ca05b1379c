#include "native/timetable.h"

#include <array>

#include <doctest/doctest.h>

#include "peerloop/app.h"
#include "peerloop/scheduling/routes.h"
#include "peerloop/scheduling/session_news.h"

namespace isthmus::native {

namespace {

constexpr App scheduling_app{"peerloop", "Scheduling", peerloop::scheduling_routes, &test_authenticator};

}  // namespace

Timetable::Timetable(std::uint64_t seed) : server(scheduling_app, "peerloop", seed), world(server.world) {
  world.settings.values = {{"APP_URL", "https://app.example.org"},
                           {"RESEND_API_KEY", "re_test"},
                           {"RESEND_FROM_ADDRESS", "PeerLoop <noreply@example.org>"}};
  world.http.respond = [this](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return IncomingAnswer{200, {}, R"({"id":"mail-)" + std::to_string(world.http.sent.size()) + R"("})"};
  };
  teacher = add_user(world, "teacher", {"creator"});
  student = add_user(world, "student");
  course_id = world.new_id();
  const std::int64_t now = world.now().ms;
  world.database.execute("INSERT INTO categories (id, slug, name, position) VALUES (?1, 'code', 'Code', 0)",
                         {world.new_id()});
  world.database.execute(R"(
      INSERT INTO courses (id, slug, creator_id, category_id, title, description, level, price_cents, currency, status,
                           published_at, created_at, updated_at)
      SELECT ?1, 'cpp', ?2, id, 'C++, from <scratch>', '', 'beginner', 45000, 'usd', 'published', ?3, ?3, ?3
      FROM categories)",
                         {course_id, teacher.id, now});
  enrollment_id = enroll(student);
  CHECK(set_hours().status == 200);
}

std::string Timetable::enroll(const TestUser& who, std::string_view status) {
  std::string id = world.new_id();
  const std::int64_t now = world.now().ms;
  world.database.execute(R"(
      INSERT INTO enrollments (id, course_id, student_id, teacher_id, instructor_type, status, price_cents, currency,
                               checkout_expires_at, enrolled_at, completed_at, refunded_at, created_at, updated_at)
      VALUES (?1, ?2, ?3, ?4, 'creator', ?5, 45000, 'usd', ?6, ?6, ?6, ?6, ?6, ?6))",
                         {id, course_id, who.id, teacher.id, std::string(status), now});
  return id;
}

Reply Timetable::set_hours(const Json& more) {
  Json body{{"timezone", "UTC"}, {"rules", Json::array()}};
  for (const char* weekday : {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
    body["rules"].push_back({{"weekday", weekday}, {"from", "09:00"}, {"to", "17:00"}});
  body.update(more);
  return server.put("/api/availability", body, teacher);
}

Json Timetable::booking(std::string_view starts_at, int minutes) const {
  return {{"enrollmentId", enrollment_id},
          {"teacherId", teacher.id},
          {"startsAt", std::string(starts_at)},
          {"durationMinutes", minutes}};
}

Reply Timetable::book(std::string_view starts_at, int minutes) {
  return server.post("/api/sessions", booking(starts_at, minutes), student);
}

std::string Timetable::booked(std::string_view starts_at, int minutes) {
  const Reply reply = book(starts_at, minutes);
  REQUIRE_MESSAGE(reply.status == 201, reply.body);
  return reply.json()["id"].get<std::string>();
}

Reply Timetable::move(std::string_view id, std::string_view starts_at, const Caller& caller) {
  return server.post("/api/sessions/" + std::string(id) + "/reschedule", {{"startsAt", std::string(starts_at)}},
                     caller);
}

Reply Timetable::cancel(std::string_view id, const Caller& caller, std::string_view reason) {
  return server.post("/api/sessions/" + std::string(id) + "/cancel", {{"reason", std::string(reason)}}, caller);
}

std::vector<std::string> Timetable::slots(std::string_view query) {
  const Reply reply = server.get("/api/student-teachers/" + teacher.id + "/slots" + std::string(query), student);
  REQUIRE_MESSAGE(reply.status == 200, reply.body);
  std::vector<std::string> out;
  for (const Json& slot : reply.json()["slots"]) out.push_back(slot["startsAt"].get<std::string>());
  return out;
}

void Timetable::remind() {
  StandaloneHost standalone(world);
  CHECK(run(world, peerloop::send_reminders(standalone.host(), world.now())).has_value());
}

std::vector<Json> Timetable::deliver_mails() {
  StandaloneHost standalone(world);
  CHECK(run(world, dispatch_outbox(standalone.host(), peerloop::outbox_handlers(), 100)).has_value());
  std::vector<Json> bodies;
  for (; mails_seen_ < world.http.sent.size(); ++mails_seen_)
    bodies.push_back(Json::parse(world.http.sent[mails_seen_].body));
  return bodies;
}

std::int64_t Timetable::count(std::string_view sql, std::vector<SqlValue> values) {
  return world.database.count(sql, std::move(values));
}

std::int64_t Timetable::mails(std::string_view template_name) {
  return count("SELECT count(*) FROM outbox WHERE dedupe_key LIKE 'mail:' || ?1 || ':%'", {std::string(template_name)});
}

}  // namespace isthmus::native
