#include <doctest/doctest.h>

#include "native/peerloop_server.h"

namespace isthmus::native {

TEST_CASE("a refresh token is good for one new pair") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  const Reply reply = server.refresh(ada.refresh_token);
  REQUIRE(reply.status == 200);
  const Account next = server.account_of(reply);
  CHECK(next.refresh_token != ada.refresh_token);
  CHECK(next.access_token != ada.access_token);
  CHECK(reply.json()["expiresIn"] == 3600);
  CHECK(server.get("/api/auth/me", next).status == 200);
  CHECK(server.get("/api/auth/me", ada).status == 200);
  CHECK(server.refresh(next.refresh_token).status == 200);
}

TEST_CASE("a refresh token used twice ends its family") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  const Account next = server.account_of(server.refresh(ada.refresh_token));
  const Reply again = server.refresh(ada.refresh_token);
  CHECK(again.status == 401);
  CHECK(again.code() == "token_reuse");
  CHECK(server.refresh(next.refresh_token).code() == "invalid_refresh_token");
  CHECK(server.refresh(ada.refresh_token).code() == "token_reuse");
  for (const Account& account : {ada, next}) {
    CHECK(server.get("/api/auth/me", account).code() == "session_ended");
    CHECK(server.post("/api/auth/logout", account).code() == "session_ended");
  }
  CHECK(server.world.database.text("SELECT end_reason FROM auth_sessions") == "token_reuse");
}

TEST_CASE("reuse ends one family, not the user's others") {
  PeerloopServer server;
  const Account phone = server.sign_up("ada");
  const Account laptop = server.account_of(server.sign_in("ada@example.org"));
  server.refresh(phone.refresh_token);
  CHECK(server.refresh(phone.refresh_token).code() == "token_reuse");
  CHECK(server.refresh(laptop.refresh_token).status == 200);
}

TEST_CASE("of parallel refreshes with one token exactly one wins") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    PeerloopServer server(seed);
    const Account ada = server.sign_up("ada");
    server.world.fates = [&](const HostCall&) {
      return Fate{Fate::Fault::none, 1 + Millis(server.world.scheduler.draw(5)),
                  Millis(server.world.scheduler.draw(5))};
    };
    std::vector<std::unique_ptr<Exchange>> exchanges;
    for (int i = 0; i < 8; ++i)
      exchanges.push_back(server.begin(
          with_json("POST", "/api/auth/refresh", {{"refreshToken", ada.refresh_token}}, server.stranger())));
    server.world.scheduler.run();
    int won = 0;
    int reused = 0;
    for (const auto& exchange : exchanges) {
      won += exchange->reply().status == 200;
      reused += exchange->reply().code() == "token_reuse";
    }
    CHECK(won == 1);
    CHECK(reused == 7);
    CHECK(server.world.database.count("SELECT count(*) FROM refresh_tokens") == 2);
  }
}

TEST_CASE("an answer that the database lost does not look like a theft") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  bool lost = false;
  server.world.fates = [&](const HostCall& call) {
    if (call.port != "database" || lost) return Fate{};
    lost = true;
    return Fate{Fate::Fault::answer_lost, 0, 0};
  };
  const Reply reply = server.refresh(ada.refresh_token);
  REQUIRE(reply.status == 200);
  CHECK(server.refresh(server.account_of(reply).refresh_token).status == 200);
}

TEST_CASE("unknown and expired refresh tokens") {
  PeerloopServer server;
  CHECK(server.refresh("never issued").code() == "invalid_refresh_token");
  const Account ada = server.sign_up("ada");
  server.world.scheduler.advance(30 * day + second);
  CHECK(server.refresh(ada.refresh_token).code() == "invalid_refresh_token");
}

TEST_CASE("a session ends after ninety days, however often it is refreshed") {
  PeerloopServer server;
  Account ada = server.sign_up("ada");
  for (int month = 0; month < 3; ++month) {
    server.world.scheduler.advance(29 * day);
    ada = server.account_of(server.refresh(ada.refresh_token));
  }
  server.world.scheduler.advance(4 * day);
  CHECK(server.refresh(ada.refresh_token).code() == "invalid_refresh_token");
}

}  // namespace isthmus::native
