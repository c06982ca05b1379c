#include "http/idempotency.h"

#include <doctest/doctest.h>

#include "http/app.h"
#include "native/people.h"
#include "native/server.h"

using namespace isthmus;
using native::Json;
using native::TestServer;

namespace {

struct Label {
  std::string slug;
};
constexpr auto schema(Label*) { return object("Label", field("slug", &Label::slug, length(1, 60))); }

Statement insert_category(Request& request, const Label& label) {
  return sql("INSERT INTO categories (id, slug, name, position) VALUES (?1, ?2, ?2, 1)",
             request.host().random.uuid(request.now()), label.slug);
}

/// The effect and the answer are one batch.
Task<Result<Response>> create(Request& request, Label label) {
  std::vector<Statement> statements;
  statements.push_back(insert_category(request, label));
  co_return co_await commit(request, std::move(statements), created(label));
}

/// The answer is remembered behind the effect.
Task<Result<Response>> create_apart(Request& request, Label label) {
  co_await request.db().write(insert_category(request, label));
  co_return no_content();
}

/// The claim is part of the first of two batches that write.
Task<Result<Response>> create_in_two(Request& request, Label label) {
  std::vector<Statement> first;
  first.push_back(
      sql("INSERT INTO categories (id, slug, name, position) VALUES (?1, ?2, 'Begun', 1) ON CONFLICT DO NOTHING",
          request.host().random.uuid(request.now()), label.slug));
  auto [sets, earlier] = co_await claim(request, std::move(first));
  if (earlier) co_return *std::move(earlier);
  std::vector<Statement> second;
  second.push_back(sql("UPDATE categories SET name = 'Done' WHERE slug = ?1 AND name = 'Begun'", label.slug));
  second.push_back(sql("INSERT INTO batch_guard (reason) SELECT 'state_changed' WHERE changes() <> 1"));
  co_return co_await commit(request, std::move(second), created(label));
}

/// What was stored is named after the body.
Task<Result<Response>> store(Request& request) {
  co_await request.host().bucket.put_request_body("file-" + request.host().random.uuid(request.now()), "text/plain");
  co_return created(Label{"stored"});
}

/// The same, by a handler that claims the key itself and looks at its body as well.
Task<Result<Response>> store_what_is_looked_at(Request& request) {
  const std::string beginning = co_await request.incoming().peek_body(4);
  auto [sets, earlier] = co_await claim(request, {});
  if (earlier) co_return *std::move(earlier);
  co_await request.host().bucket.put_request_body("file-" + beginning, "text/plain");
  co_return created(Label{"stored"});
}

Statement own_user(const Request& request) {
  return sql("SELECT 1 WHERE ?1 = ?2", request.param("id"), request.user().user_id);
}

// clang-format off: a row reads as a sentence.
constexpr auto test_routes = table(
    post("/api/labels").summary("Create").limit(flood_only).body<Label>().open_to(signed_in).answers<Label>(201)
        .takes_idempotency_key().run<create>(),
    post("/api/apart").summary("Create").limit(flood_only).body<Label>().open_to(signed_in).answers_nothing()
        .takes_idempotency_key().run<create_apart>(),
    post("/api/two").summary("Create").limit(flood_only).body<Label>().open_to(signed_in).answers<Label>(201)
        .claims_idempotency_key().run<create_in_two>(),
    post("/api/owned/:id").summary("Create").limit(flood_only).body<Label>().open_to(owner_of("thing", own_user))
        .answers<Label>(201).takes_idempotency_key().run<create>(),
    post("/api/boss").summary("Create").limit(flood_only).body<Label>().open_to(role("admin")).answers<Label>(201)
        .takes_idempotency_key().run<create>(),
    post("/api/files").summary("Store").limit(flood_only).streamed_body(1'000'000).open_to(signed_in)
        .answers<Label>(201).takes_idempotency_key().run<store>(),
    post("/api/looked-at").summary("Store").limit(flood_only).streamed_body(1'000'000).open_to(signed_in)
        .answers<Label>(201).claims_idempotency_key().run<store_what_is_looked_at>());
// clang-format on

constexpr App test_app{"kernel", "Kernel", test_routes, &native::test_authenticator};

std::int64_t categories(TestServer& server) { return server.world.database.count("SELECT count(*) FROM categories"); }
std::int64_t keys(TestServer& server) { return server.world.database.count("SELECT count(*) FROM idempotency_keys"); }

}  // namespace

TEST_CASE("the same key and body give the same answer and one effect") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada").with("idempotency-key", "k1");
  const auto first = server.post("/api/labels", {{"slug", "one"}}, ada);
  const auto again = server.post("/api/labels", {{"slug", "one"}}, ada);
  CHECK(first.status == 201);
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(again.header("idempotent-replayed") == "true");
  CHECK(categories(server) == 1);
}

TEST_CASE("an answer that the handler did not remember itself is remembered behind it") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada").with("idempotency-key", "k1");
  CHECK(server.post("/api/apart", {{"slug", "one"}}, ada).status == 204);
  const auto again = server.post("/api/apart", {{"slug", "one"}}, ada);
  CHECK(again.status == 204);
  CHECK(again.body.empty());
  CHECK(again.header("idempotent-replayed") == "true");
}

TEST_CASE("the same key with another body is a conflict") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada").with("idempotency-key", "k1");
  server.post("/api/labels", {{"slug", "one"}}, ada);
  const auto other = server.post("/api/labels", {{"slug", "two"}}, ada);
  CHECK(other.status == 409);
  CHECK(other.code() == "idempotency_key_reused");
  CHECK(categories(server) == 1);
}

TEST_CASE("the same key with another file is a conflict") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada").with("idempotency-key", "k1");
  const auto send = [&](std::string_view path, std::string file, std::string type = "text/plain") {
    return server.send({"POST", std::string(path), ada.with("content-type", std::move(type)).headers, std::move(file)});
  };
  for (const std::string_view path : {"/api/files", "/api/looked-at"}) {
    CAPTURE(path);
    server.world.bucket.objects.clear();
    server.world.database.execute("DELETE FROM idempotency_keys");
    CHECK(send(path, "the first file").status == 201);
    CHECK(send(path, "the first file").header("idempotent-replayed") == "true");
    CHECK(send(path, "The first file").code() == "idempotency_key_reused");
    CHECK(send(path, "the first file, longer").code() == "idempotency_key_reused");
    CHECK(send(path, "the first file", "text/html").code() == "idempotency_key_reused");
    CHECK(server.world.bucket.objects.size() == 1);
  }
}

TEST_CASE("of a file's length, type and beginning is known what it is, and not what stands far behind") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada").with("idempotency-key", "k1");
  const auto send = [&](char last) {
    return server.send({"POST", "/api/files", ada.headers, std::string(compared_bytes, 'x') + last});
  };
  CHECK(send('a').status == 201);
  CHECK(send('b').header("idempotent-replayed") == "true");
}

TEST_CASE("keys belong to their user") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada").with("idempotency-key", "k1");
  const auto eve = native::add_user(server.world, "eve").with("idempotency-key", "k1");
  CHECK(server.post("/api/labels", {{"slug", "one"}}, ada).status == 201);
  CHECK(server.post("/api/labels", {{"slug", "two"}}, eve).status == 201);
}

TEST_CASE("a failed try frees the key") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada").with("idempotency-key", "k1");
  server.world.database.execute("INSERT INTO categories (id, slug, name, position) VALUES (?1, 'one', 'One', 0)",
                                {server.world.new_id()});
  CHECK(server.post("/api/labels", {{"slug", "one"}}, ada).status == 409);
  CHECK(keys(server) == 0);
  CHECK(server.post("/api/labels", {{"slug", "two"}}, ada).status == 201);
}

TEST_CASE("who is turned away at the door leaves no key behind") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada");
  const auto eve = native::add_user(server.world, "eve");
  CHECK(server.post("/api/owned/" + ada.id, {{"slug", "one"}}, eve.with("idempotency-key", "k1")).status == 404);
  CHECK(server.post("/api/boss", {{"slug", "one"}}, eve.with("idempotency-key", "k2")).status == 403);
  native::end_session(server.world, eve);
  CHECK(server.post("/api/labels", {{"slug", "one"}}, eve.with("idempotency-key", "k3")).status == 401);
  CHECK(keys(server) == 0);
}

TEST_CASE("a wrong key is refused, and none is needed") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada");
  CHECK(server.post("/api/labels", {{"slug", "one"}}, ada.with("idempotency-key", "")).status == 400);
  CHECK(server.post("/api/labels", {{"slug", "one"}}, ada.with("idempotency-key", std::string(256, 'x'))).status ==
        400);
  CHECK(server.post("/api/labels", {{"slug", "one"}}, ada).status == 201);
  CHECK(keys(server) == 0);
}

TEST_CASE("of parallel tries with one key one has the effect, and the others wait or get its answer") {
  TestServer server(test_app, "peerloop", 3);
  const auto ada = native::add_user(server.world, "ada").with("idempotency-key", "k1");
  server.world.fates = [&](const native::HostCall&) {
    return native::Fate{.before = 1 + static_cast<Millis>(server.world.scheduler.draw(9)), .after = 1};
  };
  std::vector<std::unique_ptr<native::Exchange>> exchanges;
  for (int i = 0; i < 20; ++i) {
    exchanges.push_back(server.begin(native::with_json("POST", "/api/labels", {{"slug", "one"}}, ada)));
  }
  server.world.scheduler.run();
  int effects = 0;
  for (const auto& exchange : exchanges) {
    const auto& reply = exchange->reply();
    if (reply.status == 201)
      effects += !reply.has_header("idempotent-replayed");
    else
      CHECK(reply.code() == "idempotency_key_in_use");
  }
  CHECK(effects == 1);
  CHECK(categories(server) == 1);
}

TEST_CASE("an answer that got lost is found by the next try with the same key") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada").with("idempotency-key", "k1");
  int batches = 0;
  server.world.fates = [&](const native::HostCall&) {
    return native::Fate{.fault = ++batches == 2 ? native::Fate::Fault::answer_lost : native::Fate::Fault::none};
  };
  CHECK(server.post("/api/labels", {{"slug", "one"}}, ada).status == 503);
  const auto again = server.post("/api/labels", {{"slug", "one"}}, ada);
  CHECK(again.status == 201);
  CHECK(again.header("idempotent-replayed") == "true");
  CHECK(categories(server) == 1);
}

TEST_CASE("a claim whose own answer got lost still goes through") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada").with("idempotency-key", "k1");
  int batches = 0;
  server.world.fates = [&](const native::HostCall&) {
    return native::Fate{.fault = ++batches == 1 ? native::Fate::Fault::answer_lost : native::Fate::Fault::none};
  };
  CHECK(server.post("/api/labels", {{"slug", "one"}}, ada).status == 201);
  CHECK(categories(server) == 1);
}

TEST_CASE("a key that its owner never settled is free after a minute") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada").with("idempotency-key", "k1");
  {
    server.world.fates = [](const native::HostCall&) { return native::Fate{.before = 10, .after = 10}; };
    const auto cancelled = server.begin(native::with_json("POST", "/api/labels", {{"slug", "one"}}, ada));
    server.world.scheduler.run_until(server.world.now() + 15);
  }
  server.world.fates = nullptr;
  CHECK(keys(server) == 1);
  CHECK(server.post("/api/labels", {{"slug", "one"}}, ada).code() == "idempotency_key_in_use");
  server.world.scheduler.advance(minute);
  CHECK(server.post("/api/labels", {{"slug", "one"}}, ada).status == 201);
}

TEST_CASE("a handler that claims the key in its first batch writes twice, and gives the first answer again") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada").with("idempotency-key", "k1");
  const auto exchange = server.begin(native::with_json("POST", "/api/two", {{"slug", "one"}}, ada));
  CHECK(exchange->reply().status == 201);
  CHECK(exchange->round_trips().reads == 0);
  CHECK(exchange->round_trips().writes == 2);
  const auto again = server.post("/api/two", {{"slug", "one"}}, ada);
  CHECK(again.status == 201);
  CHECK(again.body == exchange->reply().body);
  CHECK(again.header("idempotent-replayed") == "true");
  CHECK(server.post("/api/two", {{"slug", "two"}}, ada).code() == "idempotency_key_reused");
  CHECK(categories(server) == 1);
  CHECK(server.post("/api/two", {{"slug", "three"}}, native::add_user(server.world, "eve")).status == 201);
}

TEST_CASE("a key that a handler claimed is free again once it failed, and another's is left alone") {
  TestServer server(test_app);
  const auto ada = native::add_user(server.world, "ada").with("idempotency-key", "k1");
  server.world.database.execute("INSERT INTO categories (id, slug, name, position) VALUES (?1, 'one', 'One', 0)",
                                {server.world.new_id()});
  CHECK(server.post("/api/two", {{"slug", "one"}}, ada).status == 409);
  CHECK(keys(server) == 0);
  {
    server.world.fates = [](const native::HostCall&) { return native::Fate{.before = 10, .after = 10}; };
    const auto running = server.begin(native::with_json("POST", "/api/two", {{"slug", "two"}}, ada));
    server.world.scheduler.run_until(server.world.now() + 15);
    server.world.fates = nullptr;
    CHECK(server.post("/api/two", {{"slug", "two"}}, ada).code() == "idempotency_key_in_use");
    CHECK(keys(server) == 1);
  }
  server.world.scheduler.advance(minute);
  CHECK(server.post("/api/two", {{"slug", "two"}}, ada).status == 201);
}

TEST_CASE("whatever gets lost, a handler that claims its key has its effect once") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    TestServer server(test_app, "peerloop", seed);
    const auto ada = native::add_user(server.world, "ada").with("idempotency-key", "k1");
    bool broken = true;
    server.world.fates = [&](const native::HostCall& call) {
      if (!broken || call.port != "database" || server.world.scheduler.draw(3) != 0) return native::Fate{};
      return native::Fate{server.world.scheduler.draw(2) ? native::Fate::Fault::not_done
                                                         : native::Fate::Fault::answer_lost};
    };
    for (int i = 0; i < 3; ++i) {
      const auto tried = server.post("/api/two", {{"slug", "one"}}, ada);
      CHECK_MESSAGE((tried.status == 201 || tried.status == 503 || tried.code() == "idempotency_key_in_use"),
                    tried.body);
    }
    broken = false;
    server.world.scheduler.advance(2 * minute);
    CHECK(server.post("/api/two", {{"slug", "one"}}, ada).status == 201);
    CHECK(server.world.database.text("SELECT name FROM categories") == "Done");
  }
}
