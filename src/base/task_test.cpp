#include "base/task.h"

#include <memory>

#include <doctest/doctest.h>

using namespace isthmus;

namespace {

/// A call that stays open until the test completes it.
struct OpenCall {
  std::coroutine_handle<> waiting;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) noexcept { waiting = handle; }
  void await_resume() const noexcept {}
};

Task<Result<int>> answer(int value) { co_return value; }
Task<Result<int>> refuse() { co_return Failure(not_found("thing")); }

struct Witness {
  int* destroyed;
  explicit Witness(int* count) : destroyed(count) {}
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() { ++*destroyed; }
};

}  // namespace

TEST_CASE("awaiting a task gives its value") {
  auto sum = []() -> Task<Result<int>> { co_return co_await answer(40) + co_await answer(2); }();
  sum.resume();
  REQUIRE(sum.done());
  CHECK(std::move(sum).value() == 42);
}

TEST_CASE("a failed task ends those who await it, and what they own is destroyed once") {
  int destroyed = 0;
  bool reached = false;
  auto middle = [](int* count, bool* after) -> Task<Result<int>> {
    Witness witness(count);
    const int value = co_await refuse();
    *after = true;
    co_return value;
  };
  auto outer = [](auto inner, int* count, bool* after) -> Task<Result<std::string>> {
    Witness witness(count);
    const int value = co_await inner(count, after);
    *after = true;
    co_return std::to_string(value);
  };
  {
    auto task = outer(middle, &destroyed, &reached);
    task.resume();
    REQUIRE(task.done());
    const auto result = std::move(task).value();
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().status == 404);
  }
  CHECK_FALSE(reached);
  CHECK(destroyed == 2);
  CHECK(live().frames == 0);
}

TEST_CASE("a failed result ends the task too") {
  auto task = []() -> Task<Result<int>> {
    const int value = co_await required(std::optional<int>(), conflict("taken"));
    co_return value;
  }();
  task.resume();
  REQUIRE(task.done());
  CHECK(std::move(task).value().error().status == 409);
}

TEST_CASE("an attempt looks at the error and goes on") {
  auto task = []() -> Task<Result<int>> {
    const auto result = co_await attempt(refuse());
    co_return result ? 1 : result.error().status;
  }();
  task.resume();
  CHECK(std::move(task).value() == 404);
}

TEST_CASE("destroying a suspended task destroys all frames below it") {
  int destroyed = 0;
  OpenCall call;
  {
    auto leaf = [](OpenCall* open, int* count) -> Task<Result<int>> {
      Witness witness(count);
      co_await *open;
      co_return 1;
    };
    auto root = [](auto inner, OpenCall* open, int* count) -> Task<Result<int>> {
      Witness witness(count);
      co_return co_await inner(open, count);
    };
    auto task = root(leaf, &call, &destroyed);
    task.resume();
    CHECK_FALSE(task.done());
    CHECK(live().frames == 2);
  }
  CHECK(destroyed == 2);
  CHECK(live().frames == 0);
}

TEST_CASE("a suspended task goes on where it was") {
  OpenCall call;
  auto task = [](OpenCall* open) -> Task<Result<int>> {
    const auto kept = std::make_unique<int>(7);
    co_await *open;
    co_return *kept;
  }(&call);
  task.resume();
  CHECK_FALSE(task.done());
  call.waiting.resume();
  REQUIRE(task.done());
  CHECK(std::move(task).value() == 7);
}
