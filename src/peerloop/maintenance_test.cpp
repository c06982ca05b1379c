#include "peerloop/maintenance.h"

#include <doctest/doctest.h>

#include "native/peerloop_server.h"

namespace isthmus::native {

TEST_CASE("cron removes what has served its time, and keeps the rest") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  auto& database = server.world.database;
  database.execute(R"(
      INSERT INTO webhook_events (provider, event_id, type, received_at, status, body)
      VALUES ('resend', 'msg_1', 'email.delivered', ?1, 'processed', '{}'))",
                   {server.world.now().ms});
  const auto count = [&](std::string_view table) {
    return database.count("SELECT count(*) FROM " + std::string(table));
  };
  server.run_cron();
  for (const char* table : {"one_time_tokens", "refresh_tokens", "auth_sessions", "outbox", "emails", "rate_limits"})
    CHECK_MESSAGE(count(table) > 0, table);

  server.world.scheduler.advance(8 * day);
  server.run_cron();
  CHECK(count("one_time_tokens") == 0);
  CHECK(count("rate_limits") == 0);
  CHECK(count("refresh_tokens") == 1);
  CHECK(count("webhook_events") == 1);
  CHECK(count("webhook_events WHERE body IS NOT NULL") == 0);

  server.world.scheduler.advance(23 * day);
  server.run_cron();
  CHECK(count("refresh_tokens") == 0);
  CHECK(count("auth_sessions") == 1);
  CHECK(count("outbox") == 0);
  CHECK(count("emails") == 1);

  server.world.scheduler.advance(366 * day);
  server.run_cron();
  CHECK(count("auth_sessions") == 0);
  CHECK(count("emails") == 0);
  CHECK(count("users") == 1);
  CHECK(count("webhook_events") == 1);
}

TEST_CASE("a purge that fails does not keep the mails back") {
  PeerloopServer server;
  server.world.http.respond = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return IncomingAnswer{500, {}, ""};
  };
  server.sign_up("ada");
  server.world.scheduler.advance(minute);
  server.world.http.respond = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return IncomingAnswer{200, {}, R"({"id":"m"})"};
  };
  server.world.database.execute("DROP TABLE emails");
  StandaloneHost standalone(server.world);
  const auto done = run(server.world, app().scheduled(standalone.host(), "* * * * *", server.world.now()));
  CHECK_FALSE(done.has_value());
  // Three tries that failed, and the one that did not.
  CHECK(server.world.http.sent.size() == 4);
}

TEST_CASE("a purge takes a bounded number of rows") {
  PeerloopServer server;
  server.world.database.execute(R"(
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
      INSERT INTO rate_limits (key, started_at, expires_at, count) SELECT 'k' || i, ?1, ?1 + 1, 1 FROM n)",
                                {server.world.now().ms});
  server.world.scheduler.advance(second);
  StandaloneHost standalone(server.world);
  REQUIRE(run(server.world, peerloop::purge_expired(standalone.host(), server.world.now())).has_value());
  CHECK(server.world.database.count("SELECT count(*) FROM rate_limits") == 100);
}

}  // namespace isthmus::native
