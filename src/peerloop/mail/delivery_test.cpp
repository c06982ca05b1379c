#include <doctest/doctest.h>

#include "native/peerloop_server.h"

namespace isthmus::native {

namespace {

std::string status_of_outbox(PeerloopServer& server) {
  return server.world.database.text(
      "SELECT iif(delivered_at IS NOT NULL, 'delivered', iif(dead_at IS NOT NULL, 'dead', 'waiting')) FROM outbox"
      " ORDER BY id DESC");
}

void answer_with(PeerloopServer& server, IncomingAnswer answer) {
  server.world.http.respond = [answer](const OutgoingRequest&) -> Result<IncomingAnswer> { return answer; };
}

}  // namespace

TEST_CASE("a mail that was sent is recorded with the provider's id") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  CHECK(status_of_outbox(server) == "delivered");
  CHECK(server.world.database.count(
            "SELECT count(*) FROM emails e JOIN outbox o ON o.id = e.outbox_id"
            " WHERE e.user_id = ?1 AND e.provider_email_id = 'mail-1' AND o.provider_id = 'mail-1'"
            " AND e.template = 'verify_email' AND e.status = 'sent'",
            {ada.id}) == 1);
  const Json sent = server.mails()[0];
  CHECK(sent["tags"][0] == Json{{"name", "template"}, {"value", "verify_email"}});
  CHECK(sent["tags"][1]["value"] == server.world.database.text("SELECT id FROM outbox"));
}

TEST_CASE("a mail waits out a provider that is down, and is sent once") {
  PeerloopServer server;
  const auto takes_all = server.world.http.respond;
  answer_with(server, {500, {}, "<html>"});
  CHECK(server.sign_up("ada").access_token.size() > 0);
  CHECK(status_of_outbox(server) == "waiting");
  server.run_cron();
  CHECK(server.world.http.sent.size() == 3);
  server.world.http.respond = takes_all;
  server.world.scheduler.advance(minute);
  server.run_cron();
  server.run_cron();
  CHECK(server.world.http.sent.size() == 4);
  CHECK(status_of_outbox(server) == "delivered");
  // The same mail under the same key.
  CHECK(server.world.http.sent[0].body == server.world.http.sent[3].body);
  const auto key = [](const OutgoingRequest& request) { return request.headers[2].second; };
  CHECK(key(server.world.http.sent[0]) == key(server.world.http.sent[3]));
}

TEST_CASE("a provider that is busy is left alone for as long as it says") {
  PeerloopServer server;
  const auto takes_all = server.world.http.respond;
  answer_with(server, {429, {{"retry-after", "600"}}, "{}"});
  server.sign_up("ada");
  server.world.http.respond = takes_all;
  server.world.scheduler.advance(9 * minute);
  server.run_cron();
  CHECK(status_of_outbox(server) == "waiting");
  server.world.scheduler.advance(2 * minute);
  server.run_cron();
  CHECK(status_of_outbox(server) == "delivered");
}

TEST_CASE("a mail that will never be taken is dead at once") {
  PeerloopServer server;
  answer_with(server, {422, {}, R"({"name":"validation_error","message":"to: ada@example.org"})"});
  server.sign_up("ada");
  CHECK(status_of_outbox(server) == "dead");
  CHECK(server.world.database.text("SELECT last_error FROM outbox") == "Resend answered 422 validation_error");
}

TEST_CASE("a mail whose key was used for another wording was sent") {
  PeerloopServer server;
  answer_with(server, {409, {}, R"({"name":"invalid_idempotent_request"})"});
  server.sign_up("ada");
  CHECK(status_of_outbox(server) == "delivered");
  CHECK(server.world.database.text("SELECT error FROM emails").starts_with("sent before"));
}

TEST_CASE("nothing is sent to an address that bounced, nor to a deleted account") {
  for (const char* change :
       {"UPDATE users SET email_status = 'bounced'", "UPDATE users SET email_status = 'suppressed'",
        "UPDATE users SET deleted_at = created_at"}) {
    PeerloopServer server;
    const auto takes_all = server.world.http.respond;
    answer_with(server, {500, {}, ""});
    server.sign_up("ada");
    server.world.database.execute(change);
    server.world.database.execute("UPDATE outbox SET payload = json_set(payload, '$.mail', 'session_reminder')");
    server.world.http.respond = takes_all;
    server.world.scheduler.advance(minute);
    server.run_cron();
    CHECK(server.world.http.sent.size() == 3);
    CHECK(status_of_outbox(server) == "delivered");
    CHECK(server.world.database.text("SELECT payload FROM outbox") == "{}");
    CHECK(server.world.database.text("SELECT status FROM emails") == "suppressed");
    CHECK(server.world.database.text("SELECT error FROM emails").starts_with("not sent: "));
  }
}

TEST_CASE(
    "what its reader asks for and waits for is sent also where a mail came back once, but to nobody who is gone") {
  PeerloopServer server;
  server.sign_up("ada");
  for (const char* status : {"bounced", "suppressed"}) {
    server.world.database.execute("UPDATE users SET email_status = ?1", {std::string(status)});
    const std::size_t before = server.mails().size();
    CHECK(server.post("/api/auth/reset-password", {{"email", "ada@example.org"}}, server.stranger()).status == 202);
    REQUIRE(server.mails().size() == before + 1);
    CHECK(server.mails().back()["to"] == "ada@example.org");
    CHECK(server.mails().back()["subject"] == "Choose a new password");
    server.world.scheduler.advance(hour);
  }
  const auto takes_all = server.world.http.respond;
  answer_with(server, {500, {}, ""});
  server.sign_up("bob");
  server.world.database.execute("UPDATE users SET deleted_at = created_at WHERE handle = 'bob'");
  server.world.http.respond = takes_all;
  const std::size_t before = server.mails().size();
  server.world.scheduler.advance(minute);
  server.run_cron();
  CHECK(server.mails().size() == before);
}

TEST_CASE("a mail goes to the address and name of the moment") {
  PeerloopServer server;
  const auto takes_all = server.world.http.respond;
  answer_with(server, {500, {}, ""});
  server.sign_up("ada");
  server.world.database.execute("UPDATE users SET email = 'new@example.org', name = 'Countess'");
  server.world.http.respond = takes_all;
  server.world.scheduler.advance(minute);
  server.run_cron();
  CHECK(server.mails().back()["to"] == "new@example.org");
  CHECK(server.mails().back()["text"].get<std::string>().contains("Countess"));
}

TEST_CASE("a deployment without its addresses keeps the mails until it has them") {
  for (const char* setting : {"APP_URL", "RESEND_API_KEY", "RESEND_FROM_ADDRESS"}) {
    PeerloopServer server;
    const std::string value = server.world.settings.values[setting];
    server.world.settings.values.erase(setting);
    server.sign_up("ada");
    CHECK(status_of_outbox(server) == "waiting");
    CHECK(server.world.log.mentions(setting));
    server.world.settings.values[setting] = value;
    server.world.scheduler.advance(minute);
    server.run_cron();
    CHECK(status_of_outbox(server) == "delivered");
  }
}

}  // namespace isthmus::native
