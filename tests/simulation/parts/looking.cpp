#include <array>
#include <map>
#include <set>

#include "simulation/parts.h"
#include "simulation/parts/draw.h"

namespace isthmus::simulation {

namespace {

/// Who may see something: a query that counts for ?1, the person, and ?2, the object.
constexpr std::string_view anybody = "";
constexpr std::string_view admins = "SELECT count(*) FROM user_roles WHERE user_id = ?1 AND role = 'admin' AND ?2 = ?2";
constexpr std::string_view earners =
    "SELECT count(*) FROM user_roles WHERE user_id = ?1 AND role IN ('creator', 'studentTeacher') AND ?2 = ?2";
constexpr std::string_view moderators =
    "SELECT count(*) FROM user_roles WHERE user_id = ?1 AND role IN ('moderator', 'admin') AND ?2 = ?2";
constexpr std::string_view its_creator =
    "SELECT count(*) FROM courses c JOIN user_roles r ON r.user_id = c.creator_id AND r.role = 'creator' WHERE c.id = "
    "?2 AND c.creator_id = ?1";
constexpr std::string_view the_two = "SELECT count(*) FROM sessions WHERE id = ?2 AND ?1 IN (student_id, teacher_id)";
constexpr std::string_view who_belongs =
    "SELECT EXISTS (SELECT 1 FROM courses WHERE id = ?2 AND creator_id = ?1) OR EXISTS (SELECT 1 FROM enrollments "
    "WHERE course_id = ?2 AND student_id = ?1 AND status IN ('enrolled', 'completed')) OR EXISTS (SELECT 1 FROM "
    "course_teachers WHERE course_id = ?2 AND teacher_id = ?1 AND status = 'approved')";

constexpr std::string_view courses_there = "SELECT id FROM courses ORDER BY id";
constexpr std::string_view people_there = "SELECT id FROM users ORDER BY id";
constexpr std::string_view sessions_there = "SELECT id FROM sessions ORDER BY id";

enum class Shape { page, object, calendar, table, picture };

/// Something to look at; "*" stands for an object of the dice's choice.
struct Sight {
  std::string_view target;
  Shape shape = Shape::page;
  std::string_view objects = {};  ///< a query
  std::string_view seen_by = anybody;
};

constexpr std::array sights{
    Sight{"/api/categories"},
    Sight{"/api/courses?limit=3&sort=newest"},
    Sight{"/api/courses/*", Shape::object, courses_there},
    Sight{"/api/courses/*/reviews", Shape::page, courses_there},
    Sight{"/api/courses/*/thumbnail", Shape::picture, courses_there},
    Sight{"/api/courses/*/materials", Shape::page, courses_there, who_belongs},
    Sight{"/api/courses/*/enrollments", Shape::page, courses_there, its_creator},
    Sight{"/api/creators"},
    Sight{"/api/student-teachers"},
    Sight{"/api/users/*/reviews", Shape::page, people_there},
    Sight{"/api/users/*/certificates", Shape::page, people_there},
    Sight{"/api/users/*/avatar", Shape::picture, people_there},
    Sight{"/api/enrollments?as=teacher"},
    Sight{"/api/sessions?when=past"},
    Sight{"/api/sessions/*", Shape::object, sessions_there, the_two},
    Sight{"/api/sessions/*/calendar.ics", Shape::calendar, sessions_there, the_two},
    Sight{"/api/sessions/*/reviews", Shape::page, sessions_there, the_two},
    Sight{"/api/conversations"},
    Sight{"/api/notifications"},
    Sight{"/api/availability", Shape::object, "", earners},
    Sight{"/api/earnings/statement?month=2026-09", Shape::table, "", earners},
    Sight{"/api/payments/connect/status", Shape::object, "", earners},
    Sight{"/api/moderation/flags?status=dismissed", Shape::page, "", moderators},
    Sight{"/api/admin/users?limit=5", Shape::page, "", admins},
    Sight{"/api/admin/analytics", Shape::object, "", admins},
    Sight{"/api/admin/counters", Shape::object, "", admins},
    Sight{"/api/admin/audit?limit=5", Shape::page, "", admins},
    Sight{"/api/admin/outbox?limit=5", Shape::page, "", admins},
    Sight{"/api/admin/webhooks?limit=5", Shape::page, "", admins},
    Sight{"/api/admin/refunds?limit=5", Shape::page, "", admins},
    Sight{"/api/admin/disputes?limit=5", Shape::page, "", admins},
    Sight{"/api/admin/books?month=2026-09", Shape::table, "", admins},
};

bool has_shape(const Reply& reply, Shape shape) {
  switch (shape) {
    case Shape::page: return reply.json()["items"].is_array() && reply.json().contains("nextCursor");
    case Shape::object: return reply.json().is_object();
    case Shape::calendar: return reply.body.starts_with("BEGIN:VCALENDAR\r\n");
    case Shape::table: return reply.body.contains(',');
    case Shape::picture: return reply.body.starts_with("\x89PNG");
  }
  return false;
}

/// Whoever may not see something at any moment of the request does not; and nobody but admins sees addresses of others.
Script<> look_around(Person& person) {
  Life& life = person.life;
  const Sight& sight = person.dice().pick(sights);
  std::string target(sight.target);
  const std::string object = sight.objects.empty() ? "" : some_id(person, sight.objects);
  if (const auto star = target.find('*'); star != std::string::npos) {
    if (object.empty()) co_return;
    target.replace(star, 1, object);
  }
  const std::string me = person.id;
  const auto may_see = [&] { return sight.seen_by.empty() || life.count(sight.seen_by, {me, object}) > 0; };
  const bool might = may_see();
  const auto reply = co_await person.ask("GET", target);
  if (!person.expect(reply, {200, 401, 403, 404}) || reply->status == 401) co_return;
  if (reply->status != 200) {
    if (might && may_see() && sight.objects.empty()) life.violate("whoever may see something does", me + ' ' + target);
    co_return;
  }
  if (!might && !may_see()) life.violate("nobody sees what is not for them", me + ' ' + target);
  if (!has_shape(*reply, sight.shape)) life.violate("a listing has its shape", target + ' ' + reply->body);
  if (sight.seen_by == admins) co_return;
  for (const auto& other : life.people())
    if (other.get() != &person && reply->body.contains('"' + other->email + '"'))
      life.violate("an address is shown to its owner only", target + " shows that of " + other->name);
}

/// Who has said that they read notices.
struct Readers {
  std::set<std::string> ids;
};

Script<> read_notices(Person& person) {
  Life& life = person.life;
  const std::string me = person.id;
  const auto listed = co_await person.ask("GET", "/api/notifications?limit=5");
  if (!person.expect(listed, {200, 401}) || listed->status != 200) co_return;
  const Json page = listed->json();
  Json seen = Json::array();
  for (const Json& notice : page["items"]) {
    seen.push_back(notice["id"]);
    if (life.count("SELECT count(*) FROM notifications WHERE id = ?1 AND user_id <> ?2", {text_of(notice["id"]), me}))
      life.violate("everybody is shown the own notices only", person.name);
  }
  // Those of others stay as they are.
  const std::string other =
      some_id(person, "SELECT id FROM notifications WHERE user_id <> ?1 AND read_at IS NULL ORDER BY id", {me});
  if (!other.empty()) seen.push_back(other);
  if (seen.empty()) co_return;
  const Json body = person.dice().one_in(3) ? Json{{"all", true}} : Json{{"ids", seen}};
  life.belongings.of<Readers>().ids.insert(me);
  person.expect(co_await person.ask("POST", "/api/notifications/read", body, {.tries = 2}), {200, 401});
}

/// Nobody's notices count as read who read none. Whoever reads a conversation has read of it.
std::string read_by_others(Life& life) {
  const auto& readers = life.belongings.of<Readers>().ids;
  for (const std::string& id :
       ids(life, "SELECT DISTINCT user_id FROM notifications WHERE read_at > 0 AND kind <> 'new_message'"))
    if (!readers.contains(id)) return id;
  return {};
}

/// The secret links to calendars that somebody was given, in order.
struct CalendarLinks {
  std::vector<std::string> ended;
  std::map<std::string, std::string> good;  ///< by their owner's id
};

Script<> renew_calendar_link(Person& person) {
  auto& links = person.life.belongings.of<CalendarLinks>();
  const std::string me = person.id;
  const bool renews = !person.dice().one_in(3);
  const std::string before = std::exchange(links.good[me], "");
  const auto reply = co_await person.ask(renews ? "POST" : "DELETE", "/api/calendar/token");
  // Where nobody heard, nobody knows which link is good.
  if (!person.expect(reply, {201, 204, 401}) || reply->status == 401) co_return;
  if (!before.empty()) links.ended.push_back(before);
  if (renews) links.good[me] = text_of(reply->json()["token"]);
}

Script<> open_calendar(Person& person) {
  const auto& links = person.life.belongings.of<CalendarLinks>();
  const bool tries_old = !links.ended.empty() && person.dice().one_in(2);
  const auto good = links.good.find(person.id);
  if (!tries_old && (good == links.good.end() || good->second.empty())) co_return;
  const std::string token = tries_old ? person.dice().pick(links.ended) : good->second;
  const auto reply = co_await person.ask("GET", "/api/calendar.ics?token=" + token, nullptr, {.signed_in = false});
  // Whoever is gone or suspended has no calendar to show.
  if (tries_old)
    person.expect(reply, {404});
  else if (person.expect(reply, {200, 404}) && reply->status == 200 && !has_shape(*reply, Shape::calendar))
    person.life.violate("a listing has its shape", reply->body);
}

constexpr std::array deeds{
    Deed{"look around", 4, is_in, look_around},
    Deed{"read the notices", 1, is_in, read_notices},
    Deed{"renew the link to the calendar", 1, is_in, renew_calendar_link},
    Deed{"open the calendar", 1, is_in, open_calendar},
};

constexpr std::array laws{
    Law{"everybody reads the own notices only", Law::When::in_the_end, "", read_by_others},
};

}  // namespace

const Part looking{"looking", deeds, laws};

}  // namespace isthmus::simulation
