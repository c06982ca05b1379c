#include <array>
#include <map>
#include <set>

#include "simulation/parts.h"
#include "simulation/parts/belonging.h"
#include "simulation/parts/draw.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

/// Said once more in SQL, apart from the program.
std::string belongs(std::string_view user, std::string_view course) {
  std::string text = "(EXISTS (SELECT 1 FROM courses WHERE id = ";
  text.append(course).append(" AND creator_id = ").append(user);
  text.append(") OR EXISTS (SELECT 1 FROM enrollments WHERE course_id = ").append(course);
  text.append(" AND student_id = ").append(user).append(" AND status IN ('enrolled', 'completed'))");
  text.append(" OR EXISTS (SELECT 1 FROM course_teachers WHERE course_id = ").append(course);
  text.append(" AND teacher_id = ").append(user).append(" AND status = 'approved'))");
  return text;
}

/// Notes who is let in, and judges each post in the very batch that writes it.
void prepare(Life& life) {
  auto& database = life.world.database;
  database.execute("CREATE TEMP TABLE admissions (course_id TEXT, user_id TEXT)");
  const auto note = [&](std::string_view name, std::string_view when, std::string_view user) {
    std::string text = "CREATE TEMP TRIGGER ";
    text.append(name).append(" AFTER ").append(when);
    text.append(" BEGIN INSERT INTO admissions VALUES (NEW.course_id, NEW.").append(user).append("); END");
    database.execute(text);
  };
  note("admitted_to_learn", "UPDATE OF status ON enrollments WHEN NEW.status = 'enrolled'", "student_id");
  note("admitted_to_teach", "INSERT ON course_teachers WHEN NEW.status = 'approved'", "teacher_id");
  note("admitted_to_teach_later", "UPDATE OF status ON course_teachers WHEN NEW.status = 'approved'", "teacher_id");
  database.execute("CREATE TEMP TABLE posts_of_strangers (post_id TEXT)");
  database.execute("CREATE TEMP TRIGGER judged_when_posted AFTER INSERT ON posts WHEN NOT " +
                   belongs("NEW.author_id", "NEW.course_id") +
                   " BEGIN INSERT INTO posts_of_strangers VALUES (NEW.id); END");
}

bool moderates(Person& person) {
  return person.life.count("SELECT count(*) FROM user_roles WHERE user_id = ?1 AND role IN ('moderator', 'admin')",
                           {person.id}) > 0;
}

Script<> become_moderator(Person& person) {
  person.life.note(person.name, "is made a moderator");
  person.life.world.database.execute(
      "INSERT OR IGNORE INTO user_roles (user_id, role, granted_at) SELECT id, 'moderator', ?2 FROM users "
      "WHERE id = ?1 AND deleted_at IS NULL",
      {person.id, person.life.now().ms});
  co_return;
}

Script<> write_in(Person& person, std::string course) {
  if (course.empty()) co_return;
  Life& life = person.life;
  const std::string me = person.id;
  const How how{.idempotency_key = person.next_key(), .tries = 3};
  const Json body{{"text", person.name + " posts " + how.idempotency_key}};
  const std::string target = "/api/feeds/course/" + course;
  const Belonging before = belonging(life, me, course);
  std::vector<std::optional<Reply>> replies;
  if (person.dice().one_in(4))
    replies = co_await person.ask_twice("POST", target, body, how);
  else
    replies.push_back(co_await person.ask("POST", target, body, how));
  for (const auto& reply : replies)
    if (person.expect(reply, {201, 403, 404, 401, 409}) && reply->status == 201 &&
        never_belonged(before, belonging(life, me, course)))
      life.violate("who does not belong writes nothing", person.name + " in " + course);
}

Script<> write_post(Person& person) { return write_in(person, own_course(person)); }
Script<> write_anywhere(Person& person) {
  return write_in(person, some_id(person, "SELECT id FROM courses ORDER BY id"));
}

/// Reads a feed, and judges what is shown by what was so before it was asked for and is so now.
Script<> read(Person& person, std::string target, bool also_as_moderator, std::string of_course = "") {
  Life& life = person.life;
  const std::string me = person.id;
  const bool moderated = moderates(person);
  std::map<std::string, Belonging> before;
  for (const std::string& course : ids(life, "SELECT id FROM courses")) before[course] = belonging(life, me, course);
  const auto list = ids(life, "SELECT id FROM posts WHERE status <> 'published'");
  const std::set<std::string> ended(list.begin(), list.end());
  const auto reply = co_await person.ask("GET", target);
  const bool answers =
      also_as_moderator ? person.expect(reply, {200, 403, 404, 401}) : person.expect(reply, {200, 401});
  if (!answers || reply->status != 200) co_return;
  const bool may_anyway = also_as_moderator && (moderated || moderates(person));
  if (!of_course.empty() && !may_anyway && never_belonged(before[of_course], belonging(life, me, of_course)))
    life.violate("who does not belong reads nothing", person.name + " in " + of_course);
  const Json page = reply->json();
  for (const Json& post : page["items"]) {
    const std::string id = text_of(post["id"]), course = text_of(post["course"]["id"]);
    if (ended.contains(id)) life.violate("what was taken away is not shown", id + " to " + person.name);
    if (!may_anyway && never_belonged(before[course], belonging(life, me, course)))
      life.violate("who does not belong reads nothing", person.name + " in " + course);
  }
}

Script<> read_timeline(Person& person) { return read(person, "/api/feeds/timeline", false); }

Script<> read_somewhere(Person& person) {
  if (person.dice().one_in(3)) {
    const std::string teacher = some_id(person, "SELECT DISTINCT creator_id FROM courses ORDER BY creator_id");
    if (!teacher.empty()) co_await read(person, "/api/feeds/instructor/" + teacher, true);
    co_return;
  }
  const std::string course = some_id(person, "SELECT id FROM courses ORDER BY id");
  if (!course.empty()) co_await read(person, "/api/feeds/course/" + course, true, course);
}

Script<> delete_post(Person& person) {
  const std::string own =
      some_id(person, "SELECT id FROM posts WHERE author_id = ?1 AND status = 'published' ORDER BY id", {person.id});
  const std::string any = some_id(person, "SELECT id FROM posts ORDER BY id");
  const std::string& id = own.empty() || person.dice().one_in(4) ? any : own;
  if (id.empty()) co_return;
  const std::string target = "/api/feeds/posts/" + id;
  const bool was_theirs =
      person.life.count("SELECT count(*) FROM posts WHERE id = ?1 AND author_id = ?2", {id, person.id}) == 1;
  const bool moderated = moderates(person);
  const auto reply = co_await person.ask("DELETE", target, nullptr, {.tries = 2});
  if (person.expect(reply, {204, 403, 404, 401}) && reply->status == 204 && !was_theirs && !moderated &&
      !moderates(person))
    person.life.violate("only its author and moderators take a post away", person.name);
}

Script<> flag_post(Person& person) {
  const std::string id = some_id(person, "SELECT id FROM posts ORDER BY id");
  if (id.empty()) co_return;
  const Json body{{"reason", person.dice().one_in(2) ? "spam" : "abuse"}, {"note", "seen by " + person.name}};
  const auto reply = co_await person.ask("POST", "/api/feeds/posts/" + id + "/flag", body, {.tries = 2});
  person.expect(reply, {204, 404, 409, 401});
}

Script<> moderate(Person& person) {
  const auto listed = co_await person.ask("GET", "/api/moderation/flags");
  if (!person.expect(listed, {200, 403, 401}) || listed->status != 200) co_return;
  const Json page = listed->json();
  if (page["items"].empty()) co_return;
  const Json& flag = page["items"][person.dice().below(page["items"].size())];
  const Json body{{"action", person.dice().one_in(2) ? "remove" : "dismiss"}};
  const std::string target = "/api/moderation/flags/" + text_of(flag["id"]) + "/resolve";
  if (person.dice().one_in(3)) {
    const Json other{{"action", person.dice().one_in(2) ? "remove" : "dismiss"}};
    for (const auto& reply : co_await person.ask_at_once({"POST", target, body}, {"POST", target, other}))
      person.expect(reply, {200, 409, 403, 401});
    co_return;
  }
  person.expect(co_await person.ask("POST", target, body, {.tries = 2}), {200, 409, 403, 401});
}

Script<> fetch_token(Person& person) {
  const auto reply = co_await person.ask("POST", "/api/stream/token");
  if (person.expect(reply, {200, 401}) && reply->status == 200 && reply->json()["userId"] != person.id)
    person.life.violate("everybody gets the own token of the feeds", person.name);
}

/// What somebody took away at the feed provider.
struct TakenAway {
  std::set<std::string> posts;
  int told = 0;
};

/// Somebody at the provider takes a post away. It tells of that, as of what we took away ourselves.
Script<> see_post_taken_away(Person& person) {
  Life& life = person.life;
  auto& taken = life.belongings.of<TakenAway>();
  const std::string id = some_id(person, "SELECT id FROM posts ORDER BY id");
  if (id.empty()) co_return;
  const bool was_there = life.stream.activities.erase(id) > 0;
  if (was_there) taken.posts.insert(id);
  if (!was_there && life.count("SELECT count(*) FROM posts WHERE id = ?1 AND status = 'published'", {id}) == 1)
    co_return;
  const std::string name = "feed-event-" + std::to_string(++taken.told);
  const Json event{
      {"type", "feeds.activity.deleted"}, {"created_at", to_rfc3339(life.now())}, {"activity", {{"id", id}}}};
  life.note(name, "Stream has news: " + id + " is gone");
  life.post(name, [name, body = event.dump()] { return native::FakeStream::delivery(body, name); });
}

/// Moderators are asked once about each post that is gone there and stands here.
std::string taken_away_unnoticed(Life& life) {
  for (const std::string& id : life.belongings.of<TakenAway>().posts)
    if (life.count("SELECT count(*) FROM posts WHERE id = ?1 AND status = 'published'", {id}) == 1 &&
        life.count("SELECT count(*) FROM post_flags WHERE post_id = ?1 AND reporter_id IS NULL", {id}) != 1)
      return id;
  return {};
}

bool belongs_somewhere(Person& person) { return is_in(person) && person.standing.belongs; }

constexpr std::array deeds{
    Deed{"write a post", 5, belongs_somewhere, write_post},
    Deed{"write a post, wherever it is", 1, [](Person& person) { return person.intruder && is_in(person); },
         write_anywhere},
    Deed{"read the timeline", 2, is_in, read_timeline},
    Deed{"read a feed", 2, is_in, read_somewhere},
    Deed{"delete a post", 2, belongs_somewhere, delete_post},
    Deed{"object to a post", 2, belongs_somewhere, flag_post},
    Deed{"be made a moderator", 1, [](Person& person) { return is_in(person) && person.number == 2; },
         become_moderator},
    Deed{"decide about a flag", 5, [](Person& person) { return is_in(person) && person.standing.moderates; }, moderate},
    Deed{"see a post taken away", 1, [](Person& person) { return person.number == 0; }, see_post_taken_away},
    Deed{"fetch a token of the feeds", 1, is_in, fetch_token},
};

std::string copies_unlike_ours(Life& life) {
  const auto& taken = life.belongings.of<TakenAway>().posts;
  const ResultSet rows = life.world.database.execute("SELECT id, text FROM posts WHERE status = 'published'");
  std::size_t found = 0;
  for (std::size_t i = 0; i + 1 < rows.cells.size(); i += 2) {
    const auto& id = std::get<std::string>(rows.cells[i]);
    const auto copy = life.stream.activities.find(id);
    if (copy == life.stream.activities.end()) {
      if (!taken.contains(id)) return id + " is not at the provider";
      continue;
    }
    ++found;
    if (copy->second["text"] != std::get<std::string>(rows.cells[i + 1])) return id + " says something else there";
  }
  if (life.stream.activities.size() != found) return "what was taken away here is still there";
  return {};
}

std::string follows_unlike_ours(Life& life) {
  const ResultSet rows = life.world.database.execute(R"(
      SELECT follower_id, 'user:' || followee_id FROM follows
      UNION SELECT student_id, 'user:' || teacher_id FROM enrollments WHERE status IN ('enrolled', 'completed')
      UNION SELECT student_id, 'course:' || course_id FROM enrollments WHERE status IN ('enrolled', 'completed')
      UNION SELECT creator_id, 'course:' || id FROM courses WHERE published_at IS NOT NULL
      UNION SELECT teacher_id, 'course:' || course_id FROM course_teachers WHERE status = 'approved')");
  std::set<std::pair<std::string, std::string>> wanted;
  for (std::size_t i = 0; i + 1 < rows.cells.size(); i += 2)
    wanted.emplace("timeline:" + std::get<std::string>(rows.cells[i]), std::get<std::string>(rows.cells[i + 1]));
  for (const auto& [source, target] : wanted)
    if (!life.stream.follows(source, target)) return std::string(source).append(" does not follow ").append(target);
  for (const auto& [source, target] : life.stream.followed)
    if (!wanted.contains({source, target})) return std::string(source).append(" still follows ").append(target);
  return {};
}

constexpr std::array laws{
    Law{"a post is written once under one key", Law::When::always,
        "SELECT text FROM posts WHERE text LIKE '% posts %' GROUP BY text HAVING count(*) > 1"},
    Law{"only who belongs to a course writes in it", Law::When::always, "SELECT post_id FROM posts_of_strangers"},
    Law{"what is objected to is there", Law::When::always,
        "SELECT f.id FROM post_flags f JOIN posts p ON p.id = f.post_id WHERE f.status = 'open' AND p.status <> "
        "'published'"},
    Law{"nobody objects to their own words", Law::When::always,
        "SELECT f.id FROM post_flags f JOIN posts p ON p.id = f.post_id WHERE f.reporter_id = p.author_id"},
    Law{"each removal is in the log, once", Law::When::always,
        "SELECT p.id FROM posts p WHERE p.status = 'removed' AND 1 <> (SELECT count(*) FROM audit_log a WHERE "
        "a.action = 'post.remove' AND a.target_type = 'post' AND a.target_id = p.id)"},
    Law{"moderators are asked about what is gone at the feed provider", Law::When::in_the_end, "",
        taken_away_unnoticed},
    Law{"the feed provider has the posts that we have", Law::When::in_the_end, "", copies_unlike_ours},
    Law{"who belongs follows at the feed provider, and nobody else", Law::When::in_the_end, "", follows_unlike_ours},
};

}  // namespace

Belonging belonging(Life& life, const std::string& user, const std::string& course) {
  static const std::string question = "SELECT " + belongs("?1", "?2");
  return {life.count(question, {user, course}) == 1,
          life.count("SELECT count(*) FROM admissions WHERE user_id = ?1 AND course_id = ?2", {user, course})};
}

std::string own_course(Person& person) {
  static const std::string question = "SELECT id FROM courses c WHERE " + belongs("?1", "c.id") + " ORDER BY id";
  return some_id(person, question, {person.id});
}

const Part feeds{"feeds", deeds, laws, prepare};

}  // namespace isthmus::simulation
