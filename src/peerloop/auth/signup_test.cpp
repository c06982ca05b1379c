#include <doctest/doctest.h>

#include "native/peerloop_server.h"

namespace isthmus::native {

namespace {

Json ada() {
  return {{"name", "Ada Lovelace"},
          {"email", "ada@example.org"},
          {"password", PeerloopServer::password},
          {"role", "student"}};
}

Json changed(std::string_view field, const Json& value) {
  Json body = ada();
  body[field] = value;
  return body;
}

}  // namespace

TEST_CASE("a sign-up opens a session and mails a link") {
  PeerloopServer server;
  const Reply reply = server.post("/api/auth/signup", ada(), server.stranger());
  REQUIRE(reply.status == 201);
  const Json json = reply.json();
  CHECK(json["expiresIn"] == 3600);
  CHECK(json["user"]["name"] == "Ada Lovelace");
  CHECK(json["user"]["handle"] == "ada_lovelace");
  CHECK(json["user"]["email"] == "ada@example.org");
  CHECK(json["user"]["emailVerified"] == false);
  CHECK(json["user"]["roles"] == Json{"student"});
  CHECK(json["user"]["avatarUrl"].is_null());
  CHECK_FALSE(json["user"].contains("passwordHash"));

  const Account account = server.account_of(reply);
  CHECK(server.get("/api/auth/me", account).json() == json["user"]);
  const auto mails = server.mails();
  REQUIRE(mails.size() == 1);
  CHECK(mails[0]["to"] == "ada@example.org");
  CHECK(mails[0]["subject"] == "Confirm your e-mail address");
  CHECK(mails[0]["html"].get<std::string>().contains("https://app.example.org/verify-email?token=" +
                                                     server.mailed_token()));
}

TEST_CASE("the address is kept lower-case, and is taken in any spelling") {
  PeerloopServer server;
  CHECK(server.post("/api/auth/signup", changed("email", "  Ada@Example.ORG "), server.stranger())
            .json()["user"]["email"] == "ada@example.org");
  const Reply again = server.post("/api/auth/signup", changed("email", "ADA@example.org"), server.stranger());
  CHECK(again.status == 409);
  CHECK(again.code() == "email_taken");
  CHECK(server.mails().size() == 1);
}

TEST_CASE("of parallel sign-ups with one address exactly one succeeds") {
  PeerloopServer server;
  server.world.fates = [&](const HostCall&) {
    return Fate{Fate::Fault::none, 1 + Millis(server.world.scheduler.draw(9)), 1};
  };
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int i = 0; i < 5; ++i)
    exchanges.push_back(server.begin(with_json("POST", "/api/auth/signup", ada(), server.stranger())));
  server.world.scheduler.run();
  int created = 0;
  int taken = 0;
  for (const auto& exchange : exchanges) {
    created += exchange->reply().status == 201;
    taken += exchange->reply().code() == "email_taken";
  }
  CHECK(created == 1);
  CHECK(taken == 4);
  CHECK(server.world.database.count("SELECT count(*) FROM users") == 1);
  CHECK(server.world.database.count("SELECT count(*) FROM auth_sessions") == 1);
}

TEST_CASE("people of one name get different handles") {
  PeerloopServer server;
  server.post("/api/auth/signup", ada(), server.stranger());
  const Json second = server.post("/api/auth/signup", changed("email", "other@example.org"), server.stranger()).json();
  const auto handle = second["user"]["handle"].get<std::string>();
  CHECK(handle.starts_with("ada_lovelace_"));
  CHECK(handle.size() == std::string_view("ada_lovelace_").size() + 6);
}

TEST_CASE("what a sign-up may not contain") {
  PeerloopServer server;
  const auto refused = [&](std::string_view field, const Json& value) {
    const Reply reply = server.post("/api/auth/signup", changed(field, value), server.stranger());
    CHECK_MESSAGE(reply.status == 400, field, " ", value.dump(), " ", reply.body);
    return !reply.problems(field).is_null();
  };
  CHECK(refused("name", "A"));
  CHECK(refused("name", std::string(101, 'a')));
  CHECK(refused("email", "nobody"));
  CHECK(refused("email", Json()));
  CHECK(refused("password", "short"));
  CHECK(refused("password", std::string(129, 'p')));
  CHECK(refused("role", "admin"));
  CHECK(refused("isAdmin", true));
  CHECK(server.post("/api/auth/signup", changed("password", "Password1"), server.stranger()).code() == "weak_password");
  CHECK(server.post("/api/auth/signup", changed("password", "ADA@example.org"), server.stranger()).code() ==
        "weak_password");
  CHECK(server.world.database.count("SELECT count(*) FROM users") == 0);
  CHECK(server.post("/api/auth/signup", changed("password", std::string(127, 'p') + "!"), server.stranger()).status ==
        201);
}

TEST_CASE("five sign-ups a minute from one network") {
  PeerloopServer server;
  const Caller network = server.stranger();
  for (int i = 0; i < 5; ++i)
    CHECK(server.post("/api/auth/signup", changed("email", std::to_string(i) + "@example.org"), network).status == 201);
  const Reply sixth = server.post("/api/auth/signup", changed("email", "6@example.org"), network);
  CHECK(sixth.status == 429);
  CHECK(sixth.header("retry-after") == "60");
}

TEST_CASE("a sign-up is one round trip beside its rate limit, and what follows is not waited for") {
  PeerloopServer server;
  const auto exchange = server.begin(with_json("POST", "/api/auth/signup", ada(), server.stranger()));
  CHECK(exchange->reply().status == 201);
  server.world.scheduler.run();
  // limit, sign-up; then the outbox: claim, recipient, delivered
  CHECK(server.world.database.round_trips == 5);
}

TEST_CASE("neither log nor database shows what only the user should know") {
  PeerloopServer server;
  const Account account = server.sign_up("ada");
  server.sign_in("ada@example.org", "a wrong password of mine");
  const std::string mailed = server.mailed_token();
  for (const std::string& secret :
       {std::string("ada@example.org"), std::string(PeerloopServer::password), account.access_token,
        account.refresh_token, mailed, std::string("a wrong password")})
    CHECK_FALSE(server.world.log.mentions(secret));
  for (const char* query : {"SELECT count(*) FROM refresh_tokens WHERE token_hash = ?1 OR replaced_by = ?1",
                            "SELECT count(*) FROM one_time_tokens WHERE token_hash = ?1",
                            "SELECT count(*) FROM outbox WHERE payload LIKE '%' || ?1 || '%'"}) {
    CHECK(server.world.database.count(query, {account.refresh_token}) == 0);
    CHECK(server.world.database.count(query, {mailed}) == 0);
  }
  CHECK(server.world.database.text("SELECT payload FROM outbox") == "{}");
}

TEST_CASE("a missing or weak key is our error, and the health check shows it") {
  PeerloopServer server;
  CHECK(server.get("/api/health").status == 200);
  for (const char* key : {"", "c2hvcnQ=", "not base64 at all!"}) {
    server.world.settings.values["JWT_SECRET"] = key;
    const Reply reply = server.post("/api/auth/signup", ada(), server.stranger());
    CHECK(reply.status == 500);
    CHECK(reply.code() == "internal_error");
    CHECK_FALSE(reply.body.contains("JWT"));
    CHECK(server.world.log.errors.back().contains("JWT_SECRET"));
    const Reply health = server.get("/api/health");
    CHECK(health.status == 503);
    CHECK(health.json()["details"]["settings"] == false);
    CHECK(server.world.database.count("SELECT count(*) FROM users") == 0);
  }
}

}  // namespace isthmus::native
