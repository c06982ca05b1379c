#include "native/campus.h"

namespace isthmus::native {

Campus::Campus(const App& app, std::uint64_t seed) : server(app, "peerloop", seed), world(server.world) {
  creator = add_user(world, "creator", {"creator"});
  teacher = add_user(world, "teacher", {"student", "studentTeacher"});
  student = add_user(world, "student");
  classmate = add_user(world, "classmate");
  stranger = add_user(world, "stranger");
  moderator = add_user(world, "moderator", {"student", "moderator"});
  world.database.execute("INSERT INTO categories (id, slug, name, position) VALUES (?1, 'code', 'Code', 0)",
                         {world.new_id()});
  course = add_course(creator, "cpp");
  let_teach(teacher, course);
  enroll(student, course);
  enroll(classmate, course);
}

std::string Campus::add_course(const TestUser& maker, std::string_view slug, std::string_view status) {
  std::string id = world.new_id();
  world.database.execute(R"(
      INSERT INTO courses (id, slug, creator_id, category_id, title, description, level, price_cents, currency, status,
                           published_at, created_at, updated_at)
      SELECT ?1, ?2, ?3, id, 'The course ' || ?2, '', 'beginner', 45000, 'usd', ?4, ?5, ?5, ?5 FROM categories)",
                         {id, std::string(slug), maker.id, std::string(status), world.now().ms});
  return id;
}

std::string Campus::enroll(const TestUser& who, const std::string& in, std::string_view status) {
  std::string id = world.new_id();
  world.database.execute(R"(
      INSERT INTO enrollments (id, course_id, student_id, teacher_id, instructor_type, status, price_cents, currency,
                               checkout_expires_at, enrolled_at, completed_at, refunded_at, created_at, updated_at)
      SELECT ?1, id, ?3, creator_id, 'creator', ?4, price_cents, currency, ?5,
             ?5, iif(?4 = 'completed', ?5, NULL), iif(?4 = 'refunded', ?5, NULL), ?5, ?5 FROM courses WHERE id = ?2)",
                         {id, in, who.id, std::string(status), world.now().ms});
  return id;
}

void Campus::let_teach(const TestUser& who, const std::string& what) {
  world.database.execute(
      "INSERT INTO course_teachers (course_id, teacher_id, status, applied_at, decided_at) VALUES (?1, ?2, 'approved', "
      "?3, ?3)",
      {what, who.id, world.now().ms});
}

void Campus::follow(const TestUser& follower, const TestUser& followee) {
  world.database.execute("INSERT INTO follows (follower_id, followee_id, created_at) VALUES (?1, ?2, ?3)",
                         {follower.id, followee.id, world.now().ms});
}

void Campus::suspend(const TestUser& who) {
  world.database.execute("UPDATE users SET suspended_at = updated_at WHERE id = ?1", {who.id});
}

std::int64_t Campus::count(std::string_view sql, std::vector<SqlValue> values) {
  return world.database.count(sql, std::move(values));
}

std::string Campus::text(std::string_view sql, std::vector<SqlValue> values) {
  return world.database.text(sql, std::move(values));
}

}  // namespace isthmus::native
