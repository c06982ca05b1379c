#include <set>

#include <doctest/doctest.h>

#include "native/campus.h"
#include "peerloop/messages/routes.h"
#include "peerloop/notifications/routes.h"

using namespace isthmus;
using native::Campus;
using native::Json;
using native::Reply;
using native::TestUser;

namespace {

constexpr auto routes = join(peerloop::message_routes, peerloop::notification_routes);
constexpr App messages_app{"peerloop", "Messages", routes, &native::test_authenticator};

Reply write(Campus& room, const TestUser& from, const TestUser& to, std::string text = "Hello") {
  room.world.scheduler.advance(1);
  return room.server.post("/api/conversations", {{"userId", to.id}, {"text", std::move(text)}}, from);
}

std::string path(const Json& conversation, std::string_view rest = "/messages") {
  return "/api/conversations/" + conversation["id"].get<std::string>() + std::string(rest);
}

Reply answer(Campus& room, const TestUser& from, const Json& conversation, std::string text = "Hello again") {
  room.world.scheduler.advance(1);
  return room.server.post(path(conversation), {{"text", std::move(text)}}, from);
}

std::vector<std::string> texts(const Json& page) {
  std::vector<std::string> out;
  for (const Json& item : page["items"]) out.push_back(item["text"].get<std::string>());
  return out;
}

}  // namespace

TEST_CASE("two who share a course write to each other, and both see one conversation") {
  Campus room(messages_app);
  room.world.database.round_trips = 0;
  const Reply begun = write(room, room.student, room.classmate, "  Shall we <learn> \"together\"? 🎓\n");
  REQUIRE(begun.status == 201);
  CHECK(room.world.database.round_trips == 2);
  const Json conversation = begun.json();
  CHECK(conversation["with"]["handle"] == "classmate");
  CHECK(conversation["lastMessage"]["text"] == "Shall we <learn> \"together\"? 🎓");
  CHECK(conversation["lastMessage"]["senderId"] == room.student.id);
  CHECK(conversation["lastMessage"]["position"] == 1);
  CHECK(conversation["unreadCount"] == 0);
  CHECK(conversation["readPosition"] == 1);
  CHECK(conversation["theirReadPosition"] == 0);
  CHECK(conversation["canWrite"] == true);

  const Json seen = room.server.get("/api/conversations", room.classmate).json();
  REQUIRE(seen["items"].size() == 1);
  CHECK(seen["items"][0]["id"] == conversation["id"]);
  CHECK(seen["items"][0]["with"]["handle"] == "student");
  CHECK(seen["items"][0]["unreadCount"] == 1);

  const Reply back = answer(room, room.classmate, conversation, "Yes");
  REQUIRE(back.status == 201);
  CHECK(back.json()["position"] == 2);
  CHECK(back.json()["conversationId"] == conversation["id"]);
  CHECK(write(room, room.classmate, room.student, "When?").json()["id"] == conversation["id"]);
  for (const TestUser& who : {room.student, room.classmate})
    CHECK(texts(room.server.get(path(conversation), who).json()) ==
          std::vector<std::string>{"When?", "Yes", "Shall we <learn> \"together\"? 🎓"});
}

TEST_CASE("a conversation is nobody else's, also not a moderator's") {
  Campus room(messages_app);
  const Json conversation = write(room, room.student, room.classmate).json();
  for (const TestUser& who : {room.stranger, room.teacher, room.moderator}) {
    CHECK(room.server.get(path(conversation), who).status == 404);
    CHECK(answer(room, who, conversation).status == 404);
    CHECK(room.server.post(path(conversation, "/read"), {{"position", 1}}, who).status == 404);
    CHECK(room.server.get("/api/conversations", who).json()["items"].empty());
  }
  CHECK(room.server.get(path(conversation)).status == 401);
  // Whose id is given instead of a conversation's does not lead into one.
  CHECK(room.server.get("/api/conversations/" + room.classmate.id + "/messages", room.student).status == 404);
  CHECK(
      room.server.post("/api/conversations/" + room.classmate.id + "/messages", {{"text", "x"}}, room.student).status ==
      404);
}

TEST_CASE("who may begin to write to whom") {
  Campus room(messages_app);
  const auto status = [&](const TestUser& from, const TestUser& to) { return write(room, from, to).status; };
  // Questions come before buying.
  CHECK(status(room.stranger, room.creator) == 201);
  CHECK(status(room.stranger, room.teacher) == 201);
  // Nobody offers himself to strangers by learning something.
  CHECK(write(room, room.stranger, room.student).code() == "not_allowed");
  CHECK(status(room.stranger, room.moderator) == 403);
  CHECK(status(room.creator, room.stranger) == 201);  // the conversation is there already
  CHECK(status(room.creator, room.student) == 201);
  CHECK(status(room.teacher, room.classmate) == 201);
  CHECK(status(room.moderator, room.student) == 201);
  // To follow somebody asks to hear from them; to be followed is no leave to be written to.
  room.follow(room.stranger, room.student);
  CHECK(status(room.stranger, room.student) == 403);
  CHECK(status(room.student, room.stranger) == 201);
  CHECK(status(room.stranger, room.student) == 201);
}

TEST_CASE("who left the course, or never paid, does not share it") {
  Campus room(messages_app);
  const auto refunded = native::add_user(room.world, "refunded");
  const auto unpaid = native::add_user(room.world, "unpaid");
  room.enroll(refunded, room.course, "refunded");
  room.enroll(unpaid, room.course, "pending");
  CHECK(write(room, refunded, room.student).status == 403);
  CHECK(write(room, unpaid, room.student).status == 403);
  CHECK(write(room, room.student, unpaid).status == 403);
}

TEST_CASE("nobody writes to themselves, to nobody, or to an account that is closed") {
  Campus room(messages_app);
  CHECK(write(room, room.student, room.student).code() == "own_account");
  CHECK(room.server.post("/api/conversations", {{"userId", room.world.new_id()}, {"text", "x"}}, room.student).code() ==
        "recipient_gone");
  const Json conversation = write(room, room.student, room.classmate).json();
  room.suspend(room.classmate);
  CHECK(write(room, room.student, room.classmate).code() == "recipient_gone");
  CHECK(answer(room, room.student, conversation).code() == "recipient_gone");
  const Json seen = room.server.get("/api/conversations", room.student).json()["items"][0];
  CHECK(seen["canWrite"] == false);
  CHECK(seen["isBlocked"] == false);
  CHECK(texts(room.server.get(path(conversation), room.student).json()).size() == 1);
}

TEST_CASE("a message has 1 to 4000 characters") {
  Campus room(messages_app);
  const auto problems = [&](const Json& body) {
    return room.server.post("/api/conversations", body, room.student).problems("text");
  };
  CHECK(problems({{"userId", room.classmate.id}, {"text", "   "}}).is_array());
  CHECK(problems({{"userId", room.classmate.id}, {"text", std::string(4001, 'x')}}).is_array());
  CHECK(problems({{"userId", room.classmate.id}}).is_array());
  std::string longest;
  for (int i = 0; i < 4000; ++i) longest += "ü";
  CHECK(write(room, room.student, room.classmate, longest).status == 201);
  CHECK(room.server.post("/api/conversations", {{"userId", "classmate"}, {"text", "x"}}, room.student)
            .problems("userId")
            .is_array());
}

TEST_CASE("of a pair that begins to write at once from both sides, ten times each, there is one conversation") {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    Campus room(messages_app, seed);
    room.world.fates = [&](const native::HostCall&) {
      return native::Fate{.before = static_cast<Millis>(room.world.scheduler.draw(5))};
    };
    std::vector<std::unique_ptr<native::Exchange>> sent;
    for (int i = 0; i < 10; ++i) {
      sent.push_back(room.server.begin(
          native::with_json("POST", "/api/conversations",
                            {{"userId", room.classmate.id}, {"text", "a" + std::to_string(i)}}, room.student)));
      sent.push_back(room.server.begin(
          native::with_json("POST", "/api/conversations",
                            {{"userId", room.student.id}, {"text", "b" + std::to_string(i)}}, room.classmate)));
    }
    room.world.scheduler.run();
    for (const auto& one : sent) CHECK(one->reply().status == 201);
    CHECK(room.count("SELECT count(*) FROM conversations") == 1);
    CHECK(room.count("SELECT count(*) FROM messages") == 20);
    CHECK(room.count("SELECT max(position) FROM messages") == 20);
  }
}

TEST_CASE("a message whose answer was lost is sent again under its key, and is there once") {
  Campus room(messages_app);
  const auto keyed = room.student.with("idempotency-key", "message-1");
  int batches = 0;
  room.world.fates = [&](const native::HostCall& call) {
    const bool lost = call.port == "database" && ++batches == 2;
    return native::Fate{.fault = lost ? native::Fate::Fault::answer_lost : native::Fate::Fault::none};
  };
  const Json body{{"userId", room.classmate.id}, {"text", "Once"}};
  CHECK(room.server.post("/api/conversations", body, keyed).status == 503);
  const Reply again = room.server.post("/api/conversations", body, keyed);
  CHECK(again.status == 201);
  CHECK(again.header("idempotent-replayed") == "true");
  CHECK(again.json()["lastMessage"]["text"] == "Once");
  CHECK(room.count("SELECT count(*) FROM messages") == 1);
}

TEST_CASE("messages are read up to a place, and the other sees how far") {
  Campus room(messages_app);
  const Json conversation = write(room, room.student, room.classmate, "1").json();
  for (const char* text : {"2", "3", "4"}) REQUIRE(answer(room, room.student, conversation, text).status == 201);
  const auto mine = [&](const TestUser& who) { return room.server.get("/api/conversations", who).json()["items"][0]; };
  const auto read = [&](std::int64_t position) {
    return room.server.post(path(conversation, "/read"), {{"position", position}}, room.classmate);
  };
  CHECK(mine(room.classmate)["unreadCount"] == 4);
  CHECK(read(3).json() == Json{{"unreadCount", 1}, {"readPosition", 3}});
  CHECK(mine(room.classmate)["unreadCount"] == 1);
  CHECK(mine(room.student)["theirReadPosition"] == 3);
  // It never goes back, nor beyond what there is.
  CHECK(read(1).json() == Json{{"unreadCount", 1}, {"readPosition", 3}});
  CHECK(read(5).json() == Json{{"unreadCount", 1}, {"readPosition", 3}});
  CHECK(read(4).json() == Json{{"unreadCount", 0}, {"readPosition", 4}});
  CHECK(read(0).status == 400);
  // Who answers has read what stands above.
  REQUIRE(answer(room, room.student, conversation, "5").status == 201);
  REQUIRE(answer(room, room.classmate, conversation, "6").status == 201);
  CHECK(mine(room.classmate)["unreadCount"] == 0);
  CHECK(mine(room.student)["unreadCount"] == 1);
}

TEST_CASE("somebody is told of messages once until they read them") {
  Campus room(messages_app);
  const auto unread = [&] { return room.server.get("/api/notifications", room.classmate).json()["unreadCount"]; };
  const Json conversation = write(room, room.student, room.classmate, "1").json();
  answer(room, room.student, conversation, "2");
  CHECK(unread() == 1);
  const Json told = room.server.get("/api/notifications", room.classmate).json()["items"][0];
  CHECK(told["kind"] == "new_message");
  CHECK(told["data"] == Json{{"conversationId", conversation["id"]}, {"userId", room.student.id}});
  room.server.post(path(conversation, "/read"), {{"position", 2}}, room.classmate);
  CHECK(unread() == 0);
  answer(room, room.student, conversation, "3");
  CHECK(unread() == 1);
  // Put away without being opened: the next message is news again.
  room.server.post("/api/notifications/read", {{"all", true}}, room.classmate);
  CHECK(unread() == 0);
  answer(room, room.student, conversation, "4");
  CHECK(unread() == 1);
  CHECK(room.count("SELECT count(*) FROM notifications") == 2);
  CHECK(room.server.get("/api/notifications", room.student).json()["unreadCount"] == 0);
}

TEST_CASE("pages of messages and conversations follow one another without gaps") {
  Campus room(messages_app);
  const Json conversation = write(room, room.student, room.classmate, "0").json();
  for (int i = 1; i < 7; ++i) answer(room, room.student, conversation, std::to_string(i));
  std::vector<std::string> all;
  const std::string target = path(conversation) + "?limit=3";
  for (std::string next = target; !next.empty();) {
    const Json page = room.server.get(next, room.classmate).json();
    for (const std::string& text : texts(page)) all.push_back(text);
    next = page["nextCursor"].is_null() ? "" : target + "&cursor=" + page["nextCursor"].get<std::string>();
  }
  CHECK(all == std::vector<std::string>{"6", "5", "4", "3", "2", "1", "0"});

  for (const TestUser& who : {room.creator, room.teacher}) REQUIRE(write(room, room.student, who).status == 201);
  const Json first = room.server.get("/api/conversations?limit=2", room.student).json();
  CHECK(first["items"][0]["with"]["handle"] == "teacher");
  const Json rest =
      room.server.get("/api/conversations?limit=2&cursor=" + first["nextCursor"].get<std::string>(), room.student)
          .json();
  CHECK(rest["items"].size() == 1);
  CHECK(rest["items"][0]["with"]["handle"] == "classmate");
  CHECK(rest["nextCursor"].is_null());
  CHECK(
      room.server.get(path(conversation) + "?cursor=" + first["nextCursor"].get<std::string>(), room.student).code() ==
      "invalid_cursor");
}

TEST_CASE("the conversation with one person is found by that person") {
  Campus room(messages_app);
  write(room, room.student, room.classmate);
  const Json found = room.server.get("/api/conversations?userId=" + room.student.id, room.classmate).json();
  REQUIRE(found["items"].size() == 1);
  CHECK(found["nextCursor"].is_null());
  CHECK(room.server.get("/api/conversations?userId=" + room.teacher.id, room.classmate).json()["items"].empty());
  CHECK(room.server.get("/api/conversations?userId=x", room.classmate).status == 400);
}

TEST_CASE("a block ends writing in both directions until it is taken back") {
  Campus room(messages_app);
  const std::string of_student = "/api/users/" + room.student.id + "/block";
  const Json conversation = write(room, room.student, room.classmate).json();
  for (int twice = 0; twice < 2; ++twice) CHECK(room.server.post(of_student, room.classmate).status == 204);
  CHECK(write(room, room.student, room.classmate).code() == "not_allowed");
  CHECK(answer(room, room.student, conversation).code() == "not_allowed");
  CHECK(answer(room, room.classmate, conversation).code() == "not_allowed");
  const auto seen_by = [&](const TestUser& who) {
    return room.server.get("/api/conversations", who).json()["items"][0];
  };
  CHECK(seen_by(room.student)["canWrite"] == false);
  CHECK(seen_by(room.student)["isBlocked"] == false);
  CHECK(seen_by(room.classmate)["isBlocked"] == true);
  // It also keeps a conversation from being begun.
  CHECK(room.server.post(of_student, room.teacher).status == 204);
  CHECK(write(room, room.student, room.teacher).status == 403);

  for (int twice = 0; twice < 2; ++twice) CHECK(room.server.del(of_student, room.classmate).status == 204);
  CHECK(answer(room, room.student, conversation).status == 201);
  CHECK(room.server.post("/api/users/" + room.student.id + "/block", room.student).code() == "own_account");
  CHECK(room.server.post("/api/users/" + room.world.new_id() + "/block", room.student).status == 404);
  CHECK(room.server.del("/api/users/" + room.world.new_id() + "/block", room.student).status == 404);
  CHECK(room.server.post(of_student).status == 401);
}

TEST_CASE("thirty messages a minute are enough, also when forty are sent at once") {
  Campus room(messages_app);
  const Json conversation = write(room, room.student, room.classmate).json();
  std::vector<std::unique_ptr<native::Exchange>> sent;
  for (int i = 0; i < 40; ++i)
    sent.push_back(room.server.begin(native::with_json("POST", path(conversation), {{"text", "x"}}, room.student)));
  room.world.scheduler.run();
  int taken = 0;
  for (const auto& one : sent) {
    taken += one->reply().status == 201;
    if (one->reply().status != 201) CHECK(one->reply().status == 429);
  }
  CHECK(taken == 29);
  const Reply refused = answer(room, room.student, conversation);
  CHECK(refused.status == 429);
  CHECK(refused.header("retry-after") == "60");
  CHECK(answer(room, room.classmate, conversation).status == 201);
  room.world.scheduler.advance(minute);
  CHECK(answer(room, room.student, conversation).status == 201);
}

TEST_CASE("nobody begins more than thirty conversations a day") {
  Campus room(messages_app);
  std::vector<TestUser> others;
  for (int i = 0; i < 31; ++i) {
    others.push_back(native::add_user(room.world, "other" + std::to_string(i)));
    room.enroll(others.back(), room.course);
  }
  for (int i = 0; i < 30; ++i) {
    room.world.scheduler.advance(3 * second);
    REQUIRE(write(room, room.student, others[static_cast<std::size_t>(i)]).status == 201);
  }
  room.world.scheduler.advance(minute);
  CHECK(write(room, room.student, others[30]).status == 429);
  CHECK(write(room, room.student, others[0]).status == 201);
  room.world.scheduler.advance(day);
  CHECK(write(room, room.student, others[30]).status == 201);
}
