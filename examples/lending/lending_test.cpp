#include "lending/lending.h"

#include <array>

#include <doctest/doctest.h>

#include "crypto/jwt.h"
#include "native/server.h"

using namespace isthmus;
using native::TestServer;

namespace {

const std::string secret(32, 'k');
const std::string drill = "01900000-0000-7000-8000-000000000001";

/// A member with a token, as whoever signs people in would give it.
native::Caller add_member(TestServer& server, std::string name) {
  server.world.settings.values["JWT_SECRET"] = secret;
  server.world.settings.values["DOOR_URL"] = "https://door.example/notices";
  const std::string id = server.world.new_id();
  server.world.database.execute("INSERT INTO members (id, name) VALUES (?1, ?2)", {id, std::move(name)});
  crypto::Claims claims;
  claims.issuer = "lending";
  claims.subject = id;
  claims.expires_s = server.world.now().seconds() + 60;
  const auto keys = crypto::KeyRing::create(std::array{crypto::KeyRing::Secret{"1", secret}});
  return native::nobody.with("authorization", "Bearer " + *crypto::sign_jwt(*keys, "at+jwt", claims));
}

void add_drill(TestServer& server) {
  server.world.database.execute("INSERT INTO things (id, name) VALUES (?1, 'Drill')", {drill});
}

std::string tomorrow(const TestServer& server) { return to_rfc3339(server.world.now() + day); }

}  // namespace

TEST_CASE("a loan ends in the future, and within a month") {
  const Timestamp now{1'790'000'000'000};
  CHECK(lending::is_good_end(now + 1, now));
  CHECK(lending::is_good_end(now + 30 * day, now));
  CHECK_FALSE(lending::is_good_end(now, now));
  CHECK_FALSE(lending::is_good_end(now + 30 * day + 1, now));
}

TEST_CASE("of twenty members who want the drill at once, one gets it and one notice leaves") {
  TestServer server(lending::app, "lending");
  add_drill(server);
  server.world.http.respond = [](const OutgoingRequest&) { return IncomingAnswer{202, {}, ""}; };
  // Each database call takes a random while, so that the requests interleave.
  server.world.fates = [&](const native::HostCall&) {
    return native::Fate{.before = static_cast<Millis>(server.world.scheduler.draw(5))};
  };

  std::vector<std::unique_ptr<native::Exchange>> tries;
  for (int i = 0; i < 20; ++i) {
    const auto from = "192.0.2." + std::to_string(i);
    const auto member = add_member(server, "m").with("cf-connecting-ip", from);
    tries.push_back(server.begin(
        native::with_json("POST", "/api/things/" + drill + "/loans", {{"until", tomorrow(server)}}, member)));
  }
  server.world.scheduler.run();

  int lent = 0;
  for (const auto& one : tries) {
    lent += one->reply().status == 201;
    if (one->reply().status != 201) CHECK(one->reply().code() == "lent_out");
  }
  CHECK(lent == 1);
  CHECK(server.world.http.sent.size() == 1);
}

TEST_CASE("a loan whose answer was lost is found again by its key") {
  TestServer server(lending::app, "lending");
  add_drill(server);
  const auto member = add_member(server, "Ada").with("idempotency-key", "try-1");
  const auto body = native::Json{{"until", tomorrow(server)}};
  bool losing = true;
  server.world.fates = [&](const native::HostCall& call) {
    const bool committed = call.port == "database" && server.world.database.count("SELECT count(*) FROM loans") == 0 &&
                           server.world.database.count("SELECT count(*) FROM idempotency_keys") == 1;
    if (!losing || !committed) return native::Fate{};
    losing = false;
    return native::Fate{.fault = native::Fate::Fault::answer_lost};
  };
  CHECK(server.post("/api/things/" + drill + "/loans", body, member).status == 503);
  const auto again = server.post("/api/things/" + drill + "/loans", body, member);
  CHECK(again.status == 201);
  CHECK(again.header("idempotent-replayed") == "true");
  CHECK(server.world.database.count("SELECT count(*) FROM loans") == 1);
}

TEST_CASE("what is lent shows in the list, and only its borrower brings it back") {
  TestServer server(lending::app, "lending");
  add_drill(server);
  const auto ada = add_member(server, "Ada");
  const auto bob = add_member(server, "Bob");
  const auto loan = server.post("/api/things/" + drill + "/loans", {{"until", tomorrow(server)}}, ada).json();
  CHECK(server.get("/api/things").json()["items"][0]["isFree"] == false);
  const std::string path = "/api/loans/" + loan["id"].get<std::string>() + "/return";
  CHECK(server.post(path, bob).status == 404);
  CHECK(server.post(path, ada).status == 204);
  CHECK(server.get("/api/things").json()["items"][0]["isFree"] == true);
}

TEST_CASE("a notice that the door does not take is tried again by cron") {
  TestServer server(lending::app, "lending");
  add_drill(server);
  const auto ada = add_member(server, "Ada");
  CHECK(server.post("/api/things/" + drill + "/loans", {{"until", tomorrow(server)}}, ada).status == 201);
  CHECK(server.world.database.count("SELECT count(*) FROM outbox WHERE delivered_at IS NULL") == 1);
  server.world.http.respond = [](const OutgoingRequest&) { return IncomingAnswer{202, {}, ""}; };
  server.world.scheduler.advance(minute);
  native::StandaloneHost cron(server.world);
  CHECK(native::run(server.world, lending::app.scheduled(cron.host(), "* * * * *", server.world.now())).has_value());
  CHECK(server.world.database.count("SELECT count(*) FROM outbox WHERE delivered_at IS NULL") == 0);
  CHECK(server.world.http.sent.back().headers[1].second.starts_with("loan:"));
}

TEST_CASE("bad input is told in full, and unknown things and tokens are refused") {
  TestServer server(lending::app, "lending");
  const auto ada = add_member(server, "Ada");
  const std::string path = "/api/things/" + drill + "/loans";
  const auto refused = server.post(path, {{"until", "soon"}, {"note", " "}, {"colour", "red"}}, ada);
  CHECK(refused.status == 400);
  CHECK(refused.json()["details"]["fieldErrors"].size() >= 2);
  CHECK(server.post(path, {{"until", tomorrow(server)}}, ada).status == 404);
  CHECK(server.post(path, {{"until", to_rfc3339(server.world.now())}}, ada).code() == "bad_end");
  CHECK(server.post(path, {{"until", tomorrow(server)}}).status == 401);
}
