#include <doctest/doctest.h>

#include "native/peerloop_server.h"

namespace isthmus::native {

TEST_CASE("a logout ends the session at once") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  const Account refreshed = server.account_of(server.refresh(ada.refresh_token));
  const Reply reply = server.post("/api/auth/logout", refreshed);
  CHECK(reply.status == 204);
  CHECK(reply.body.empty());
  for (const Account& account : {ada, refreshed}) {
    CHECK(server.get("/api/auth/me", account).code() == "session_ended");
    CHECK(server.post("/api/auth/logout", account).code() == "session_ended");
  }
  CHECK(server.refresh(refreshed.refresh_token).code() == "invalid_refresh_token");
  CHECK(server.world.key_value.entries.size() == 2);
}

TEST_CASE("where the store of revocations is away, the database tells") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  const Account bob = server.sign_up("bob");
  server.world.fates = [](const HostCall& call) {
    return call.port == "key_value" ? Fate{Fate::Fault::not_done, 0, 0} : Fate{};
  };
  CHECK(server.post("/api/auth/logout", ada).status == 204);
  CHECK(server.get("/api/auth/me", ada).code() == "session_ended");
  CHECK(server.get("/api/auth/me", bob).status == 200);
}

TEST_CASE("a user sees the devices that are signed in, newest first, a page at a time") {
  PeerloopServer server;
  server.sign_up("bob");
  const Account phone = server.sign_up("ada");
  const Reply signed_in =
      server.post("/api/auth/login", {{"email", "ada@example.org"}, {"password", PeerloopServer::password}},
                  server.stranger().with("user-agent", "Browser/1.0 (caf\xC3\xA9)\t"));
  const Account laptop = server.account_of(signed_in);
  const Json sessions = server.get("/api/auth/sessions", phone).json();
  REQUIRE(sessions["items"].size() == 2);
  CHECK(sessions["nextCursor"].is_null());
  CHECK(sessions["items"][0]["userAgent"] == "Browser/1.0 (caf)");
  CHECK(sessions["items"][0]["current"] == false);
  CHECK(sessions["items"][1]["current"] == true);
  CHECK(sessions["items"][1]["createdAt"].get<std::string>().starts_with("2026-09-21T"));
  CHECK(sessions["items"][1]["createdAt"].get<std::string>().size() == 24);

  const Json first = server.get("/api/auth/sessions?limit=1", laptop).json();
  REQUIRE(first["items"].size() == 1);
  CHECK(first["items"][0]["current"] == true);
  const auto cursor = first["nextCursor"].get<std::string>();
  const Json second_page = server.get("/api/auth/sessions?limit=1&cursor=" + cursor, laptop).json();
  CHECK(second_page["items"] == Json::array({server.get("/api/auth/sessions", laptop).json()["items"][1]}));
  CHECK(second_page["nextCursor"].is_null());
  CHECK(server.get("/api/auth/sessions?cursor=nonsense", laptop).code() == "invalid_cursor");
}

TEST_CASE("a user ends the session of another device, never somebody else's") {
  PeerloopServer server;
  const Account phone = server.sign_up("ada");
  const Account laptop = server.account_of(server.sign_in("ada@example.org"));
  const Account bob = server.sign_up("bob");
  const auto lost = server.get("/api/auth/sessions", laptop).json()["items"][1]["id"].get<std::string>();
  CHECK(server.del("/api/auth/sessions/" + lost, bob).status == 404);
  CHECK(server.del("/api/auth/sessions/nonsense", laptop).status == 404);
  CHECK(server.get("/api/auth/me", phone).status == 200);
  CHECK(server.del("/api/auth/sessions/" + lost, laptop).status == 204);
  CHECK(server.get("/api/auth/me", phone).code() == "session_ended");
  CHECK(server.del("/api/auth/sessions/" + lost, laptop).status == 404);
  CHECK(server.get("/api/auth/sessions", laptop).json()["items"].size() == 1);
}

TEST_CASE("a role that changes reaches routes that ask the database at once") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  server.world.database.execute("UPDATE users SET token_version = token_version + 1");
  CHECK(server.post("/api/auth/logout", ada).code() == "session_ended");
  const Account again = server.account_of(server.refresh(ada.refresh_token));
  CHECK(server.post("/api/auth/logout", again).status == 204);
}

}  // namespace isthmus::native
