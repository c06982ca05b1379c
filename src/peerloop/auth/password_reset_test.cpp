#include <doctest/doctest.h>

#include "native/peerloop_server.h"

namespace isthmus::native {

namespace {

constexpr std::string_view new_password = "quite another sentence";

Reply ask(PeerloopServer& server, std::string_view email) {
  return server.post("/api/auth/reset-password", {{"email", std::string(email)}}, server.stranger());
}

Reply confirm(PeerloopServer& server, const std::string& token, std::string_view password = new_password) {
  return server.post("/api/auth/reset-password/confirm", {{"token", token}, {"password", std::string(password)}},
                     server.stranger());
}

}  // namespace

TEST_CASE("a reset changes the password and ends every session") {
  PeerloopServer server;
  const Account phone = server.sign_up("ada");
  const Account laptop = server.account_of(server.sign_in("ada@example.org"));
  CHECK(ask(server, "Ada@example.org").status == 202);
  CHECK(server.mails().back()["subject"] == "Choose a new password");
  const Reply reply = confirm(server, server.mailed_token());
  CHECK(reply.status == 204);
  CHECK(server.mails().back()["subject"] == "Your password was changed");

  CHECK(server.sign_in("ada@example.org").code() == "invalid_credentials");
  CHECK(server.sign_in("ada@example.org", new_password).status == 200);
  for (const Account& account : {phone, laptop}) {
    CHECK(server.get("/api/auth/me", account).code() == "session_ended");
    CHECK(server.post("/api/auth/logout", account).code() == "session_ended");
    CHECK(server.refresh(account.refresh_token).code() == "invalid_refresh_token");
  }
  CHECK(server.world.database.count("SELECT token_version FROM users") == 2);
  CHECK(server.world.database.count("SELECT email_verified_at IS NOT NULL FROM users") == 1);
}

TEST_CASE("a reset link works once, and kills the others") {
  PeerloopServer server;
  server.sign_up("ada");
  ask(server, "ada@example.org");
  const std::string first = server.mailed_token();
  ask(server, "ada@example.org");
  const std::string second_link = server.mailed_token();
  CHECK(confirm(server, second_link).status == 204);
  CHECK(confirm(server, second_link).code() == "token_used");
  CHECK(confirm(server, first).code() == "token_used");
}

TEST_CASE("of parallel resets with one link one succeeds") {
  PeerloopServer server;
  server.sign_up("ada");
  ask(server, "ada@example.org");
  const std::string token = server.mailed_token();
  server.world.fates = [&](const HostCall&) {
    return Fate{Fate::Fault::none, 5, Millis(server.world.scheduler.draw(5))};
  };
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int i = 0; i < 4; ++i)
    exchanges.push_back(server.begin(
        with_json("POST", "/api/auth/reset-password/confirm",
                  {{"token", token}, {"password", std::string(new_password) + std::to_string(i)}}, server.stranger())));
  server.world.scheduler.run();
  int succeeded = 0;
  for (const auto& exchange : exchanges) {
    succeeded += exchange->reply().status == 204;
    if (exchange->reply().status != 204) CHECK(exchange->reply().code() == "token_used");
  }
  CHECK(succeeded == 1);
}

TEST_CASE("asking tells nobody which addresses have an account") {
  PeerloopServer server;
  server.sign_up("ada");
  server.world.database.round_trips = 0;
  const Reply known = ask(server, "ada@example.org");
  const auto exchange =
      server.begin(with_json("POST", "/api/auth/reset-password", {{"email", "bob@example.org"}}, server.stranger()));
  const Reply& unknown = exchange->reply();
  CHECK(unknown.status == known.status);
  CHECK(unknown.body == known.body);
  server.world.scheduler.run();
  CHECK(server.mails().size() == 2);
  CHECK(server.world.database.count("SELECT count(*) FROM one_time_tokens WHERE purpose = 'reset_password'") == 1);
}

TEST_CASE("suspended and deleted accounts get no link") {
  PeerloopServer server;
  server.sign_up("ada");
  server.world.database.execute("UPDATE users SET suspended_at = ?1", {server.world.now().ms});
  CHECK(ask(server, "ada@example.org").status == 202);
  CHECK(server.mails().size() == 1);
}

TEST_CASE("an address gets three links an hour, from however many networks they are asked for") {
  PeerloopServer server;
  server.sign_up("ada");
  for (int i = 0; i < 6; ++i) CHECK(ask(server, "ada@example.org").status == 202);
  CHECK(server.mails().size() == 4);
  server.world.scheduler.advance(hour);
  ask(server, "ada@example.org");
  CHECK(server.mails().size() == 5);
}

TEST_CASE("three questions an hour from one network") {
  PeerloopServer server;
  const Caller network = server.stranger();
  for (int i = 0; i < 3; ++i)
    CHECK(server.post("/api/auth/reset-password", {{"email", "bob@example.org"}}, network).status == 202);
  CHECK(server.post("/api/auth/reset-password", {{"email", "bob@example.org"}}, network).status == 429);
}

TEST_CASE("a reset link works for an hour, with a password that is none of the first to be guessed") {
  PeerloopServer server;
  server.sign_up("ada");
  ask(server, "ada@example.org");
  const std::string token = server.mailed_token();
  CHECK(confirm(server, token, "iloveyou").code() == "weak_password");
  CHECK(confirm(server, token, "short").status == 400);
  CHECK(confirm(server, "guessed").code() == "invalid_token");
  server.world.scheduler.advance(hour + second);
  CHECK(confirm(server, token).code() == "token_expired");
  CHECK(server.sign_in("ada@example.org").status == 200);
}

}  // namespace isthmus::native
