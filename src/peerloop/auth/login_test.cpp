#include <doctest/doctest.h>

#include "native/peerloop_server.h"

namespace isthmus::native {

TEST_CASE("signing in gives the same as signing up") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada", "creator");
  const Reply reply = server.sign_in("  ADA@example.org ");
  REQUIRE(reply.status == 200);
  const Json json = reply.json();
  CHECK(json["user"]["id"] == ada.id);
  CHECK(json["user"]["roles"] == Json{"creator"});
  CHECK(json["expiresIn"] == 3600);
  CHECK(json["refreshToken"] != ada.refresh_token);
  CHECK(server.get("/api/auth/me", server.account_of(reply)).status == 200);
}

TEST_CASE("an unknown address and a wrong password get the same answer") {
  PeerloopServer server;
  server.sign_up("ada");
  const Reply wrong = server.sign_in("ada@example.org", "another password");
  const Reply unknown = server.sign_in("bob@example.org", "another password");
  CHECK(wrong.status == 401);
  CHECK(wrong.code() == "invalid_credentials");
  Json left = wrong.json();
  Json right = unknown.json();
  left.erase("requestId");
  right.erase("requestId");
  CHECK(left == right);
  CHECK(unknown.status == wrong.status);
}

TEST_CASE("a suspended account is told so, but only to whoever knows its password") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  server.world.database.execute("UPDATE users SET suspended_at = ?1", {server.world.now().ms});
  CHECK(server.sign_in("ada@example.org", "another password").code() == "invalid_credentials");
  const Reply reply = server.sign_in("ada@example.org");
  CHECK(reply.status == 403);
  CHECK(reply.code() == "account_suspended");
  CHECK(server.refresh(ada.refresh_token).code() == "account_suspended");
}

TEST_CASE("a deleted account is unknown") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  server.world.database.execute("UPDATE users SET deleted_at = ?1", {server.world.now().ms});
  CHECK(server.sign_in("ada@example.org").code() == "invalid_credentials");
  CHECK(server.get("/api/auth/me", ada).code() == "session_ended");
  CHECK(server.refresh(ada.refresh_token).code() == "invalid_refresh_token");
}

TEST_CASE("an imported hash is replaced at the first sign-in") {
  PeerloopServer server;
  server.sign_up("ada");
  // PBKDF2-HMAC-SHA-256 of "an old password" under the bytes 0 to 15, a thousand times.
  server.world.database.execute(
      "UPDATE users SET password_hash = "
      "'$pbkdf2-sha256$i=1000$AAECAwQFBgcICQoLDA0ODw$TwW+9c5uPo6M8lqokl8cWswG5/NaY37yrfIPBeK4yGc'");
  CHECK(server.sign_in("ada@example.org", "an old password").status == 200);
  CHECK(server.world.database.text("SELECT password_hash FROM users").starts_with("$argon2id$"));
  CHECK(server.sign_in("ada@example.org", "an old password").status == 200);
  CHECK(server.sign_in("ada@example.org", "an old passwore").status == 401);
}

TEST_CASE("a stored hash that can not be read matches nothing") {
  PeerloopServer server;
  server.sign_up("ada");
  server.world.database.execute("UPDATE users SET password_hash = '$argon2id$broken'");
  CHECK(server.sign_in("ada@example.org").code() == "invalid_credentials");
  CHECK(server.world.log.mentions("a stored password hash is not usable"));
}

TEST_CASE("of a hundred sign-ins from one network in a minute ten are tried") {
  PeerloopServer server;
  server.sign_up("ada");
  const Caller network = server.stranger();
  server.world.fates = [&](const HostCall&) {
    return Fate{Fate::Fault::none, 1 + Millis(server.world.scheduler.draw(20)), 1};
  };
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int i = 0; i < 100; ++i)
    exchanges.push_back(server.begin(with_json(
        "POST", "/api/auth/login", {{"email", "ada@example.org"}, {"password", "a wrong password"}}, network)));
  server.world.scheduler.run();
  int tried = 0;
  int refused = 0;
  for (const auto& exchange : exchanges) {
    tried += exchange->reply().status == 401;
    refused += exchange->reply().status == 429;
  }
  CHECK(tried == 10);
  CHECK(refused == 90);
}

TEST_CASE("a password that is changed while it is checked opens no session") {
  PeerloopServer server;
  server.sign_up("ada");
  int batches = 0;
  server.world.fates = [&](const HostCall& call) {
    // Behind the rate limit and the look-up of the account: the next batch opens the session.
    if (call.port == "database" && ++batches == 3)
      server.world.database.execute("UPDATE users SET token_version = token_version + 1");
    return Fate{};
  };
  CHECK(server.sign_in("ada@example.org").code() == "invalid_credentials");
}

TEST_CASE("a sign-in whose database is away may be tried again") {
  PeerloopServer server;
  server.sign_up("ada");
  server.world.fates = [](const HostCall& call) {
    return call.port == "database" ? Fate{Fate::Fault::not_done, 0, 0} : Fate{};
  };
  const Reply reply = server.sign_in("ada@example.org");
  CHECK(reply.status == 503);
  CHECK(reply.has_header("retry-after"));
}

}  // namespace isthmus::native
