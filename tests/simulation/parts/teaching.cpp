#include <array>

#include "simulation/parts.h"
#include "simulation/parts/draw.h"

namespace isthmus::simulation {

namespace {

/// Nobody asks to teach, or is let, who holds no certificate of the course at that very moment.
void prepare(Life& life) {
  Judges judges(life, "mistaught");
  constexpr std::string_view uncertified =
      "NOT EXISTS (SELECT 1 FROM certificates k JOIN enrollments e ON e.id = k.enrollment_id WHERE k.course_id = "
      "NEW.course_id AND k.holder_id = NEW.teacher_id AND k.revoked_at IS NULL AND e.status = 'completed')";
  judges.add("asked_to_teach", "INSERT ON course_teachers", "NEW.teacher_id", "asked without a certificate",
             uncertified);
  judges.add("asked_again_or_let_teach",
             "UPDATE OF status ON course_teachers WHEN NEW.status IN ('applied', 'approved') AND NEW.status <> "
             "OLD.status",
             "NEW.teacher_id", "asked or was let without a certificate", uncertified);
  judges.add("let_teach", "UPDATE OF status ON course_teachers WHEN NEW.status = 'approved'", "NEW.decided_by",
             "let somebody teach a course of others",
             "NEW.decided_by IS NOT (SELECT creator_id FROM courses WHERE id = NEW.course_id)");
  judges.add("let_teach_unasked", "UPDATE OF status ON course_teachers WHEN NEW.status = 'approved'", "NEW.teacher_id",
             "was let without asking", "OLD.status NOT IN ('applied', 'declined', 'approved')");
}

std::string of_course(const std::string& course, std::string_view rest) {
  return std::string("/api/courses/").append(course).append(rest);
}

/// A course whose certificate this person holds, and in which nothing waits or is agreed.
constexpr std::string_view may_be_taught =
    "SELECT k.course_id FROM certificates k JOIN enrollments e ON e.id = k.enrollment_id WHERE k.holder_id = ?1 AND "
    "k.revoked_at IS NULL AND e.status = 'completed' AND NOT EXISTS (SELECT 1 FROM course_teachers t WHERE t.course_id "
    "= k.course_id AND t.teacher_id = ?1 AND t.status <> 'withdrawn') ORDER BY k.course_id";

Script<> apply_in(Person& person, std::string course) {
  if (course.empty()) co_return;
  const Json body{{"message", person.name + " would like to"}};
  if (person.dice().one_in(3)) {
    for (const auto& reply : co_await person.ask_twice("POST", of_course(course, "/teach"), body, {}))
      person.expect(reply, {200, 201, 409, 404, 401});
    co_return;
  }
  const auto reply = co_await person.ask("POST", of_course(course, "/teach"), body, {.tries = 2});
  if (person.expect(reply, {200, 201, 409, 404, 401}) && reply->status < 300 &&
      reply->json()["applicant"]["id"] != person.id)
    person.life.violate("everybody asks to teach for themselves", reply->body);
}

Script<> apply(Person& person) { return apply_in(person, some_id(person, may_be_taught, {person.id})); }
Script<> apply_anywhere(Person& person) {
  return apply_in(person, some_id(person, "SELECT id FROM courses ORDER BY id"));
}

Script<> decide(Person& person) {
  const std::string course = some_id(
      person,
      "SELECT DISTINCT c.id FROM courses c JOIN course_teachers t ON t.course_id = c.id WHERE c.creator_id = ?1 AND "
      "t.status IN ('applied', 'declined') ORDER BY c.id",
      {person.id});
  if (course.empty()) co_return;
  const char* status = person.dice().one_in(4) ? "declined" : "applied";
  const auto listed = co_await person.ask("GET", of_course(course, "/teachers?status=") + status);
  if (!person.expect(listed, {200, 401, 403}) || listed->status != 200) co_return;
  const Json page = listed->json();
  if (page["items"].empty()) co_return;
  const Json& item = page["items"][person.dice().below(page["items"].size())];
  const std::string target = of_course(course, "/teachers/") + text_of(item["applicant"]["id"]);
  const Ask yes{"POST", target + "/approve"}, no{"POST", target + "/decline", {{"note", "not yet"}}};
  const std::vector<int> answers{200, 409, 401, 403};
  if (person.dice().one_in(4)) {
    for (const auto& reply : co_await person.ask_at_once(yes, no)) person.expect(reply, answers);
    co_return;
  }
  const Ask& ask = person.dice().one_in(5) ? no : yes;
  person.expect(co_await person.ask(ask.method, ask.target, ask.body, {.tries = 2}), answers);
}

Script<> end_teaching(Person& person) {
  const std::string course = some_id(
      person,
      "SELECT c.id FROM courses c JOIN course_teachers t ON t.course_id = c.id WHERE c.creator_id = ?1 AND t.status = "
      "'approved' ORDER BY c.id",
      {person.id});
  const std::string teacher = some_id(
      person, "SELECT teacher_id FROM course_teachers WHERE course_id = ?1 AND status = 'approved' ORDER BY teacher_id",
      {course});
  if (teacher.empty()) co_return;
  const auto target = of_course(course, "/teachers/") + teacher + "/withdraw";
  const auto reply = co_await person.ask("POST", target, {{"note", "until later"}}, {.tries = 2});
  person.expect(reply, {200, 409, 401, 403});
}

Script<> stop_teaching(Person& person) {
  const std::string course =
      some_id(person, "SELECT course_id FROM course_teachers WHERE teacher_id = ?1 ORDER BY course_id", {person.id});
  if (course.empty()) co_return;
  person.expect(co_await person.ask("DELETE", of_course(course, "/teach"), nullptr, {.tries = 2}), {204, 401});
}

Script<> look_at_teaching(Person& person) {
  const auto reply = co_await person.ask("GET", "/api/teaching");
  if (!person.expect(reply, {200, 401}) || reply->status != 200) co_return;
  for (const Json& item : reply->json()["items"])
    if (item["applicant"]["id"] != person.id) person.life.violate("everybody lists the own teaching only", person.name);
  const std::string course = some_id(person, "SELECT id FROM courses ORDER BY id");
  if (!course.empty()) person.expect(co_await person.ask("GET", of_course(course, "/teach")), {200, 404, 401});
}

/// Approves in a course of others: perhaps themselves.
Script<> decide_without_right(Person& person) {
  const ResultSet rows = person.life.world.database.execute(
      "SELECT t.course_id, t.teacher_id FROM course_teachers t JOIN courses c ON c.id = t.course_id WHERE c.creator_id "
      "<> ?1 ORDER BY t.course_id, t.teacher_id",
      {person.id});
  if (rows.cells.empty()) co_return;
  const std::size_t row = 2 * person.dice().below(rows.cells.size() / 2);
  const std::string teachers = of_course(std::get<std::string>(rows.cells[row]), "/teachers");
  const std::string one = teachers + '/' + std::get<std::string>(rows.cells[row + 1]);
  constexpr auto decisions = std::to_array<const char*>({"/approve", "/decline", "/withdraw"});
  person.expect(co_await person.ask("GET", teachers), {403, 404, 401});
  person.expect(co_await person.ask("POST", one + person.dice().pick(decisions)), {403, 404, 401});
}

bool is_intruder_inside(Person& person) { return person.intruder && is_in(person); }
bool teaches(Person& person) { return is_in(person) && person.standing.teaches; }

constexpr std::array deeds{
    Deed{"ask to teach a course", 30, [](Person& person) { return is_in(person) && person.standing.may_teach; }, apply},
    Deed{"ask to teach, wherever it is", 1, is_intruder_inside, apply_anywhere},
    Deed{"decide who teaches", 30, [](Person& person) { return is_in(person) && person.standing.decides; }, decide},
    Deed{"end somebody's teaching", 1, teaches, end_teaching},
    Deed{"stop teaching", 1, teaches, stop_teaching},
    Deed{"look at the own teaching", 1, is_in, look_at_teaching},
    Deed{"decide who teaches a course of others", 2, is_intruder_inside, decide_without_right},
};

constexpr std::array laws{
    Law{"only who is certified teaches, and only by its creator's word", Law::When::always,
        "SELECT who, what FROM mistaught"},
    Law{"whoever teaches a course holds its certificate", Law::When::always,
        "SELECT t.course_id, t.teacher_id FROM course_teachers t WHERE t.status IN ('applied', 'approved') AND NOT "
        "EXISTS (SELECT 1 FROM certificates k JOIN enrollments e ON e.id = k.enrollment_id WHERE k.course_id = "
        "t.course_id AND k.holder_id = t.teacher_id AND k.revoked_at IS NULL AND e.status = 'completed')"},
    Law{"each word of a creator about a teacher is in the log", Law::When::always,
        "SELECT course_id, teacher_id FROM course_teachers t WHERE status IN ('approved', 'declined') AND NOT EXISTS "
        "(SELECT 1 FROM audit_log a WHERE a.action = iif(t.status = 'approved', 'teaching.approve', "
        "'teaching.decline') AND a.target_id = t.teacher_id AND a.actor_id = t.decided_by)"},
    Law{"whoever was let teach has the role, unless an admin took it", Law::When::always,
        "SELECT course_id, teacher_id FROM course_teachers t WHERE status = 'approved' AND NOT EXISTS (SELECT 1 FROM "
        "user_roles r WHERE r.user_id = t.teacher_id AND r.role = 'studentTeacher') AND NOT EXISTS (SELECT 1 FROM "
        "audit_log a WHERE a.action = 'user.roles' AND a.target_id = t.teacher_id)"},
};

}  // namespace

const Part teaching{"teaching", deeds, laws, prepare};

}  // namespace isthmus::simulation
