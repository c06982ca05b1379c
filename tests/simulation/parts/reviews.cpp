#include <array>

#include "simulation/parts.h"
#include "simulation/parts/draw.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

/// Judges a review in its batch: news that come late may show of a session that it did not take place after all, and
/// what was written of it stays.
void prepare(Life& life) {
  Judges judges(life, "misreviewed");
  judges.add("reviewed", "INSERT ON reviews", "NEW.author_id", "reviews what did not take place, or between others",
             "NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = NEW.session_id AND s.status = 'completed' AND "
             "(NEW.author_id, NEW.subject_id) IN ((s.student_id, s.teacher_id), (s.teacher_id, s.student_id)))");
}

Script<> review(Person& person) {
  Life& life = person.life;
  const ResultSet rows = life.world.database.execute(
      "SELECT id, student_id FROM sessions WHERE ?1 IN (student_id, teacher_id) AND status <> 'cancelled' "
      "ORDER BY status, id",
      {person.id});
  if (rows.cells.empty()) co_return;
  Dice& dice = person.dice();
  const std::size_t row = dice.one_in(3) ? 2 * dice.below(rows.cells.size() / 2) : 0;
  Json body{{"rating", dice.between(1, 5)}, {"comment", person.name + " thinks about it"}};
  if (std::get<std::string>(rows.cells[row + 1]) == person.id && dice.one_in(2))
    body["courseRating"] = dice.between(1, 5);
  const std::string target = "/api/sessions/" + std::get<std::string>(rows.cells[row]) + "/review";
  if (dice.one_in(3)) {
    for (const auto& reply : co_await person.ask_twice("POST", target, body, {}))
      person.expect(reply, {201, 409, 404, 401});
    co_return;
  }
  How how{.tries = 3};
  if (dice.one_in(2)) how.idempotency_key = person.next_key();
  person.expect(co_await person.ask("POST", target, body, how), {201, 409, 404, 401});
}

/// Praises a session of others.
Script<> review_what_others_did(Person& person) {
  const std::string other = person.life.find(
      "SELECT id FROM sessions WHERE ?1 NOT IN (student_id, teacher_id) ORDER BY status, id LIMIT 1", {person.id});
  if (other.empty()) co_return;
  person.expect(co_await person.ask("POST", "/api/sessions/" + other + "/review", {{"rating", 5}}), {404, 401});
}

constexpr std::array deeds{
    Deed{"review a session", 6, [](Person& person) { return is_in(person) && person.standing.has_met; }, review},
    Deed{"review a session of others", 1, [](Person& person) { return person.intruder && is_in(person); },
         review_what_others_did},
};

constexpr std::array laws{
    Law{"each of the two reviews a session once", Law::When::always,
        "SELECT session_id, author_id FROM reviews GROUP BY session_id, author_id HAVING count(*) > 1"},
    Law{"a session that took place is reviewed by its two", Law::When::always, "SELECT who, what FROM misreviewed"},
    Law{"a teacher's stars are those of the students", Law::When::always,
        "SELECT u.id FROM users u WHERE (teaching_rating_sum, teaching_rating_count) <> (SELECT coalesce(sum(rating), "
        "0), count(*) FROM reviews r WHERE r.subject_id = u.id AND r.written_by = 'student')"},
    Law{"a course's stars are each student's latest", Law::When::always,
        "SELECT c.id FROM courses c WHERE (rating_sum, rating_count) <> (SELECT coalesce(sum(stars), 0), count(stars) "
        "FROM (SELECT (SELECT course_rating FROM reviews r WHERE r.enrollment_id = e.id AND r.written_by = 'student' "
        "ORDER BY r.rowid DESC LIMIT 1) AS stars FROM enrollments e WHERE e.course_id = c.id))"},
};

}  // namespace

const Part reviews{"reviews", deeds, laws, prepare};

}  // namespace isthmus::simulation
