#include <tuple>

#include <doctest/doctest.h>

#include "native/peerloop_server.h"

namespace isthmus::native {

namespace {

/// A PeerLoop with somebody in charge of it.
class Office : public PeerloopServer {
 public:
  Office() {
    root_ = sign_up("grace");
    give_role(root_, "admin");
  }

  const Account& root() const { return root_; }
  void give_role(const Account& account, std::string_view role) {
    world.database.execute("INSERT INTO user_roles (user_id, role, granted_at) VALUES (?1, ?2, ?3)",
                           {account.id, std::string(role), world.now().ms});
  }
  std::int64_t audited(std::string_view action, std::string_view target) {
    return world.database.count(
        "SELECT count(*) FROM audit_log WHERE action = ?1 AND target_id = ?2 AND actor_id = ?3 AND request_id IS NOT "
        "NULL",
        {std::string(action), std::string(target), root_.id});
  }

 private:
  Account root_;
};

std::string path_of(const Account& account) { return "/api/admin/users/" + account.id; }

std::vector<std::string> column(const Json& page, const char* name) {
  std::vector<std::string> out;
  for (const Json& item : page["items"]) out.push_back(item[name].get<std::string>());
  return out;
}

/// A mail that the provider will never take.
std::string dead_row(Office& office) {
  const auto takes_all = office.world.http.respond;
  office.world.http.respond = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return IncomingAnswer{422, {}, R"({"name":"validation_error"})"};
  };
  office.sign_up("unreachable");
  office.world.http.respond = takes_all;
  return office.world.database.text("SELECT id FROM outbox WHERE dead_at IS NOT NULL");
}

void insert_event(Office& office, std::string_view provider, std::string_view id, std::string_view status,
                  std::optional<std::string> body) {
  office.world.database.execute(
      "INSERT INTO webhook_events (provider, event_id, type, received_at, status, body) VALUES (?1, ?2, ?3, ?4, ?5, "
      "?6)",
      {std::string(provider), std::string(id), "email.delivered", office.world.now().ms, std::string(status),
       to_sql(std::move(body))});
}

}  // namespace

TEST_CASE("what administrators do is for nobody else") {
  Office office;
  const Account ada = office.sign_up("ada", "creator");
  office.give_role(ada, "moderator");
  const std::vector<Outgoing> calls{
      {"GET", "/api/admin/users", {}, {}},           {"GET", "/api/admin/analytics", {}, {}},
      {"GET", "/api/admin/counters", {}, {}},        {"GET", "/api/admin/audit", {}, {}},
      {"GET", "/api/admin/outbox", {}, {}},          {"GET", "/api/admin/webhooks", {}, {}},
      {"POST", "/api/admin/outbox/x/retry", {}, {}}, {"POST", "/api/admin/webhooks/x/replay", {}, {}}};
  for (const Outgoing& call : calls) {
    CHECK(office.send(call).status == 401);
    CHECK(office.send({call.method, call.target, ada.caller.headers, {}}).code() == "wrong_role");
  }
  CHECK(office.patch(path_of(office.root()), {{"suspended", true}}, ada).code() == "wrong_role");
}

TEST_CASE("accounts are found by how their address, handle or name begins, by role and by state") {
  Office office;
  const Account ada = office.sign_up("ada", "creator");
  const Account adam = office.sign_up("adam");
  const Account bob = office.sign_up("bob");
  office.patch(path_of(bob), {{"suspended", true}}, office.root());

  const auto found = [&](std::string_view query) {
    return column(office.get("/api/admin/users" + std::string(query), office.root()).json(), "handle");
  };
  CHECK(found("") == std::vector<std::string>{"bob", "adam", "ada", "grace"});
  CHECK(found("?q=ADA") == std::vector<std::string>{"adam", "ada"});
  CHECK(found("?q=bob%40exam") == std::vector<std::string>{"bob"});
  CHECK(found("?q=" + adam.id) == std::vector<std::string>{"adam"});
  CHECK(found("?q=ada&role=creator") == std::vector<std::string>{"ada"});
  CHECK(found("?q=zz").empty());
  CHECK(found("?role=creator") == std::vector<std::string>{"ada"});
  CHECK(found("?role=admin") == std::vector<std::string>{"grace"});
  CHECK(found("?state=suspended") == std::vector<std::string>{"bob"});
  CHECK(found("?state=active") == std::vector<std::string>{"adam", "ada", "grace"});
  CHECK(found("?state=deleted").empty());
  CHECK(office.get("/api/admin/users?q=a", office.root()).status == 400);
  CHECK(office.get("/api/admin/users?role=king", office.root()).status == 400);

  const Json first = office.get("/api/admin/users?limit=3", office.root()).json();
  const std::string cursor = first["nextCursor"].get<std::string>();
  CHECK(found("?limit=3&cursor=" + cursor) == std::vector<std::string>{"grace"});
  CHECK(first["items"][0]["state"] == "suspended");
  CHECK(first["items"][2]["roles"] == Json{"creator"});
  CHECK(first["items"][2]["email"] == "ada@example.org");
  CHECK(first["items"][2]["emailVerified"] == false);
  CHECK(first["items"][2]["enrollmentCount"] == 0);
  CHECK(first["items"][2]["lastSeenAt"].is_string());
}

TEST_CASE("a search text is no pattern") {
  Office office;
  for (const char* text : {"%25%25", "__", "%27%20OR%201", "%22%22", "%F4%8F%BF%BFx"})
    CHECK_MESSAGE(office.get("/api/admin/users?q=" + std::string(text), office.root()).json()["items"].empty(), text);
}

TEST_CASE("suspending ends every session at once, and reinstating opens the door again") {
  Office office;
  const Account ada = office.sign_up("ada");
  const Account second = office.account_of(office.sign_in(ada.email));
  const Reply suspended = office.patch(path_of(ada), {{"suspended", true}, {"reason", "spam"}}, office.root());
  REQUIRE(suspended.status == 200);
  CHECK(suspended.json()["state"] == "suspended");
  CHECK(office.get("/api/auth/me", ada).status == 401);
  CHECK(office.get("/api/auth/me", second).status == 401);
  CHECK(office.refresh(ada.refresh_token).code() == "account_suspended");
  CHECK(office.sign_in(ada.email).status == 403);
  CHECK(office.get("/api/users/" + ada.id).status == 404);
  CHECK(office.audited("user.suspend", ada.id) == 1);
  CHECK(office.get("/api/admin/audit", office.root()).json()["items"][0]["details"] ==
        Json{{"suspended", true}, {"reason", "spam"}});

  CHECK(office.patch(path_of(ada), {{"suspended", false}}, office.root()).json()["state"] == "active");
  CHECK(office.get("/api/auth/me", ada).status == 401);
  CHECK(office.sign_in(ada.email).status == 200);
  CHECK(office.audited("user.reinstate", ada.id) == 1);
}

TEST_CASE("roles are given and taken at once") {
  Office office;
  const Account ada = office.sign_up("ada");
  const Reply promoted = office.patch(path_of(ada), {{"roles", {"student", "moderator", "admin"}}}, office.root());
  REQUIRE(promoted.status == 200);
  CHECK(promoted.json()["roles"] == Json{"admin", "moderator", "student"});
  // The token from before names the old roles: it is worth nothing any more, a refresh gives one that is.
  CHECK(office.get("/api/admin/counters", ada).status == 401);
  const Account again = office.account_of(office.refresh(ada.refresh_token));
  CHECK(office.get("/api/admin/counters", again).status == 200);
  office.patch(path_of(ada), {{"roles", {"student"}}}, office.root());
  CHECK(office.get("/api/admin/counters", again).status == 401);
  CHECK(office.audited("user.roles", ada.id) == 2);
}

TEST_CASE("an address that mails came back from is repaired by an admin, who ends nobody's session with it") {
  Office office;
  const Account ada = office.sign_up("ada");
  office.world.database.execute("UPDATE users SET email_status = 'bounced' WHERE id = ?1", {ada.id});
  CHECK(office.patch(path_of(ada), {{"emailStatus", "bounced"}}, office.root()).problems("emailStatus").is_array());
  const Reply repaired = office.patch(path_of(ada), {{"emailStatus", "ok"}, {"reason", "repaired"}}, office.root());
  REQUIRE(repaired.status == 200);
  CHECK(repaired.json()["emailStatus"] == "ok");
  CHECK(office.audited("user.email", ada.id) == 1);
  CHECK(office.get("/api/admin/audit", office.root()).json()["items"][0]["details"] ==
        Json{{"emailStatus", "ok"}, {"reason", "repaired"}});
  CHECK(office.get("/api/auth/me", ada).status == 200);
  CHECK(office.patch(path_of(ada), {{"emailStatus", "ok"}, {"suspended", true}}, office.root()).status == 200);
  CHECK(office.get("/api/auth/me", ada).status == 401);
}

TEST_CASE("an admin changes neither their own account, nor one that is not there, nor nothing") {
  Office office;
  const Account ada = office.sign_up("ada");
  CHECK(office.patch(path_of(office.root()), {{"roles", {"student"}}}, office.root()).code() == "own_account");
  CHECK(office.patch("/api/admin/users/" + office.world.new_id(), {{"suspended", true}}, office.root()).status == 404);
  CHECK(office.patch(path_of(ada), Json::object(), office.root()).code() == "nothing_to_change");
  CHECK(office.patch(path_of(ada), {{"roles", {"king"}}}, office.root()).problems("roles").is_array());
  CHECK(office.world.database.count("SELECT count(*) FROM audit_log") == 0);
}

TEST_CASE("of two admins who end each other's power at the same time, one keeps it") {
  for (const Json& change : {Json{{"roles", {"student"}}}, Json{{"suspended", true}}}) {
    CAPTURE(change.dump());
    Office office;
    const Account ada = office.sign_up("ada");
    office.give_role(ada, "admin");
    office.world.fates = [](const HostCall&) { return Fate{Fate::Fault::none, 10, 10}; };
    const auto first = office.begin(with_json("PATCH", path_of(ada), change, office.root()));
    const auto second = office.begin(with_json("PATCH", path_of(office.root()), change, ada));
    office.world.scheduler.run();
    const auto& [winner, loser] = first->reply().status == 200 ? std::tie(first, second) : std::tie(second, first);
    CHECK(winner->reply().status == 200);
    CHECK(loser->reply().status == 409);
    CHECK(loser->reply().code() == "last_admin");
    CHECK(office.world.database.count("SELECT count(*) FROM users JOIN user_roles ON user_id = id "
                                      "WHERE role = 'admin' AND suspended_at IS NULL") == 1);
  }
}

TEST_CASE("a dead side effect is seen and tried again") {
  Office office;
  const std::string id = dead_row(office);
  const Json dead = office.get("/api/admin/outbox", office.root()).json();
  REQUIRE(column(dead, "id") == std::vector<std::string>{id});
  CHECK(dead["items"][0]["state"] == "dead");
  CHECK(dead["items"][0]["lastError"] == "Resend answered 422 validation_error");
  CHECK_FALSE(dead.dump().contains("token"));

  const Reply retried = office.post("/api/admin/outbox/" + id + "/retry", office.root());
  REQUIRE(retried.status == 200);
  CHECK(retried.json()["state"] == "waiting");
  CHECK(office.audited("outbox.retry", id) == 1);
  CHECK(office.mails().back()["to"] == "unreachable@example.org");
  const Json delivered = office.get("/api/admin/outbox?state=delivered", office.root()).json();
  CHECK(delivered["items"][0]["id"] == id);
  CHECK(office.get("/api/admin/outbox?state=waiting", office.root()).json()["items"].empty());
  CHECK(office.post("/api/admin/outbox/" + id + "/retry", office.root()).code() == "not_dead");
  CHECK(office.post("/api/admin/outbox/" + office.world.new_id() + "/retry", office.root()).status == 404);
  CHECK(office.audited("outbox.retry", id) == 1);
}

TEST_CASE("an event that had no effect is replayed from its body, one that had is not") {
  Office office;
  const std::string body =
      R"({"type":"email.delivered","created_at":"2026-09-21T14:13:20.000Z","data":{"email_id":"mail-1"}})";
  insert_event(office, "resend", "msg_failed", "failed", body);
  insert_event(office, "resend", "msg_ignored", "ignored", body);
  insert_event(office, "resend", "msg_done", "processed", body);
  insert_event(office, "resend", "msg_old", "failed", std::nullopt);
  insert_event(office, "stripe", "evt_1", "ignored", R"({"id":"evt_1","type":"customer.created"})");

  const Json failed = office.get("/api/admin/webhooks?status=failed", office.root()).json();
  CHECK(column(failed, "eventId") == std::vector<std::string>{"msg_failed", "msg_old"});
  CHECK(failed["items"][0]["id"] == "resend:msg_failed");
  CHECK(failed["items"][0]["canBeReplayed"] == true);
  CHECK(failed["items"][1]["canBeReplayed"] == false);
  CHECK(office.get("/api/admin/webhooks", office.root()).json()["items"].size() == 5);

  const auto replay = [&](std::string_view id) {
    return office.post("/api/admin/webhooks/" + std::string(id) + "/replay", office.root());
  };
  // The mail of root's sign-up.
  CHECK(replay("resend:msg_failed").json()["outcome"] == "processed");
  CHECK(office.world.database.text("SELECT status FROM emails WHERE provider_email_id = 'mail-1'") == "delivered");
  CHECK(replay("resend:msg_failed").code() == "already_processed");
  CHECK(replay("resend%3Amsg_ignored").json()["outcome"] == "processed");
  CHECK(replay("resend:msg_done").code() == "already_processed");
  CHECK(replay("resend:msg_old").code() == "body_removed");
  CHECK(replay("stripe:evt_1").json()["outcome"] == "ignored");
  CHECK(replay("resend:unknown").status == 404);
  CHECK(replay("nonsense").status == 404);
  CHECK(office.audited("webhook.replay", "resend:msg_failed") == 1);
  CHECK(office.audited("webhook.replay", "resend:unknown") == 0);
}

TEST_CASE("events of every provider are replayed, and there are none of another") {
  Office office;
  insert_event(office, "stream", "w1", "ignored", R"({"type":"feeds.activity.added"})");
  insert_event(office, "stream", "w2", "failed", R"([{"feed":"course:1","new":[],"deleted":[]}])");
  insert_event(office, "plugnmeet", "p1", "ignored", R"({"id":"p1","event":"room_created"})");
  const auto replay = [&](const std::string& id) {
    return office.post("/api/admin/webhooks/" + id + "/replay", office.root());
  };
  for (const char* id : {"stream:w1", "stream:w2", "plugnmeet:p1"}) CHECK(replay(id).json()["outcome"] == "ignored");
  CHECK(replay("elsewhere:e1").status == 404);
  CHECK(office.audited("webhook.replay", "elsewhere:e1") == 0);
  CHECK(office.world.database.count("SELECT count(*) FROM webhook_events WHERE status = 'ignored'") == 3);
}

TEST_CASE("lists of records go on where their page ended") {
  Office office;
  for (int i = 0; i < 5; ++i) insert_event(office, "resend", "msg_" + std::to_string(i), "ignored", std::nullopt);
  std::vector<std::string> seen;
  std::string cursor;
  do {
    const Json page =
        office.get("/api/admin/webhooks?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor), office.root()).json();
    for (const std::string& id : column(page, "eventId")) seen.push_back(id);
    cursor = page["nextCursor"].is_null() ? "" : page["nextCursor"].get<std::string>();
  } while (!cursor.empty());
  CHECK(seen == std::vector<std::string>{"msg_0", "msg_1", "msg_2", "msg_3", "msg_4"});
  for (const char* list : {"users", "audit", "outbox", "webhooks"})
    CHECK(office.get("/api/admin/" + std::string(list) + "?cursor=x", office.root()).code() == "invalid_cursor");
}

TEST_CASE("the audit log is searched by who acted and by what was acted on") {
  Office office;
  const Account ada = office.sign_up("ada");
  const Account bob = office.sign_up("bob");
  office.patch(path_of(ada), {{"suspended", true}}, office.root());
  office.patch(path_of(bob), {{"suspended", true}}, office.root());
  const auto found = [&](const std::string& query) {
    return column(office.get("/api/admin/audit" + query, office.root()).json(), "targetId");
  };
  CHECK(found("") == std::vector<std::string>{bob.id, ada.id});
  CHECK(found("?limit=1") == std::vector<std::string>{bob.id});
  CHECK(found("?actorId=" + office.root().id) == std::vector<std::string>{bob.id, ada.id});
  CHECK(found("?actorId=" + ada.id).empty());
  CHECK(found("?targetType=user&targetId=" + ada.id) == std::vector<std::string>{ada.id});
  office.patch(path_of(ada), {{"roles", {"student"}}}, office.root());
  CHECK(found("?action=user.roles") == std::vector<std::string>{ada.id});
  CHECK(found("?action=user.suspend") == std::vector<std::string>{bob.id, ada.id});
  CHECK(found("?action=user.suspend&limit=1") == std::vector<std::string>{bob.id});
  CHECK(found("?action=user.suspend&actorId=" + office.root().id) == std::vector<std::string>{bob.id, ada.id});
  CHECK(found("?action=user.suspend&actorId=" + ada.id).empty());
  CHECK(found("?action=user.roles&targetType=user&targetId=" + ada.id) == std::vector<std::string>{ada.id});
  CHECK(found("?action=user.roles&targetType=user&targetId=" + bob.id).empty());
  CHECK(found("?action=user").empty());
  CHECK(office.get("/api/admin/audit?action=", office.root()).status == 400);
  CHECK(office.get("/api/admin/audit?targetId=" + ada.id, office.root()).code() == "incomplete_target");
}

TEST_CASE("figures and counters say what is there, and nothing where nothing is") {
  Office office;
  const Json figures = office.get("/api/admin/analytics", office.root()).json();
  CHECK(figures["signups"] == 1);
  CHECK(figures["checkouts"] == 0);
  CHECK(figures["conversion"].is_null());
  CHECK(figures["money"] == Json::array());
  CHECK(office.get("/api/admin/analytics?from=2026-01-01T00:00:00Z&to=2025-01-01T00:00:00Z", office.root()).status ==
        400);
  CHECK(office.get("/api/admin/analytics?from=2020-01-01T00:00:00Z", office.root()).problems("from").is_array());
  CHECK(office.get("/api/admin/analytics?from=2020-01-01T00:00:00Z&to=2020-06-01T00:00:00Z", office.root())
            .json()["signups"] == 0);

  dead_row(office);
  const Json counters = office.get("/api/admin/counters", office.root()).json();
  CHECK(counters["signInsToday"] == 2);
  CHECK(counters["outboxDead"] == 1);
  CHECK(counters["outboxWaiting"] == 0);
  CHECK(counters["ledgerImbalances"] == 0);
}

}  // namespace isthmus::native
