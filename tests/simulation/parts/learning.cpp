#include <array>

#include "simulation/parts.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

Script<> mark_lesson(Person& person) {
  Life& life = person.life;
  const std::string enrollment =
      life.find("SELECT id FROM enrollments WHERE student_id = ?1 AND status = 'enrolled' ORDER BY id", {person.id});
  if (enrollment.empty()) co_return;
  const ResultSet lessons = life.world.database.execute(
      "SELECT l.id FROM lessons l JOIN modules m ON m.id = l.module_id JOIN enrollments e ON e.course_id = m.course_id "
      "WHERE e.id = ?1 ORDER BY l.id",
      {enrollment});
  if (lessons.cells.empty()) co_return;
  const Json body{{"lessonId", std::get<std::string>(lessons.cells[person.dice().below(lessons.cells.size())])},
                  {"completed", !person.dice().one_in(4)}};
  const auto reply = co_await person.ask("POST", "/api/enrollments/" + enrollment + "/progress", body, {.tries = 2});
  person.expect(reply, {200, 409, 401});
}

/// An enrollment that goes on and that `condition` picks out for ?1.
std::string some_enrollment(Person& person, std::string_view condition) {
  const ResultSet rows = person.life.world.database.execute(
      "SELECT e.id FROM enrollments e JOIN courses c ON c.id = e.course_id WHERE e.status = 'enrolled' AND " +
          std::string(condition) + " ORDER BY e.id",
      {person.id});
  return rows.cells.empty() ? "" : std::get<std::string>(rows.cells[person.dice().below(rows.cells.size())]);
}

Script<> recommend(Person& person) {
  const std::string enrollment = some_enrollment(person, "e.teacher_id = ?1");
  if (enrollment.empty()) co_return;
  const std::string target = "/api/enrollments/" + enrollment + "/recommend";
  person.expect(co_await person.ask("POST", target, nullptr, {.tries = 2}), {200, 409, 401});
}

Script<> certify(Person& person) {
  const std::string enrollment = some_enrollment(person, "c.creator_id = ?1");
  if (enrollment.empty()) co_return;
  const std::string target = "/api/enrollments/" + enrollment + "/certify";
  if (person.dice().one_in(3)) {
    for (const auto& reply : co_await person.ask_twice("POST", target, nullptr, {}))
      person.expect(reply, {200, 201, 409, 401});
    co_return;
  }
  const auto reply = co_await person.ask("POST", target, nullptr, {.tries = 2});
  if (!person.expect(reply, {200, 201, 409, 401}) || reply->status > 201) co_return;
  const auto shown =
      co_await person.ask("GET", "/api/certificates/" + text_of(reply->json()["id"]), nullptr, {.signed_in = false});
  if (person.expect(shown, {200, 404}) && shown->status == 200 && shown->json()["valid"] != true &&
      person.life.count("SELECT count(*) FROM enrollments WHERE id = ?1 AND status = 'completed'", {enrollment}) == 1)
    person.life.violate("a certificate can be shown", shown->body);
}

/// Certifies oneself, or whoever learns elsewhere.
Script<> certify_without_right(Person& person) {
  const std::string enrollment = some_enrollment(person, "c.creator_id <> ?1");
  if (enrollment.empty()) co_return;
  person.expect(co_await person.ask("POST", "/api/enrollments/" + enrollment + "/certify"), {403, 404, 401});
}

bool learns(Person& person) { return is_in(person) && person.standing.learns; }
bool completes(Person& person) { return is_in(person) && person.standing.completes; }

constexpr std::array deeds{
    Deed{"mark a lesson", 2, learns, mark_lesson},
    Deed{"recommend a student", 10, completes, recommend},
    Deed{"certify a student", 12, completes, certify},
    Deed{"certify without a right to", 1, [](Person& person) { return person.intruder && is_in(person); },
         certify_without_right},
};

std::string told_of_certificates(Life& life) {
  const std::int64_t told = life.resend.count("certificate_issued");
  const std::int64_t issued = life.count("SELECT count(*) FROM certificates");
  const std::int64_t dead = life.dead_mails();
  if (told > issued || told + dead < issued)
    return std::to_string(issued) + " certificates, " + std::to_string(told) + " told";
  return {};
}

constexpr std::array laws{
    Law{"an enrollment has one certificate", Law::When::always,
        "SELECT enrollment_id FROM certificates WHERE revoked_at IS NULL GROUP BY enrollment_id HAVING count(*) > 1"},
    Law{"whoever is certified has completed, and the other way round", Law::When::always,
        "SELECT e.id, e.status FROM enrollments e WHERE (e.status = 'completed') <> (e.status <> 'refunded' AND EXISTS "
        "(SELECT 1 FROM certificates c WHERE c.enrollment_id = e.id))"},
    // Whoever is suspended counts as gone for as long.
    Law{"nobody is certified whom no teacher recommended", Law::When::always,
        "SELECT k.id FROM certificates k JOIN enrollments e ON e.id = k.enrollment_id JOIN courses c ON c.id = "
        "e.course_id "
        "WHERE NOT EXISTS (SELECT 1 FROM audit_log WHERE action = 'user.suspend' AND target_id = e.teacher_id) "
        "AND e.recommended_at IS NULL AND e.teacher_id <> c.creator_id AND EXISTS (SELECT 1 FROM course_teachers t "
        "WHERE t.course_id = e.course_id AND t.teacher_id = e.teacher_id AND t.status = 'approved')"},
    Law{"only a course's creator certifies", Law::When::always,
        "SELECT k.id FROM certificates k JOIN courses c ON c.id = k.course_id WHERE k.issued_by <> c.creator_id"},
    Law{"what is done are lessons of the course", Law::When::always,
        "SELECT p.lesson_id FROM lesson_progress p JOIN enrollments e ON e.id = p.enrollment_id JOIN lessons l ON l.id "
        "= "
        "p.lesson_id JOIN modules m ON m.id = l.module_id WHERE m.course_id <> e.course_id"},
    Law{"a certificate approves the shares", Law::When::always,
        "SELECT s.id, s.status FROM payment_splits s JOIN transactions t ON t.id = s.transaction_id JOIN enrollments e "
        "ON "
        "e.id = t.enrollment_id WHERE (s.approved_at IS NOT NULL) <> EXISTS (SELECT 1 FROM certificates c WHERE "
        "c.enrollment_id = e.id) AND s.status NOT IN ('reversed')"},
    Law{"a certificate is told of, once", Law::When::in_the_end, "", told_of_certificates},
};

}  // namespace

const Part learning{"learning", deeds, laws};

}  // namespace isthmus::simulation
