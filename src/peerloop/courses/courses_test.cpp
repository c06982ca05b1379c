#include <doctest/doctest.h>

#include "native/people.h"
#include "native/server.h"
#include "peerloop/courses/routes.h"

using namespace isthmus;
using native::Json;
using native::nobody;
using native::TestServer;
using native::TestUser;

namespace {

constexpr App course_app{"peerloop", "Courses", peerloop::course_routes, &native::test_authenticator};

std::string add_category(native::World& world, std::string_view slug, std::int64_t position = 0) {
  const std::string id = world.new_id();
  world.database.execute("INSERT INTO categories (id, slug, name, position) VALUES (?1, ?2, 'Name of ' || ?2, ?3)",
                         {id, std::string(slug), position});
  return id;
}

/// A course that may be published.
Json course_body(const std::string& category, std::string title = "SQL from scratch") {
  return {{"title", std::move(title)},
          {"description", "Tables, rows and questions."},
          {"categoryId", category},
          {"level", "beginner"},
          {"priceCents", 45000},
          {"currency", "USD"},
          {"objectives", {"Write a query", "Read a plan"}},
          {"modules",
           {{{"title", "One table"}, {"lessons", {"Rows", {{"title", "Counting"}, {"durationMinutes", 45}}}}},
            {{"title", "Several tables"}, {"lessons", {"Joins"}}}}}};
}

struct Marketplace {
  TestServer server{course_app};
  TestUser ada = native::add_user(server.world, "ada", {"student", "creator"});
  TestUser bob = native::add_user(server.world, "bob", {"creator"});
  std::string data = add_category(server.world, "data", 1);
  std::string music = add_category(server.world, "music", 2);

  Json create(const Json& body, const TestUser& creator) {
    const auto reply = server.post("/api/courses", body, creator);
    REQUIRE_MESSAGE(reply.status == 201, reply.body);
    return reply.json();
  }
  Json create(std::string title) { return create(course_body(data, std::move(title)), ada); }
  Json publish(const Json& course, const TestUser& creator) {
    const auto reply = server.post(path(course, "/publish"), creator);
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    return reply.json();
  }
  Json publish(std::string title) { return publish(create(std::move(title)), ada); }

  static std::string path(const Json& course, std::string_view rest = "") {
    return "/api/courses/" + course["id"].get<std::string>() + std::string(rest);
  }
  std::vector<std::string> titles(std::string query) {
    const auto reply = server.get("/api/courses" + std::move(query));
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    std::vector<std::string> out;
    for (const Json& item : reply.json()["items"]) out.push_back(item["title"].get<std::string>());
    return out;
  }
};

using Titles = std::vector<std::string>;

}  // namespace

TEST_CASE("a creator begins a course, and sees all of it") {
  Marketplace market;
  market.server.world.database.round_trips = 0;
  const Json course = market.create("SQL: From First Query");
  CHECK(market.server.world.database.round_trips == 2);
  CHECK(course["slug"] == "sql-from-first-query");
  CHECK(course["status"] == "draft");
  CHECK(course["publishedAt"].is_null());
  CHECK(course["currency"] == "usd");
  CHECK(course["priceCents"] == 45000);
  CHECK(course["priceCents"].is_number_integer());
  CHECK(course["rating"].is_null());
  CHECK(course["category"] == Json{{"id", market.data}, {"slug", "data"}, {"name", "Name of data"}});
  CHECK(course["creator"]["handle"] == "ada");
  CHECK(course["creator"]["avatarUrl"].is_null());
  CHECK(course["objectives"] == Json{"Write a query", "Read a plan"});
  REQUIRE(course["modules"].size() == 2);
  CHECK(course["modules"][0]["title"] == "One table");
  CHECK(course["modules"][0]["lessons"][0]["title"] == "Rows");
  CHECK(course["modules"][0]["lessons"][0]["durationMinutes"].is_null());
  CHECK(course["modules"][0]["lessons"][1]["durationMinutes"] == 45);
  CHECK(course["studentTeachers"] == Json::array());
  CHECK(market.server.get(market.path(course), market.ada).json() == course);
}

TEST_CASE("a course may begin with little") {
  Marketplace market;
  const Json course = market.create(
      {{"title", "Later"}, {"categoryId", market.data}, {"level", "advanced"}, {"priceCents", 50}}, market.ada);
  CHECK(course["currency"] == "usd");
  CHECK(course["objectives"] == Json::array());
  CHECK(course["modules"] == Json::array());
}

TEST_CASE("only creators begin courses") {
  Marketplace market;
  const auto eve = native::add_user(market.server.world, "eve", {"student", "admin"});
  CHECK(market.server.post("/api/courses", course_body(market.data)).status == 401);
  CHECK(market.server.post("/api/courses", course_body(market.data), eve).code() == "wrong_role");
}

TEST_CASE("what a course can not be is refused, field by field") {
  Marketplace market;
  const auto refused =
      market.server.post("/api/courses",
                         {{"title", " "},
                          {"description", std::string(20001, 'x')},
                          {"categoryId", "data"},
                          {"level", "expert"},
                          {"priceCents", 49},
                          {"currency", "jpy"},
                          {"objectives", {""}},
                          {"modules", {{{"lessons", {"", {{"title", "x"}, {"durationMinutes", 0}}, 5}}}}},
                          {"status", "published"}},
                         market.ada);
  CHECK(refused.status == 400);
  for (const char* field :
       {"title", "description", "categoryId", "level", "priceCents", "currency", "objectives", "modules", "status"})
    CHECK_MESSAGE(refused.problems(field).is_array(), field);
  CHECK(refused.problems("modules").size() == 4);
  for (const Json& price : {Json(450.5), Json("45000"), Json(-1), Json(100'000'000)}) {
    Json body = course_body(market.data);
    body["priceCents"] = price;
    CHECK(market.server.post("/api/courses", body, market.ada).status == 400);
  }
  const auto unknown = market.server.post("/api/courses", course_body(market.server.world.new_id()), market.ada);
  CHECK(unknown.status == 400);
  CHECK(unknown.problems("categoryId") == Json{"is not a known category"});
  CHECK(market.server.world.database.count("SELECT count(*) FROM courses") == 0);
}

TEST_CASE("text that looks like markup stays as it was written") {
  Marketplace market;
  Json body = course_body(market.data, "<b>Bold</b> & \"quoted\" 'text' \\ 😀");
  body["description"] = "<script>alert('x')</script>\n\u2028</title>";
  const Json course = market.create(body, market.ada);
  CHECK(course["title"] == body["title"]);
  CHECK(course["description"] == body["description"]);
  CHECK(course["slug"] == "b-bold-b-quoted-text");
}

TEST_CASE("titles that are alike get slugs of their own") {
  Marketplace market;
  CHECK(market.create("The Same")["slug"] == "the-same");
  CHECK(market.create("The same!")["slug"] == "the-same-2");
  CHECK(market.create("the SAME")["slug"] == "the-same-3");
  for (int i = 4; i <= 20; ++i) market.create("The same");
  const std::string random = market.create("The same")["slug"].get<std::string>();
  CHECK(random.starts_with("the-same-"));
  CHECK(random.size() == std::string("the-same-").size() + 6);
  CHECK(market.create("Физика")["slug"] == "course");
}

TEST_CASE("the same Idempotency-Key makes one course, also when the answer got lost") {
  Marketplace market;
  const Json body = course_body(market.data);
  const auto keyed = market.ada.with("idempotency-key", "course-1");
  const auto first = market.server.post("/api/courses", body, keyed);
  const auto again = market.server.post("/api/courses", body, keyed);
  CHECK(first.status == 201);
  CHECK(again.status == 201);
  CHECK(again.json() == first.json());
  CHECK(market.server.post("/api/courses", course_body(market.data, "Other"), keyed).code() ==
        "idempotency_key_reused");

  const auto lost = market.ada.with("idempotency-key", "course-2");
  int batches = 0;
  market.server.world.fates = [&](const native::HostCall&) {
    return native::Fate{.fault = ++batches == 2 ? native::Fate::Fault::answer_lost : native::Fate::Fault::none};
  };
  CHECK(market.server.post("/api/courses", body, lost).status == 503);
  const auto found = market.server.post("/api/courses", body, lost);
  CHECK(found.status == 201);
  CHECK(found.json()["slug"] == "sql-from-scratch-2");
  CHECK(market.server.world.database.count("SELECT count(*) FROM courses") == 2);
}

TEST_CASE("a draft exists for its creator only") {
  Marketplace market;
  const Json draft = market.create("Secret");
  for (const native::Caller& caller : {nobody, market.bob.caller}) {
    CHECK(market.server.get(market.path(draft), caller).status == 404);
    CHECK(market.server.get("/api/courses/secret", caller).status == 404);
  }
  CHECK(market.server.get("/api/courses/secret", market.ada).status == 200);
  CHECK(market.titles("").empty());
  CHECK(market.titles("?q=secret").empty());
}

TEST_CASE("an archived course is there for who learns or has learnt in it, and for nobody else") {
  Marketplace market;
  native::World& world = market.server.world;
  const Json course = market.publish("Over");
  const std::int64_t now = world.now().ms;
  const auto student = [&](std::string_view handle, std::string_view status) {
    const auto user = native::add_user(world, handle);
    world.database.execute(
        R"(
        INSERT INTO enrollments (id, course_id, student_id, teacher_id, instructor_type, status, price_cents, currency,
                                 checkout_expires_at, enrolled_at, completed_at, released_at, refunded_at, created_at,
                                 updated_at)
        VALUES (?1, ?2, ?3, ?4, 'creator', ?5, 45000, 'usd', ?6, ?6, ?6, ?6, ?6, ?6, ?6))",
        {world.new_id(), course["id"].get<std::string>(), user.id, market.ada.id, std::string(status), now});
    return user;
  };
  const std::vector<TestUser> readers{student("learner", "enrolled"), student("graduate", "completed"), market.ada};
  const std::vector<TestUser> others{student("buyer", "pending"), student("refunded", "refunded"),
                                     student("absent", "released"), market.bob};
  world.database.execute("UPDATE courses SET status = 'archived'");
  for (const std::string& path : {market.path(course), std::string("/api/courses/over")}) {
    for (const TestUser& reader : readers) {
      const auto shown = market.server.get(path, reader);
      REQUIRE(shown.status == 200);
      CHECK(shown.json()["status"] == "archived");
      CHECK(shown.json()["modules"].size() == 2);
    }
    for (const TestUser& other : others) CHECK(market.server.get(path, other).status == 404);
    CHECK(market.server.get(path).status == 404);
  }
  CHECK(market.titles("").empty());
  // A draft is nobody's but its creator's, whoever took part in it before.
  world.database.execute("UPDATE courses SET status = 'draft'");
  CHECK(market.server.get(market.path(course), readers[0]).status == 404);
}

TEST_CASE("a published course is found by its id and slug, with who teaches it") {
  Marketplace market;
  const Json course = market.publish("Open");
  const auto kofi = native::add_user(market.server.world, "kofi", {"studentTeacher"});
  const auto gone = native::add_user(market.server.world, "gone", {"studentTeacher"});
  for (const auto& [teacher, status] : {std::pair(&kofi, "approved"), {&market.bob, "applied"}, {&gone, "approved"}})
    market.server.world.database.execute(
        "INSERT INTO course_teachers (course_id, teacher_id, status, applied_at, decided_at) VALUES (?1, ?2, ?3, ?4, "
        "?4)",
        {course["id"].get<std::string>(), teacher->id, std::string(status), market.server.world.now().ms});
  market.server.world.database.execute("UPDATE users SET suspended_at = created_at WHERE handle = 'gone'");
  const Json shown = market.server.get("/api/courses/open").json();
  CHECK(shown == market.server.get(market.path(course)).json());
  CHECK(shown["status"] == "published");
  CHECK(shown["publishedAt"].is_string());
  REQUIRE(shown["studentTeachers"].size() == 1);
  CHECK(shown["studentTeachers"][0]["handle"] == "kofi");
  CHECK(market.server.get("/api/courses/closed").status == 404);
}

TEST_CASE("a course is published when it is complete, and else told what is missing") {
  Marketplace market;
  const Json course = market.create({{"title", "Later"},
                                     {"description", " \n "},
                                     {"categoryId", market.data},
                                     {"level", "advanced"},
                                     {"priceCents", 50}},
                                    market.ada);
  const auto refused = market.server.post(market.path(course, "/publish"), market.ada);
  CHECK(refused.status == 409);
  CHECK(refused.code() == "course_incomplete");
  CHECK(refused.json()["details"]["missing"] == Json{"description", "objectives", "modules"});
  const auto change = [&](Json body) { return market.server.patch(market.path(course), body, market.ada); };
  CHECK(change({{"description", "x"}, {"objectives", {"x"}}, {"modules", {{{"title", "m"}}}}}).status == 200);
  const auto still = market.server.post(market.path(course, "/publish"), market.ada);
  CHECK(still.json()["details"]["missing"] == Json{"lessons"});
  CHECK(change({{"modules", {{{"title", "m"}, {"lessons", {"l"}}}}}}).status == 200);
  const Json published = market.publish(course, market.ada);
  CHECK(published["status"] == "published");
  CHECK(market.publish(course, market.ada) == published);

  const auto emptied = change({{"objectives", Json::array()}});
  CHECK(emptied.code() == "course_incomplete");
  CHECK(emptied.json()["details"]["missing"] == Json{"objectives"});
  CHECK(change({{"modules", {{{"title", "m"}}}}}).json()["details"]["missing"] == Json{"lessons"});
  CHECK(market.server.get(market.path(course)).json() == published);
}

TEST_CASE("a course is changed field by field") {
  Marketplace market;
  const Json course = market.create("Draft title");
  market.server.world.database.round_trips = 0;
  const auto reply = market.server.patch(market.path(course),
                                         {{"title", "New title"},
                                          {"level", "advanced"},
                                          {"priceCents", 60000},
                                          {"currency", "Eur"},
                                          {"categoryId", market.music}},
                                         market.ada);
  REQUIRE_MESSAGE(reply.status == 200, reply.body);
  CHECK(market.server.world.database.round_trips == 2);
  const Json changed = reply.json();
  CHECK(changed["title"] == "New title");
  CHECK(changed["slug"] == "new-title");
  CHECK(changed["level"] == "advanced");
  CHECK(changed["priceCents"] == 60000);
  CHECK(changed["currency"] == "eur");
  CHECK(changed["category"]["slug"] == "music");
  CHECK(changed["modules"] == course["modules"]);
  CHECK(changed["objectives"] == course["objectives"]);
  CHECK(changed["updatedAt"] > course["updatedAt"]);
  CHECK(market.server.patch(market.path(course), {{"title", "New title"}}, market.ada).json()["slug"] == "new-title");
  market.publish(course, market.ada);
  CHECK(market.server.patch(market.path(course), {{"title", "Third"}}, market.ada).json()["slug"] == "new-title");
  CHECK(market.titles("?q=third") == Titles{"Third"});
  CHECK(market.server.patch(market.path(course), {{"categoryId", market.server.world.new_id()}}, market.ada).status ==
        400);
  CHECK(market.server.patch(market.path(course), {{"slug", "x"}}, market.ada).status == 400);
}

TEST_CASE("modules and lessons that are kept keep their ids, wherever they move") {
  Marketplace market;
  const Json before = market.create("Moving");
  const Json &front = before["modules"][0], &back = before["modules"][1];
  const auto change = [&](const Json& modules) {
    return market.server.patch(market.path(before), {{"modules", modules}}, market.ada);
  };
  const auto reply = change({{{"id", back["id"]},
                              {"title", "Now first"},
                              {"lessons", {"New", {{"id", front["lessons"][1]["id"]}, {"title", "Moved here"}}}}}});
  REQUIRE_MESSAGE(reply.status == 200, reply.body);
  const Json after = reply.json()["modules"];
  REQUIRE(after.size() == 1);
  CHECK(after[0]["id"] == back["id"]);
  CHECK(after[0]["title"] == "Now first");
  REQUIRE(after[0]["lessons"].size() == 2);
  CHECK(after[0]["lessons"][0]["title"] == "New");
  CHECK(after[0]["lessons"][1]["id"] == front["lessons"][1]["id"]);
  CHECK(after[0]["lessons"][1]["title"] == "Moved here");
  CHECK(market.server.world.database.count("SELECT count(*) FROM lessons") == 2);

  const Json other = market.create("Other");
  for (const Json& foreign : {other["modules"][0]["id"], Json(market.server.world.new_id())}) {
    const auto refused = change({{{"id", foreign}, {"title", "Taken over"}, {"lessons", {"x"}}}});
    CHECK(refused.status == 400);
    CHECK(refused.problems("modules").is_array());
  }
  CHECK(change({{{"title", "m"}, {"lessons", {{{"id", other["modules"][0]["lessons"][0]["id"]}, {"title", "x"}}}}}})
            .status == 400);
  CHECK(change({{{"id", back["id"]}, {"title", "a"}}, {{"id", back["id"]}, {"title", "b"}}}).problems("modules") ==
        Json{"must not name a module or lesson twice"});
  CHECK(market.server.get(market.path(other), market.ada).json() == other);
}

TEST_CASE("somebody else's course does not exist for its would-be author") {
  Marketplace market;
  const Json course = market.publish("Mine");
  CHECK(market.server.patch(market.path(course), {{"title", "Yours"}}, market.bob).status == 404);
  CHECK(market.server.post(market.path(course, "/publish"), market.bob).status == 404);
  CHECK(market.server.patch("/api/courses/" + market.server.world.new_id(), {{"title", "x"}}, market.ada).status ==
        404);
  const auto eve = native::add_user(market.server.world, "eve");
  CHECK(market.server.patch(market.path(course), {{"title", "Yours"}}, eve).status == 403);
  CHECK(market.server.patch(market.path(course), {{"title", "Yours"}}).status == 401);
}

TEST_CASE("courses are listed by category, level and creator, in every order") {
  Marketplace market;
  CHECK(market.server.get("/api/courses").json() == Json{{"items", Json::array()}, {"nextCursor", nullptr}});
  const auto add = [&](std::string title, const std::string& category, const char* level, int price,
                       const TestUser& by) {
    Json body = course_body(category, std::move(title));
    body["level"] = level;
    body["priceCents"] = price;
    return market.publish(market.create(body, by), by);
  };
  const Json one = add("One", market.data, "beginner", 300, market.ada);
  const Json two = add("Two", market.music, "advanced", 100, market.bob);
  add("Three", market.data, "advanced", 200, market.bob);
  const auto set = [&](const Json& course, int sum, int count, int students) {
    market.server.world.database.execute(
        "UPDATE courses SET rating_sum = ?2, rating_count = ?3, enrollment_count = ?4 WHERE id = ?1",
        {course["id"].get<std::string>(), std::int64_t{sum}, std::int64_t{count}, std::int64_t{students}});
  };
  set(one, 14, 3, 10);
  set(two, 10, 2, 5);

  CHECK(market.titles("") == Titles{"Three", "Two", "One"});
  CHECK(market.titles("?sort=newest") == Titles{"Three", "Two", "One"});
  CHECK(market.titles("?sort=relevance") == Titles{"Three", "Two", "One"});
  CHECK(market.titles("?sort=price") == Titles{"Two", "Three", "One"});
  CHECK(market.titles("?sort=-price") == Titles{"One", "Three", "Two"});
  CHECK(market.titles("?sort=rating") == Titles{"Two", "One", "Three"});
  CHECK(market.titles("?sort=popular") == Titles{"One", "Two", "Three"});
  CHECK(market.titles("?category=data") == Titles{"Three", "One"});
  CHECK(market.titles("?category=" + market.music) == Titles{"Two"});
  CHECK(market.titles("?level=advanced&creator=bob&category=data") == Titles{"Three"});
  CHECK(market.titles("?creator=" + market.ada.id) == Titles{"One"});
  CHECK(market.titles("?creator=nobody").empty());
  CHECK(market.titles("?category=%27--").empty());
  CHECK(market.server.get("/api/courses?sort=random").status == 400);
  CHECK(market.server.get("/api/courses?level=expert").status == 400);
  CHECK(market.server.get("/api/courses?page=2").status == 400);
  const Json listed = market.server.get("/api/courses?sort=popular&limit=1").json()["items"][0];
  CHECK(listed["rating"] == 4.66);
  CHECK(listed["ratingCount"] == 3);
  CHECK(listed["enrollmentCount"] == 10);
  CHECK_FALSE(listed.contains("modules"));

  for (const char* sort : {"newest", "price", "-price", "rating", "popular"}) {
    const std::string query = "/api/courses?limit=1&sort=" + std::string(sort);
    Titles walked;
    std::string cursor;
    for (int page = 0; page < 3; ++page) {
      if (!cursor.empty()) cursor.insert(0, "&cursor=");
      const Json reply = market.server.get(query + cursor).json();
      walked.push_back(reply["items"][0]["title"].get<std::string>());
      CHECK(reply["nextCursor"].is_null() == (page == 2));
      if (page < 2) cursor = reply["nextCursor"].get<std::string>();
    }
    CHECK(walked == market.titles("?sort=" + std::string(sort)));
    if (std::string_view(sort) != "rating")
      CHECK(market.server.get("/api/courses?sort=rating" + cursor).code() == "invalid_cursor");
  }
}

TEST_CASE("a page has at most a hundred courses, and the next one has the rest") {
  Marketplace market;
  const std::int64_t now = market.server.world.now().ms;
  for (int i = 0; i < 101; ++i)
    market.server.world.database.execute(
        R"(
        INSERT INTO courses (id, slug, creator_id, category_id, title, description, level, price_cents, currency, status,
                             published_at, created_at, updated_at)
        VALUES (?1, 'c-' || ?2, ?3, ?4, 'Same words', '', 'beginner', 100, 'usd', 'published', ?5, ?5, ?5))",
        {market.server.world.new_id(), std::int64_t{i}, market.ada.id, market.data, now});
  for (const std::string& query :
       std::vector<std::string>{"/api/courses?limit=100", "/api/courses?limit=100&sort=price",
                                "/api/courses?limit=100&q=words", "/api/courses?limit=100&q=words&sort=rating"}) {
    const Json first = market.server.get(query).json();
    CHECK(first["items"].size() == 100);
    REQUIRE(first["nextCursor"].is_string());
    const Json rest = market.server.get(query + "&cursor=" + first["nextCursor"].get<std::string>()).json();
    REQUIRE_MESSAGE(rest["items"].size() == 1, query);
    CHECK(rest["nextCursor"].is_null());
    for (const Json& item : first["items"]) CHECK(item["id"] != rest["items"][0]["id"]);
  }
  CHECK(market.server.get("/api/courses?limit=101").status == 400);
}

TEST_CASE("courses are found by their words") {
  Marketplace market;
  const auto add = [&](std::string title, std::string description, std::string objective) {
    Json body = course_body(market.data, std::move(title));
    body["description"] = std::move(description);
    body["objectives"] = {std::move(objective)};
    market.publish(market.create(body, market.ada), market.ada);
  };
  add("Gardening", "With a note on databases for plant lovers.", "Grow roses");
  add("Databases in depth", "Locks and logs.", "Explain a plan");
  add("Café culture", "Espresso.", "Foam milk");
  CHECK(market.titles("?q=database") == Titles{"Databases in depth", "Gardening"});
  CHECK(market.titles("?q=DATABASES+depth") == Titles{"Databases in depth"});
  CHECK(market.titles("?q=cafe") == Titles{"Café culture"});
  CHECK(market.titles("?q=espr") == Titles{"Café culture"});
  CHECK(market.titles("?q=roses") == Titles{"Gardening"});
  CHECK(market.titles("?q=database&sort=newest") == Titles{"Databases in depth", "Gardening"});
  CHECK(market.titles("?q=database&sort=newest&category=music").empty());
  CHECK(market.titles("?q=") == Titles{"Café culture", "Databases in depth", "Gardening"});
  CHECK(market.titles("?q=%20%22%22") == market.titles(""));
  CHECK(market.titles("?q=%2B%2B").empty());
  for (const char* typed :
       {"%22", "%2A", "AND", "NOT+x", "NEAR%28a+b%29", "title%3Ax", "%28", "%27%3B--", "%5Eroses", "%F0%9F%98%80"})
    for (const char* sort : {"", "&sort=price"})
      CHECK(market.server.get("/api/courses?q=" + std::string(typed) + sort).status == 200);
  CHECK(market.server.get("/api/courses?q=%00").status == 400);
  CHECK(market.server.get("/api/courses?q=" + std::string(201, 'x')).status == 400);
}

TEST_CASE("a cursor that is none of ours is refused") {
  Marketplace market;
  const auto refused = [&](const std::string& query, const std::string& cursor) {
    CHECK_MESSAGE(market.server.get(query + "cursor=" + cursor).code() == "invalid_cursor", cursor);
  };
  for (const std::string& cursor :
       {std::string("x"), std::string("W10"), encode_cursor({"newest:", "id"}), encode_cursor({"newest", "id"}),
        encode_cursor({"price:1", "id"}), encode_cursor({"newest:1.5", "id"}), encode_cursor({"newest:1", ""})})
    refused("/api/courses?", cursor);
  refused("/api/courses?q=x&", encode_cursor({"relevance:-1", "id"}));
  refused("/api/courses?q=x&", encode_cursor({"relevance:999999999999", "id"}));
  refused("/api/categories?", encode_cursor({"newest:1", "id"}));
}

TEST_CASE("categories are listed in their order, with their published courses counted") {
  Marketplace market;
  market.publish("One");
  market.create("Draft");
  const Json page = market.server.get("/api/categories").json();
  REQUIRE(page["items"].size() == 2);
  CHECK(page["items"][0]["slug"] == "data");
  CHECK(page["items"][0]["courseCount"] == 1);
  CHECK(page["items"][1]["courseCount"] == 0);
  CHECK(page["nextCursor"].is_null());
  const Json first = market.server.get("/api/categories?limit=1").json();
  const Json next = market.server.get("/api/categories?cursor=" + first["nextCursor"].get<std::string>()).json();
  CHECK(next["items"] == Json::array({page["items"][1]}));
}
