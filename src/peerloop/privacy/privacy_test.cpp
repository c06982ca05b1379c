#include "peerloop/privacy/privacy.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "native/campus.h"
#include "native/fake_stream.h"
#include "native/marketplace.h"
#include "native/peerloop_server.h"
#include "peerloop/learning/routes.h"
#include "peerloop/notifications/notify.h"
#include "peerloop/privacy/sections.h"
#include "peerloop/scheduling/routes.h"
#include "peerloop/teaching/routes.h"

namespace isthmus::native {

namespace {

std::string path_of(const Account& account, std::string_view rest = "") {
  return "/api/users/" + account.id + std::string(rest);
}

Outgoing with_picture(const Account& account) {
  const std::string png = "\x89PNG\r\n\x1a\n" + std::string("\0\0\0\rIHDR\0\0\2\x80\0\0\1h\x08\6\0\0\0", 21);
  return {"PUT", path_of(account, "/avatar"), account.caller.with("content-type", "image/png").headers, png};
}

/// Every text of the database, table by table, in which `needle` stands.
std::vector<std::string> tables_that_mention(World& world, const std::string& needle) {
  std::vector<std::string> found;
  auto tables = world.database.execute(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'course_search%' AND name NOT LIKE "
      "'sqlite%'");
  for (const SqlValue& name : tables.cells) {
    const auto table = std::get<std::string>(name);
    for (const SqlValue& cell : world.database.execute("SELECT * FROM " + table).cells) {
      const auto* text = std::get_if<std::string>(&cell);
      if (text && text->contains(needle) && (found.empty() || found.back() != table)) found.push_back(table);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("everything that is held about a person is theirs to take along") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada", "creator");
  const Account bob = server.sign_up("bob");
  server.post(path_of(ada, "/follow"), bob);
  server.patch(path_of(ada), {{"bio", "I count."}, {"expertise", {"Engines"}}}, ada);

  const Reply reply = server.get(path_of(ada, "/export"), ada);
  REQUIRE(reply.status == 200);
  CHECK(reply.header("content-disposition").contains("attachment"));
  const Json held = reply.json();
  for (const auto& section : peerloop::export_sections())
    CHECK_MESSAGE(held[std::string(section.name)].is_array(), section.name);
  CHECK(held["account"][0]["email"] == "ada@example.org");
  CHECK(held["account"][0]["bio"] == "I count.");
  CHECK(held["expertise"] == Json{"Engines"});
  CHECK(held["followers"][0]["userId"] == bob.id);
  CHECK(held["devices"].size() == 1);
  CHECK(held["mails"][0]["template"] == "verify_email");
  CHECK(held["truncated"] == Json::array());
  for (const char* secret : {"$argon2", "token_hash", "password"}) CHECK_FALSE(reply.body.contains(secret));
}

TEST_CASE("an export is its owner's alone") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  const Account bob = server.sign_up("bob");
  CHECK(server.get(path_of(ada, "/export")).status == 401);
  CHECK(server.get(path_of(ada, "/export"), bob).status == 404);
  CHECK(server.del(path_of(ada), bob).status == 404);
}

TEST_CASE("a section that is too long says that it was cut") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  server.world.database.execute(R"(
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= 5000)
      INSERT INTO notifications (id, user_id, kind, cause, data, created_at)
      SELECT printf('00000000-0000-7000-8000-%012d', i), ?1, 'new_message', 'message:' || i, json_object('n', i), ?2
      FROM n)",
                                {ada.id, server.world.now().ms});
  const Json held = server.get(path_of(ada, "/export"), ada).json();
  CHECK(held["notifications"].size() == 5000);
  CHECK(held["truncated"] == Json{"notifications"});

  const std::string section = path_of(ada, "/export?section=");
  const std::string cursor = held["next"]["notifications"].get<std::string>();
  const Json rest = server.get(section + "notifications&cursor=" + cursor, ada).json();
  CHECK(rest["notifications"].size() == 1);
  CHECK(held["notifications"].back()["data"]["n"] == 2);
  CHECK(rest["notifications"][0]["data"]["n"] == 1);
  CHECK(rest["truncated"] == Json::array());
  CHECK(rest["next"] == Json::object());
  CHECK_FALSE(rest.contains("account"));
  CHECK(server.get(section + "account", ada).json()["account"] == held["account"]);
  CHECK(server.get(section + "messages&cursor=" + cursor, ada).code() == "invalid_cursor");
  CHECK(server.get(section + "notifications&cursor=x", ada).code() == "invalid_cursor");
  CHECK(server.get(section + "nonsense", ada).code() == "unknown_section");
  CHECK(server.get(path_of(ada, "/export?cursor=" + cursor), ada).status == 400);
}

TEST_CASE("what somebody set, and what was done about them, is part of it, and each section is there by itself") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada", "creator");
  const Json hours{{"weekday", "monday"}, {"from", "09:00"}, {"to", "17:00"}};
  CHECK(server.put("/api/availability", {{"timezone", "UTC"}, {"rules", {hours}}}, ada).status == 200);
  CHECK(server.post("/api/calendar/token", ada).status < 300);
  server.world.database.execute(
      "INSERT INTO audit_log (id, actor_id, action, target_type, target_id, details, created_at)"
      " VALUES (?1, ?2, 'user.suspend', 'user', ?2, '{\"reason\":\"spam\"}', ?3)",
      {server.world.new_id(), ada.id, server.world.now().ms});
  const Reply whole = server.get(path_of(ada, "/export"), ada);
  REQUIRE_MESSAGE(whole.status == 200, whole.body);
  const Json held = whole.json();
  CHECK(held["availability"][0]["sessionMinutes"].is_array());
  for (const char* name : {"bufferBeforeMinutes", "bufferAfterMinutes", "minimumNoticeMinutes", "changeNoticeMinutes",
                           "horizonDays", "dailyLimit", "slotStepMinutes"})
    CHECK_MESSAGE(held["availability"][0].contains(name), name);
  CHECK(held["calendarLinks"].size() == 1);
  CHECK(held["account"][0]["suspendedAt"].is_null());
  CHECK(held["privilegedActsAboutYou"][0]["details"] == Json{{"reason", "spam"}});
  CHECK_FALSE(held["privilegedActsAboutYou"][0].contains("actorId"));
  for (const auto& section : peerloop::export_sections()) {
    CAPTURE(section.name);
    const std::string name(section.name);
    const Reply page = server.get(path_of(ada, "/export?section=" + name), ada);
    REQUIRE_MESSAGE(page.status == 200, page.body);
    CHECK(page.json()[name] == held[name]);
    server.world.database.execute("DELETE FROM rate_limits");
  }
}

TEST_CASE("every table that knows a person is part of the export, or it is said why not") {
  PeerloopServer server;
  const std::map<std::string_view, std::string_view> left_out{
      {"refresh_tokens", "hashes of secrets; their sessions are shown as devices"},
      {"earning_totals", "sums of shares and transfers, which are shown one by one"},
      {"one_time_tokens", "hashes of secrets, gone within a day"},
      {"transfer_reversals", "shown with their transfers, by what came back"},
      {"refunds", "shown with their payments; `requested_by` is the student or an admin"}};
  auto tables = server.world.database.execute(R"(
      SELECT DISTINCT m.name FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
      WHERE m.type = 'table' AND f."table" = 'users')");
  REQUIRE(tables.rows() > 10);
  for (const SqlValue& cell : tables.cells) {
    const auto& table = std::get<std::string>(cell);
    const bool exported = std::ranges::any_of(peerloop::export_sections(), [&](const auto& section) {
      return section.source.contains("FROM " + table + ' ') || section.source.contains("JOIN " + table + ' ');
    });
    CHECK_MESSAGE(exported != left_out.contains(table), table);
  }
}

TEST_CASE("a deleted account leaves nothing that names the person") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada", "creator");
  const Account bob = server.sign_up("bob");
  server.post(path_of(ada, "/follow"), bob);
  server.post(path_of(bob, "/follow"), ada);
  server.patch(path_of(ada), {{"name", "Augusta King"}, {"bio", "I count."}, {"expertise", {"Engines"}}}, ada);
  REQUIRE(server.send(with_picture(ada)).status == 200);
  REQUIRE_FALSE(tables_that_mention(server.world, "ada@example.org").empty());

  CHECK(server.del(path_of(ada), ada).status == 204);
  for (const char* trace : {"ada@example.org", "Augusta", "I count.", "Engines"})
    CHECK_MESSAGE(tables_that_mention(server.world, trace).empty(), trace);
  CHECK(server.world.database.text("SELECT handle FROM users WHERE deleted_at IS NOT NULL").starts_with("deleted_"));
  CHECK(server.world.bucket.objects.empty());
  CHECK(server.world.database.count("SELECT count(*) FROM audit_log WHERE action = 'user.delete'") == 1);

  CHECK(server.get("/api/auth/me", ada).status == 401);
  CHECK(server.refresh(ada.refresh_token).status == 401);
  CHECK(server.sign_in("ada@example.org").status == 401);
  CHECK(server.get(path_of(ada)).status == 404);
  CHECK(server.get(path_of(bob)).json()["followerCount"] == 0);
  CHECK(server.get(path_of(bob)).json()["followingCount"] == 0);
  // The address is free again.
  CHECK(server.sign_up("ada").id != ada.id);
}

namespace {

constexpr auto departure_routes =
    join(peerloop::privacy_routes, peerloop::scheduling_routes, peerloop::learning_routes, peerloop::teaching_routes);
constexpr App departure_app{"peerloop", "Departure", departure_routes, &test_authenticator};

/// A student who learns with the creator of one course and with a student-teacher of another. It is a Monday.
class Departure : public Campus {
 public:
  Departure() : Campus(departure_app) {
    world.settings.values = {{"APP_URL", "https://app.example.org"},
                             {"RESEND_API_KEY", "re_test"},
                             {"RESEND_FROM_ADDRESS", "noreply@example.org"}};
    world.http.respond = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
      return IncomingAnswer{200, {}, R"({"id":"mail"})"};
    };
    const Json hours{{"weekday", "wednesday"}, {"from", "09:00"}, {"to", "17:00"}};
    CHECK(server.put("/api/availability", {{"timezone", "UTC"}, {"rules", {hours}}}, creator).status == 200);
    with_creator = text("SELECT id FROM enrollments WHERE student_id = ?1", {student.id});
    const std::string rust = add_course(creator, "rust");
    let_teach(teacher, rust);
    with_teacher = world.new_id();
    world.database.execute(R"(
        INSERT INTO enrollments (id, course_id, student_id, teacher_id, instructor_type, status, price_cents, currency,
                                 checkout_expires_at, enrolled_at, created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, 'student_teacher', 'enrolled', 45000, 'usd', ?5, ?5, ?5, ?5))",
                           {with_teacher, rust, student.id, teacher.id, world.now().ms});
  }
  Reply act(const std::string& path, const Caller& who, const Json& body = nullptr) {
    Reply reply = body.is_null() ? server.post(path, who) : server.post(path, body, who);
    CHECK_MESSAGE(reply.status < 300, reply.body);
    return reply;
  }
  std::string book(std::string_view starts_at) {
    const Json wish{{"enrollmentId", with_creator},
                    {"teacherId", creator.id},
                    {"startsAt", std::string(starts_at)},
                    {"durationMinutes", 60}};
    return act("/api/sessions", student, wish).json()["id"].get<std::string>();
  }

  std::string with_creator, with_teacher;
};

}  // namespace

TEST_CASE("who goes takes their own words along, and their name from what others were told") {
  Departure left;
  const std::string kept = left.book("2026-09-23T10:00:00Z"), called_off = left.book("2026-09-30T10:00:00Z");
  left.act("/api/sessions/" + kept + "/reschedule", left.student, {{"startsAt", "2026-09-30T12:00:00Z"}});
  left.act("/api/sessions/" + called_off + "/cancel", left.student, {{"reason", "Zora is ill"}});
  left.act("/api/enrollments/" + left.with_teacher + "/recommend", left.teacher);
  left.act("/api/enrollments/" + left.with_creator + "/certify", left.creator);
  left.act("/api/courses/cpp/teach", left.student, {{"message", "Zora taught me"}});
  left.act("/api/courses/" + left.course + "/teachers/" + left.student.id + "/approve", left.creator);
  CHECK(left.server.del("/api/courses/cpp/teach", left.student).status == 204);
  left.world.database.execute("DELETE FROM idempotency_keys");
  for (const char* kind : {"session_booked", "session_moved", "session_cancelled", "completion_recommended",
                           "teaching_requested", "teaching_ended"})
    CHECK_MESSAGE(left.count("SELECT count(*) FROM notifications WHERE user_id = ?1 AND kind = ?2"
                             " AND data LIKE '%Name of student%'",
                             {left.creator.id, std::string(kind)}) > 0,
                  std::string(kind));
  CHECK_FALSE(tables_that_mention(left.world, "Zora").empty());

  CHECK(left.server.del("/api/users/" + left.student.id, left.student).status == 204);
  for (const char* trace : {"Name of student", "Zora"})
    for (const std::string& table : tables_that_mention(left.world, trace))
      CHECK_MESSAGE(table.empty(), std::string(trace), " in ", table);
  CHECK(left.count("SELECT count(*) FROM notifications WHERE user_id = ?1 AND data LIKE '%Deleted user%'",
                   {left.creator.id}) >= 6);
}

TEST_CASE("what is told of somebody while they go is told without their name") {
  Departure left;
  const std::string session = left.book("2026-09-23T10:00:00Z");
  CHECK(left.server.del("/api/users/" + left.student.id, left.student).status == 204);
  StandaloneHost standalone(left.world);
  const auto tell = [&](peerloop::Notice notice, std::string data) {
    CHECK(run(left.world, standalone.host().database.write(peerloop::notify(standalone.host(), notice, left.creator.id,
                                                                            left.world.new_id(), std::move(data))))
              .has_value());
  };
  tell(peerloop::Notice::session_cancelled, Json{{"sessionId", session}, {"otherName", "Name of student"}}.dump());
  tell(peerloop::Notice::teaching_ended,
       Json{{"teacherId", left.student.id}, {"teacherName", "Name of student"}}.dump());
  CHECK_FALSE(std::ranges::contains(tables_that_mention(left.world, "Name of student"), "notifications"));
  left.world.database.execute("UPDATE sessions SET cancel_reason = 'Zora is ill' WHERE cancelled_by = ?1",
                              {left.student.id});
  CHECK(left.count("SELECT count(*) FROM sessions WHERE cancelled_by = ?1", {left.student.id}) == 1);
  CHECK(tables_that_mention(left.world, "Zora").empty());
}

TEST_CASE("why somebody wanted their money back goes with them") {
  Marketplace market;
  market.enroll_and_pay(market.student);
  const std::string enrollment = market.text("SELECT id FROM enrollments");
  const Json wish{{"enrollmentId", enrollment}, {"amountCents", 1000}, {"reason", "Zora was ill"}};
  CHECK(market.server.post("/api/admin/refunds", wish, market.admin).status == 202);
  CHECK(market.server.post("/api/enrollments/" + enrollment + "/refund", {{"reason", "Zora is ill"}}, market.student)
            .status == 202);
  CHECK(market.count("SELECT count(*) FROM refund_requests WHERE reason LIKE 'Zora%'") == 2);
  market.world.database.execute("UPDATE users SET deleted_at = updated_at WHERE id = ?1", {market.student.id});
  CHECK(market.count("SELECT count(*) FROM refund_requests WHERE reason LIKE 'Zora%'") == 0);
  CHECK(market.count("SELECT count(*) FROM refund_requests") == 2);
}

namespace {

/// Begins a request, and lets it stand before the `nth` of its batches until the account is deleted.
Reply delete_during(PeerloopServer& server, const Account& account, Outgoing outgoing, int nth = 2) {
  int batches = 0;
  server.world.fates = [&](const HostCall& call) {
    const bool waits = call.port == "database" && ++batches == nth;
    return Fate{.before = waits ? minute : 0};
  };
  const auto begun = server.begin(std::move(outgoing));
  server.world.scheduler.run_until(server.world.now() + second);
  const auto deletion = server.begin({"DELETE", path_of(account), account.caller.headers, {}});
  server.world.scheduler.run();
  server.world.fates = {};
  CHECK(deletion->reply().status == 204);
  return begun->reply();
}

}  // namespace

TEST_CASE("what somebody was doing while their account was deleted leaves nothing behind") {
  const auto json = [](std::string method, std::string target, const Account& who, const Json& body) {
    return Outgoing{std::move(method), std::move(target), who.caller.with("content-type", "application/json").headers,
                    body.dump()};
  };
  for (int deed = 0; deed < 7; ++deed) {
    CAPTURE(deed);
    PeerloopServer server;
    const Account ada = server.sign_up("ada", "creator");
    const Account bob = server.sign_up("bob");
    const Json hours{{"weekday", "monday"}, {"from", "09:00"}, {"to", "17:00"}};
    const Outgoing deeds[] = {
        json("PATCH", path_of(ada), ada, {{"bio", "Augusta was here."}, {"expertise", {"Augusta"}}}),
        json("POST", path_of(bob, "/follow"), ada, Json::object()),
        json("POST", path_of(bob, "/block"), ada, Json::object()),
        json("POST", "/api/courses", ada, {{"title", "Augusta was here"}, {"description", "x"}, {"priceCents", 100}}),
        json("PUT", "/api/availability", ada, {{"timezone", "UTC"}, {"rules", {hours}}}),
        json("POST", "/api/auth/resend-verification", ada, Json::object()),
        with_picture(ada),
    };
    const Reply reply = delete_during(server, ada, deeds[deed]);
    CHECK_MESSAGE((reply.status >= 400 && reply.status < 500), reply.body);
    CHECK(tables_that_mention(server.world, "Augusta").empty());
    CHECK(server.world.database.count("SELECT count(*) FROM users WHERE id = ?1 AND bio = '' AND avatar_key IS NULL",
                                      {ada.id}) == 1);
    const auto found = tables_that_mention(server.world, ada.id);
    for (const std::string table : {"follows", "blocks", "expertise", "availability", "one_time_tokens"})
      CHECK_MESSAGE(!std::ranges::contains(found, table), table);
  }
}

TEST_CASE("a picture that arrives while its account is deleted goes as well") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  delete_during(server, ada, with_picture(ada));
  server.world.bucket.objects["avatars/" + ada.id] = {"image/png", "late", "\"late\"", server.world.now()};
  server.world.scheduler.advance(20 * minute);
  server.run_cron();
  CHECK(server.world.bucket.objects.empty());
}

TEST_CASE("an account that is deleted twice at once is deleted once") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  CHECK(delete_during(server, ada, {"DELETE", path_of(ada), ada.caller.headers, {}}).status == 204);
}

TEST_CASE("nobody follows who is gone, and who is gone follows nobody, also at the feed provider") {
  PeerloopServer server;
  FakeStream stream(server.world);
  const Account ada = server.sign_up("ada");
  const Account bob = server.sign_up("bob");
  const Account eve = server.sign_up("eve");
  server.post(path_of(bob, "/follow"), ada);
  server.post(path_of(ada, "/follow"), bob);
  server.post(path_of(eve, "/follow"), bob);
  REQUIRE(stream.followed.size() == 3);
  CHECK(server.del(path_of(ada), ada).status == 204);
  CHECK(stream.followed.size() == 1);
  CHECK(stream.follows("timeline:" + bob.id, "user:" + eve.id));
}

TEST_CASE("nobody is notified whose account is deleted") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  REQUIRE(server.del(path_of(ada), ada).status == 204);
  StandaloneHost standalone(server.world);
  const auto told = [&](const std::string& user) {
    run(server.world, standalone.host().database.write(
                          peerloop::notify(standalone.host(), peerloop::Notice::new_message, user, "cause", "{}")))
        .has_value();
    return server.world.database.count("SELECT count(*) FROM notifications WHERE user_id = ?1", {user});
  };
  CHECK(told(server.sign_up("bob").id) == 1);
  CHECK(told(ada.id) == 0);
}

TEST_CASE("who teaches students, or has money unsettled, is told what is in the way") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada", "creator");
  server.world.database.execute(
      "INSERT INTO ledger_movements (id, cause, currency, postings, created_at)"
      " VALUES (?1, 'test:1', 'usd', json_object('payable:' || ?2, -500, 'provider:stripe', 500), ?3)",
      {server.world.new_id(), ada.id, server.world.now().ms});
  const Reply refused = server.del(path_of(ada), ada);
  CHECK(refused.status == 409);
  CHECK(refused.code() == "obligations_left");
  CHECK(refused.json()["details"] == Json{{"activeStudents", 0},
                                          {"scheduledSessions", 0},
                                          {"unsettledSplits", 0},
                                          {"unsettledCents", 500},
                                          {"isLastAdmin", false}});
  CHECK(server.get("/api/auth/me", ada).status == 200);
}

TEST_CASE("the last administrator stays until there is another one who can act") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  const Account bob = server.sign_up("bob");
  for (const Account* admin : {&ada, &bob})
    server.world.database.execute("INSERT INTO user_roles (user_id, role, granted_at) VALUES (?1, 'admin', ?2)",
                                  {admin->id, server.world.now().ms});
  const auto refused = [&] {
    const Reply reply = server.del(path_of(ada), ada);
    return reply.status == 409 && reply.code() == "obligations_left" && reply.json()["details"]["isLastAdmin"] == true;
  };
  server.world.database.execute("UPDATE users SET suspended_at = ?2 WHERE id = ?1", {bob.id, server.world.now().ms});
  CHECK(refused());
  server.world.database.execute("UPDATE users SET suspended_at = NULL WHERE id = ?1", {bob.id});
  CHECK(server.del(path_of(bob), bob).status == 204);
  CHECK(refused());
  CHECK(server.get("/api/auth/me", ada).status == 200);
  const Account eve = server.sign_up("eve");
  server.world.database.execute("INSERT INTO user_roles (user_id, role, granted_at) VALUES (?1, 'admin', ?2)",
                                {eve.id, server.world.now().ms});
  CHECK(server.del(path_of(ada), ada).status == 204);
}

}  // namespace isthmus::native
