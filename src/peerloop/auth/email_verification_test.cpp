#include <doctest/doctest.h>

#include "native/peerloop_server.h"

namespace isthmus::native {

namespace {

Reply verify(PeerloopServer& server, const std::string& token) {
  return server.post("/api/auth/verify-email", {{"token", token}}, server.stranger());
}

}  // namespace

TEST_CASE("the mailed token proves the address, once") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  const std::string token = server.mailed_token();
  const Reply reply = verify(server, token);
  CHECK(reply.status == 200);
  CHECK(reply.json() == Json{{"verified", true}});
  CHECK(server.get("/api/auth/me", ada).json()["emailVerified"] == true);
  const Reply again = verify(server, token);
  CHECK(again.status == 400);
  CHECK(again.code() == "token_used");
}

TEST_CASE("a guessed token, one for another purpose and one for a former address prove nothing") {
  PeerloopServer server;
  server.sign_up("ada");
  CHECK(verify(server, "guessed").code() == "invalid_token");
  CHECK(verify(server, "").status == 400);
  CHECK(server
            .post("/api/auth/reset-password/confirm",
                  {{"token", server.mailed_token()}, {"password", "another good one"}}, server.stranger())
            .code() == "invalid_token");
  // A token for a former address does not prove the new one.
  const std::string token = server.mailed_token();
  server.world.database.execute("UPDATE users SET email = 'new@example.org'");
  CHECK(verify(server, token).code() == "invalid_token");
  CHECK(server.world.database.count("SELECT count(*) FROM users WHERE email_verified_at IS NOT NULL") == 0);
}

TEST_CASE("a verification link works for a day") {
  PeerloopServer server;
  server.sign_up("ada");
  server.world.scheduler.advance(24 * hour + second);
  CHECK(verify(server, server.mailed_token()).code() == "token_expired");
}

TEST_CASE("the link is mailed again three times an hour, to those who are not verified") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  const std::string first = server.mailed_token();
  const Reply reply = server.post("/api/auth/resend-verification", ada);
  CHECK(reply.status == 202);
  CHECK(reply.json()["accepted"] == true);
  CHECK(server.mails().size() == 2);
  CHECK(server.mailed_token() != first);
  CHECK(verify(server, first).status == 200);
  CHECK(server.post("/api/auth/resend-verification", ada).code() == "already_verified");
  CHECK(server.post("/api/auth/resend-verification", ada).status == 409);
  CHECK(server.post("/api/auth/resend-verification", ada).status == 429);
  CHECK(server.mails().size() == 2);
}

TEST_CASE("nobody else can have the link mailed") {
  PeerloopServer server;
  CHECK(server.post("/api/auth/resend-verification", server.stranger()).code() == "not_signed_in");
}

}  // namespace isthmus::native
