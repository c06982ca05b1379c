#include "jobs/outbox.h"

#include <array>
#include <vector>

#include <doctest/doctest.h>

#include "native/world.h"

using namespace isthmus;

namespace {

/// What handlers did, and what they are to do, in the order of the calls.
struct Script {
  std::vector<std::string> tried;
  Millis takes = 0;  ///< each
  std::vector<Statement> writes;
  bool fails = false;
};
Script script;

Task<Result<Delivery>> deliver(Host& host, const OutboxItem& item) {
  script.tried.push_back(item.dedupe_key);
  if (script.takes > 0) co_await host.clock.sleep(script.takes);
  if (script.fails) co_return Failure(unavailable("nobody answers"));
  co_return Delivery{"made", std::exchange(script.writes, {})};
}
constexpr std::array handlers{OutboxHandler{"test", deliver}};

struct Queue {
  explicit Queue(int rows) {
    script = {};
    native::StandaloneHost standalone(world);
    std::vector<Statement> batch;
    for (int i = 0; i < rows; ++i)
      batch.push_back(enqueue(standalone.host(), "test", "key" + std::to_string(i), "{}", world.now() + i));
    REQUIRE(native::run(world, world.database.batch(std::move(batch), OnLostAnswer::fail)).has_value());
    world.scheduler.advance(second);
  }
  Result<void> dispatch(std::int64_t most = 10) {
    native::StandaloneHost standalone(world);
    return native::run(world, dispatch_outbox(standalone.host(), handlers, most));
  }
  std::int64_t count(std::string_view where) {
    return world.database.count("SELECT count(*) FROM outbox WHERE " + std::string(where));
  }

  native::World world{"peerloop"};
};

}  // namespace

TEST_CASE("rows are delivered in their order, as many as a dispatch may") {
  Queue queue(3);
  REQUIRE(queue.dispatch(2).has_value());
  CHECK(script.tried == std::vector<std::string>{"key0", "key1"});
  CHECK(queue.count("delivered_at IS NOT NULL AND provider_id = 'made' AND payload = '{}'") == 2);
  CHECK(queue.count("attempts = 0 AND locked_until IS NULL") == 1);
  REQUIRE(queue.dispatch().has_value());
  CHECK(queue.count("delivered_at IS NULL") == 0);
  REQUIRE(queue.dispatch().has_value());
  CHECK(script.tried.size() == 3);
}

TEST_CASE("what a slow provider leaves no time for is not counted as tried") {
  Queue queue(5);
  script.takes = 6 * second;
  REQUIRE(queue.dispatch().has_value());
  CHECK(script.tried.size() == 2);
  CHECK(queue.count("attempts = 0 AND locked_until IS NULL") == 3);
}

TEST_CASE("a row that failed waits, longer each time, and is dead after the sixteenth") {
  Queue queue(1);
  script.fails = true;
  Millis waited = 0;
  for (int i = 1; i <= 16; ++i) {
    REQUIRE(queue.dispatch().has_value());
    CHECK(script.tried.size() == static_cast<std::size_t>(i));
    const Millis wait = queue.world.database.count("SELECT next_attempt_at FROM outbox") - queue.world.now().ms;
    CHECK(wait >= waited);
    waited = wait;
    queue.world.scheduler.advance(wait);
  }
  CHECK(queue.count("dead_at IS NOT NULL AND last_error = 'nobody answers'") == 1);
  REQUIRE(queue.dispatch().has_value());
  CHECK(script.tried.size() == 16);
}

TEST_CASE("a row whose effect is refused waits like one that failed, and those behind it go on") {
  Queue queue(2);
  script.writes.push_back(sql("INSERT INTO batch_guard (reason) VALUES ('state_changed')"));
  REQUIRE(queue.dispatch().has_value());
  CHECK(script.tried.size() == 2);
  CHECK(queue.count("delivered_at IS NULL AND locked_until IS NULL AND attempts = 1 AND last_error IS NOT NULL") == 1);
  queue.world.scheduler.advance(minute);
  REQUIRE(queue.dispatch().has_value());
  CHECK(queue.count("delivered_at IS NULL") == 0);
}

TEST_CASE("of a row of a kind that nobody delivers an admin is told") {
  Queue queue(1);
  queue.world.database.execute("UPDATE outbox SET kind = 'other'");
  REQUIRE(queue.dispatch().has_value());
  CHECK(queue.count("dead_at IS NOT NULL") == 1);
}

TEST_CASE("of many dispatchers at once each row has one") {
  Queue queue(6);
  script.takes = second;
  native::StandaloneHost standalone(queue.world);
  std::vector<Task<Result<void>>> dispatchers;
  for (int i = 0; i < 4; ++i) {
    dispatchers.push_back(dispatch_outbox(standalone.host(), handlers, 10));
    dispatchers.back().resume();
  }
  queue.world.scheduler.run();
  for (auto& dispatcher : dispatchers) CHECK(std::move(dispatcher).value().has_value());
  CHECK(script.tried.size() == 6);
  CHECK(queue.count("delivered_at IS NULL") == 0);
}
