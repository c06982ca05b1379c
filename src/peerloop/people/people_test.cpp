#include "native/people.h"

#include <doctest/doctest.h>

#include "base/encoding.h"
#include "native/server.h"
#include "peerloop/people/routes.h"

using namespace isthmus;
using native::Json;
using native::nobody;
using native::TestServer;

namespace {

constexpr App people_app{"peerloop", "People", peerloop::people_routes, &native::test_authenticator};

std::string path(const native::TestUser& user, std::string_view rest = "") {
  return "/api/users/" + user.id + std::string(rest);
}

/// A course with an approved student-teacher for each handle.
std::string add_course(native::World& world, const native::TestUser& creator, std::string_view slug,
                       std::string_view status = "published") {
  const std::string id = world.new_id();
  const std::int64_t now = world.now().ms;
  world.database.execute("INSERT OR IGNORE INTO categories (id, slug, name, position) VALUES (?1, 'any', 'Any', 0)",
                         {world.new_id()});
  world.database.execute(R"(
      INSERT INTO courses (id, slug, creator_id, category_id, title, description, level, price_cents, currency, status,
                           published_at, created_at, updated_at)
      SELECT ?1, ?2, ?3, id, 'Title', '', 'beginner', 45000, 'usd', ?4, ?5, ?5, ?5 FROM categories)",
                         {id, std::string(slug), creator.id, std::string(status), now});
  return id;
}

void add_teacher(native::World& world, std::string_view course, const native::TestUser& teacher,
                 std::string_view status = "approved") {
  world.scheduler.advance(1);
  world.database.execute(
      "INSERT INTO course_teachers (course_id, teacher_id, status, applied_at, decided_at) VALUES (?1, ?2, ?3, ?4, ?4)",
      {std::string(course), teacher.id, std::string(status), world.now().ms});
}

std::vector<std::string> handles(const Json& page) {
  std::vector<std::string> out;
  for (const Json& item : page["items"]) out.push_back(item["handle"].get<std::string>());
  return out;
}

const std::string png = hex_decode("89504e470d0a1a0a0000000d49484452000002800000016808060000").value() + "more bytes";

native::Outgoing upload(const native::TestUser& user, std::string bytes, std::string type = "image/png") {
  return {"PUT", path(user, "/avatar"), user.with("content-type", std::move(type)).headers, std::move(bytes)};
}

}  // namespace

TEST_CASE("anyone sees a profile, and nothing that is private") {
  TestServer server(people_app);
  const auto ada = native::add_user(server.world, "ada", {"student", "creator"});
  add_course(server.world, ada, "one");
  add_course(server.world, ada, "two", "draft");
  const auto reply = server.get(path(ada));
  REQUIRE(reply.status == 200);
  const Json profile = reply.json();
  CHECK(profile["id"] == ada.id);
  CHECK(profile["name"] == "Name of ada");
  CHECK(profile["handle"] == "ada");
  CHECK(profile["bio"] == "");
  CHECK(profile["avatarUrl"].is_null());
  CHECK(profile["roles"] == Json{"creator", "student"});
  CHECK(profile["expertise"] == Json::array());
  CHECK(profile["followerCount"] == 0);
  CHECK(profile["courseCount"] == 1);
  CHECK(profile["createdAt"] == "2026-09-21T14:13:20.000Z");
  for (const char* secret : {"email", "emailVerified", "timezone", "marketingOptOut", "isFollowing"})
    CHECK_FALSE_MESSAGE(profile.contains(secret), secret);
  CHECK_FALSE(reply.body.contains("example.org"));
  CHECK(server.get("/api/users/ada").json() == profile);
  CHECK(server.get("/api/users/ADA").json() == profile);
}

TEST_CASE("the user also sees their own address and settings, another user whether they follow") {
  TestServer server(people_app);
  const auto ada = native::add_user(server.world, "ada");
  const auto bob = native::add_user(server.world, "bob");
  const Json own = server.get(path(ada), ada).json();
  CHECK(own["email"] == "ada@example.org");
  CHECK(own["emailVerified"] == true);
  CHECK(own["timezone"] == "UTC");
  CHECK(own["marketingOptOut"] == false);
  CHECK_FALSE(own.contains("isFollowing"));
  const Json seen = server.get(path(ada), bob).json();
  CHECK_FALSE(seen.contains("email"));
  CHECK(seen["isFollowing"] == false);
}

TEST_CASE("who is not there, suspended or deleted has no profile") {
  TestServer server(people_app);
  const auto ada = native::add_user(server.world, "ada");
  const auto bob = native::add_user(server.world, "bob");
  CHECK(server.get("/api/users/nobody").code() == "not_found");
  CHECK(server.get("/api/users/%27%20OR%201=1--").status == 404);
  server.world.database.execute("UPDATE users SET suspended_at = updated_at WHERE handle = 'ada'");
  server.world.database.execute("UPDATE users SET deleted_at = updated_at WHERE handle = 'bob'");
  CHECK(server.get(path(ada)).status == 404);
  CHECK(server.get(path(bob)).status == 404);
}

TEST_CASE("a profile is changed field by field, in one round trip behind the session's") {
  TestServer server(people_app);
  const auto ada = native::add_user(server.world, "ada");
  server.world.database.round_trips = 0;
  const auto reply = server.patch(path(ada),
                                  {{"name", "  Ada Lovelace "},
                                   {"handle", "countess_1815"},
                                   {"bio", "<script>alert(\"x\")</script> & 'quotes' \\ 😀\nsecond line"},
                                   {"timezone", "Europe/London"},
                                   {"expertise", {"Analysis", " Engines ", "analysis"}},
                                   {"marketingOptOut", true}},
                                  ada);
  REQUIRE(reply.status == 200);
  CHECK(server.world.database.round_trips == 2);
  const Json profile = reply.json();
  CHECK(profile["name"] == "Ada Lovelace");
  CHECK(profile["handle"] == "countess_1815");
  CHECK(profile["bio"] == "<script>alert(\"x\")</script> & 'quotes' \\ 😀\nsecond line");
  CHECK(profile["timezone"] == "Europe/London");
  CHECK(profile["expertise"] == Json{"Analysis", "Engines"});
  CHECK(profile["marketingOptOut"] == true);
  CHECK(profile["email"] == "ada@example.org");

  const Json less = server.patch(path(ada), {{"expertise", Json::array()}}, ada).json();
  CHECK(less["expertise"] == Json::array());
  CHECK(less["name"] == "Ada Lovelace");
  CHECK(server.patch(path(ada), Json::object(), ada).json() == less);
}

TEST_CASE("what a profile can not be is refused, field by field") {
  TestServer server(people_app);
  const auto ada = native::add_user(server.world, "ada");
  const auto reply = server.patch(path(ada),
                                  {{"name", "A"},
                                   {"handle", "Not A Handle"},
                                   {"bio", std::string(5001, 'x')},
                                   {"timezone", "Mars/Olympus"},
                                   {"expertise", {"", std::string(61, 'x')}},
                                   {"marketingOptOut", "yes"},
                                   {"email", "other@example.org"},
                                   {"roles", {"admin"}}},
                                  ada);
  CHECK(reply.status == 400);
  for (const char* field : {"name", "handle", "bio", "timezone", "expertise", "marketingOptOut", "email", "roles"})
    CHECK_MESSAGE(reply.problems(field).is_array(), field);
  CHECK(reply.problems("email") == Json{"is not a known field"});
  CHECK(server.patch(path(ada), {{"name", nullptr}}, ada).status == 400);
  CHECK(server.patch(path(ada), {{"expertise", Json::array()}, {"name", "Ada\x01"}}, ada).status == 400);
}

TEST_CASE("a handle belongs to one user") {
  TestServer server(people_app);
  const auto ada = native::add_user(server.world, "ada");
  native::add_user(server.world, "bob");
  const auto taken = server.patch(path(ada), {{"handle", "bob"}, {"name", "Changed"}}, ada);
  CHECK(taken.status == 409);
  CHECK(taken.code() == "handle_taken");
  CHECK(server.get(path(ada)).json()["name"] == "Name of ada");
  CHECK(server.patch(path(ada), {{"handle", "admin"}}, ada).code() == "handle_taken");
  CHECK(server.patch(path(ada), {{"handle", "ada"}}, ada).status == 200);
}

TEST_CASE("only the user changes a profile") {
  TestServer server(people_app);
  const auto ada = native::add_user(server.world, "ada");
  const auto eve = native::add_user(server.world, "eve", {"admin"});
  CHECK(server.patch(path(ada), {{"name", "Eve"}}, eve).status == 404);
  CHECK(server.patch(path(ada), {{"name", "Eve"}}).status == 401);
  CHECK(server.send(upload(ada, png)).status == 200);
  native::Outgoing forged = upload(eve, png);
  forged.target = path(ada, "/avatar");
  CHECK(server.send(forged).status == 404);
  CHECK(server.del(path(ada, "/avatar"), eve).status == 404);
  native::end_session(server.world, ada);
  CHECK(server.patch(path(ada), {{"name", "Ada"}}, ada).code() == "session_ended");
}

TEST_CASE("a picture is stored, shown with its type, and removed") {
  TestServer server(people_app);
  const auto ada = native::add_user(server.world, "ada");
  CHECK(server.get(path(ada, "/avatar")).status == 404);
  const auto stored = server.send(upload(ada, png, "text/html"));
  REQUIRE(stored.status == 200);
  CHECK(stored.json() == Json{{"avatarUrl", path(ada, "/avatar")}});
  CHECK(server.get(path(ada)).json()["avatarUrl"] == path(ada, "/avatar"));

  const auto shown = server.get(path(ada, "/avatar"));
  CHECK(shown.status == 200);
  CHECK(shown.body == png);
  CHECK(shown.header("content-type") == "image/png");
  CHECK(shown.header("x-content-type-options") == "nosniff");
  CHECK(shown.header("cache-control") == "public, max-age=300");
  const auto known = server.get(path(ada, "/avatar"), nobody.with("if-none-match", shown.header("etag")));
  CHECK(known.status == 304);
  CHECK(known.body.empty());
  CHECK(server.get(path(ada, "/avatar"), nobody.with("if-none-match", ",")).status == 200);
  const auto part = server.get(path(ada, "/avatar"), nobody.with("range", "bytes=1-3"));
  CHECK(part.status == 206);
  CHECK(part.body == "PNG");
  CHECK(part.header("content-range") == "bytes 1-3/" + std::to_string(png.size()));
  CHECK(server.get(path(ada, "/avatar"), nobody.with("range", "bytes=999-")).status == 416);
  CHECK(server.get(path(ada, "/avatar"), nobody.with("range", "bytes=1-3").with("if-range", "\"old\"")).body == png);
  CHECK(server.head(path(ada, "/avatar")).body.empty());

  CHECK(server.del(path(ada, "/avatar"), ada).status == 204);
  CHECK(server.del(path(ada, "/avatar"), ada).status == 204);
  CHECK(server.get(path(ada, "/avatar")).status == 404);
  CHECK(server.get(path(ada)).json()["avatarUrl"].is_null());
  CHECK(server.get("/api/users/..%2F..%2Frecordings/avatar").status == 404);
}

TEST_CASE("what is no picture is not stored, whatever it says it is") {
  TestServer server(people_app);
  const auto ada = native::add_user(server.world, "ada");
  const std::string huge = hex_decode("89504e470d0a1a0a0000000d4948445200ffffff0000016808060000").value();
  for (const std::string& bytes : {std::string("<svg onload=alert(1)>"), std::string("GIF"), huge}) {
    const auto refused = server.send(upload(ada, bytes));
    CHECK(refused.status == 415);
    CHECK(refused.code() == "unsupported_image");
  }
  CHECK(server.send(upload(ada, "")).status == 411);
  CHECK(server.send(upload(ada, png + std::string(5 * 1024 * 1024, 'x'))).status == 413);
  native::Outgoing cut = upload(ada, png);
  cut.headers.push_back({"content-length", std::to_string(png.size() + 100)});
  CHECK(server.send(cut).status == 400);
  CHECK(server.world.bucket.objects.empty());
  CHECK(server.get(path(ada)).json()["avatarUrl"].is_null());
}

TEST_CASE("following is counted once, however often it is said") {
  TestServer server(people_app);
  const auto ada = native::add_user(server.world, "ada");
  const auto bob = native::add_user(server.world, "bob");
  CHECK(server.post(path(bob, "/follow"), ada).status == 204);
  CHECK(server.post(path(bob, "/follow"), ada).status == 204);
  CHECK(server.get(path(bob), ada).json()["followerCount"] == 1);
  CHECK(server.get(path(bob), ada).json()["isFollowing"] == true);
  CHECK(server.get(path(ada)).json()["followingCount"] == 1);
  CHECK(server.del(path(bob, "/follow"), ada).status == 204);
  CHECK(server.del(path(bob, "/follow"), ada).status == 204);
  CHECK(server.get(path(bob)).json()["followerCount"] == 0);
}

TEST_CASE("nobody follows themselves, nobody, or whom they can not see") {
  TestServer server(people_app);
  const auto ada = native::add_user(server.world, "ada");
  const auto bob = native::add_user(server.world, "bob");
  CHECK(server.post(path(ada, "/follow"), ada).code() == "own_account");
  CHECK(server.post("/api/users/" + server.world.new_id() + "/follow", ada).status == 404);
  CHECK(server.del("/api/users/" + server.world.new_id() + "/follow", ada).status == 404);
  CHECK(server.post(path(bob, "/follow")).status == 401);
  CHECK(server.post(path(bob, "/follow"), ada).status == 204);
  server.world.database.execute("UPDATE users SET suspended_at = updated_at WHERE handle = 'bob'");
  CHECK(server.post(path(bob, "/follow"), ada).status == 404);
  CHECK(server.del(path(bob, "/follow"), ada).status == 204);
}

TEST_CASE("creators are listed newest first, page by page") {
  TestServer server(people_app);
  CHECK(server.get("/api/creators").json() == Json{{"items", Json::array()}, {"nextCursor", nullptr}});
  for (int i = 0; i < 101; ++i) {
    server.world.scheduler.advance(1);
    native::add_user(server.world, "creator_" + std::to_string(i), {"creator"});
  }
  native::add_user(server.world, "student");
  server.world.database.execute("UPDATE users SET suspended_at = updated_at WHERE handle = 'creator_99'");

  const Json first = server.get("/api/creators?limit=2").json();
  CHECK(handles(first) == std::vector<std::string>{"creator_100", "creator_98"});
  CHECK(first["items"][0].contains("courseCount"));
  const Json next = server.get("/api/creators?limit=100&cursor=" + first["nextCursor"].get<std::string>()).json();
  CHECK(next["items"].size() == 98);
  CHECK(next["nextCursor"].is_null());
  CHECK(server.get("/api/creators?limit=100").json()["nextCursor"].is_null());
  CHECK(server.get("/api/creators").json()["items"].size() == 20);
  CHECK(server.get("/api/creators?limit=101").status == 400);
  CHECK(server.get("/api/creators?limit=0").status == 400);
  for (const char* cursor : {"x", "", "W10", "WyJ4IiwieSJd", "%00", "eyJhIjoxfQ"})
    CHECK_MESSAGE(server.get("/api/creators?cursor=" + std::string(cursor)).code() == "invalid_cursor", cursor);
}

TEST_CASE("student-teachers are listed, all or those of one published course") {
  TestServer server(people_app);
  const auto ada = native::add_user(server.world, "ada", {"creator"});
  const auto kofi = native::add_user(server.world, "kofi", {"student", "studentTeacher"});
  server.world.scheduler.advance(1);
  const auto ines = native::add_user(server.world, "ines", {"student", "studentTeacher"});
  const auto dora = native::add_user(server.world, "dora", {"student"});
  const std::string course = add_course(server.world, ada, "one");
  const std::string draft = add_course(server.world, ada, "two", "draft");
  add_teacher(server.world, course, ines);
  add_teacher(server.world, course, kofi);
  add_teacher(server.world, course, dora, "declined");
  add_teacher(server.world, draft, kofi);

  CHECK(handles(server.get("/api/student-teachers").json()) == std::vector<std::string>{"ines", "kofi"});
  const Json of_course = server.get("/api/student-teachers?courseId=" + course).json();
  CHECK(handles(of_course) == std::vector<std::string>{"ines", "kofi"});
  CHECK(of_course["items"][1]["courseCount"] == 1);
  const Json first = server.get("/api/student-teachers?limit=1&courseId=" + course).json();
  const std::string cursor = first["nextCursor"].get<std::string>();
  CHECK(handles(server.get("/api/student-teachers?courseId=" + course + "&cursor=" + cursor).json()) ==
        std::vector<std::string>{"kofi"});
  CHECK(server.get("/api/student-teachers?cursor=" + cursor).code() == "invalid_cursor");
  CHECK(server.get("/api/student-teachers?courseId=" + draft).json()["items"].empty());
  CHECK(server.get("/api/student-teachers?courseId=" + server.world.new_id()).json()["items"].empty());
  CHECK(server.get("/api/student-teachers?courseId=nonsense").status == 400);
}

TEST_CASE("who gains a follower is told once, however often the follower comes and goes") {
  TestServer server(people_app);
  const auto ada = native::add_user(server.world, "ada");
  const auto bob = native::add_user(server.world, "bob");
  for (int times = 0; times < 3; ++times) {
    CHECK(server.post(path(bob, "/follow"), ada).status == 204);
    CHECK(server.del(path(bob, "/follow"), ada).status == 204);
  }
  CHECK(server.world.database.count("SELECT count(*) FROM notifications") == 1);
  CHECK(server.world.database.text("SELECT kind || user_id || data FROM notifications") ==
        "new_follower" + bob.id + "{\"userId\":\"" + ada.id + "\"}");
}
