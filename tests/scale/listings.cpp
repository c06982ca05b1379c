#include "scale/listings.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>

#include <doctest/doctest.h>

namespace isthmus::native {

namespace {

/// Those for whom there is most, and what there is most of. Each is the first column of the first row.
constexpr std::array<std::pair<std::string_view, std::string_view>, 19> named{{
    {"admin", "SELECT user_id FROM user_roles WHERE role = 'admin' ORDER BY user_id LIMIT 1"},
    {"moderator",
     "SELECT user_id FROM user_roles WHERE role IN ('moderator', 'admin') ORDER BY role DESC, user_id LIMIT 1"},
    {"teacher", "SELECT teacher_id FROM sessions GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"},
    {"earner",
     "SELECT recipient_id FROM payment_splits WHERE recipient_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 "
     "LIMIT 1"},
    {"student",
     "SELECT student_id FROM enrollments WHERE status IN ('enrolled', 'completed') GROUP BY 1 ORDER BY count(*) DESC, "
     "1 LIMIT 1"},
    {"course", "SELECT course_id FROM enrollments GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"},
    {"creator",
     "SELECT creator_id FROM courses c JOIN enrollments e ON e.course_id = c.id GROUP BY c.id ORDER BY count(*) DESC, "
     "c.id LIMIT 1"},
    {"category", "SELECT slug FROM categories ORDER BY position LIMIT 1"},
    {"talker", "SELECT user_id FROM conversation_members GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"},
    {"conversation", "SELECT conversation_id FROM messages GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"},
    {"writer",
     "SELECT first_user_id FROM conversations WHERE id = (SELECT conversation_id FROM messages GROUP BY 1 ORDER BY "
     "count(*) DESC, 1 LIMIT 1)"},
    {"told",
     "SELECT u.id FROM users u ORDER BY (SELECT count(*) FROM notifications WHERE user_id = u.id) DESC, u.id LIMIT 1"},
    {"traveller",
     "SELECT u.id FROM users u ORDER BY (SELECT count(*) FROM auth_sessions WHERE user_id = u.id) DESC, u.id LIMIT 1"},
    {"holder", "SELECT holder_id FROM certificates GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"},
    {"followed", "SELECT id FROM users ORDER BY follower_count DESC, id LIMIT 1"},
    {"session",
     "SELECT id FROM sessions WHERE teacher_id = (SELECT teacher_id FROM sessions GROUP BY 1 ORDER BY count(*) DESC, 1 "
     "LIMIT 1) AND status = 'completed' ORDER BY id LIMIT 1"},
    {"enrollment",
     "SELECT id FROM enrollments WHERE student_id = (SELECT student_id FROM enrollments WHERE status IN ('enrolled', "
     "'completed') GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1) AND status = 'completed' ORDER BY id LIMIT 1"},
    {"word",
     "SELECT lower(substr(name, 1, instr(name || ' ', ' ') - 1)) FROM users WHERE email LIKE '%@%' GROUP BY 1 ORDER BY "
     "count(*) DESC, 1 LIMIT 1"},
    {"month",
     "SELECT strftime('%Y-%m', created_at / 1000, 'unixepoch') FROM ledger_movements GROUP BY 1 ORDER BY count(*) "
     "DESC, 1 LIMIT 1"},
}};

/// Who asks, and for what.
struct Listing {
  std::string_view caller;  ///< "": anyone
  std::string_view target;
};
constexpr std::array listings = std::to_array<Listing>({
    {"", "/api/categories"},
    {"", "/api/courses"},
    {"", "/api/courses?sort=popular"},
    {"", "/api/courses?sort=rating"},
    {"", "/api/courses?q=python"},
    {"", "/api/courses?category=:category"},
    {"", "/api/courses/:course"},
    {"", "/api/courses/:course/reviews"},
    {"creator", "/api/courses/:course/materials"},
    {"creator", "/api/courses/:course/enrollments"},
    {"creator", "/api/courses/:course/teachers"},
    {"", "/api/creators"},
    {"", "/api/student-teachers"},
    {"", "/api/users/:followed"},
    {"", "/api/users/:teacher/reviews"},
    {"", "/api/users/:holder/certificates"},
    {"", "/api/student-teachers/:teacher/slots"},
    {"student", "/api/enrollments"},
    {"teacher", "/api/enrollments?as=teacher"},
    {"student", "/api/enrollments/:enrollment"},
    {"teacher", "/api/sessions"},
    {"teacher", "/api/sessions?when=past"},
    {"teacher", "/api/sessions?when=all&role=teacher"},
    {"student", "/api/sessions?when=past"},
    {"teacher", "/api/sessions/:session/reviews"},
    {"teacher", "/api/teaching"},
    {"student", "/api/feeds/timeline"},
    {"creator", "/api/feeds/course/:course"},
    {"moderator", "/api/feeds/instructor/:teacher"},
    {"moderator", "/api/moderation/flags"},
    {"talker", "/api/conversations"},
    {"writer", "/api/conversations/:conversation/messages"},
    {"told", "/api/notifications"},
    {"told", "/api/notifications?unread=true"},
    {"traveller", "/api/auth/sessions"},
    {"earner", "/api/earnings"},
    {"earner", "/api/earnings/statement?month=:month"},
    {"admin", "/api/admin/users"},
    {"admin", "/api/admin/users?q=:word"},
    {"admin", "/api/admin/users?role=creator"},
    {"admin", "/api/admin/analytics"},
    {"admin", "/api/admin/counters"},
    {"admin", "/api/admin/audit"},
    {"admin", "/api/admin/outbox?state=delivered"},
    {"admin", "/api/admin/webhooks"},
    {"admin", "/api/admin/payouts"},
    {"admin", "/api/admin/books?month=:month"},
});

/// Those that are one page whatever their size.
bool takes_limit(std::string_view target) {
  constexpr std::array<std::string_view, 11> whole{"/api/courses/:course",
                                                   "/api/users/:followed",
                                                   "/slots",
                                                   "/api/enrollments/:enrollment",
                                                   "/api/earnings",
                                                   "/statement",
                                                   "/analytics",
                                                   "/counters",
                                                   "/books",
                                                   "/api/categories",
                                                   "/api/courses/:course/materials"};
  const auto path = target.substr(0, target.find('?'));
  return std::ranges::none_of(whole, [&](std::string_view end) { return path == end || path.ends_with(end); });
}

class Cast {
 public:
  explicit Cast(PeerloopServer& server) : server_(server) {
    if (server_.world.database.count("SELECT count(*) FROM users WHERE email = 'onlooker@example.org'") == 0)
      server_.sign_up("onlooker");
    for (const auto& [name, query] : named) {
      names_[std::string(name)] = server_.world.database.text(query);
      REQUIRE_MESSAGE(!names_[std::string(name)].empty(), std::string(name));
    }
  }

  /// The target with its names replaced.
  std::string fill(std::string_view target) const {
    std::string filled;
    while (true) {
      const auto colon = target.find(':');
      filled += target.substr(0, colon);
      if (colon == std::string_view::npos) return filled;
      const auto end = std::min(target.find_first_of("/?&", colon), target.size());
      filled += names_.at(std::string(target.substr(colon + 1, end - colon - 1)));
      target.remove_prefix(end);
    }
  }

  /// Signed in under the password of the tests, which everybody has for as long.
  const Caller& caller(std::string_view name) {
    if (name.empty()) return nobody;
    const std::string& id = names_.at(std::string(name));
    if (const auto known = callers_.find(id); known != callers_.end()) return known->second;
    auto& database = server_.world.database;
    database.execute(
        "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE email = 'onlooker@example.org') WHERE "
        "id = ?1",
        {id});
    const Reply reply = server_.sign_in(database.text("SELECT email FROM users WHERE id = ?1", {id}));
    return callers_.emplace(id, server_.account_of(reply).caller).first->second;
  }

 private:
  PeerloopServer& server_;
  std::map<std::string, std::string> names_;
  std::map<std::string, Caller> callers_;
};

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

void populate(PeerloopServer& server, int users, int courses, int sessions) {
  server.world.scheduler.advance(after_the_business - server.world.now());
  server.world.database.run_script("CREATE TEMP TABLE size AS SELECT " + std::to_string(users) + " AS users, " +
                                   std::to_string(courses) + " AS courses, " + std::to_string(sessions) +
                                   " AS sessions, " + std::to_string(after_the_business.ms) + " AS ends_at;" +
                                   text_of(std::string(ISTHMUS_SOURCE_DIR) + "/tests/scale/population.sql"));
}

namespace {

Asked ask(PeerloopServer& server, std::string_view name, const Outgoing& outgoing, int times) {
  using Watch = std::chrono::steady_clock;
  Asked asked{std::string(name), 0, 0};
  for (int i = 0; i < times; ++i) {
    const std::int64_t before = server.world.database.steps;
    const auto started = Watch::now();
    const Reply reply = server.send(outgoing);
    const std::int64_t took = std::chrono::duration_cast<std::chrono::microseconds>(Watch::now() - started).count();
    CHECK_MESSAGE(reply.status < 300, outgoing.target << ": " << reply.body);
    asked.steps = server.world.database.steps - before;
    asked.microseconds = i == 0 ? took : std::min(asked.microseconds, took);
  }
  return asked;
}

}  // namespace

std::vector<Asked> ask_all_listings(PeerloopServer& server, int limit, int times) {
  Cast cast(server);
  std::vector<Asked> all;
  for (const auto& [who, target] : listings) {
    std::string path = cast.fill(target);
    if (takes_limit(target)) path += (path.contains('?') ? "&limit=" : "?limit=") + std::to_string(limit);
    all.push_back(ask(server, target, {"GET", std::move(path), cast.caller(who).headers, {}}, times));
  }
  return all;
}

std::vector<Asked> ask_some_writes(PeerloopServer& server, int times) {
  Cast cast(server);
  // Behind what an earlier run wrote, so that nobody has written too much in a minute.
  server.world.scheduler.advance(
      server.world.database.count("SELECT count(*) FROM messages WHERE created_at >= ?1", {after_the_business.ms}) *
      minute);
  const auto message = with_json("POST", cast.fill("/api/conversations/:conversation/messages"), {{"text", "Hello"}},
                                 cast.caller("writer"));
  const auto profile = with_json("PATCH", cast.fill("/api/users/:student"), {{"bio", "x"}}, cast.caller("student"));
  return {ask(server, "POST /api/conversations/:conversation/messages", message, times),
          ask(server, "PATCH /api/users/:student", profile, times)};
}

}  // namespace isthmus::native
