#include "native/session_room.h"

#include <doctest/doctest.h>

#include "peerloop/app.h"
#include "peerloop/video/end_rooms.h"
#include "peerloop/video/routes.h"
#include "peerloop/video/settle.h"
#include "peerloop/webhooks/bigbluebutton.h"
#include "peerloop/webhooks/plugnmeet.h"

namespace isthmus::native {

namespace {

constexpr auto routes = join(peerloop::video_routes, peerloop::plugnmeet_routes, peerloop::bigbluebutton_routes);

const App& video_app() {
  static const App app{"peerloop", "PeerLoop", routes, &test_authenticator, nullptr};
  return app;
}

}  // namespace

SessionRoom::SessionRoom(std::uint64_t seed)
    : server(video_app(), "peerloop", seed), world(server.world), video(world) {
  world.settings.values["APP_URL"] = "https://app.example.org/";
  teacher = add_user(world, "teacher", {"student", "creator"});
  student = add_user(world, "student");
  other = add_user(world, "other");
  session_id = world.new_id();
  starts_at = world.now() + day;
  const std::string category = world.new_id(), course = world.new_id(), enrollment = world.new_id();
  const std::int64_t now = world.now().ms;
  world.database.execute("INSERT INTO categories (id, slug, name, position) VALUES (?1, 'code', 'Code', 0)",
                         {category});
  world.database.execute(R"(
      INSERT INTO courses (id, slug, creator_id, category_id, title, description, level, price_cents, currency, status,
                           published_at, created_at, updated_at)
      VALUES (?1, 'cpp', ?2, ?3, 'C++ & more', '', 'beginner', 45000, 'usd', 'published', ?4, ?4, ?4))",
                         {course, teacher.id, category, now});
  world.database.execute(R"(
      INSERT INTO enrollments (id, course_id, student_id, teacher_id, instructor_type, status, price_cents, currency,
                               checkout_expires_at, enrolled_at, created_at, updated_at)
      VALUES (?1, ?2, ?3, ?4, 'creator', 'enrolled', 45000, 'usd', ?5, ?5, ?5, ?5))",
                         {enrollment, course, student.id, teacher.id, now});
  world.database.execute(
      R"(
      INSERT INTO sessions (id, enrollment_id, course_id, student_id, teacher_id, starts_at, ends_at, created_at, updated_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8))",
      {session_id, enrollment, course, student.id, teacher.id, starts_at.ms, (starts_at + length).ms, now});
}

Reply SessionRoom::join(const Caller& caller) { return server.post("/api/sessions/" + session_id + "/join", caller); }

Reply SessionRoom::deliver(const Json& event) {
  Reply reply = server.send(video.delivery(event));
  if (reply.status == 500) MESSAGE(world.log.errors.back());
  return reply;
}

void SessionRoom::comes(const TestUser& who, std::string_view participant_sid) {
  CHECK(deliver(video.participant_event("participant_joined", session_id, room_sid, participant_sid, who.id)).status ==
        200);
}

void SessionRoom::goes(const TestUser& who, std::string_view participant_sid) {
  CHECK(deliver(video.participant_event("participant_left", session_id, room_sid, participant_sid, who.id)).status ==
        200);
}

Reply SessionRoom::finish() { return deliver(video.event("room_finished", session_id, room_sid)); }

void SessionRoom::at(Millis after_start) {
  REQUIRE(starts_at + after_start >= world.now());
  world.scheduler.advance(starts_at + after_start - world.now());
}

void SessionRoom::cron() {
  StandaloneHost standalone(world);
  Host& host = standalone.host();
  CHECK(run(world, peerloop::settle_overdue_sessions(host, world.now())).has_value());
  CHECK(run(world, peerloop::end_stale_rooms(host, world.now())).has_value());
  CHECK(run(world, dispatch_outbox(host, peerloop::outbox_handlers(), 100)).has_value());
  CHECK(run(world, peerloop::copy_recordings(host)).has_value());
}

std::int64_t SessionRoom::count(std::string_view sql, std::vector<SqlValue> values) {
  return world.database.count(sql, std::move(values));
}

std::string SessionRoom::text(std::string_view sql, std::vector<SqlValue> values) {
  return world.database.text(sql, std::move(values));
}

std::string SessionRoom::outcome() {
  return text("SELECT status || coalesce(' ' || no_show_by, '') FROM sessions WHERE id = ?1", {session_id});
}

std::int64_t SessionRoom::mails(std::string_view template_name) {
  return count("SELECT count(*) FROM outbox WHERE dedupe_key LIKE 'mail:' || ?1 || ':%'", {std::string(template_name)});
}

}  // namespace isthmus::native
