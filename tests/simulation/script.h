#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace isthmus::simulation {

namespace detail {

struct ScriptPromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();

  std::suspend_always initial_suspend() const noexcept { return {}; }
  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
      return finished.promise().continuation;
    }
    void await_resume() const noexcept {}
  };
  Final final_suspend() const noexcept { return {}; }
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
};

template <class T>
struct ScriptPromise : ScriptPromiseBase {
  std::optional<T> value;
  template <class U>
  void return_value(U&& given) {
    value.emplace(std::forward<U>(given));
  }
};
template <>
struct ScriptPromise<void> : ScriptPromiseBase {
  void return_void() const noexcept {}
};

}  // namespace detail

/// What somebody does who is not the program: a person, a provider's webhooks, cron. Like a Task, but not counted as
/// one, so that the program's frames can be told from the world's.
template <class T = void>
class [[nodiscard]] Script {
 public:
  struct promise_type : detail::ScriptPromise<T> {
    Script get_return_object() { return Script(std::coroutine_handle<promise_type>::from_promise(*this)); }
  };

  explicit Script(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Script(Script&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Script& operator=(Script&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Script() {
    if (handle_) handle_.destroy();
  }

  void start() { handle_.resume(); }
  bool done() const { return handle_.done(); }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) {
    handle_.promise().continuation = parent;
    return handle_;
  }
  T await_resume() {
    if constexpr (!std::is_void_v<T>) return *std::move(handle_.promise().value);
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

}  // namespace isthmus::simulation
