#include "simulation/parts/enrollments.h"

#include <array>
#include <set>

#include "simulation/parts.h"
#include "simulation/parts/courses.h"
#include "simulation/parts/draw.h"

namespace isthmus::simulation {

namespace {

/// Nobody is sold as the teacher of a course who does not teach it at that very moment.
void prepare(Life& life) {
  Judges judges(life, "missold");
  judges.add("sold_with_a_teacher", "INSERT ON enrollments WHEN NEW.status = 'pending'", "NEW.teacher_id",
             "is to teach a course that is not theirs",
             "NOT EXISTS (SELECT 1 FROM courses WHERE id = NEW.course_id AND creator_id = NEW.teacher_id AND "
             "NEW.instructor_type = 'creator') AND NOT EXISTS (SELECT 1 FROM course_teachers WHERE course_id = "
             "NEW.course_id AND teacher_id = NEW.teacher_id AND status = 'approved' AND NEW.instructor_type = "
             "'student_teacher')");
  judges.add("sold_with_nobody", "INSERT ON enrollments WHEN NEW.status = 'pending'", "NEW.teacher_id",
             "is to teach while suspended or gone",
             "EXISTS (SELECT 1 FROM users WHERE id = NEW.teacher_id AND (suspended_at > 0 OR deleted_at > 0))");
}

/// Somebody who teaches this course beside its creator, "" where there is nobody.
std::string teacher_of(Person& person, const std::string& course) {
  return some_id(person,
                 "SELECT teacher_id FROM course_teachers WHERE course_id = ?1 AND status = 'approved' AND teacher_id "
                 "<> ?2 ORDER BY teacher_id",
                 {course, person.id});
}

void keep_page(Person& person, const std::optional<Reply>& reply) {
  if (!reply || (reply->status != 200 && reply->status != 201)) return;
  const Json page = reply->json();
  person.belongings.of<PagesSeen>().sessions.push_back(text_of(page["checkoutSessionId"]));
}

Json choice(Person& person, const std::string& course) {
  // Now and then somebody is asked for who may not teach it at all.
  const std::string teacher =
      person.dice().one_in(10) ? some_id(person, "SELECT id FROM users ORDER BY id") : teacher_of(person, course);
  if (teacher.empty() || person.dice().one_in(3)) return {{"instructorType", "creator"}};
  return {{"instructorType", "student_teacher"}, {"studentTeacherId", teacher}};
}

/// A course of somebody else's in which this person does not learn yet, "" where there is none.
std::string new_course(Person& person) {
  return some_id(person,
                 "SELECT id FROM courses c WHERE status = 'published' AND creator_id <> ?1 AND NOT EXISTS (SELECT 1 "
                 "FROM enrollments e WHERE e.student_id = ?1 AND e.course_id = c.id AND e.status IN ('enrolled', "
                 "'completed')) ORDER BY id",
                 {person.id});
}

Script<> enroll_in(Person& person, std::string course) {
  if (course.empty()) co_return;
  const std::string target = "/api/courses/" + course + "/enroll";
  const Json body = choice(person, course);
  How how{.tries = 3};
  if (person.dice().one_in(2)) how.idempotency_key = person.next_key();
  if (person.dice().one_in(4)) {
    const auto replies = co_await person.ask_twice("POST", target, body, how);
    for (const auto& reply : replies)
      if (person.expect(reply, {200, 201, 409, 401})) keep_page(person, reply);
    co_return;
  }
  const auto reply = co_await person.ask("POST", target, body, how);
  if (person.expect(reply, {200, 201, 409, 401})) keep_page(person, reply);
}

Script<> enroll(Person& person) { return enroll_in(person, new_course(person)); }
Script<> enroll_anywhere(Person& person) { return enroll_in(person, some_course(person.life, person.dice())); }

Script<> name_a_price(Person& person) {
  const std::string course = some_course(person.life, person.dice());
  if (course.empty()) co_return;
  const Json body{{"instructorType", "creator"}, {"priceCents", 1}, {"amount", 1}};
  person.expect(co_await person.ask("POST", "/api/courses/" + course + "/enroll", body), {400, 401});
}

Script<> end_slow_payment(Life& life, std::string session, Dice dice) {
  co_await life.wait(dice.between(minute, dice.one_in(2) ? hour : 40 * hour));
  const bool succeeds = !dice.one_in(4);
  life.note(session, succeeds ? "is paid at last" : "is not paid after all");
  life.post_event(life.stripe.end_slow_payment(session, succeeds));
}

/// Somebody at Stripe let another price be paid than what was asked for.
void change_what_was_paid(Life& life, Json& event, Dice& dice) {
  Json& session = event["data"]["object"];
  Json& charge = life.stripe.charges.at(text_of(session["payment_intent"]));
  if (dice.one_in(3))
    session["currency"] = charge["currency"] = "eur";
  else
    session["amount_total"] = charge["amount"] = charge["amount"].get<std::int64_t>() + (dice.one_in(2) ? 1 : -1);
  for (Json& listed : life.stripe.events)
    if (listed["id"] == event["id"]) listed = event;
  auto& misfits = life.belongings.of<Misfits>();
  misfits.intents.insert(text_of(session["payment_intent"]));
  misfits.events.insert(text_of(event["id"]));
}

/// Stripe's other mode tells of a payment that was none.
void tell_of_a_test(Person& person, const std::string& session) {
  Life& life = person.life;
  Json paid = life.stripe.sessions.at(session);
  paid["payment_intent"] = "pi_of_the_other_mode_" + person.name + person.next_key();
  paid["payment_status"] = "paid";
  paid["status"] = "complete";
  Json event = life.stripe.event("checkout.session.completed", paid);
  event["livemode"] = true;
  // It is in the other mode's list.
  life.stripe.events.pop_back();
  life.post_event(std::move(event));
}

/// Presses Pay on a page, if Stripe still shows it.
void press_pay(Person& person, const std::string& session) {
  Life& life = person.life;
  Dice& dice = person.dice();
  if (dice.one_in(30)) tell_of_a_test(person, session);
  const bool is_slow = dice.one_in(8);
  auto event = is_slow ? life.stripe.begin_slow_payment(session) : life.stripe.pay(session);
  life.note(person.name, (event ? "pays on " : "finds closed ") + session);
  if (!event) return;
  if (is_slow) life.spawn(end_slow_payment(life, session, dice.fork(session)));
  if (!is_slow && dice.one_in(30)) change_what_was_paid(life, *event, dice);
  life.post_event(*std::move(event));
}

Script<> pay(Person& person) {
  auto& pages = person.belongings.of<PagesSeen>().sessions;
  press_pay(person, person.dice().one_in(3) ? person.dice().pick(pages) : pages.back());
  if (person.dice().one_in(3)) press_pay(person, person.dice().pick(pages));
  co_return;
}

/// Asks for another teacher in one tab, and pays in the other.
Script<> change_mind_too_late(Person& person) {
  auto& pages = person.belongings.of<PagesSeen>().sessions;
  const std::string session = pages.back();
  const std::string course = person.life.find(
      "SELECT course_id FROM enrollments WHERE checkout_session_id = ?1 AND student_id = ?2 AND status = 'pending'",
      {session, person.id});
  if (course.empty()) co_return;
  const std::string teacher = teacher_of(person, course);
  const bool by_creator = teacher.empty() || person.life.count(
                                                 "SELECT count(*) FROM enrollments WHERE "
                                                 "checkout_session_id = ?1 AND teacher_id = ?2",
                                                 {session, teacher}) == 1;
  const Json body = by_creator ? Json{{"instructorType", "creator"}}
                               : Json{{"instructorType", "student_teacher"}, {"studentTeacherId", teacher}};
  person.life.spawn(pay_in_a_while(person, session, person.dice().between(1, 120)));
  const auto reply = co_await person.ask("POST", "/api/courses/" + course + "/enroll", body);
  if (person.expect(reply, {200, 201, 409, 401})) keep_page(person, reply);
}

Script<> look_at_enrollments(Person& person) {
  const auto reply = co_await person.ask("GET", "/api/enrollments");
  if (!person.expect(reply, {200, 401}) || reply->status != 200) co_return;
  for (const Json& item : reply->json()["items"])
    if (item["studentId"] != person.id) person.life.violate("everybody lists the own enrollments only", person.name);
}

bool has_seen_pages(Person& person) { return !person.belongings.of<PagesSeen>().sessions.empty(); }

constexpr std::array deeds{
    Deed{"enroll", 14, [](Person& person) { return is_in(person) && person.standing.may_enroll; }, enroll},
    Deed{"enroll, wherever it is", 1, is_in, enroll_anywhere},
    Deed{"name a price of their own", 1, [](Person& person) { return person.intruder && is_in(person); }, name_a_price},
    Deed{"pay", 25, may_pay, pay},
    Deed{"pay on some page", 1, has_seen_pages, pay},
    Deed{"pay while changing the mind", 8, [](Person& person) { return is_in(person) && may_pay(person); },
         change_mind_too_late},
    Deed{"look at the enrollments", 1, is_in, look_at_enrollments},
};

struct PagesJudged {
  std::set<std::string> sessions;
};

/// A page of Stripe asks for what the course cost at some time, and for what the enrollment says.
std::string pages_at_wrong_price(Life& life) {
  const auto& prices = life.belongings.of<Catalogue>().prices;
  auto& seen = life.belongings.of<PagesJudged>().sessions;
  for (const auto& [id, session] : life.stripe.sessions) {
    // It does not change any more.
    if (!seen.insert(id).second) continue;
    const std::string enrollment = text_of(session["client_reference_id"]);
    const ResultSet row = life.world.database.execute(
        "SELECT course_id, price_cents, currency FROM enrollments WHERE id = ?1", {enrollment});
    if (row.cells.empty()) return id + " is about no enrollment";
    const auto amount = session["amount_total"].get<std::int64_t>();
    if (std::get<std::int64_t>(row.cells[1]) != amount ||
        std::get<std::string>(row.cells[2]) != text_of(session["currency"]))
      return id + " asks for another price than its enrollment";
    const auto known = prices.find(std::get<std::string>(row.cells[0]));
    if (known == prices.end() || !known->second.contains(amount)) return id + " asks for a price that never was";
  }
  return {};
}

/// Each paid checkout ends as exactly one enrollment or as a full refund.
std::string payments_that_end_neither_way(Life& life) {
  for (const auto& [id, session] : life.stripe.sessions) {
    if (session["payment_status"] != "paid") continue;
    const std::string intent = text_of(session["payment_intent"]);
    if (life.belongings.of<Misfits>().intents.contains(intent)) {
      if (life.count("SELECT count(*) FROM audit_log WHERE action = 'payment_misfit' AND target_id = ?1", {id}) != 1)
        return id + " was paid by another amount, and nobody was told";
      continue;
    }
    const Json& charge = life.stripe.charges.at(intent);
    const auto paid = charge["amount"].get<std::int64_t>();
    auto lost = charge["amount_refunded"].get<std::int64_t>();
    bool is_held = false;
    for (const auto& [dispute_id, dispute] : life.stripe.disputes) {
      if (dispute["payment_intent"] != intent) continue;
      if (!dispute.value("is_charge_refundable", true)) is_held = true;
      if (dispute["status"] == "lost") lost += dispute["amount"].get<std::int64_t>();
    }
    const std::string known = life.find(
        "SELECT e.status FROM transactions t JOIN enrollments e ON e.id = t.enrollment_id "
        "WHERE t.stripe_payment_intent_id = ?1",
        {intent});
    if (known.empty()) return id + " was paid and nobody knows";
    const bool is_enrolled = known == "enrolled" || known == "completed";
    // What the bank holds can not be refunded for as long: whoever runs the product sees the row that died of it.
    const bool may_be_released = lost >= paid || is_held;
    if (lost >= paid ? is_enrolled : !is_enrolled && !(known == "released" && may_be_released))
      return unlike(id, "paid " + std::to_string(paid) + ", lost " + std::to_string(lost), known);
  }
  return {};
}

constexpr std::array laws{
    Law{"a student has one live enrollment in a course", Law::When::always,
        "SELECT student_id, course_id FROM enrollments WHERE status IN ('pending', 'enrolled', 'completed') "
        "GROUP BY student_id, course_id HAVING count(*) > 1"},
    Law{"whoever is enrolled has paid", Law::When::always,
        "SELECT e.id FROM enrollments e WHERE e.status IN ('enrolled', 'completed') "
        "AND NOT EXISTS (SELECT 1 FROM transactions t WHERE t.enrollment_id = e.id AND t.refunded_cents + "
        "t.charged_back_cents < t.amount_cents)"},
    Law{"nobody is enrolled in a course of their own", Law::When::always,
        "SELECT e.id FROM enrollments e JOIN courses c ON c.id = e.course_id WHERE c.creator_id = e.student_id"},
    Law{"nobody teaches themselves", Law::When::always, "SELECT id FROM enrollments WHERE teacher_id = student_id"},
    Law{"nobody is sold as a teacher who is none", Law::When::always, "SELECT who, what FROM missold"},
    Law{"a page asks for the price that was", Law::When::always, "", pages_at_wrong_price},
    Law{"a payment enrolls or goes back", Law::When::in_the_end, "", payments_that_end_neither_way},
    Law{"nothing is pending for ever", Law::When::in_the_end, "SELECT id FROM enrollments WHERE status = 'pending'"},
};

}  // namespace

bool may_pay(Person& person) {
  const auto& pages = person.belongings.of<PagesSeen>().sessions;
  if (pages.empty()) return false;
  const auto& sessions = person.life.stripe.sessions;
  const auto page = sessions.find(pages.back());
  return page != sessions.end() && page->second["status"] == "open";
}

Script<> pay_in_a_while(Person& person, std::string session, Millis pause) {
  co_await person.life.wait(pause);
  press_pay(person, session);
}

const Part enrollments{.name = "enrollments", .deeds = deeds, .laws = laws, .prepare = prepare, .is_needed = true};

}  // namespace isthmus::simulation
