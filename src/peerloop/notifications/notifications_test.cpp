#include <set>

#include <doctest/doctest.h>

#include "native/people.h"
#include "peerloop/notifications/routes.h"

using namespace isthmus;
using native::Json;
using native::TestServer;
using native::TestUser;
using peerloop::Notice;

namespace {

constexpr App notifications_app{"peerloop", "Notifications", peerloop::notification_routes,
                                &native::test_authenticator};

void tell(native::World& world, const TestUser& whom, Notice notice, std::string_view cause, std::string data = "{}") {
  world.scheduler.advance(1);
  native::StandaloneHost standalone(world);
  const auto told = native::run(world, standalone.host().database.write(peerloop::notify(
                                           standalone.host(), notice, whom.id, cause, std::move(data))));
  REQUIRE(told.has_value());
}

std::vector<std::string> kinds(const Json& page) {
  std::vector<std::string> out;
  for (const Json& item : page["items"]) out.push_back(item["kind"].get<std::string>());
  return out;
}

}  // namespace

TEST_CASE("a person reads what they were told, newest first, and nobody else does") {
  TestServer server(notifications_app);
  const auto ada = native::add_user(server.world, "ada");
  const auto bob = native::add_user(server.world, "bob");
  tell(server.world, ada, Notice::new_follower, "follow:1", R"({"userId":"x","name":"Bob \"B\" <b>"})");
  tell(server.world, ada, Notice::payout_paid, "payout:1");
  tell(server.world, bob, Notice::payout_failed, "payout:2");
  server.world.database.round_trips = 0;
  const auto reply = server.get("/api/notifications", ada);
  REQUIRE(reply.status == 200);
  CHECK(server.world.database.round_trips == 1);
  const Json page = reply.json();
  CHECK(kinds(page) == std::vector<std::string>{"payout_paid", "new_follower"});
  CHECK(page["unreadCount"] == 2);
  CHECK(page["nextCursor"].is_null());
  const Json& follower = page["items"][1];
  CHECK(follower["data"]["name"] == "Bob \"B\" <b>");
  CHECK(follower["readAt"].is_null());
  CHECK(follower["createdAt"].get<std::string>().ends_with("Z"));
  CHECK(kinds(server.get("/api/notifications", bob).json()) == std::vector<std::string>{"payout_failed"});
  CHECK(server.get("/api/notifications").code() == "not_signed_in");
}

TEST_CASE("who was told nothing has an empty page") {
  TestServer server(notifications_app);
  const auto ada = native::add_user(server.world, "ada");
  CHECK(server.get("/api/notifications", ada).json() ==
        Json{{"items", Json::array()}, {"nextCursor", nullptr}, {"unreadCount", 0}});
  CHECK(server.post("/api/notifications/read", {{"all", true}}, ada).json() == Json{{"unreadCount", 0}});
}

TEST_CASE("one cause is told once, however often it comes") {
  TestServer server(notifications_app);
  const auto ada = native::add_user(server.world, "ada");
  for (int i = 0; i < 3; ++i) tell(server.world, ada, Notice::session_booked, "session:1");
  tell(server.world, ada, Notice::session_moved, "session:1");
  CHECK(server.get("/api/notifications", ada).json()["unreadCount"] == 2);
}

TEST_CASE("pages of notifications follow one another without gaps, also where many came in one millisecond") {
  TestServer server(notifications_app);
  const auto ada = native::add_user(server.world, "ada");
  for (int i = 0; i < 7; ++i) tell(server.world, ada, Notice::session_booked, "session:" + std::to_string(i));
  server.world.database.execute("UPDATE notifications SET created_at = (SELECT max(created_at) FROM notifications)");
  std::set<std::string> seen;
  std::string target = "/api/notifications?limit=3";
  int pages = 0;
  for (std::string next = target; !next.empty(); ++pages) {
    const Json page = server.get(next, ada).json();
    for (const Json& item : page["items"]) seen.insert(item["id"].get<std::string>());
    CHECK(page["unreadCount"] == 7);
    next = page["nextCursor"].is_null() ? "" : target + "&cursor=" + page["nextCursor"].get<std::string>();
  }
  CHECK(pages == 3);
  CHECK(seen.size() == 7);
  CHECK(server.get("/api/notifications?cursor=nonsense", ada).code() == "invalid_cursor");
  CHECK(server.get("/api/notifications?limit=0", ada).status == 400);
  CHECK(server.get("/api/notifications?limit=101", ada).status == 400);
}

TEST_CASE("what was seen is marked as read, one by one or all at once, and only one's own") {
  TestServer server(notifications_app);
  const auto ada = native::add_user(server.world, "ada");
  const auto bob = native::add_user(server.world, "bob");
  for (int i = 0; i < 3; ++i) tell(server.world, ada, Notice::session_booked, "session:" + std::to_string(i));
  tell(server.world, bob, Notice::session_booked, "session:1");
  const Json page = server.get("/api/notifications", ada).json();
  const std::string first(page["items"][0]["id"]);
  const std::string of_bob(server.get("/api/notifications", bob).json()["items"][0]["id"]);

  const auto some = server.post("/api/notifications/read", {{"ids", {first, of_bob, server.world.new_id()}}}, ada);
  CHECK(some.status == 200);
  CHECK(some.json() == Json{{"unreadCount", 2}});
  CHECK(server.get("/api/notifications", bob).json()["unreadCount"] == 1);
  const Json after = server.get("/api/notifications", ada).json();
  CHECK(after["items"][0]["readAt"].is_string());
  CHECK(after["items"][1]["readAt"].is_null());
  CHECK(server.get("/api/notifications?unread=true", ada).json()["items"].size() == 2);

  const std::string when(after["items"][0]["readAt"]);
  server.world.scheduler.advance(minute);
  CHECK(server.post("/api/notifications/read", {{"all", true}}, ada).json() == Json{{"unreadCount", 0}});
  CHECK(server.post("/api/notifications/read", {{"all", true}}, ada).json() == Json{{"unreadCount", 0}});
  CHECK(server.get("/api/notifications", ada).json()["items"][0]["readAt"] == when);
}

TEST_CASE("which notifications were seen must be said, and in one way") {
  TestServer server(notifications_app);
  const auto ada = native::add_user(server.world, "ada");
  CHECK(server.post("/api/notifications/read", Json::object(), ada).status == 400);
  CHECK(server.post("/api/notifications/read", {{"all", true}, {"ids", {server.world.new_id()}}}, ada).status == 400);
  CHECK(server.post("/api/notifications/read", {{"ids", Json::array()}}, ada).problems("ids").is_array());
  CHECK(server.post("/api/notifications/read", {{"ids", {"one"}}}, ada).problems("ids").is_array());
  CHECK(server.post("/api/notifications/read", {{"ids", std::vector<std::string>(101, server.world.new_id())}}, ada)
            .status == 400);
  CHECK(server.post("/api/notifications/read", {{"all", true}}).status == 401);
}

TEST_CASE("a lost answer to reading notifications is asked again") {
  TestServer server(notifications_app);
  const auto ada = native::add_user(server.world, "ada");
  tell(server.world, ada, Notice::session_booked, "session:1");
  int batches = 0;
  server.world.fates = [&](const native::HostCall& call) {
    const bool lost = call.port == "database" && ++batches == 2;
    return native::Fate{.fault = lost ? native::Fate::Fault::answer_lost : native::Fate::Fault::none};
  };
  CHECK(server.post("/api/notifications/read", {{"all", true}}, ada).json() == Json{{"unreadCount", 0}});
}
