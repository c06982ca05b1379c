#include <array>

#include "simulation/parts.h"
#include "simulation/parts/draw.h"

namespace isthmus::simulation {

namespace {

/// Judges each beginning of a session in the very batch that writes it, by the teacher's hours as they are there: said
/// once more in SQL, apart from the program. Of the zones, Lisbon alone leaves summer time while somebody may book; the
/// day on which it does is not judged.
constexpr std::string_view judge = R"(
    INSERT INTO misplaced (session_id, why)
    SELECT NEW.id, why FROM (
      SELECT CASE
        WHEN NOT EXISTS (SELECT 1 FROM json_each(hours) h
                         WHERE (h.value ->> 0) <= from_minute AND from_minute + length <= (h.value ->> 1)
                           AND (from_minute - (h.value ->> 0)) % slot_step_minutes = 0) THEN 'outside the hours'
        WHEN NEW.starts_at < NEW.updated_at + minimum_notice_minutes * 60000 THEN 'too soon'
        WHEN NEW.starts_at > NEW.updated_at + horizon_days * 86400000 THEN 'too far ahead'
        WHEN EXISTS (SELECT 1 FROM sessions s WHERE s.teacher_id = NEW.teacher_id AND s.status <> 'cancelled'
                     AND s.id <> NEW.id AND s.starts_at < NEW.ends_at + apart AND NEW.starts_at < s.ends_at + apart)
          THEN 'too close to another'
        WHEN daily_limit < (SELECT count(*) FROM sessions s
                            WHERE s.teacher_id = NEW.teacher_id AND s.status <> 'cancelled'
                              AND date((s.starts_at + offset) / 1000, 'unixepoch') = date) THEN 'too many on one day'
        WHEN is_new AND NOT EXISTS (SELECT 1 FROM json_each(session_minutes) WHERE value = length) THEN 'a length that is not on offer'
        WHEN NOT EXISTS (SELECT 1 FROM enrollments e WHERE e.id = NEW.enrollment_id
                         AND (e.status = 'enrolled' OR NOT is_new AND e.status = 'completed')) THEN 'not enrolled'
        END AS why
      FROM (
        SELECT *, (buffer_before_minutes + buffer_after_minutes) * 60000 AS apart,
               (NEW.ends_at - NEW.starts_at) / 60000 AS length,
               (NEW.starts_at + offset) / 60000 % 1440 AS from_minute,
               coalesce((SELECT x.hours FROM availability_exceptions x WHERE x.teacher_id = a.teacher_id AND x.date = a.date),
                        (SELECT json_group_array(json_array(r.from_minute, r.to_minute)) FROM availability_rules r
                         WHERE r.teacher_id = a.teacher_id AND r.weekday = (strftime('%w', a.date) + 6) % 7 + 1)) AS hours
        FROM (SELECT *, date((NEW.starts_at + offset) / 1000, 'unixepoch') AS date
              FROM (SELECT *, CASE timezone WHEN 'Asia/Tokyo' THEN 540 WHEN 'Asia/Kolkata' THEN 330
                                            WHEN 'America/Phoenix' THEN -420
                                            WHEN 'Europe/Lisbon' THEN iif(NEW.starts_at < 1792890000000, 60, 0)
                                            ELSE 0 END * 60000 AS offset,
                           IS_NEW AS is_new
                    FROM availability WHERE teacher_id = NEW.teacher_id)) a))
    WHERE why IS NOT NULL AND NEW.starts_at NOT BETWEEN 1792882800000 AND 1792972800000;)";

std::string judge_of(std::string_view is_new) {
  std::string text(judge);
  text.replace(text.find("IS_NEW"), 6, is_new);
  return text;
}

void prepare(Life& life) {
  auto& database = life.world.database;
  database.execute("CREATE TEMP TABLE misplaced (session_id TEXT, why TEXT)");
  database.execute("CREATE TEMP TRIGGER judged_when_booked AFTER INSERT ON sessions BEGIN " + judge_of("1") + " END");
  database.execute(
      "CREATE TEMP TRIGGER judged_when_moved AFTER UPDATE OF starts_at ON sessions WHEN NEW.starts_at <> "
      "OLD.starts_at BEGIN " +
      judge_of("0") + " END");
  // The notice that each teacher ever asked for: a change of hours does not wait for a change of a session.
  database.execute("CREATE TEMP TABLE notices_asked (teacher_id TEXT, minutes INTEGER)");
  for (const char* when : {"INSERT", "UPDATE OF change_notice_minutes"})
    database.execute("CREATE TEMP TRIGGER notice_asked_" + std::string(when).substr(0, 6) + " AFTER " + when +
                     " ON availability BEGIN INSERT INTO notices_asked VALUES (NEW.teacher_id, "
                     "NEW.change_notice_minutes); END");
  constexpr std::string_view notice =
      "(SELECT min(minutes) FROM notices_asked WHERE teacher_id = NEW.teacher_id) * 60000";
  Judges judges(life, "mischanged");
  judges.add("moved_in_time", "UPDATE OF starts_at ON sessions WHEN NEW.starts_at <> OLD.starts_at", "NEW.id",
             "was moved too late", "NEW.updated_at > OLD.starts_at - " + std::string(notice));
  // Whoever deletes the account, or got the money back, may be late.
  judges.add("cancelled_in_time",
             "UPDATE OF status ON sessions WHEN NEW.status = 'cancelled' AND NEW.cancelled_by IS NOT NULL", "NEW.id",
             "was cancelled too late",
             "NEW.cancelled_at > OLD.starts_at - iif(NEW.cancelled_by = NEW.teacher_id, 0, " + std::string(notice) +
                 ") AND EXISTS (SELECT 1 FROM users WHERE id = NEW.cancelled_by AND deleted_at IS NULL)");
  judges.add("cancelled_by_one_of_both",
             "UPDATE OF status ON sessions WHEN NEW.status = 'cancelled' AND NEW.cancelled_by IS NOT NULL", "NEW.id",
             "was cancelled by somebody else", "NEW.cancelled_by NOT IN (NEW.student_id, NEW.teacher_id)");
  Judges reminded(life, "misreminded");
  // "mail:session_reminder:{user}:session:{session}:{sequence}:{which}"
  database.execute("CREATE TEMP TABLE reminders (outbox_id TEXT, session_id TEXT, sequence INTEGER)");
  database.execute(
      "CREATE TEMP TRIGGER reminders_noted AFTER INSERT ON outbox WHEN NEW.dedupe_key LIKE 'mail:session!_reminder:%' "
      "ESCAPE '!' BEGIN INSERT INTO reminders SELECT NEW.id, substr(NEW.dedupe_key, 68, 36), "
      "CAST(substr(NEW.dedupe_key, 105) AS INTEGER); END");
  reminded.add("reminded_in_time", "INSERT ON outbox WHEN NEW.dedupe_key LIKE 'mail:session!_reminder:%' ESCAPE '!'",
               "NEW.dedupe_key", "reminds of a session that is not to come",
               "NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = substr(NEW.dedupe_key, 68, 36) AND s.status = "
               "'scheduled' AND s.sequence = CAST(substr(NEW.dedupe_key, 105) AS INTEGER) AND substr(NEW.dedupe_key, "
               "23, 36) IN (s.student_id, s.teacher_id) AND NEW.created_at < s.starts_at AND NEW.created_at >= "
               "s.starts_at - iif(NEW.dedupe_key LIKE '%:1h', 3600000, 86400000))");
}

Json hours_of(int from, int to) {
  const auto text = [](int hour) { return (hour < 10 ? "0" : "") + std::to_string(hour) + ":00"; };
  return {{"from", text(from)}, {"to", text(to)}};
}

Json drawn_hours(Dice& dice) {
  constexpr auto zones =
      std::to_array<const char*>({"UTC", "Asia/Tokyo", "Asia/Kolkata", "America/Phoenix", "Europe/Lisbon"});
  Json body{{"timezone", dice.pick(zones)},
            {"rules", Json::array()},
            {"exceptions", Json::array()},
            {"sessionMinutes", dice.one_in(2) ? Json{30, 60} : Json{60}},
            {"slotStepMinutes", dice.one_in(2) ? 30 : 15},
            {"bufferBeforeMinutes", dice.one_in(2) ? 15 : 0},
            {"bufferAfterMinutes", dice.one_in(2) ? 10 : 0},
            {"minimumNoticeMinutes", dice.between(0, 2) * 60},
            {"changeNoticeMinutes", dice.between(0, 1) * 60},
            {"horizonDays", dice.between(1, dice.one_in(2) ? 30 : 60)}};
  if (dice.one_in(3)) body["dailyLimit"] = dice.between(1, 4);
  for (const char* weekday : {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}) {
    if (dice.one_in(6)) continue;
    const bool split = dice.one_in(3);
    // Hours that touch would be one for the program and two for its judge.
    for (Json rule : split ? std::vector{hours_of(8, 12), hours_of(13, 20)} : std::vector{hours_of(0, 23)}) {
      rule["weekday"] = weekday;
      body["rules"].push_back(rule);
    }
  }
  for (const char* date : {"2026-09-21", "2026-09-22", "2026-09-23"}) {
    if (!dice.one_in(4)) continue;
    Json hours = Json::array();
    if (dice.one_in(2)) hours.push_back(hours_of(6, 22));
    body["exceptions"].push_back({{"date", date}, {"hours", hours}});
  }
  return body;
}

Script<> set_hours(Person& person) {
  const Json body = drawn_hours(person.dice());
  person.expect(co_await person.ask("PUT", "/api/availability", body, {.tries = 2}), {200, 401, 403});
}

Script<> change_hours_in_a_moment(Person& teacher, Json body, Millis pause) {
  co_await teacher.life.wait(pause);
  if (is_in(teacher))
    teacher.foresee(co_await teacher.ask("PUT", "/api/availability", std::move(body)), {200, 401, 403, 409});
}

Person* person_of(Life& life, const std::string& id) {
  for (const auto& person : life.people())
    if (person->id == id) return person.get();
  return nullptr;
}

/// What the listing has at least a quarter of an hour from now, which leaves time to try again.
Script<std::vector<std::string>> listed_slots(Person& person, std::string teacher, int minutes) {
  const Timestamp from = person.life.now() + 15 * minute;
  const std::string target = "/api/student-teachers/" + teacher + "/slots?durationMinutes=" + std::to_string(minutes) +
                             "&from=" + to_rfc3339(from) + "&to=" + to_rfc3339(from + 2 * day);
  const auto reply = co_await person.ask("GET", target);
  std::vector<std::string> slots;
  if (!person.expect(reply, {200, 401, 404}) || reply->status != 200) co_return slots;
  const Json answer = reply->json();
  for (const Json& slot : answer["slots"]) slots.push_back(text_of(slot["startsAt"]));
  co_return slots;
}

/// Many want the first hours of a day.
const std::string& wanted(Dice& dice, const std::vector<std::string>& slots) {
  return slots[dice.below(dice.one_in(2) ? std::min<std::size_t>(slots.size(), 3) : slots.size())];
}

struct Teaching {
  std::string enrollment, teacher;
};
Teaching some_teaching(Person& person) {
  const ResultSet rows = person.life.world.database.execute(
      "SELECT id, teacher_id FROM enrollments WHERE student_id = ?1 AND status = 'enrolled' ORDER BY id", {person.id});
  if (rows.cells.empty()) return {};
  const std::size_t row = person.dice().below(rows.cells.size() / 2);
  return {std::get<std::string>(rows.cells[2 * row]), std::get<std::string>(rows.cells[2 * row + 1])};
}

Script<> book(Person& person) {
  const Teaching teaching = some_teaching(person);
  if (teaching.enrollment.empty()) co_return;
  const int minutes = person.dice().one_in(3) ? 30 : 60;
  const auto slots = co_await listed_slots(person, teaching.teacher, minutes);
  if (slots.empty()) co_return;
  const auto booking = [&](const std::string& starts_at) {
    return Json{{"enrollmentId", teaching.enrollment},
                {"teacherId", teaching.teacher},
                {"startsAt", starts_at},
                {"durationMinutes", minutes}};
  };
  Dice& dice = person.dice();
  if (Person* teacher = person_of(person.life, teaching.teacher); teacher && dice.one_in(4))
    person.life.spawn(change_hours_in_a_moment(*teacher, drawn_hours(dice), dice.between(1, 80)));
  How how{.tries = 3};
  if (dice.one_in(2)) how.idempotency_key = person.next_key();
  if (dice.one_in(3)) {
    const std::size_t first = dice.below(slots.size());
    const std::size_t next = std::min(first + dice.below(4), slots.size() - 1);
    Json other = booking(slots[next]);
    if (const Teaching elsewhere = some_teaching(person); elsewhere.enrollment != teaching.enrollment) {
      other["enrollmentId"] = elsewhere.enrollment;
      other["teacherId"] = elsewhere.teacher;
    }
    if (other != booking(slots[first])) how.idempotency_key.clear();
    const auto replies = co_await person.ask_at_once({"POST", "/api/sessions", booking(slots[first])},
                                                     {"POST", "/api/sessions", std::move(other)}, how);
    for (const auto& reply : replies) person.expect(reply, {201, 409, 401});
    co_return;
  }
  const auto reply = co_await person.ask("POST", "/api/sessions", booking(wanted(dice, slots)), how);
  person.expect(reply, {201, 409, 401});
}

/// A time between two slots, which no listing has.
Script<> book_what_is_not_listed(Person& person) {
  const Teaching teaching = some_teaching(person);
  if (teaching.enrollment.empty()) co_return;
  const std::int64_t quarter = person.life.now().ms / (15 * minute) + 20;
  const Json body{{"enrollmentId", teaching.enrollment},
                  {"teacherId", teaching.teacher},
                  {"startsAt", to_rfc3339(Timestamp{quarter * 15 * minute + 7 * minute})},
                  {"durationMinutes", 60}};
  person.expect(co_await person.ask("POST", "/api/sessions", body), {409, 401});
}

/// A time that is listed, some weeks later: perhaps further ahead than the teacher's horizon.
Script<> book_far_ahead(Person& person) {
  const Teaching teaching = some_teaching(person);
  if (teaching.enrollment.empty()) co_return;
  const auto slots = co_await listed_slots(person, teaching.teacher, 60);
  if (slots.empty()) co_return;
  const auto listed = from_rfc3339(wanted(person.dice(), slots));
  const Json body{{"enrollmentId", teaching.enrollment},
                  {"teacherId", teaching.teacher},
                  {"startsAt", to_rfc3339(*listed + person.dice().between(1, 5) * 7 * day)},
                  {"durationMinutes", 60}};
  person.expect(co_await person.ask("POST", "/api/sessions", body), {201, 409, 401});
}

struct Meeting {
  std::string id, teacher;
  int minutes = 60;
};
Meeting some_meeting(Person& person) {
  const ResultSet rows = person.life.world.database.execute(
      "SELECT id, teacher_id, (ends_at - starts_at) / 60000 FROM sessions "
      "WHERE (student_id = ?1 OR teacher_id = ?1) AND status = 'scheduled' ORDER BY id",
      {person.id});
  if (rows.cells.empty()) return {};
  const std::size_t row = 3 * person.dice().below(rows.cells.size() / 3);
  return {std::get<std::string>(rows.cells[row]), std::get<std::string>(rows.cells[row + 1]),
          static_cast<int>(std::get<std::int64_t>(rows.cells[row + 2]))};
}

Script<> move(Person& person) {
  const Meeting meeting = some_meeting(person);
  if (meeting.id.empty()) co_return;
  const auto slots = co_await listed_slots(person, meeting.teacher, meeting.minutes);
  if (slots.empty()) co_return;
  const std::string target = "/api/sessions/" + meeting.id + "/reschedule";
  const Json first{{"startsAt", wanted(person.dice(), slots)}}, next{{"startsAt", wanted(person.dice(), slots)}};
  if (person.dice().one_in(3)) {
    for (const auto& reply : co_await person.ask_at_once({"POST", target, first}, {"POST", target, next}))
      person.expect(reply, {200, 409, 401});
    co_return;
  }
  person.expect(co_await person.ask("POST", target, first, {.tries = 3}), {200, 409, 401});
}

Script<> cancel(Person& person) {
  const Meeting meeting = some_meeting(person);
  if (meeting.id.empty()) co_return;
  const std::string target = "/api/sessions/" + meeting.id + "/cancel";
  const Json body{{"reason", "no time"}};
  if (person.dice().one_in(3)) {
    for (const auto& reply : co_await person.ask_twice("POST", target, body, {})) person.expect(reply, {200, 409, 401});
    co_return;
  }
  person.expect(co_await person.ask("POST", target, body, {.tries = 3}), {200, 409, 401});
}

Script<> cancel_at(Person& person, std::string session, Timestamp at) {
  co_await person.life.wait(std::max<Millis>(1, at - person.life.now()));
  if (!is_in(person)) co_return;
  const std::string target = "/api/sessions/" + session + "/cancel";
  person.expect(co_await person.ask("POST", target, {{"reason", "overslept"}}), {200, 409, 404, 401});
}

/// Cancels shortly before a session begins, or while it goes on.
Script<> mean_to_cancel(Person& person) {
  const std::string id = some_meeting(person).id;
  if (id.empty()) co_return;
  const Timestamp starts{person.life.count("SELECT starts_at FROM sessions WHERE id = ?1", {id})};
  // Nobody makes plans for weeks.
  if (starts > person.life.now() + 4 * day) co_return;
  person.life.note(person.name, "will not be able to come to " + id);
  Timestamp at = starts + person.dice().between(-90 * minute, 40 * minute);
  // Somebody cancels while the reminder could not be mailed yet.
  Dice mine = person.dice().fork(id);
  if (person.life.weather.strikes(Fault::outage, mine.seed(), 2, mine)) {
    at = starts - mine.between(second, 50 * minute);
    person.life.weather.take_away("resend", mine.seed(), starts - 70 * minute, starts + 2 * hour);
  }
  person.life.spawn(cancel_at(person, id, at));
}

Script<> look_at_sessions(Person& person) {
  const auto reply = co_await person.ask("GET", "/api/sessions");
  if (!person.expect(reply, {200, 401}) || reply->status != 200) co_return;
  const Json answer = reply->json();
  for (const Json& session : answer["items"])
    if (session["studentId"] != person.id && session["teacherId"] != person.id)
      person.life.violate("everybody lists the own sessions only", person.name);
  const std::string other = person.life.find(
      "SELECT id FROM sessions WHERE student_id <> ?1 AND teacher_id <> ?1 ORDER BY id LIMIT 1", {person.id});
  if (other.empty()) co_return;
  person.expect(co_await person.ask("POST", "/api/sessions/" + other + "/cancel", {{"reason", "not mine"}}),
                {404, 401});
}

bool teaches(Person& person) { return is_in(person) && person.standing.teaches; }
bool learns(Person& person) { return is_in(person) && person.standing.learns; }
bool meets(Person& person) { return is_in(person) && person.standing.meets; }

constexpr std::array deeds{
    Deed{"say when to teach", 12, [](Person& person) { return teaches(person) && !person.standing.has_hours; },
         set_hours},
    Deed{"change when to teach", 1, teaches, set_hours},
    Deed{"book a session", 14, learns, book},
    Deed{"book what is not listed", 1, learns, book_what_is_not_listed},
    Deed{"book far ahead", 1, learns, book_far_ahead},
    Deed{"cancel at the last moment", 2, meets, mean_to_cancel},
    Deed{"move a session", 6, meets, move},
    Deed{"cancel a session", 3, meets, cancel},
    Deed{"look at the sessions", 1, is_in, look_at_sessions},
};

/// What was refunded long enough ago that the outbox has called its sessions off.
std::string sessions_of_refunded(Life& life) {
  return life.find(
      "SELECT s.id FROM sessions s JOIN enrollments e ON e.id = s.enrollment_id "
      "WHERE e.status = 'refunded' AND s.status = 'scheduled' AND s.ends_at > ?1 AND e.refunded_at < ?1 - 43200000",
      {life.now().ms});
}

/// Who is to be reminded, and when settling began: from then on time flies past reminders.
struct Reminding {
  std::size_t looked_at = 0;
  Timestamp lived_until;
};

/// What was moved or called off some time ago reminds nobody any more.
std::string reminded_in_vain(Life& life) {
  auto& [looked_at, lived_until] = life.belongings.of<Reminding>();
  if (!life.settling()) lived_until = life.now();
  for (; looked_at < life.resend.sent.size(); ++looked_at) {
    const auto& mail = life.resend.sent[looked_at];
    if (mail.mail != "session_reminder") continue;
    const std::string changed = life.find(
        "SELECT s.id FROM reminders r JOIN sessions s ON s.id = r.session_id WHERE r.outbox_id = ?1 AND "
        "(s.status = 'cancelled' OR s.sequence <> r.sequence) AND s.updated_at < ?2",
        {mail.outbox_id, (mail.at - 2 * minute).ms});
    if (!changed.empty()) return changed + " to " + mail.to;
  }
  return {};
}

/// Whoever had more than a day is reminded, as long as nothing keeps cron from it.
std::string not_reminded(Life& life) {
  if (life.weather.count() > 0) return {};
  return life.find(
      "SELECT s.id FROM sessions s WHERE status <> 'cancelled' AND starts_at < ?1 AND starts_at > created_at + "
      "93600000 AND sequence = 0 AND 2 > (SELECT count(*) FROM reminders r WHERE r.session_id = s.id)",
      {life.belongings.of<Reminding>().lived_until.ms});
}

constexpr std::array laws{
    Law{"nobody changes a session too late", Law::When::always, "SELECT who, what FROM mischanged"},
    Law{"who is reminded has a session before them", Law::When::always, "SELECT who, what FROM misreminded"},
    Law{"nobody is reminded of what was moved or called off", Law::When::always, "", reminded_in_vain},
    Law{"no reminder waits of what was moved or called off", Law::When::always,
        "SELECT o.dedupe_key FROM reminders r JOIN outbox o ON o.id = r.outbox_id JOIN sessions s ON s.id = "
        "r.session_id WHERE o.delivered_at IS NULL AND o.dead_at IS NULL AND (s.status = 'cancelled' OR s.status = "
        "'scheduled' AND s.sequence <> r.sequence)"},
    Law{"both are reminded", Law::When::in_the_end, "", not_reminded},
    Law{"nobody is in two sessions at once", Law::When::always,
        "SELECT a.id, b.id FROM sessions a JOIN sessions b ON a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at "
        "< "
        "a.ends_at WHERE a.status = 'scheduled' AND b.status = 'scheduled' AND (a.teacher_id IN (b.teacher_id, "
        "b.student_id) OR a.student_id IN (b.teacher_id, b.student_id))"},
    Law{"what is booked was listed", Law::When::always, "SELECT session_id, why FROM misplaced"},
    Law{"a refunded enrollment holds no future session", Law::When::in_the_end, "", sessions_of_refunded},
};

}  // namespace

const Part scheduling{"scheduling", deeds, laws, prepare};

}  // namespace isthmus::simulation
