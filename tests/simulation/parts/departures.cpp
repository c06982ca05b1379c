#include "simulation/parts/departures.h"

#include <array>

#include "simulation/parts.h"
#include "simulation/parts/accounts.h"
#include "simulation/parts/draw.h"
#include "simulation/parts/enrollments.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

/// Judges in the very batch: who goes leaves nobody and nothing behind that depends on them, and whoever has gone takes
/// no part in anything new.
void prepare(Life& life) {
  Judges judges(life, "misdeeds");
  const auto left = [&](std::string_view name, std::string_view what, std::string_view condition) {
    judges.add(name, "UPDATE OF deleted_at ON users WHEN NEW.deleted_at IS NOT NULL", "NEW.id", what, condition);
  };
  left("left_students", "left students",
       "EXISTS (SELECT 1 FROM enrollments WHERE teacher_id = NEW.id AND status = 'enrolled')");
  left("left_sessions", "left sessions to teach",
       "EXISTS (SELECT 1 FROM sessions WHERE teacher_id = NEW.id AND status = 'scheduled')");
  left("left_shares", "left shares that are not paid out",
       "EXISTS (SELECT 1 FROM payment_splits WHERE recipient_id = NEW.id AND status IN ('pending', 'approved', "
       "'frozen'))");
  left("left_money", "left money",
       "(SELECT coalesce(sum(amount_cents), 0) FROM ledger_entries WHERE account = 'payable:' || NEW.id) <> 0");
  judges.add("enrolled_as_nobody",
             "UPDATE OF status ON enrollments WHEN NEW.status = 'enrolled' AND OLD.status <> 'enrolled'", "NEW.id",
             "enrolled with somebody who is gone",
             "EXISTS (SELECT 1 FROM users WHERE id IN (NEW.student_id, NEW.teacher_id) AND deleted_at IS NOT NULL)");
  for (const auto& [table, column] : std::to_array<std::pair<std::string, std::string>>(
           {{"auth_sessions", "user_id"}, {"follows", "follower_id"}, {"follows", "followee_id"}})) {
    std::string name = table + "_of_nobody_as_";
    judges.add(name.append(column), "INSERT ON " + table, "NEW." + column, "began something after they had gone",
               "EXISTS (SELECT 1 FROM users WHERE id = NEW." + column + " AND deleted_at IS NOT NULL)");
  }
}

/// Does something in one tab while the account is deleted in the other.
Ask some_other_deed(Person& person) {
  const std::string path = "/api/users/" + person.id;
  const auto& all = person.life.people();
  const Person& other = *all[person.dice().below(all.size())];
  const std::string course = person.life.find("SELECT id FROM courses ORDER BY id DESC");
  const std::string farewell = person.name + " says farewell " + person.next_key();
  switch (person.dice().below(5)) {
    case 0: return {"POST", "/api/feeds/course/" + course, {{"text", farewell}}};
    case 1: return {"POST", "/api/users/" + other.id + "/follow"};
    case 2: return {"POST", "/api/courses/" + course + "/enroll", {{"instructorType", "creator"}}};
    case 3: return {"POST", "/api/conversations", {{"userId", other.id}, {"text", farewell}}};
    default: return {"PATCH", path, {{"bio", "I am " + person.name + ", and about to go"}}};
  }
}

Script<> delete_account(Person& person) {
  Life& life = person.life;
  life.belongings.of<Departures>().addresses[person.id] = person.email;
  const std::string path = "/api/users/" + person.id;
  const Timestamp began = life.now();
  Dice& dice = person.dice();
  if (may_pay(person) && dice.one_in(2)) {
    const std::string page = person.belongings.of<PagesSeen>().sessions.back();
    life.spawn(pay_in_a_while(person, page, dice.between(1, dice.one_in(2) ? 120 : 20 * minute)));
  }
  std::optional<Reply> reply;
  if (dice.one_in(3)) {
    const auto replies =
        co_await person.ask_at_once({"DELETE", path}, some_other_deed(person), {.idempotency_key = person.next_key()});
    person.expect(replies[1], {200, 201, 204, 400, 401, 403, 404, 409});
    reply = replies[0];
  } else {
    reply = co_await person.ask("DELETE", path, nullptr, {.tries = 2});
  }
  if (person.expect(reply, {204, 409, 401}) && reply->status == 204) retire(person, began);
  begin_anew_if_deleted(person);
}

Script<> take_everything_along(Person& person) {
  const auto reply = co_await person.ask("GET", "/api/users/" + person.id + "/export");
  if (!person.expect(reply, {200, 404, 401}) || reply->status != 200) co_return;
  const Json held = reply->json();
  if (held["account"].size() != 1 || held["account"][0]["id"] != person.id)
    person.life.violate("an export is about its owner", person.name);
  for (const auto& other : person.life.people())
    if (other->email != person.email && reply->body.contains('"' + other->email + '"'))
      person.life.violate("an export has the owner's address only", person.name + " sees that of " + other->name);
  for (const Json& enrollment : held["enrollments"])
    if (person.life.count("SELECT count(*) FROM enrollments WHERE id = ?1 AND student_id = ?2",
                          {text_of(enrollment["id"]), person.id}) != 1)
      person.life.violate("an export is about its owner", person.name);
}

Script<> change_account_of(Person& admin, const Person& other, Json change) {
  Life& life = admin.life;
  const std::string token = other.access_token;
  const Timestamp began = life.now();
  const auto reply = co_await admin.ask("PATCH", "/api/admin/users/" + other.id, change, {.tries = 2});
  if (!admin.expect(reply, {200, 401, 403, 404, 409}) || reply->status != 200 || token.empty()) co_return;
  // Whatever changes ends the tokens. The other's client does not know yet. Whoever may come back gets other tokens.
  life.belongings.of<LostAndFound>().access_tokens.push_back(retired(life, token, began));
}

Script<> change_standing(Person& admin, const Person& other, bool suspends) {
  return change_account_of(admin, other, {{"suspended", suspends}, {"reason", "as it seemed"}});
}

/// Gives or takes what somebody may decide about others, and leaves the other roles as they are.
Script<> change_roles(Person& person) {
  const auto& all = person.life.people();
  const Person& other = *all[person.dice().below(all.size())];
  if (other.number < 2 || other.id.empty() || other.id == person.id) co_return;
  const std::string role = person.dice().one_in(3) ? "admin" : "moderator";
  Json roles = Json::array();
  bool had = false;
  for (const std::string& one :
       ids(person.life, "SELECT role FROM user_roles WHERE user_id = ?1 ORDER BY role", {other.id}))
    if (one == role)
      had = true;
    else
      roles.push_back(one);
  if (!had) roles.push_back(role);
  co_await change_account_of(person, other, {{"roles", roles}, {"reason", "as it seemed"}});
}

Script<> suspend(Person& person) {
  const auto& all = person.life.people();
  const Person& other = *all[person.dice().below(all.size())];
  // The first of them keeps the world going.
  if (other.number == 0 || other.id.empty() || other.id == person.id) co_return;
  co_await change_standing(person, other, true);
}

Script<> lift_suspension(Person& person) {
  for (const auto& other : person.life.people()) {
    if (person.life.count("SELECT count(*) FROM users WHERE id = ?1 AND suspended_at > 0", {other->id}) == 0) continue;
    if (other->id != person.id) co_await change_standing(person, *other, false);
    co_return;
  }
}

bool is_admin(Person& person) { return is_in(person) && person.standing.is_admin; }

constexpr std::array deeds{
    Deed{"delete the account", 1, is_in, delete_account},
    Deed{"take everything along", 1, is_in, take_everything_along},
    Deed{"suspend somebody", 2, is_admin, suspend},
    Deed{"give or take a role", 2, is_admin, change_roles},
    Deed{"lift a suspension", 8, [](Person& person) { return is_admin(person) && person.standing.sees_suspended; },
         lift_suspension},
};

/// The addresses that nobody has any more, with when their accounts were deleted. A sign-up that arrives twice, once
/// behind the deletion, gives its address another account.
std::map<std::string, std::int64_t> departed(Life& life) {
  std::map<std::string, std::int64_t> gone;
  for (const auto& [id, address] : life.belongings.of<Departures>().addresses) {
    const std::int64_t at = life.count("SELECT coalesce(deleted_at, 0) FROM users WHERE id = ?1", {id});
    if (at > 0 && life.count("SELECT count(*) FROM users WHERE email = ?1", {address}) == 0) gone[address] = at;
  }
  return gone;
}

/// What was sent on its way before the end of an account may still arrive for as long as a request lives.
std::string mailed_to_the_departed(Life& life) {
  const auto gone = departed(life);
  for (const auto& mail : life.resend.sent)
    if (const auto since = gone.find(mail.to); since != gone.end() && mail.at.ms > since->second + 2 * minute)
      return mail.mail + " to " + mail.to;
  return {};
}

/// Nothing that they were called or wrote is left anywhere, but for the bodies of webhooks, which are kept for a week.
std::string still_named(Life& life) {
  auto& database = life.world.database;
  const auto gone = departed(life);
  if (gone.empty()) return {};
  const ResultSet tables = database.execute(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'course_search%' "
      "AND name NOT IN ('webhook_events', 'sqlite_sequence') ORDER BY name");
  for (const SqlValue& name : tables.cells) {
    const auto& table = std::get<std::string>(name);
    for (const SqlValue& cell : database.execute("SELECT * FROM " + table).cells) {
      const auto* text = std::get_if<std::string>(&cell);
      if (!text || !text->contains('@')) continue;
      for (const auto& [address, at] : gone)
        if (text->contains(address)) return std::string(table).append(" knows ").append(address);
    }
  }
  return {};
}

constexpr std::array laws{
    Law{"nobody goes who is needed, and who is gone is gone", Law::When::always, "SELECT who, what FROM misdeeds"},
    Law{"a suspended or deleted account has no open session", Law::When::always,
        "SELECT s.id FROM auth_sessions s JOIN users u ON u.id = s.user_id WHERE s.ended_at IS NULL "
        "AND (u.suspended_at IS NOT NULL OR u.deleted_at IS NOT NULL)"},
    Law{"a deleted account has no name", Law::When::always,
        "SELECT id FROM users WHERE deleted_at IS NOT NULL AND (email <> id || '@deleted.invalid' OR name <> 'Deleted "
        "user' OR handle NOT LIKE 'deleted!_%' ESCAPE '!' OR bio <> '' OR avatar_key IS NOT NULL OR password_hash IS "
        "NOT NULL)"},
    Law{"what was only theirs goes with a deleted account", Law::When::always,
        "SELECT id, kind FROM users JOIN (SELECT user_id, 'role' AS kind FROM user_roles UNION ALL SELECT user_id, "
        "'expertise' FROM expertise UNION ALL SELECT teacher_id, 'hours' FROM availability UNION ALL SELECT "
        "follower_id, 'follow' FROM follows UNION ALL SELECT followee_id, 'follower' FROM follows) ON user_id = id "
        "WHERE deleted_at IS NOT NULL"},
    Law{"what waited for a deleted account goes with it", Law::When::always,
        "SELECT id, kind FROM users JOIN (SELECT user_id, 'link' AS kind FROM one_time_tokens UNION ALL SELECT "
        "user_id, 'calendar' FROM calendar_links UNION ALL SELECT user_id, 'notification' FROM notifications UNION ALL "
        "SELECT blocker_id, 'block' FROM blocks UNION ALL SELECT blocked_id, 'blocked' FROM blocks) ON user_id = id "
        "WHERE deleted_at IS NOT NULL"},
    Law{"what a deleted account wrote has lost its words", Law::When::always,
        "SELECT id, kind FROM users JOIN (SELECT author_id, 'post' AS kind FROM posts WHERE text <> '' UNION ALL "
        "SELECT author_id, 'review' FROM reviews WHERE comment <> '' UNION ALL SELECT reporter_id, 'flag' FROM "
        "post_flags WHERE note <> '' UNION ALL SELECT holder_id, 'certificate' FROM certificates WHERE holder_name <> "
        "'' UNION ALL SELECT teacher_id, 'application' FROM course_teachers WHERE message <> '') ON author_id = id "
        "WHERE deleted_at IS NOT NULL"},
    Law{"nobody reads the reasons of a deleted account", Law::When::always,
        "SELECT u.id FROM users u JOIN refund_requests r ON r.requested_by = u.id WHERE u.deleted_at IS NOT NULL "
        "AND r.reason <> 'forgotten' UNION ALL SELECT u.id FROM users u JOIN sessions s ON s.cancelled_by = u.id "
        "WHERE u.deleted_at IS NOT NULL AND s.cancel_reason <> ''"},
    Law{"nobody is told the name of a deleted account", Law::When::in_the_end,
        "SELECT n.id FROM notifications n JOIN sessions s ON s.id = n.data ->> '$.sessionId' "
        "JOIN users u ON u.id IN (s.student_id, s.teacher_id) WHERE u.deleted_at IS NOT NULL AND u.id <> n.user_id "
        "AND n.data ->> '$.otherName' <> 'Deleted user' UNION ALL SELECT n.id FROM notifications n JOIN users u "
        "ON u.id IN (n.data ->> '$.studentId', n.data ->> '$.applicantId', n.data ->> '$.teacherId') "
        "WHERE u.deleted_at IS NOT NULL AND coalesce(n.data ->> '$.studentName', n.data ->> '$.applicantName', "
        "n.data ->> '$.teacherName') <> 'Deleted user'"},
    Law{"recordings go with the second of the two", Law::When::in_the_end,
        "SELECT r.id FROM recordings r JOIN sessions s ON s.id = r.session_id WHERE NOT EXISTS "
        "(SELECT 1 FROM users u WHERE u.id IN (s.student_id, s.teacher_id) AND u.deleted_at IS NULL)"},
    Law{"a deleted account teaches nothing any more", Law::When::always,
        "SELECT u.id FROM users u WHERE deleted_at IS NOT NULL AND (EXISTS (SELECT 1 FROM courses WHERE creator_id = "
        "u.id AND status <> 'archived') OR EXISTS (SELECT 1 FROM course_teachers WHERE teacher_id = u.id AND status "
        "IN ('applied', 'approved')))"},
    Law{"the sessions of a deleted account do not take place", Law::When::in_the_end,
        "SELECT s.id FROM sessions s JOIN users u ON u.id IN (s.student_id, s.teacher_id) WHERE s.status = "
        "'scheduled' AND u.deleted_at IS NOT NULL"},
    // One that was claimed meanwhile, and could not be freed, holds no answer and goes with its day.
    Law{"the answers to a deleted account are forgotten", Law::When::in_the_end,
        "SELECT k.key FROM idempotency_keys k JOIN users u ON k.scope = 'user:' || u.id "
        "WHERE u.deleted_at IS NOT NULL AND k.state <> 'running'"},
    Law{"each suspension has its reason in the log", Law::When::always,
        "SELECT id FROM users WHERE suspended_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit_log WHERE action = "
        "'user.suspend' AND target_id = users.id)"},
    Law{"no mail goes to a deleted account", Law::When::in_the_end, "", mailed_to_the_departed},
    Law{"a deleted account is named nowhere", Law::When::in_the_end, "", still_named},
};

}  // namespace

void begin_anew_if_deleted(Person& person) {
  Life& life = person.life;
  const Timestamp deleted{life.count("SELECT coalesce(deleted_at, 0) FROM users WHERE id = ?1", {person.id})};
  if (deleted.ms == 0) return;
  life.note(person.name, "has no account any more");
  retire(person, deleted);
  person.id.clear();
  person.email = person.name;
  person.email.append(1, '.').append(person.next_key()).append("@example.org");
  const PagesSeen pages = person.belongings.of<PagesSeen>();
  person.belongings = {};
  person.belongings.of<PagesSeen>() = pages;
}

const Part departures{"departures", deeds, laws, prepare};

}  // namespace isthmus::simulation
