#include "adapters/provider_call.h"

#include <doctest/doctest.h>

#include "native/server.h"

using namespace isthmus;
using native::Fate;

namespace {

constexpr ProviderCalls numbers{.provider = "test",
                                .timeout = 4 * second,
                                .patience = 6 * second,
                                .first_pause = 400,
                                .longest_pause = 3 * second,
                                .is_worth_another_try = says_later};

struct Setting {
  Result<IncomingAnswer> call() {
    OutgoingRequest request;
    request.url = "https://provider.test/";
    return native::run(world, call_provider(standalone.host(), numbers, std::move(request)));
  }
  /// Answers so until it is told otherwise.
  void answers(int status, std::vector<std::pair<std::string, std::string>> headers = {}) {
    world.http.respond = [=](const OutgoingRequest&) -> Result<IncomingAnswer> {
      return IncomingAnswer{status, headers, ""};
    };
  }
  void answers_nothing() {
    world.http.respond = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
      return Failure(Error(503, "timeout", ClientText("x"), LogText("timeout")));
    };
  }
  std::size_t sent() const { return world.http.sent.size(); }

  native::World world{"peerloop"};
  native::StandaloneHost standalone{world};
};

}  // namespace

TEST_CASE("an answer that says something is the call's, after one try") {
  for (const int status : {200, 302, 400, 404, 409}) {
    Setting setting;
    setting.answers(status);
    CHECK(setting.call()->status == status);
    CHECK(setting.sent() == 1);
    CHECK(setting.world.http.sent[0].timeout == numbers.timeout);
  }
}

TEST_CASE("what fails in passing is tried again, three times in all, with pauses that grow") {
  for (const int status : {408, 429, 500, 503, 0}) {
    CAPTURE(status);
    Setting setting;
    if (status == 0)
      setting.answers_nothing();
    else
      setting.answers(status);
    const Timestamp began = setting.world.now();
    const auto answer = setting.call();
    CHECK((status == 0 ? !answer && answer.error().code == "timeout" : answer && answer->status == status));
    CHECK(setting.sent() == 3);
    CHECK(setting.world.now() - began >= 600);
    CHECK(setting.world.now() - began <= 1200 + 20);
  }
  Setting setting;
  setting.world.http.answers = {{503, {}, ""}, {200, {}, "yes"}};
  CHECK(setting.call()->body == "yes");
  CHECK(setting.sent() == 2);
}

TEST_CASE("a provider that says how long it wants to be left alone is") {
  Setting setting;
  setting.answers(429, {{"retry-after", "2"}});
  const Timestamp began = setting.world.now();
  CHECK(setting.call()->status == 429);
  CHECK(setting.sent() == 3);
  CHECK(setting.world.now() - began >= 4 * second);
  setting.answers(429, {{"retry-after", "4"}});
  CHECK(setting.call()->status == 429);
  CHECK(setting.sent() == 4);
  setting.answers(503, {{"retry-after", "9223372036854775807"}});
  CHECK(setting.call()->status == 503);
  CHECK(setting.sent() == 5);
}

TEST_CASE("no try begins when nobody waits any more") {
  Setting setting;
  setting.answers(503);
  setting.world.fates = [](const native::HostCall& call) { return Fate{.before = call.port == "http" ? 3500 : 0}; };
  CHECK(setting.call()->status == 503);
  CHECK(setting.sent() == 2);
}

TEST_CASE("calls that fail open the circuit, one each, and one that succeeds closes it") {
  Setting setting;
  bool is_silent = false;
  SUBCASE("without an answer") { is_silent = true; }
  SUBCASE("with a provider that is not well") {}
  if (is_silent)
    setting.answers_nothing();
  else
    setting.answers(500);
  for (int i = 0; i < Circuit::failures_to_open; ++i) setting.call();
  CHECK(setting.sent() == 3 * Circuit::failures_to_open);
  const auto refused = setting.call();
  REQUIRE(!refused);
  CHECK(refused.error().status == 503);
  CHECK(refused.error().code == circuit_open);
  CHECK(seconds_to_wait(refused.error()) == Circuit::first_pause / second);
  CHECK(setting.sent() == 3 * Circuit::failures_to_open);
  setting.answers(404);
  setting.world.scheduler.advance(Circuit::first_pause);
  CHECK(setting.call()->status == 404);
  CHECK(setting.call()->status == 404);
}

TEST_CASE("who is busy is neither down nor well") {
  Setting setting;
  for (const int status : {408, 429}) {
    setting.answers(status);
    for (int i = 0; i < 2 * Circuit::failures_to_open; ++i) CHECK(setting.call()->status == status);
  }
  setting.answers(500);
  for (int i = 1; i < Circuit::failures_to_open; ++i) CHECK(setting.call().has_value());
  setting.answers(429);
  CHECK(setting.call().has_value());
  setting.answers(500);
  CHECK(setting.call().has_value());
  CHECK(!setting.call());
}

TEST_CASE("where no answer came the wait is never shorter than a few seconds") {
  CHECK(seconds_to_wait(unavailable("x")) == shortest_wait_s);
  CHECK(seconds_to_wait(unavailable("x", 70)) == 70);
}
