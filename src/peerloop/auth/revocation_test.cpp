#include <doctest/doctest.h>

#include "native/peerloop_server.h"

namespace isthmus::native {

namespace {

/// KV can be read and not written, as when the instance died before it wrote.
void lose_marks(PeerloopServer& server) {
  server.world.fates = [](const HostCall& call) {
    return call.port == "key_value" && call.operation == "put" ? Fate{Fate::Fault::not_done, 0, 0} : Fate{};
  };
}

}  // namespace

TEST_CASE("a token whose mark was not written is named by cron, however its session ended") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  SUBCASE("signed out") {
    lose_marks(server);
    CHECK(server.post("/api/auth/logout", ada).status == 204);
  }
  SUBCASE("another device ended it") {
    const Account laptop = server.account_of(server.sign_in(ada.email));
    const auto lost = server.get("/api/auth/sessions", laptop).json()["items"][1]["id"].get<std::string>();
    lose_marks(server);
    CHECK(server.del("/api/auth/sessions/" + lost, laptop).status == 204);
    server.run_cron();
    CHECK(server.get("/api/auth/me", laptop).status == 200);
  }
  SUBCASE("its refresh token was used twice") {
    CHECK(server.refresh(ada.refresh_token).status == 200);
    lose_marks(server);
    CHECK(server.refresh(ada.refresh_token).code() == "token_reuse");
  }
  SUBCASE("the password was reset") {
    CHECK(server.post("/api/auth/reset-password", {{"email", ada.email}}, server.stranger()).status == 202);
    const std::string token = server.mailed_token();
    lose_marks(server);
    CHECK(server
              .post("/api/auth/reset-password/confirm", {{"token", token}, {"password", "another long sentence"}},
                    server.stranger())
              .status == 204);
  }
  SUBCASE("the account was suspended") {
    const Account admin = server.sign_up("grace");
    server.world.database.execute("INSERT INTO user_roles (user_id, role, granted_at) VALUES (?1, 'admin', ?2)",
                                  {admin.id, server.world.now().ms});
    lose_marks(server);
    CHECK(server.patch("/api/admin/users/" + ada.id, {{"suspended", true}}, admin).status == 200);
  }
  SUBCASE("the account was deleted") {
    lose_marks(server);
    CHECK(server.del("/api/users/" + ada.id, ada).status == 204);
  }
  server.world.fates = {};
  server.world.scheduler.advance(minute);
  server.run_cron();
  CHECK(server.get("/api/auth/me", ada).code() == "session_ended");
}

TEST_CASE("the outbox names no token that nobody accepts any more") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  CHECK(server.post("/api/auth/logout", ada).status == 204);
  server.world.key_value.entries.clear();
  server.world.scheduler.advance(2 * hour);
  server.run_cron();
  CHECK(server.world.key_value.entries.empty());
}

}  // namespace isthmus::native
