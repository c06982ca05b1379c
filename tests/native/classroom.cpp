#include "native/classroom.h"

#include <doctest/doctest.h>

#include "peerloop/certificates/routes.h"
#include "peerloop/courses/routes.h"
#include "peerloop/enrollments/routes.h"
#include "peerloop/learning/routes.h"
#include "peerloop/materials/routes.h"
#include "peerloop/people/routes.h"
#include "peerloop/reviews/routes.h"
#include "peerloop/teaching/routes.h"

namespace isthmus::native {

namespace {

constexpr auto routes =
    join(peerloop::course_routes, peerloop::enrollment_routes, peerloop::learning_routes, peerloop::certificate_routes,
         peerloop::teaching_routes, peerloop::review_routes, peerloop::material_routes, peerloop::people_routes);

constexpr App classroom_app{"peerloop", "Classroom", routes, &test_authenticator};

constexpr std::int64_t price = 45000;

}  // namespace

Classroom::Classroom(std::uint64_t seed) : server(classroom_app, "peerloop", seed), world(server.world) {
  world.settings.values = {{"APP_URL", "https://app.example.org"},
                           {"RESEND_API_KEY", "re_test"},
                           {"RESEND_FROM_ADDRESS", "PeerLoop <noreply@example.org>"}};
  world.http.respond = [this](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return IncomingAnswer{200, {}, R"({"id":"mail-)" + std::to_string(world.http.sent.size()) + R"("})"};
  };
  creator = add_user(world, "creator", {"creator"});
  teacher = add_user(world, "teacher", {"student", "studentTeacher"});
  student = add_user(world, "student");
  stranger = add_user(world, "stranger", {"student", "creator"});
  course_id = world.new_id();
  course = "/api/courses/" + course_id;
  const std::string category = world.new_id();
  const std::string module = world.new_id();
  const std::int64_t now = world.now().ms;
  world.database.execute("INSERT INTO categories (id, slug, name, position) VALUES (?1, 'code', 'Code', 0)",
                         {category});
  world.database.execute(R"(
      INSERT INTO courses (id, slug, creator_id, category_id, title, description, level, price_cents, currency, status,
                           published_at, created_at, updated_at)
      VALUES (?1, 'cpp', ?2, ?3, 'C++ & <more>', 'All of it', 'beginner', ?4, 'usd', 'published', ?5, ?5, ?5))",
                         {course_id, creator.id, category, price, now});
  world.database.execute("INSERT INTO course_objectives (course_id, position, text) VALUES (?1, 0, 'Know it')",
                         {course_id});
  world.database.execute("INSERT INTO modules (id, course_id, position, title) VALUES (?1, ?2, 0, 'Module')",
                         {module, course_id});
  for (std::int64_t i = 0; i < 3; ++i) {
    lessons.push_back(world.new_id());
    world.database.execute("INSERT INTO lessons (id, module_id, position, title) VALUES (?1, ?2, ?3, 'Lesson')",
                           {lessons.back(), module, i});
  }
  world.database.execute(R"(
      INSERT INTO course_teachers (course_id, teacher_id, status, applied_at, decided_at, decided_by)
      VALUES (?1, ?2, 'approved', ?3, ?3, ?4))",
                         {course_id, teacher.id, now, creator.id});
}

std::string Classroom::enroll(const TestUser& who, const TestUser& taught_by, std::string_view status) {
  const bool by_creator = taught_by.id == creator.id;
  const std::string id = world.new_id();
  const std::string transaction = world.new_id();
  const std::int64_t now = world.now().ms;
  world.database.execute(
      R"(
      INSERT INTO enrollments (id, course_id, student_id, teacher_id, instructor_type, status, price_cents, currency,
                               checkout_expires_at, enrolled_at, completed_at, released_at, created_at, updated_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'usd', ?8, ?8, ?8, ?8, ?8, ?8))",
      {id, course_id, who.id, taught_by.id, by_creator ? "creator" : "student_teacher", std::string(status), price,
       now});
  world.database.execute(R"(
      INSERT INTO transactions (id, enrollment_id, amount_cents, currency, created_at, updated_at)
      VALUES (?1, ?2, ?3, 'usd', ?4, ?4))",
                         {transaction, id, price, now});
  const auto share = [&](const char* type, SqlValue recipient, std::int64_t cents) {
    world.database.execute(R"(
        INSERT INTO payment_splits (id, transaction_id, recipient_id, recipient_type, amount_cents, currency,
                                    created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, 'usd', ?6, ?6))",
                           {world.new_id(), transaction, std::move(recipient), type, cents, now});
  };
  share("platform", {}, price * 15 / 100);
  share("creator", creator.id, price * (by_creator ? 85 : 15) / 100);
  if (!by_creator) share("student_teacher", taught_by.id, price * 70 / 100);
  return id;
}

void Classroom::refund(std::string_view enrollment_id) {
  world.database.execute("UPDATE enrollments SET status = 'refunded', refunded_at = ?2 WHERE id = ?1",
                         {std::string(enrollment_id), world.now().ms});
}

std::string Classroom::hold_session(std::string_view enrollment_id, std::string_view status) {
  const std::string id = world.new_id();
  const std::int64_t start = world.now().ms + hour * 2 * ++sessions_;
  const bool settled = status == "completed" || status == "no_show";
  world.database.execute(
      R"(
      INSERT INTO sessions (id, enrollment_id, course_id, student_id, teacher_id, starts_at, ends_at, status, no_show_by,
                            cancelled_at, settled_at, created_at, updated_at)
      SELECT ?1, e.id, e.course_id, e.student_id, e.teacher_id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9
      FROM enrollments e WHERE e.id = ?2)",
      {id, std::string(enrollment_id), start, start + hour, std::string(status),
       status == "no_show" ? SqlValue("student") : SqlValue(), status == "cancelled" ? SqlValue(start) : SqlValue(),
       settled ? SqlValue(start + hour) : SqlValue(), world.now().ms});
  return id;
}

std::string Classroom::certify(const TestUser& who) {
  const std::string path = "/api/enrollments/" + enroll(who, teacher);
  REQUIRE(server.post(path + "/recommend", teacher).status == 200);
  const Reply certified = server.post(path + "/certify", creator);
  REQUIRE_MESSAGE(certified.status == 201, certified.body);
  return certified.json()["id"].get<std::string>();
}

std::int64_t Classroom::count(std::string_view sql, std::vector<SqlValue> values) {
  return world.database.count(sql, std::move(values));
}

std::string Classroom::text(std::string_view sql, std::vector<SqlValue> values) {
  return world.database.text(sql, std::move(values));
}

std::int64_t Classroom::mails(std::string_view template_name) {
  return count("SELECT count(*) FROM outbox WHERE dedupe_key LIKE 'mail:' || ?1 || ':%'", {std::string(template_name)});
}

std::int64_t Classroom::notices(std::string_view kind, const TestUser& to) {
  return count("SELECT count(*) FROM notifications WHERE kind = ?1 AND user_id = ?2", {std::string(kind), to.id});
}

void Classroom::lose_answer(int nth) {
  world.fates = [nth](const HostCall& call) mutable {
    if (call.port != "database") return Fate{};
    return Fate{.fault = --nth == 0 ? Fate::Fault::answer_lost : Fate::Fault::none};
  };
}

void Classroom::interleave() {
  world.fates = [this](const HostCall&) { return Fate{.before = static_cast<Millis>(world.scheduler.draw(5))}; };
}

}  // namespace isthmus::native
