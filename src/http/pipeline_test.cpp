#include "http/pipeline.h"

#include <doctest/doctest.h>

#include "base/strings.h"
#include "http/pagination.h"
#include "http/service_routes.h"
#include "native/people.h"
#include "native/server.h"

using namespace isthmus;
using native::Json;
using native::nobody;
using native::TestServer;

namespace {

struct Note {
  std::string text;
  std::int64_t stars = 1;
};
constexpr auto schema(Note*) {
  return object("Note", field("text", &Note::text, trimmed, length(1, 20)),
                field("stars", &Note::stars, or_default, range(1, 5)));
}

struct Search {
  std::optional<std::string> q;
  std::int64_t limit = default_page;
};
constexpr auto schema(Search*) {
  return object("Search", field("q", &Search::q, length(0, 20)),
                field("limit", &Search::limit, or_default, range(1, largest_page)));
}

Task<Result<Response>> echo(Request&, Note note) { co_return created(note); }
Task<Result<Response>> find(Request&, Search search) { co_return ok(Note{search.q.value_or("none"), search.limit}); }
Task<Result<Response>> who(Request& request) {
  const auto& user = request.maybe_user();
  co_return ok(Note{user ? "someone" : "nobody", 1});
}
Task<Result<Response>> nothing(Request&) { co_return no_content(); }
Task<Result<Response>> fail(Request&) { co_return Failure(internal_error("the secret cause")); }
Task<Result<Response>> raw(Request& request) {
  co_return ok(Note{"bytes", static_cast<std::int64_t>(request.body().size())});
}
Task<Result<Response>> upload(Request& request) {
  const auto stored = co_await request.host().bucket.put_request_body("uploaded", "text/plain");
  co_return ok(Note{"stored", static_cast<std::int64_t>(stored.size)});
}
Task<Result<Response>> later(Request& request) {
  const auto work = [](Request& owner, std::string text) -> Task<Result<void>> {
    co_await owner.host().clock.sleep(second);
    const LogLine line(owner.host(), Log::Level::info, text);
    if (text == "first") co_return Failure(unavailable("the work broke"));
    co_return Result<void>();
  };
  request.after(work(request, "first"));
  request.after(work(request, "second"));
  co_return accepted();
}
Result<void> signed_by_friend(Request& request) {
  if (request.header("x-signature") == "friend") return {};
  return Failure(unauthorized("The signature is wrong.", "invalid_signature"));
}
Statement own_course(const Request& request) {
  return sql("SELECT 1 FROM courses WHERE id = ?1 AND creator_id = ?2", request.param("id"), request.user().user_id);
}

// clang-format off: a row reads as a sentence.
constexpr auto test_routes = join(
    service_routes,
    table(post("/api/notes").summary("Echo").limit(3, per_minute).body<Note>(200).open_to(anyone).answers<Note>(201).run<echo>(),
          get("/api/notes").summary("Find").limit(flood_only).query<Search>().open_to(anyone).answers<Note>().run<find>(),
          get("/api/who").summary("Who").limit(flood_only).no_input().open_to(anyone_or_user).answers<Note>().run<who>(),
          get("/api/me").summary("Me").limit(flood_only).no_input().open_to(signed_in).answers<Note>().run<who>(),
          post("/api/me").summary("Me").limit(flood_only).no_input().open_to(signed_in).answers_nothing().run<nothing>(),
          post("/api/admin").summary("Admin").limit(flood_only).body<Note>().open_to(role("admin")).answers<Note>(201).run<echo>(),
          del("/api/users/:id").summary("Self").limit(flood_only).no_input().open_to(self("id")).answers_nothing().run<nothing>(),
          del("/api/courses/:id").summary("Own").limit(flood_only).no_input().open_to(owner_of("course", own_course)).answers_nothing().run<nothing>(),
          post("/api/hook").summary("Hook").limit(flood_only).raw_body(10).open_to(webhook_of("friend", signed_by_friend)).answers<Note>().run<raw>(),
          put("/api/file").summary("File").limit(flood_only).streamed_body(10).open_to(anyone).answers<Note>().run<upload>(),
          get("/api/fail").summary("Fail").limit(flood_only).no_input().open_to(anyone).answers<Note>().run<fail>(),
          post("/api/later").summary("Later").limit(flood_only).no_input().open_to(anyone).answers<Note>(202).run<later>()));
// clang-format on

constexpr App test_app{"kernel", "Kernel", test_routes, &native::test_authenticator};

}  // namespace

TEST_CASE("a request passes its five stages and is answered") {
  TestServer server(test_app);
  const auto reply = server.post("/api/notes", {{"text", " hello "}, {"stars", 3}});
  CHECK(reply.status == 201);
  CHECK(reply.json() == Json{{"text", "hello"}, {"stars", 3}});
  CHECK(reply.header("content-type") == "application/json; charset=utf-8");
}

TEST_CASE("the rate limit stands before validation, and validation before authentication") {
  TestServer server(test_app);
  for (int i = 0; i < 3; ++i) CHECK(server.post("/api/notes", Json::object()).status == 400);
  const auto limited = server.post("/api/notes", Json::object());
  CHECK(limited.status == 429);
  CHECK(limited.code() == "too_many_requests");
  CHECK(std::stoi(limited.header("retry-after")) == 60);
  server.world.scheduler.advance(minute);
  CHECK(server.post("/api/notes", {{"text", "x"}}).status == 201);

  CHECK(server.post("/api/admin", Json::object()).status == 400);
  CHECK(server.post("/api/admin", {{"text", "x"}}).status == 401);
}

TEST_CASE("authentication stands before authorization") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada");
  const auto boss = native::add_user(server.world, "boss", {"admin"});
  const auto bad_token = server.post("/api/admin", {{"text", "x"}}, nobody.with("authorization", "Bearer nonsense"));
  CHECK(bad_token.status == 401);
  CHECK(bad_token.code() == "invalid_token");
  CHECK(server.post("/api/admin", {{"text", "x"}}, nobody.with("authorization", "Basic abc")).status == 401);
  const auto wrong_role = server.post("/api/admin", {{"text", "x"}}, ada);
  CHECK(wrong_role.status == 403);
  CHECK(wrong_role.code() == "wrong_role");
  CHECK(server.post("/api/admin", {{"text", "x"}}, boss).status == 201);
}

TEST_CASE("an exact limit counts exactly, also under concurrency, and per network") {
  TestServer server(test_app, "peerloop", 7);
  server.world.fates = [&](const native::HostCall&) {
    return native::Fate{.before = 1 + static_cast<Millis>(server.world.scheduler.draw(5)), .after = 1};
  };
  std::vector<std::unique_ptr<native::Exchange>> exchanges;
  const auto from = [](std::string address) {
    return native::with_json("POST", "/api/notes", {{"text", "x"}},
                             nobody.with("cf-connecting-ip", std::move(address)));
  };
  for (int i = 0; i < 50; ++i) exchanges.push_back(server.begin(from("192.0.2.7")));
  exchanges.push_back(server.begin(from("192.0.2.8")));
  server.world.scheduler.run();
  int through = 0;
  for (const auto& exchange : exchanges) through += exchange->reply().status == 201;
  CHECK(through == 3 + 1);
}

TEST_CASE("floods are turned away before anything else is looked at") {
  TestServer server(test_app);
  server.world.rate_limiter.turned_away.insert("rate:192.0.2.7:/api/me");
  CHECK(server.get("/api/me", nobody.with("cf-connecting-ip", "192.0.2.7")).status == 429);
  CHECK(server.get("/api/me", nobody.with("cf-connecting-ip", "192.0.2.8")).status == 401);
  CHECK(server.world.database.round_trips == 0);
}

TEST_CASE("every problem of a body is told, and what is no JSON is refused") {
  TestServer server(test_app);
  server.world.settings.values["ENVIRONMENT"] = "development";
  const auto reply = server.post("/api/notes", {{"stars", 9}, {"extra", true}});
  CHECK(reply.status == 400);
  CHECK(reply.code() == "validation_failed");
  CHECK(reply.problems("text") == Json{"is required"});
  CHECK(reply.problems("stars") == Json{"must be between 1 and 5"});
  CHECK(reply.problems("extra") == Json{"is not a known field"});

  const auto send = [&](std::string type, std::string body) {
    server.world.scheduler.advance(minute);
    return server.send({"POST", "/api/notes", {{"content-type", std::move(type)}}, std::move(body)});
  };
  CHECK(send("text/plain", R"({"text":"x"})").status == 415);
  CHECK(send("application/json; charset=utf-8", R"({"text":"x"})").status == 201);
  CHECK(send("application/json; charset=latin1", R"({"text":"x"})").status == 415);
  CHECK(send("application/json", "{").code() == "invalid_json");
  CHECK(send("application/json", "").code() == "invalid_json");
  CHECK(send("application/json", "\xff").code() == "invalid_json");
  CHECK(send("application/json", std::string(150, '[')).code() == "invalid_json");
  CHECK(send("application/json", std::string(201, ' ')).status == 413);
}

TEST_CASE("a query is validated like a body") {
  TestServer server(test_app);
  CHECK(server.get("/api/notes").json() == Json{{"text", "none"}, {"stars", 20}});
  CHECK(server.get("/api/notes?q=a+b%21&limit=5").json() == Json{{"text", "a b!"}, {"stars", 5}});
  CHECK(server.get("/api/notes?limit=101").problems("limit") == Json{"must be between 1 and 100"});
  CHECK(server.get("/api/notes?limit=1e3").problems("limit") == Json{"must be a whole number"});
  CHECK(server.get("/api/notes?page=2").problems("page") == Json{"is not a known field"});
  CHECK(server.get("/api/notes?q=%ff").problems("q") == Json{"must be UTF-8"});
  CHECK(server.get("/api/notes?q=1&q=2").problems("q") == Json{"is given twice"});
}

TEST_CASE("an unknown field that is no UTF-8 still gets an answer that is JSON") {
  TestServer server(test_app);
  const auto reply = server.get("/api/notes?%ff=1");
  CHECK(reply.status == 400);
  CHECK(reply.json()["code"] == "validation_failed");
}

TEST_CASE("what does not exist is a 404, a known path with another method a 405 with Allow") {
  TestServer server(test_app);
  const auto missing = server.get("/api/nowhere");
  CHECK(missing.status == 404);
  CHECK(missing.json()["requestId"] == missing.header("x-request-id"));
  const auto wrong = server.put("/api/me", Json::object());
  CHECK(wrong.status == 405);
  CHECK(wrong.code() == "method_not_allowed");
  CHECK(wrong.header("allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(server.send({"BREW", "/api/me", {}, {}}).status == 405);
}

TEST_CASE("HEAD answers as GET does, without the body") {
  TestServer server(test_app);
  const auto reply = server.head("/api/who");
  CHECK(reply.status == 200);
  CHECK(reply.body.empty());
  CHECK(reply.header("content-type") == "application/json; charset=utf-8");
}

TEST_CASE("only listed origins may call from a browser") {
  TestServer server(test_app);
  server.world.settings.values["CORS_ORIGINS"] = "https://app.example.org, https://www.example.org";
  const auto preflight = [&](std::string origin) {
    return server.send(
        {"OPTIONS", "/api/notes", {{"origin", std::move(origin)}, {"access-control-request-method", "POST"}}, {}});
  };
  const auto allowed = preflight("https://www.example.org");
  CHECK(allowed.status == 204);
  CHECK(allowed.header("access-control-allow-origin") == "https://www.example.org");
  CHECK(allowed.header("access-control-allow-methods") == "POST, GET, HEAD, OPTIONS");
  CHECK(allowed.header("access-control-allow-headers").contains("idempotency-key"));
  CHECK(allowed.header("vary") == "origin");
  const auto refused = preflight("https://evil.example.org");
  CHECK_FALSE(refused.has_header("access-control-allow-origin"));
  CHECK(refused.header("vary") == "origin");
  const auto simple = server.get("/api/who", nobody.with("origin", "https://app.example.org"));
  CHECK(simple.header("access-control-allow-origin") == "https://app.example.org");
  CHECK_FALSE(simple.has_header("access-control-allow-credentials"));
}

TEST_CASE("a page of another origin may send what routes read, and read what answers say") {
  TestServer server(test_app);
  server.world.settings.values["CORS_ORIGINS"] = "https://app.example.org";
  const auto preflight = server.send({"OPTIONS",
                                      "/api/notes",
                                      {{"origin", "https://app.example.org"},
                                       {"access-control-request-method", "POST"},
                                       {"access-control-request-headers", "range"}},
                                      {}});
  const std::string allowed = ", " + preflight.header("access-control-allow-headers") + ",";
  for (const std::string name : {"authorization", "content-type", "idempotency-key", "if-modified-since",
                                 "if-none-match", "if-range", "range", "x-d1-bookmark", "x-request-id"})
    CHECK_MESSAGE(allowed.contains(", " + name + ","), name);

  const auto answer = server.get("/api/who", nobody.with("origin", "https://app.example.org"));
  const std::string exposed = ", " + answer.header("access-control-expose-headers") + ",";
  for (const std::string name : {"accept-ranges", "content-disposition", "content-range", "etag", "idempotent-replayed",
                                 "location", "retry-after", "x-d1-bookmark", "x-next-cursor", "x-request-id"})
    CHECK_MESSAGE(exposed.contains(", " + name + ","), name);
}

TEST_CASE("every answer carries security headers and a request id, also errors") {
  TestServer server(test_app);
  for (const auto& reply : {server.get("/api/who"), server.get("/nowhere"), server.get("/api/fail")}) {
    CHECK(reply.header("x-content-type-options") == "nosniff");
    CHECK(reply.header("cache-control") == "no-store");
    CHECK(reply.header("content-security-policy").contains("default-src 'none'"));
    CHECK(reply.has_header("strict-transport-security"));
    CHECK(reply.header("x-request-id").size() == 36);
    CHECK_FALSE(reply.has_header("server-timing"));
  }
}

TEST_CASE("a client may choose the request's id, within reason") {
  TestServer server(test_app);
  CHECK(server.get("/api/who", nobody.with("x-request-id", "trace-0123456789")).header("x-request-id") ==
        "trace-0123456789");
  for (const char* odd : {"short", "with space", "a\nb-0123456789", "<script>alert(1)"})
    CHECK(server.get("/api/who", nobody.with("x-request-id", odd)).header("x-request-id").size() == 36);
}

TEST_CASE("an internal error tells the log its cause and the client nothing") {
  TestServer server(test_app);
  const auto reply = server.get("/api/fail");
  CHECK(reply.status == 500);
  CHECK(reply.code() == "internal_error");
  CHECK_FALSE(reply.body.contains("secret cause"));
  CHECK(server.world.log.mentions("the secret cause"));
}

TEST_CASE("each request leaves one line in the log, without what it carried") {
  TestServer server(test_app);
  server.post("/api/notes?secret=query", {{"text", "private text"}}, nobody.with("x-request-id", "trace-0123456789"));
  REQUIRE(server.world.log.lines.size() == 1);
  const auto line = Json::parse(server.world.log.lines[0]);
  CHECK(line["level"] == "info");
  CHECK(line["requestId"] == "trace-0123456789");
  CHECK(line["route"] == "/api/notes");
  CHECK(line["status"] == 201);
  CHECK(line.contains("timestamp"));
  CHECK(line.contains("ms"));
  CHECK_FALSE(server.world.log.mentions("private"));
  CHECK_FALSE(server.world.log.mentions("secret"));
}

TEST_CASE("who sends a token on an open route is known, and a bad token is refused") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada");
  CHECK(server.get("/api/who").json()["text"] == "nobody");
  CHECK(server.get("/api/who", ada).json()["text"] == "someone");
  CHECK(server.get("/api/who", nobody.with("authorization", "Bearer x")).status == 401);
}

TEST_CASE("an ended session changes nothing any more, and a revoked token reads nothing") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada");
  CHECK(server.post("/api/me", ada).status == 204);
  CHECK(server.get("/api/me", ada).status == 200);
  native::end_session(server.world, ada);
  const auto refused = server.post("/api/me", ada);
  CHECK(refused.status == 401);
  CHECK(refused.code() == "session_ended");
  CHECK(server.get("/api/me", ada).status == 200);
  server.world.key_value.entries["revoked:" + ada.token_id] = {"1", server.world.now() + hour};
  CHECK(server.get("/api/me", ada).code() == "session_ended");
}

TEST_CASE("somebody else's object does not exist") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada");
  const auto eve = native::add_user(server.world, "eve");
  CHECK(server.del("/api/users/" + ada.id, ada).status == 204);
  CHECK(server.del("/api/users/" + ada.id, eve).status == 404);
  CHECK(server.del("/api/courses/" + server.world.new_id(), ada).status == 404);
}

TEST_CASE("a webhook's signature is checked on the raw body, which has a cap") {
  TestServer server(test_app);
  CHECK(server.send({"POST", "/api/hook", {{"x-signature", "friend"}}, "12345"}).json()["stars"] == 5);
  CHECK(server.send({"POST", "/api/hook", {{"x-signature", "foe"}}, "12345"}).code() == "invalid_signature");
  CHECK(server.send({"POST", "/api/hook", {{"x-signature", "friend"}}, "12345678901"}).status == 413);
}

TEST_CASE("a streamed body must say its length") {
  TestServer server(test_app);
  CHECK(server.send({"PUT", "/api/file", {}, "12345"}).json()["stars"] == 5);
  CHECK(server.send({"PUT", "/api/file", {}, ""}).status == 411);
  CHECK(server.send({"PUT", "/api/file", {{"content-length", "-5"}}, "12345"}).status == 411);
  CHECK(server.send({"PUT", "/api/file", {{"content-length", "x"}}, "12345"}).status == 411);
  CHECK(server.send({"PUT", "/api/file", {}, "12345678901"}).status == 413);
  CHECK(server.send({"PUT", "/api/file", {{"content-length", "4"}}, "12345"}).status == 400);
}

TEST_CASE("work for afterwards runs after the answer, in order, and its failure is logged") {
  TestServer server(test_app);
  const auto exchange = server.begin({"POST", "/api/later", {}, {}});
  CHECK(exchange->reply().status == 202);
  CHECK_FALSE(server.world.log.mentions("first"));
  server.world.scheduler.run();
  REQUIRE(server.world.log.lines.size() == 4);
  CHECK(server.world.log.lines[1].contains("first"));
  CHECK(server.world.log.lines[2].contains("the work broke"));
  CHECK(server.world.log.lines[3].contains("second"));
}

TEST_CASE("a request whose client went away is destroyed where it stands, with all its frames") {
  TestServer server(test_app);
  server.world.fates = [](const native::HostCall&) { return native::Fate{.before = 10, .after = 10}; };
  {
    const auto exchange = server.begin(native::with_json("POST", "/api/notes", {{"text", "x"}}));
    CHECK_FALSE(exchange->answered());
    CHECK(live().frames > 0);
  }
  CHECK(live().frames == 0);
  CHECK(server.world.scheduler.idle());
}

TEST_CASE("health tells what is out of reach") {
  TestServer server(test_app);
  const auto well = server.get("/api/health");
  CHECK(well.status == 200);
  CHECK(well.json()["status"] == "ok");
  CHECK(well.json()["product"] == "kernel");
  server.world.fates = [](const native::HostCall& call) {
    return native::Fate{.fault = call.port == "database" ? native::Fate::Fault::not_done : native::Fate::Fault::none};
  };
  const auto ill = server.get("/api/health");
  CHECK(ill.status == 503);
  CHECK(ill.json()["details"]["database"] == false);
  CHECK(ill.json()["details"]["keyValue"] == true);
}

TEST_CASE("a database that is down gives a 503 that may be tried again") {
  TestServer server(test_app);
  server.world.fates = [](const native::HostCall&) { return native::Fate{.fault = native::Fate::Fault::not_done}; };
  const auto reply = server.post("/api/notes", {{"text", "x"}});
  CHECK(reply.status == 503);
  CHECK(reply.header("retry-after") == "1");
}

TEST_CASE("the OpenAPI document is JSON and names every route") {
  TestServer server(test_app);
  const Json document = server.get("/api/openapi.json").json();
  CHECK(document["openapi"] == "3.1.0");
  for (const Route& route : test_routes) {
    std::string path;
    bool named = false;
    for (const char c : route.path) {
      if (named && c == '/') path += '}', named = false;
      path += c == ':' ? '{' : c;
      named = named || c == ':';
    }
    if (named) path += '}';
    const std::string method = to_lower_ascii(name_of(route.method));
    REQUIRE_MESSAGE(document["paths"].contains(path), path);
    REQUIRE_MESSAGE(document["paths"][path].contains(method), path);
    const Json& operation = document["paths"][path][method];
    CHECK(operation["summary"] == std::string(route.summary));
    CHECK(operation["responses"].contains(std::to_string(route.answer.status)));
  }
  CHECK(document["components"]["schemas"].contains("Note"));
}
