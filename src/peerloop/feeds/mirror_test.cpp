#include "peerloop/feeds/mirror.h"

#include <doctest/doctest.h>

#include "native/campus.h"
#include "native/fake_stream.h"
#include "native/peerloop_server.h"
#include "peerloop/feeds/forget.h"
#include "peerloop/feeds/routes.h"
#include "peerloop/people/routes.h"
#include "peerloop/webhooks/stream.h"

using namespace isthmus;
using native::Campus;
using native::FakeStream;
using native::Json;
using native::Reply;
using native::TestUser;

namespace {

constexpr auto routes = join(peerloop::feed_routes, peerloop::people_routes, peerloop::stream_routes);
constexpr App mirrored_app{"peerloop", "Mirrored", routes, &native::test_authenticator};
constexpr std::array handlers{peerloop::mirror_post_handler, peerloop::mirror_follow_handler,
                              peerloop::mirror_enrollment_handler, peerloop::mirror_membership_handler};

struct Mirrored : Campus {
  explicit Mirrored(std::string_view version = "v3", std::uint64_t seed = 1)
      : Campus(mirrored_app, seed), stream(world, version) {}

  Json write(const TestUser& who, std::string text = "Hello") {
    world.scheduler.advance(1);
    const Reply reply = server.post("/api/feeds/course/cpp", {{"text", std::move(text)}}, who);
    REQUIRE(reply.status == 201);
    return reply.json();
  }
  /// What cron does, as often as it takes.
  void drain() {
    world.scheduler.advance(10 * minute);
    world.database.execute("UPDATE outbox SET next_attempt_at = ?1, locked_until = NULL WHERE delivered_at IS NULL",
                           {world.now().ms});
    native::StandaloneHost standalone(world);
    CHECK(native::run(world, dispatch_outbox(standalone.host(), handlers, 100)).has_value());
  }
  void queue(void (*add)(std::vector<Statement>&, Host&, std::string_view, std::string_view), std::string_view id,
             std::string_view cause) {
    native::StandaloneHost standalone(world);
    std::vector<Statement> batch;
    add(batch, standalone.host(), id, cause);
    CHECK(native::run(world, standalone.host().database.batch(std::move(batch), OnLostAnswer::fail)).has_value());
  }
  std::int64_t waiting() { return count("SELECT count(*) FROM outbox WHERE delivered_at IS NULL"); }

  FakeStream stream;
};

std::string path_of(const Json& post) { return "/api/feeds/posts/" + post["id"].get<std::string>(); }

}  // namespace

TEST_CASE("a post is copied to the provider after the answer, and taken away there when it is taken away here") {
  for (const char* version : {"v3", "v2"}) {
    CAPTURE(version);
    Mirrored room(version);
    const Json post = room.write(room.student, "<Hello>");
    REQUIRE(room.stream.activities.size() == 1);
    CHECK(room.stream.activities.begin()->second["text"] == "<Hello>");
    CHECK(room.waiting() == 0);
    // The text itself never lay in the outbox.
    CHECK(room.count("SELECT count(*) FROM outbox WHERE payload LIKE '%Hello%'") == 0);
    CHECK(room.server.del(path_of(post), room.student).status == 204);
    CHECK(room.stream.activities.empty());
  }
}

TEST_CASE("the order in which copies are delivered does not matter: each reads how things are by then") {
  Mirrored room;
  room.stream.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> { return IncomingAnswer{500, {}, ""}; };
  const Json post = room.write(room.student);
  CHECK(room.server.del(path_of(post), room.student).status == 204);
  CHECK(room.waiting() == 2);
  room.stream.instead = {};
  // The news of the deletion is delivered first, that of the post afterwards.
  room.world.database.execute("UPDATE outbox SET kind = 'later' WHERE dedupe_key LIKE '%:published'");
  room.world.database.execute("UPDATE outbox SET next_attempt_at = 9000000000000 WHERE kind = 'later'");
  room.world.scheduler.advance(5 * minute);
  native::StandaloneHost standalone(room.world);
  CHECK(native::run(room.world, dispatch_outbox(standalone.host(), handlers, 100)).has_value());
  room.world.database.execute("UPDATE outbox SET kind = 'stream.post'");
  room.drain();
  CHECK(room.waiting() == 0);
  CHECK(room.stream.activities.empty());
}

TEST_CASE("a post that is deleted while its copy is on the way does not stay behind as a copy") {
  Mirrored room;
  room.stream.watch = [&](const OutgoingRequest& request) {
    if (request.url.contains("/activities/batch"))
      room.world.database.execute("UPDATE posts SET status = 'deleted', text = '', ended_at = created_at");
  };
  room.write(room.student);
  CHECK(room.stream.activities.empty());
  CHECK(room.waiting() == 0);
}

TEST_CASE("an outage of the provider costs nobody anything but the copy, which comes later") {
  Mirrored room;
  room.stream.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return Failure(Error(503, "timeout", ClientText("")));
  };
  room.write(room.student);
  CHECK(room.server.get("/api/feeds/course/cpp", room.classmate).json()["items"].size() == 1);
  CHECK(room.waiting() == 1);
  room.stream.instead = {};
  room.drain();
  CHECK(room.stream.activities.size() == 1);
  CHECK(room.waiting() == 0);
}

TEST_CASE("a copy that is refused ends and stays to be seen") {
  Mirrored room;
  room.stream.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return IncomingAnswer{400, {}, R"({"code":4})"};
  };
  room.write(room.student);
  CHECK(room.count("SELECT count(*) FROM outbox WHERE dead_at IS NOT NULL") == 1);
}

TEST_CASE("a copy whose answer was lost is made again, and is there once") {
  Mirrored room;
  bool lost = false;
  room.world.fates = [&](const native::HostCall& call) {
    if (call.port != "http" || std::exchange(lost, true)) return native::Fate{};
    return native::Fate{.fault = native::Fate::Fault::answer_lost};
  };
  room.write(room.student);
  CHECK(room.stream.activities.size() == 1);
  CHECK(room.waiting() == 0);
}

TEST_CASE("follows are copied, once for each change, whatever the order of their delivery") {
  Mirrored room;
  const std::string path = "/api/users/" + room.creator.id + "/follow";
  const std::string timeline = "timeline:" + room.stranger.id, feed = "user:" + room.creator.id;
  for (int twice = 0; twice < 2; ++twice) CHECK(room.server.post(path, room.stranger).status == 204);
  CHECK(room.stream.follows(timeline, feed));
  CHECK(room.count("SELECT count(*) FROM outbox") == 1);
  CHECK(room.stream.visibility[feed] == "visible");
  CHECK(room.stream.visibility[timeline] == "private");
  for (int twice = 0; twice < 2; ++twice) CHECK(room.server.del(path, room.stranger).status == 204);
  CHECK_FALSE(room.stream.follows(timeline, feed));
  CHECK(room.count("SELECT count(*) FROM outbox") == 2);
  CHECK(room.server.post(path, room.stranger).status == 204);
  CHECK(room.stream.follows(timeline, feed));
  // Who is followed is told once.
  CHECK(room.count("SELECT count(*) FROM notifications WHERE kind = 'new_follower'") == 1);
}

TEST_CASE("a follow that is written again behind its end is copied again") {
  Mirrored room;
  native::StandaloneHost standalone(room.world);
  std::vector<Statement> batch{sql("INSERT INTO follows (follower_id, followee_id, created_at) VALUES (?1, ?2, ?3)",
                                   room.stranger.id, room.creator.id, room.world.now())};
  peerloop::mirror_follow(batch, standalone.host(), room.stranger.id, room.creator.id);
  const std::string timeline = "timeline:" + room.stranger.id, feed = "user:" + room.creator.id;
  REQUIRE(room.world.database.run_as_transaction(batch).has_value());
  room.drain();
  CHECK(room.server.del("/api/users/" + room.creator.id + "/follow", room.stranger).status == 204);
  CHECK_FALSE(room.stream.follows(timeline, feed));
  REQUIRE(room.world.database.run_as_transaction(batch).has_value());
  CHECK(room.waiting() == 1);
  room.drain();
  CHECK(room.stream.follows(timeline, feed));
  CHECK(room.waiting() == 0);
}

TEST_CASE("who enrolls follows the course and its teacher at the provider, until the enrollment ends") {
  for (const char* version : {"v3", "v2"}) {
    CAPTURE(version);
    Mirrored room(version);
    const std::string enrollment = room.text("SELECT id FROM enrollments WHERE student_id = ?1", {room.student.id});
    const std::string timeline = "timeline:" + room.student.id;
    room.queue(peerloop::mirror_enrollment, enrollment, "enrolled");
    room.queue(peerloop::mirror_enrollment, enrollment, "enrolled");
    CHECK(room.waiting() == 1);
    room.drain();
    CHECK(room.stream.follows(timeline, "course:" + room.course));
    CHECK(room.stream.follows(timeline, "user:" + room.creator.id));
    CHECK(room.stream.followed.size() == 2);

    room.follow(room.student, room.creator);
    room.world.database.execute("UPDATE enrollments SET status = 'refunded', refunded_at = created_at WHERE id = ?1",
                                {enrollment});
    room.queue(peerloop::mirror_enrollment, enrollment, "refunded");
    room.drain();
    CHECK_FALSE(room.stream.follows(timeline, "course:" + room.course));
    // Of their own will they still do.
    CHECK(room.stream.follows(timeline, "user:" + room.creator.id));
  }
}

TEST_CASE("when an account ends, its writing loses its text, here and at the provider") {
  Mirrored room;
  const Json post = room.write(room.student, "mine");
  const Json flagged = room.write(room.student, "mine as well");
  const Json removed = room.write(room.student, "removed");
  room.write(room.creator, "not mine");
  room.server.post(path_of(flagged) + "/flag", {{"reason", "abuse"}, {"note", "a note"}}, room.classmate);
  room.server.del(path_of(removed), room.moderator);
  CHECK(room.stream.activities.size() == 3);
  native::StandaloneHost standalone(room.world);
  for (const TestUser& who : {room.student, room.classmate})
    CHECK(native::run(room.world,
                      standalone.host().database.batch(
                          peerloop::forget_writing(standalone.host(), who.id, room.world.now()), OnLostAnswer::fail))
              .has_value());
  CHECK(room.count("SELECT count(*) FROM posts WHERE author_id = ?1 AND text <> ''", {room.student.id}) == 0);
  CHECK(room.count("SELECT count(*) FROM posts WHERE text <> ''") == 1);
  CHECK(room.count("SELECT count(*) FROM post_flags WHERE status = 'open' OR note <> ''") == 0);
  room.drain();
  CHECK(room.stream.activities.size() == 1);
}

TEST_CASE("without a provider nothing is queued") {
  Mirrored room;
  room.world.settings.values.erase("STREAM_API_KEY");
  room.write(room.student);
  room.server.post("/api/users/" + room.creator.id + "/follow", room.stranger);
  CHECK(room.count("SELECT count(*) FROM outbox") == 0);
  CHECK(room.server.post("/api/stream/token", room.student).code() == "feed_provider_not_configured");
}

TEST_CASE("a token for the provider's SDK is the caller's own, and is kept for an hour") {
  Mirrored room;
  const Reply reply = room.server.post("/api/stream/token", room.student);
  REQUIRE(reply.status == 200);
  const Json token = reply.json();
  CHECK(token["apiKey"] == "key");
  CHECK(token["userId"] == room.student.id);
  CHECK(token["expiresAt"] == to_rfc3339(room.world.now() + day - 1));
  CHECK(room.world.key_value.entries.contains("stream_token:" + room.student.id));
  room.world.scheduler.advance(30 * minute);
  CHECK(room.server.post("/api/stream/token", room.student).json() == token);
  CHECK(room.server.post("/api/stream/token", room.classmate).json()["token"] != token["token"]);
  room.world.scheduler.advance(31 * minute);
  CHECK(room.server.post("/api/stream/token", room.student).json()["token"] != token["token"]);
  CHECK(room.server.post("/api/stream/token").status == 401);
  native::end_session(room.world, room.student);
  CHECK(room.server.post("/api/stream/token", room.student).code() == "session_ended");
}

TEST_CASE("a token that was kept is not given once the secret has changed, nor where the store has rubbish") {
  Mirrored room;
  const Json token = room.server.post("/api/stream/token", room.student).json();
  room.world.settings.values["STREAM_API_SECRET"] = "another";
  CHECK(room.server.post("/api/stream/token", room.student).json()["token"] != token["token"]);
  auto& entry = room.world.key_value.entries["stream_token:" + room.student.id];
  for (const char* rubbish : {"", "[]", "{\"token\":1}", "not json"}) {
    entry = {rubbish, room.world.now() + hour};
    CHECK(room.server.post("/api/stream/token", room.student).status == 200);
  }
  room.world.fates = [](const native::HostCall& call) {
    return native::Fate{.fault = call.port == "key_value" ? native::Fate::Fault::not_done : native::Fate::Fault::none};
  };
  CHECK(room.server.post("/api/stream/token", room.student).status == 200);
}

TEST_CASE("a webhook of the provider must be signed with our secret") {
  Mirrored room;
  const std::string body = R"({"type":"feeds.activity.added","created_at":"2026-09-21T14:13:20Z"})";
  CHECK(room.server.send(FakeStream::delivery(body, "w1", "other secret")).code() == "invalid_signature");
  native::Outgoing tampered = FakeStream::delivery(body, "w1");
  tampered.body = R"({"type":"feeds.activity.added","created_at":"2026-09-21T14:13:21Z"})";
  CHECK(room.server.send(tampered).status == 401);
  CHECK(room.server.send({"POST", "/api/webhooks/stream", {}, body}).status == 401);
  for (const char* signature : {"", "00", "zz"}) {
    native::Outgoing wrong = FakeStream::delivery(body, "w1");
    wrong.headers.back().value = signature;
    CHECK(room.server.send(wrong).status == 401);
  }
  CHECK(room.count("SELECT count(*) FROM webhook_events") == 0);
  CHECK(room.server.send(FakeStream::delivery(body, "w1")).json()["outcome"] == "ignored");
  CHECK(room.server.send(FakeStream::delivery(body, "w1")).json()["outcome"] == "duplicate");
  room.world.settings.values["STREAM_OLD_API_SECRET"] = "other secret";
  CHECK(room.server.send(FakeStream::delivery(body, "w2", "other secret")).status == 200);
  room.world.settings.values.erase("STREAM_API_SECRET");
  room.world.settings.values.erase("STREAM_OLD_API_SECRET");
  CHECK(room.server.send(FakeStream::delivery(body, "w3")).status == 503);
  CHECK(room.server.send(FakeStream::delivery(body, "w3", "")).status == 503);
}

TEST_CASE("a copy that was taken away at the provider goes to the moderators, once") {
  Mirrored room;
  const Json post = room.write(room.student);
  const auto deleted = [&](std::string_view id, std::string_view webhook) {
    const Json event{{"type", "feeds.activity.deleted"},
                     {"created_at", "2026-09-21T14:13:20Z"},
                     {"fid", "course:" + room.course},
                     {"activity", {{"id", id}}}};
    return room.server.send(FakeStream::delivery(event.dump(), webhook)).json()["outcome"];
  };
  const std::string id(post["id"]);
  CHECK(deleted(id, "w1") == "processed");
  CHECK(deleted(id, "w1") == "duplicate");
  CHECK(deleted(id, "w2") == "ignored");
  CHECK(deleted(room.world.new_id(), "w3") == "ignored");
  const Json queue = room.server.get("/api/moderation/flags", room.moderator).json();
  REQUIRE(queue["items"].size() == 1);
  CHECK(queue["items"][0]["reporter"].is_null());
  // Ours stands until somebody decides.
  CHECK(room.server.get("/api/feeds/course/cpp", room.classmate).json()["items"].size() == 1);
  // What we took away ourselves is no news.
  const Json own = room.write(room.student);
  room.server.del(path_of(own), room.student);
  CHECK(deleted(own["id"].get<std::string>(), "w4") == "ignored");
}

TEST_CASE("what the provider sends may be a list, without an id, or no JSON at all") {
  Mirrored room;
  const std::string changes = R"([{"feed":"course:1","new":[],"deleted":[]}])";
  CHECK(room.server.send(FakeStream::delivery(changes, "")).json()["outcome"] == "ignored");
  CHECK(room.server.send(FakeStream::delivery(changes, "")).json()["outcome"] == "duplicate");
  CHECK(room.server.send(FakeStream::delivery("{}", "w1")).json()["outcome"] == "ignored");
  CHECK(room.server.send(FakeStream::delivery("no json", "w2")).status == 400);
  CHECK(room.server.send(FakeStream::delivery(std::string(600 * 1024, ' '), "w3")).status == 413);
}

TEST_CASE("the whole program copies what a payment leads to") {
  native::PeerloopServer server;
  FakeStream stream(server.world);
  const auto ada = server.sign_up("ada");
  const auto bob = server.sign_up("bob");
  CHECK(server.post("/api/users/" + bob.id + "/follow", ada).status == 204);
  CHECK(stream.follows("timeline:" + ada.id, "user:" + bob.id));
}
