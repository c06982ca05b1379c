// The examples of docs/lifetimes.md. The right ones run; the wrong ones only have to compile, which is what makes them
// worth a page.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "http/request.h"
#include "jobs/outbox.h"
#include "json/value.h"
#include "native/world.h"

using namespace isthmus;

namespace right {

Task<Result<std::string>> greet(Host& host, std::string name) {
  co_await host.clock.sleep(second);
  co_return "Hello, " + name;
}

Task<Result<std::string>> city_of(Host& host, std::string body) {
  const auto address = co_await parse_json(body);
  std::string city(address.string_at({"city"}).value_or("nowhere"));
  co_await host.clock.sleep(second);
  co_return city;
}

Task<Result<void>> note(Host& host, std::string key) {
  co_await host.clock.sleep(second);
  co_await host.key_value.put(std::move(key), "noted", minute);
  co_return Result<void>();
}
void note_later(Request& request, std::string key) { request.after(note(request.host(), std::move(key))); }

Task<Result<void>> double_all(Host& host, std::vector<int>& numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {  // NOLINT(modernize-loop-convert): an iterator must not wait
    co_await host.clock.sleep(second);
    numbers[i] *= 2;
  }
  co_return Result<void>();
}

Task<Result<std::string>> name_of(Host& host, std::string key) {
  auto found = co_await attempt(host.key_value.get(std::move(key)));
  if (!found) co_return "unknown, the store is down";
  co_return found->value_or("unknown");
}

}  // namespace right

// NOLINTBEGIN: wrong on purpose.
namespace wrong {

Task<Result<std::string>> greet(Host& host, const std::string& name) {
  co_await host.clock.sleep(second);
  co_return "Hello, " + name;
}
Task<Result<std::string>> greet_later(Host& host, std::string first, std::string last) {
  auto greeting = greet(host, first + ' ' + last);  // the sum dies here
  co_await host.clock.sleep(second);
  co_return co_await std::move(greeting);  // its address is read here
}

Task<Result<std::string>> city_of(Host& host, std::string body) {
  const auto address = co_await parse_json(body);
  co_await host.clock.sleep(second);  // any other request may parse meanwhile
  co_return std::string(address.string_at({"city"}).value_or("nowhere"));
}

void note_later(Request& request, std::string key) {
  auto note = [&request, key]() -> Task<Result<void>> {
    co_await request.host().clock.sleep(second);
    co_await request.host().key_value.put(key, "noted", minute);
    co_return Result<void>();
  };
  request.after(note());  // the frame points to `note`, which dies with this function
}

Task<Result<void>> double_all(Host& host, std::vector<int>& numbers) {
  for (int& number : numbers) {
    co_await host.clock.sleep(second);
    number *= 2;  // whoever appended meanwhile moved them all
  }
  co_return Result<void>();
}

int in_flight = 0;

struct InFlight {
  InFlight() { ++in_flight; }
  ~InFlight() { --in_flight; }
};
Task<Result<void>> find_it(Host& host) {
  const InFlight counted;
  co_await Result<void>(Failure(not_found("thing")));  // the function ends here; `counted` does not, yet
  co_await host.clock.sleep(second);
  co_return Result<void>();
}

}  // namespace wrong
// NOLINTEND

TEST_CASE("what a coroutine owns lives across its waits") {
  native::World world("peerloop");
  native::StandaloneHost standalone(world);
  Host& host = standalone.host();
  CHECK(native::run(world, right::greet(host, "Ada")) == "Hello, Ada");
  CHECK(native::run(world, right::city_of(host, R"({"city":"Turin"})")) == "Turin");
  std::vector<int> numbers{1, 2};
  CHECK(native::run(world, right::double_all(host, numbers)).has_value());
  CHECK(numbers == std::vector<int>{2, 4});
  CHECK(native::run(world, right::name_of(host, "nobody")) == "unknown");
}

TEST_CASE("the locals of a coroutine that an error ended live until someone looks at the error") {
  native::World world("peerloop");
  native::StandaloneHost standalone(world);
  int seen_by_catcher = 0;
  const auto catcher = [](Host& host, int& seen) -> Task<Result<void>> {
    auto task = wrong::find_it(host);
    co_await attempt(std::move(task));
    seen = wrong::in_flight;
    co_return Result<void>();
  };
  CHECK(native::run(world, catcher(standalone.host(), seen_by_catcher)).has_value());
  CHECK(seen_by_catcher == 0);

  auto alone = wrong::find_it(standalone.host());
  alone.resume();
  CHECK(alone.done());
  CHECK(wrong::in_flight == 1);
  alone = {};
  CHECK(wrong::in_flight == 0);
}
