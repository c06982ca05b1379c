#include <array>
#include <set>

#include <doctest/doctest.h>

#include "native/campus.h"
#include "peerloop/feeds/routes.h"
#include "peerloop/notifications/routes.h"

using namespace isthmus;
using native::Campus;
using native::Json;
using native::Reply;
using native::TestUser;

namespace {

constexpr auto routes = join(peerloop::feed_routes, peerloop::notification_routes);
constexpr App feeds_app{"peerloop", "Feeds", routes, &native::test_authenticator};

std::string feed_of(std::string_view course) { return "/api/feeds/course/" + std::string(course); }
std::string path_of(const Json& post, std::string_view rest = "") {
  return "/api/feeds/posts/" + post["id"].get<std::string>() + std::string(rest);
}

Reply write(Campus& room, const TestUser& who, std::string text, std::string_view course = "") {
  room.world.scheduler.advance(1);
  return room.server.post(feed_of(course.empty() ? room.course : course), {{"text", std::move(text)}}, who);
}

std::vector<std::string> texts(const Reply& reply) {
  std::vector<std::string> out;
  REQUIRE_MESSAGE(reply.status == 200, reply.body);
  const Json page = reply.json();
  for (const Json& item : page["items"]) out.push_back(item["text"].get<std::string>());
  return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("who belongs to a course reads and writes its feed, newest first") {
  Campus room(feeds_app);
  room.world.database.round_trips = 0;
  const Reply first = write(room, room.student, "  <b>Hello</b> \"all\" 🎓 ");
  REQUIRE(first.status == 201);
  CHECK(room.world.database.round_trips == 2);
  const Json post = first.json();
  CHECK(post["text"] == "<b>Hello</b> \"all\" 🎓");
  CHECK(post["author"]["handle"] == "student");
  CHECK(post["authorRole"] == "student");
  CHECK(post["course"] == Json{{"id", room.course}, {"slug", "cpp"}, {"title", "The course cpp"}});
  CHECK(post["isMine"] == true);
  CHECK(write(room, room.teacher, "2").json()["authorRole"] == "studentTeacher");
  CHECK(write(room, room.creator, "3", "cpp").json()["authorRole"] == "creator");
  room.world.database.round_trips = 0;
  const Reply seen = room.server.get(feed_of("cpp"), room.classmate);
  CHECK(room.world.database.round_trips == 1);
  CHECK(texts(seen) == Texts{"3", "2", "<b>Hello</b> \"all\" 🎓"});
  CHECK(seen.json()["items"][0]["isMine"] == false);
  for (const TestUser& who : {room.student, room.teacher, room.creator, room.moderator})
    CHECK(texts(room.server.get(feed_of(room.course), who)).size() == 3);
}

TEST_CASE("who does not belong to a course neither reads nor writes its feed") {
  Campus room(feeds_app);
  write(room, room.student, "secret");
  const auto unpaid = native::add_user(room.world, "unpaid");
  const auto refunded = native::add_user(room.world, "refunded");
  room.enroll(unpaid, room.course, "pending");
  room.enroll(refunded, room.course, "refunded");
  for (const TestUser& who : {room.stranger, unpaid, refunded}) {
    const Reply read = room.server.get(feed_of("cpp"), who);
    CHECK(read.status == 403);
    CHECK(read.code() == "not_enrolled");
    CHECK_FALSE(read.body.contains("secret"));
    CHECK(write(room, who, "x").code() == "not_enrolled");
  }
  CHECK(write(room, room.moderator, "x").status == 403);
  CHECK(room.server.get(feed_of("cpp")).status == 401);
  CHECK(room.server.post(feed_of("cpp"), {{"text", "x"}}).status == 401);
  CHECK(room.server.get(feed_of("nothing"), room.student).status == 404);
  CHECK(write(room, room.student, "x", room.world.new_id()).status == 404);
  CHECK(room.count("SELECT count(*) FROM posts") == 1);
}

TEST_CASE("a course that is not published is a secret, also by its feed") {
  Campus room(feeds_app);
  room.add_course(room.creator, "draft", "draft");
  CHECK(room.server.get(feed_of("draft"), room.stranger).status == 404);
  CHECK(write(room, room.stranger, "x", "draft").status == 404);
  CHECK(write(room, room.creator, "soon", "draft").status == 201);
  CHECK(texts(room.server.get(feed_of("draft"), room.creator)) == Texts{"soon"});
}

TEST_CASE("access ends with the enrollment, and comes back with the next") {
  Campus room(feeds_app);
  write(room, room.creator, "for members");
  CHECK(texts(room.server.get(feed_of("cpp"), room.student)).size() == 1);
  room.world.database.execute(
      "UPDATE enrollments SET status = 'refunded', refunded_at = created_at WHERE student_id = ?1", {room.student.id});
  CHECK(room.server.get(feed_of("cpp"), room.student).status == 403);
  CHECK(texts(room.server.get("/api/feeds/timeline", room.student)).empty());
  room.enroll(room.student, room.course, "completed");
  CHECK(texts(room.server.get(feed_of("cpp"), room.student)).size() == 1);
}

TEST_CASE("an instructor's feed has what they write where they teach, as far as the reader belongs there") {
  Campus room(feeds_app);
  const std::string other = room.add_course(room.creator, "rust");
  room.enroll(room.teacher, other);
  const std::string feed = "/api/feeds/instructor/" + room.creator.id;
  write(room, room.creator, "in cpp");
  write(room, room.creator, "in rust", "rust");
  write(room, room.student, "not an instructor");
  write(room, room.teacher, "a student here", "rust");
  CHECK(texts(room.server.get(feed, room.student)) == Texts{"in cpp"});
  CHECK(texts(room.server.get(feed, room.teacher)) == Texts{"in rust", "in cpp"});
  CHECK(texts(room.server.get(feed, room.creator)) == Texts{"in rust", "in cpp"});
  CHECK(texts(room.server.get(feed, room.moderator)).size() == 2);
  write(room, room.teacher, "a teacher here");
  CHECK(texts(room.server.get("/api/feeds/instructor/" + room.teacher.id, room.creator)) == Texts{"a teacher here"});
  CHECK(room.server.get(feed, room.stranger).code() == "not_enrolled");
  CHECK(room.server.get("/api/feeds/instructor/" + room.student.id, room.classmate).status == 404);
  CHECK(room.server.get("/api/feeds/instructor/" + room.world.new_id(), room.classmate).status == 404);
  room.suspend(room.creator);
  CHECK(room.server.get(feed, room.student).status == 404);
  CHECK(texts(room.server.get(feed_of("cpp"), room.student)) == Texts{"a teacher here", "not an instructor"});
}

TEST_CASE("the timeline has the newest of all courses that somebody belongs to, page by page") {
  Campus room(feeds_app);
  room.enroll(room.student, room.add_course(room.creator, "rust"));
  room.add_course(room.creator, "zig");
  for (int i = 0; i < 9; ++i) {
    constexpr std::array<std::string_view, 3> courses{"cpp", "rust", "zig"};
    REQUIRE(write(room, room.creator, std::to_string(i), courses[static_cast<std::size_t>(i) % 3]).status == 201);
  }
  Texts all;
  const std::string target = "/api/feeds/timeline?limit=4";
  for (std::string next = target; !next.empty();) {
    room.world.database.round_trips = 0;
    const Reply reply = room.server.get(next, room.student);
    CHECK(room.world.database.round_trips == 1);
    for (const std::string& text : texts(reply)) all.push_back(text);
    const Json cursor = reply.json()["nextCursor"];
    next = cursor.is_null() ? "" : target + "&cursor=" + cursor.get<std::string>();
  }
  CHECK(all == Texts{"7", "6", "4", "3", "1", "0"});
  CHECK(texts(room.server.get("/api/feeds/timeline", room.creator)).size() == 9);
  CHECK(texts(room.server.get("/api/feeds/timeline", room.stranger)).empty());
  CHECK(room.server.get("/api/feeds/timeline?cursor=x", room.student).code() == "invalid_cursor");
}

TEST_CASE("pages of a feed follow one another without gaps, also where many came in one millisecond") {
  Campus room(feeds_app);
  for (int i = 0; i < 7; ++i) write(room, room.creator, std::to_string(i));
  room.world.database.execute("UPDATE posts SET created_at = (SELECT max(created_at) FROM posts)");
  std::set<std::string> seen;
  const std::string target = feed_of("cpp") + "?limit=3";
  int pages = 0;
  for (std::string next = target; !next.empty(); ++pages) {
    const Reply reply = room.server.get(next, room.student);
    for (const std::string& text : texts(reply)) seen.insert(text);
    const Json cursor = reply.json()["nextCursor"];
    next = cursor.is_null() ? "" : target + "&cursor=" + cursor.get<std::string>();
  }
  CHECK(pages == 3);
  CHECK(seen.size() == 7);
}

TEST_CASE("a post has 1 to 5000 characters, and ten a minute are enough") {
  Campus room(feeds_app);
  CHECK(room.server.post(feed_of("cpp"), {{"text", " \n "}}, room.student).problems("text").is_array());
  CHECK(room.server.post(feed_of("cpp"), {{"text", std::string(5001, 'x')}}, room.student).problems("text").is_array());
  CHECK(room.server.post(feed_of("cpp"), Json::object(), room.student).problems("text").is_array());
  std::vector<std::unique_ptr<native::Exchange>> sent;
  for (int i = 0; i < 15; ++i)
    sent.push_back(room.server.begin(native::with_json("POST", feed_of("cpp"), {{"text", "x"}}, room.student)));
  room.world.scheduler.run();
  int taken = 0;
  for (const auto& one : sent) taken += one->reply().status == 201;
  CHECK(taken == 10);
  CHECK(write(room, room.student, "more").status == 429);
  CHECK(write(room, room.classmate, "others may").status == 201);
  room.world.scheduler.advance(minute);
  CHECK(write(room, room.student, "more").status == 201);
}

TEST_CASE("a post whose answer was lost is written again under its key, and is there once") {
  Campus room(feeds_app);
  const auto keyed = room.student.with("idempotency-key", "post-1");
  int batches = 0;
  room.world.fates = [&](const native::HostCall& call) {
    const bool lost = call.port == "database" && ++batches == 2;
    return native::Fate{.fault = lost ? native::Fate::Fault::answer_lost : native::Fate::Fault::none};
  };
  CHECK(room.server.post(feed_of("cpp"), {{"text", "once"}}, keyed).status == 503);
  const Reply again = room.server.post(feed_of("cpp"), {{"text", "once"}}, keyed);
  CHECK(again.status == 201);
  CHECK(again.header("idempotent-replayed") == "true");
  CHECK(texts(room.server.get(feed_of("cpp"), room.student)) == Texts{"once"});
}

TEST_CASE("its author deletes a post, text and all") {
  Campus room(feeds_app);
  const Json post = write(room, room.student, "regretted").json();
  CHECK(room.server.del(path_of(post), room.classmate).code() == "not_author");
  CHECK(room.server.del(path_of(post), room.creator).code() == "not_author");
  CHECK(room.server.del(path_of(post), room.stranger).status == 404);
  CHECK(room.server.del(path_of(post)).status == 401);
  for (int twice = 0; twice < 2; ++twice) CHECK(room.server.del(path_of(post), room.student).status == 204);
  CHECK(texts(room.server.get(feed_of("cpp"), room.classmate)).empty());
  CHECK(room.server.del(path_of(post), room.classmate).status == 404);
  CHECK(room.text("SELECT text FROM posts") == "");
  CHECK(room.count("SELECT count(*) FROM audit_log") == 0);
  CHECK(room.server.del("/api/feeds/posts/" + room.world.new_id(), room.student).status == 404);
}

TEST_CASE("a moderator deletes a post: the act is kept, its author is told, the text stays for a second look") {
  Campus room(feeds_app);
  const Json post = write(room, room.student, "rude").json();
  for (int twice = 0; twice < 2; ++twice) CHECK(room.server.del(path_of(post), room.moderator).status == 204);
  CHECK(texts(room.server.get(feed_of("cpp"), room.student)).empty());
  CHECK(room.text("SELECT text FROM posts WHERE status = 'removed'") == "rude");
  CHECK(room.count("SELECT count(*) FROM audit_log") == 1);
  CHECK(room.text("SELECT action || ' ' || target_type || ' ' || (actor_id = ?1) FROM audit_log",
                  {room.moderator.id}) == "post.remove post 1");
  const Json told = room.server.get("/api/notifications", room.student).json();
  REQUIRE(told["items"].size() == 1);
  CHECK(told["items"][0]["kind"] == "post_removed");
  CHECK(told["items"][0]["data"]["courseTitle"] == "The course cpp");
}

TEST_CASE("a deletion whose answer was lost is asked again, and done once") {
  Campus room(feeds_app);
  for (const TestUser& who : {room.student, room.moderator}) {
    const Json post = write(room, room.student, "x").json();
    int batches = 0;
    room.world.fates = [&](const native::HostCall& call) {
      const bool lost = call.port == "database" && ++batches == 3;
      return native::Fate{.fault = lost ? native::Fate::Fault::answer_lost : native::Fate::Fault::none};
    };
    CHECK(room.server.del(path_of(post), who).status == 204);
    room.world.fates = {};
  }
  CHECK(room.count("SELECT count(*) FROM audit_log") == 1);
  CHECK(room.count("SELECT count(*) FROM notifications") == 1);
}

TEST_CASE("who can read a post can object to it, once") {
  Campus room(feeds_app);
  const Json post = write(room, room.student, "buy now").json();
  const auto flag = [&](const TestUser& who, const Json& body = {{"reason", "spam"}}) {
    return room.server.post(path_of(post, "/flag"), body, who);
  };
  for (int twice = 0; twice < 2; ++twice) CHECK(flag(room.classmate).status == 204);
  CHECK(flag(room.creator, {{"reason", "other"}, {"note", "an advertisement"}}).status == 204);
  CHECK(flag(room.student).code() == "own_post");
  CHECK(flag(room.stranger).status == 404);
  CHECK(flag(room.classmate, {{"reason", "dislike"}}).problems("reason").is_array());
  CHECK(flag(room.classmate, {{"reason", "spam"}, {"note", std::string(501, 'x')}}).problems("note").is_array());
  CHECK(room.server.post(path_of(post, "/flag"), {{"reason", "spam"}}).status == 401);
  CHECK(room.count("SELECT count(*) FROM post_flags") == 2);
  // It stays where it is until somebody decides.
  CHECK(texts(room.server.get(feed_of("cpp"), room.classmate)).size() == 1);
  room.server.del(path_of(post), room.student);
  CHECK(flag(room.teacher).status == 404);
}

TEST_CASE("thirty objections an hour are enough") {
  Campus room(feeds_app);
  std::vector<Json> posts;
  for (int i = 0; i < 31; ++i) {
    room.world.scheduler.advance(10 * second);
    posts.push_back(write(room, room.creator, std::to_string(i)).json());
  }
  const auto flag = [&](const Json& post) {
    return room.server.post(path_of(post, "/flag"), {{"reason", "spam"}}, room.student).status;
  };
  for (std::size_t i = 0; i < 30; ++i) REQUIRE(flag(posts[i]) == 204);
  CHECK(flag(posts[30]) == 429);
  CHECK(flag(posts[0]) == 204);
  room.world.scheduler.advance(hour);
  CHECK(flag(posts[30]) == 204);
}

namespace {

/// A post with two flags, and the queue.
struct Flagged {
  explicit Flagged(std::uint64_t seed = 1) : room(feeds_app, seed) {
    post = write(room, room.student, "rude").json();
    for (const TestUser& who : {room.classmate, room.creator}) {
      room.world.scheduler.advance(1);
      room.server.post(path_of(post, "/flag"), {{"reason", "abuse"}, {"note", "by " + who.id}}, who);
    }
    queue = room.server.get("/api/moderation/flags", room.moderator).json();
    REQUIRE(queue["items"].size() == 2);
  }
  Reply resolve(const TestUser& who, std::size_t index, const Json& body) {
    return room.server.post(resolve_path(index), body, who);
  }
  std::string resolve_path(std::size_t index) const {
    return "/api/moderation/flags/" + queue["items"][index]["id"].get<std::string>() + "/resolve";
  }

  Campus room;
  Json post, queue;
};

}  // namespace

TEST_CASE("moderators see what was objected to, oldest first, and nobody else does") {
  Flagged flagged;
  auto& room = flagged.room;
  const Json& first = flagged.queue["items"][0];
  CHECK(first["reporter"]["handle"] == "classmate");
  CHECK(first["reason"] == "abuse");
  CHECK(first["note"] == "by " + room.classmate.id);
  CHECK(first["status"] == "open");
  CHECK(first["post"]["text"] == "rude");
  CHECK(first["post"]["author"]["handle"] == "student");
  CHECK(first["postStatus"] == "published");
  CHECK(first["openFlags"] == 2);
  CHECK(first["resolvedBy"].is_null());
  const Json page = room.server.get("/api/moderation/flags?limit=1", room.moderator).json();
  CHECK(page["items"].size() == 1);
  const Json rest =
      room.server.get("/api/moderation/flags?limit=1&cursor=" + page["nextCursor"].get<std::string>(), room.moderator)
          .json();
  CHECK(rest["items"][0]["reporter"]["handle"] == "creator");
  CHECK(room.server.get("/api/moderation/flags?status=upheld", room.moderator).json()["items"].empty());
  CHECK(room.server.get("/api/moderation/flags?status=lost", room.moderator).status == 400);
  for (const TestUser& who : {room.creator, room.teacher, room.student}) {
    CHECK(room.server.get("/api/moderation/flags", who).code() == "wrong_role");
    CHECK(flagged.resolve(who, 0, {{"action", "remove"}}).code() == "wrong_role");
  }
  CHECK(room.server.get("/api/moderation/flags").status == 401);
}

TEST_CASE("to remove a post upholds all that was said against it") {
  Flagged flagged;
  auto& room = flagged.room;
  const Reply resolved = flagged.resolve(room.moderator, 0, {{"action", "remove"}, {"note", "house rules, 3"}});
  REQUIRE(resolved.status == 200);
  CHECK(resolved.json()["status"] == "upheld");
  CHECK(resolved.json()["resolution"] == "house rules, 3");
  CHECK(resolved.json()["resolvedBy"]["handle"] == "moderator");
  CHECK(resolved.json()["postStatus"] == "removed");
  CHECK(resolved.json()["openFlags"] == 0);
  CHECK(texts(room.server.get(feed_of("cpp"), room.classmate)).empty());
  CHECK(room.server.get("/api/moderation/flags", room.moderator).json()["items"].empty());
  CHECK(room.server.get("/api/moderation/flags?status=upheld", room.moderator).json()["items"].size() == 2);
  CHECK(room.count("SELECT count(*) FROM audit_log WHERE action = 'post.remove'") == 1);
  const Json told = room.server.get("/api/notifications", room.student).json();
  REQUIRE(told["items"].size() == 1);
  CHECK(told["items"][0]["data"]["reason"] == "abuse");
  // Again the same is the same; the other flag, and the other decision, come too late.
  CHECK(flagged.resolve(room.moderator, 0, {{"action", "remove"}}).status == 200);
  CHECK(flagged.resolve(room.moderator, 0, {{"action", "dismiss"}}).code() == "flag_resolved");
  CHECK(room.count("SELECT count(*) FROM audit_log") == 1);
}

TEST_CASE("to dismiss a flag leaves the post and the other flags") {
  Flagged flagged;
  auto& room = flagged.room;
  const Reply resolved = flagged.resolve(room.moderator, 1, {{"action", "dismiss"}});
  REQUIRE(resolved.status == 200);
  CHECK(resolved.json()["status"] == "dismissed");
  CHECK(resolved.json()["openFlags"] == 1);
  CHECK(texts(room.server.get(feed_of("cpp"), room.classmate)).size() == 1);
  CHECK(room.count("SELECT count(*) FROM audit_log WHERE action = 'flag.dismiss'") == 1);
  CHECK(room.count("SELECT count(*) FROM notifications") == 0);
  CHECK(flagged.resolve(room.moderator, 0, {{"action", "remove"}}).status == 200);
}

TEST_CASE("a flag of a post that its author deleted is moot") {
  Flagged flagged;
  auto& room = flagged.room;
  room.server.del(path_of(flagged.post), room.student);
  const Reply late = flagged.resolve(room.moderator, 0, {{"action", "remove"}});
  CHECK(late.code() == "flag_resolved");
  CHECK(late.body.contains("moot"));
  CHECK(room.server.get("/api/moderation/flags?status=moot", room.moderator).json()["items"].size() == 2);
}

TEST_CASE("nobody decides about their own post, and what is no flag is not found") {
  Flagged flagged;
  auto& room = flagged.room;
  room.world.database.execute("INSERT INTO user_roles (user_id, role, granted_at) VALUES (?1, 'moderator', ?2)",
                              {room.student.id, room.world.now().ms});
  CHECK(flagged.resolve(room.student, 0, {{"action", "dismiss"}}).code() == "own_post");
  CHECK(room.server
            .post("/api/moderation/flags/" + room.world.new_id() + "/resolve", {{"action", "dismiss"}}, room.moderator)
            .status == 404);
  CHECK(flagged.resolve(room.moderator, 0, {{"action", "burn"}}).problems("action").is_array());
}

TEST_CASE("of two moderators who decide at once, one does and the other hears of it") {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U}) {
    CAPTURE(seed);
    Flagged flagged(seed);
    auto& room = flagged.room;
    const auto other = native::add_user(room.world, "other_moderator", {"moderator"});
    room.world.fates = [&](const native::HostCall&) {
      return native::Fate{.before = static_cast<Millis>(room.world.scheduler.draw(5))};
    };
    const auto one =
        room.server.begin(native::with_json("POST", flagged.resolve_path(0), {{"action", "remove"}}, room.moderator));
    const auto two =
        room.server.begin(native::with_json("POST", flagged.resolve_path(0), {{"action", "dismiss"}}, other));
    room.world.scheduler.run();
    const bool first_won = one->reply().status == 200;
    CHECK((first_won ? two : one)->reply().code() == "flag_resolved");
    CHECK((first_won ? one : two)->reply().status == 200);
    CHECK(room.count("SELECT count(*) FROM audit_log") == 1);
    CHECK(room.count("SELECT count(*) FROM notifications") == (first_won ? 1 : 0));
  }
}

TEST_CASE("a decision whose answer was lost is found by the next try") {
  Flagged flagged;
  auto& room = flagged.room;
  int batches = 0;
  room.world.fates = [&](const native::HostCall& call) {
    const bool lost = call.port == "database" && ++batches == 3;
    return native::Fate{.fault = lost ? native::Fate::Fault::answer_lost : native::Fate::Fault::none};
  };
  CHECK(flagged.resolve(room.moderator, 0, {{"action", "remove"}}).json()["status"] == "upheld");
  CHECK(room.count("SELECT count(*) FROM audit_log") == 1);
}
