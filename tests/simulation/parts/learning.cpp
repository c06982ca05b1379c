#include <array>

#include "simulation/parts.h"
#include "simulation/parts/draw.h"

namespace isthmus::simulation {

namespace {

/// Whoever is suspended counts as gone for as long: then nobody need recommend.
void prepare(Life& life) {
  Judges judges(life, "miscertified");
  judges.add("certified", "INSERT ON certificates", "NEW.holder_id", "was recommended by nobody",
             "EXISTS (SELECT 1 FROM enrollments e JOIN courses c ON c.id = e.course_id JOIN course_teachers t ON "
             "t.course_id = e.course_id AND t.teacher_id = e.teacher_id JOIN users u ON u.id = t.teacher_id WHERE e.id "
             "= NEW.enrollment_id AND e.recommended_at IS NULL AND e.teacher_id <> c.creator_id AND t.status = "
             "'approved' AND u.suspended_at IS NULL AND u.deleted_at IS NULL)");
}

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
  return some_id(person,
                 "SELECT e.id FROM enrollments e JOIN courses c ON c.id = e.course_id WHERE (e.status = 'enrolled' OR "
                 "e.status = 'completed' AND NOT EXISTS (SELECT 1 FROM certificates k WHERE k.enrollment_id = e.id AND "
                 "k.revoked_at IS NULL)) AND " +
                     std::string(condition) + " ORDER BY e.id",
                 {person.id});
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

Script<> revoke(Person& person) {
  const std::string id = some_id(
      person,
      "SELECT k.id FROM certificates k JOIN courses c ON c.id = k.course_id WHERE c.creator_id = ?1 ORDER BY k.id",
      {person.id});
  if (id.empty()) co_return;
  const std::string target = "/api/certificates/" + id;
  const auto reply = co_await person.ask("POST", target + "/revoke", {{"reason", "copied"}}, {.tries = 2});
  // Whoever deletes the account takes the certificates along.
  if (person.expect(reply, {200, 404, 401, 403}) && reply->status == 200 && reply->json()["valid"] != false)
    person.life.violate("a certificate that was revoked does not hold", reply->body);
}

Script<> revoke_without_right(Person& person) {
  const std::string id = some_id(
      person,
      "SELECT k.id FROM certificates k JOIN courses c ON c.id = k.course_id WHERE c.creator_id <> ?1 ORDER BY k.id",
      {person.id});
  if (id.empty()) co_return;
  const auto reply = co_await person.ask("POST", "/api/certificates/" + id + "/revoke", {{"reason", "envy"}});
  person.expect(reply, {403, 404, 401});
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
    Deed{"revoke a certificate", 1, completes, revoke},
    Deed{"revoke a certificate of others", 1, [](Person& person) { return person.intruder && is_in(person); },
         revoke_without_right},
    Deed{"certify without a right to", 1, [](Person& person) { return person.intruder && is_in(person); },
         certify_without_right},
};

constexpr std::array laws{
    Law{"an enrollment has one certificate", Law::When::always,
        "SELECT enrollment_id FROM certificates WHERE revoked_at IS NULL GROUP BY enrollment_id HAVING count(*) > 1"},
    Law{"whoever is certified has completed, and the other way round", Law::When::always,
        "SELECT e.id, e.status FROM enrollments e WHERE (e.status = 'completed') <> (e.status <> 'refunded' AND EXISTS "
        "(SELECT 1 FROM certificates c WHERE c.enrollment_id = e.id))"},
    Law{"nobody is certified whom no teacher recommended", Law::When::always, "SELECT who, what FROM miscertified"},
    Law{"only a course's creator certifies", Law::When::always,
        "SELECT k.id FROM certificates k JOIN courses c ON c.id = k.course_id WHERE k.issued_by <> c.creator_id"},
    Law{"only a course's creator revokes, and it is in the log, once", Law::When::always,
        "SELECT k.id FROM certificates k JOIN courses c ON c.id = k.course_id WHERE k.revoked_at > 0 AND (k.revoked_by "
        "<> c.creator_id OR 1 <> (SELECT count(*) FROM audit_log a WHERE a.action = 'certificate.revoke' AND "
        "a.target_id = k.id AND a.actor_id = k.revoked_by))"},
    Law{"what is done are lessons of the course", Law::When::always,
        "SELECT p.lesson_id FROM lesson_progress p JOIN enrollments e ON e.id = p.enrollment_id JOIN lessons l ON l.id "
        "= "
        "p.lesson_id JOIN modules m ON m.id = l.module_id WHERE m.course_id <> e.course_id"},
    Law{"a certificate approves the shares", Law::When::always,
        "SELECT s.id, s.status FROM payment_splits s JOIN transactions t ON t.id = s.transaction_id JOIN enrollments e "
        "ON "
        "e.id = t.enrollment_id WHERE (s.approved_at IS NOT NULL) <> EXISTS (SELECT 1 FROM certificates c WHERE "
        "c.enrollment_id = e.id) AND s.status NOT IN ('reversed')"},
};

}  // namespace

const Part learning{"learning", deeds, laws, prepare};

}  // namespace isthmus::simulation
