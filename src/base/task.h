#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/counters.h"
#include "base/error.h"

namespace isthmus {

template <class T>
class Task;

namespace detail {

template <class T>
struct ResultTraits {
  static constexpr bool is_result = false;
};
template <class T>
struct ResultTraits<Result<T>> {
  static constexpr bool is_result = true;
  using Value = T;
};

/// What the promises of all tasks share. The default constructor is declared by hand: an aggregate promise could be
/// initialised from the coroutine's arguments.
struct PromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();

  PromiseBase() noexcept = default;

  static void* operator new(std::size_t size) {
    ++live().frames;
    return ::operator new(size);
  }
  static void operator delete(void* frame) {
    --live().frames;
    ::operator delete(frame);
  }

  std::suspend_always initial_suspend() const noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
      return finished.promise().continuation;
    }
    void await_resume() const noexcept {}
  };
  FinalAwaiter final_suspend() const noexcept { return {}; }

  [[noreturn]] void unhandled_exception() const noexcept { std::abort(); }
};

/// Awaits a child task and hands its whole value on.
template <class T>
struct Join {
  Task<T> task;

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) noexcept { return task.start(parent); }
  T await_resume() { return std::move(task).value(); }
};

/// Unwraps a result, or ends the awaiting coroutine with its error: the coroutine is not resumed again, and its frame
/// (with all that it owns) is destroyed by the task that holds it.
template <class T>
struct Unwrap {
  Result<T> result;

  bool await_ready() const noexcept { return result.has_value(); }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
    return self.promise().end_with(std::move(result).error());
  }
  T await_resume() {
    if constexpr (!std::is_void_v<T>) return *std::move(result);
  }
};

/// Awaits a child task and unwraps its result, or ends the awaiting coroutine with the child's error.
template <class T>
struct JoinAndUnwrap {
  Task<Result<T>> task;

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
    return task.start_for(self);
  }
  T await_resume() {
    if constexpr (std::is_void_v<T>)
      return;
    else
      return *std::move(task).value();
  }
};

template <class T>
struct Attempt {
  Task<Result<T>> task;
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> outcome;
  /// Set when the parent wants errors to pass through it: where to go when this task failed.
  std::coroutine_handle<> (*on_error)(std::coroutine_handle<> parent, Error&& error) noexcept = nullptr;

  Promise() noexcept = default;

  Task<T> get_return_object() noexcept;

  template <class U>
    requires std::convertible_to<U&&, T>
  void return_value(U&& value) {
    outcome.emplace(std::forward<U>(value));
  }

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
      return finished.promise().leave();
    }
    void await_resume() const noexcept {}
  };
  FinalAwaiter final_suspend() const noexcept { return {}; }

  std::coroutine_handle<> leave() noexcept {
    if constexpr (ResultTraits<T>::is_result) {
      if (on_error && !outcome->has_value()) return on_error(continuation, std::move(*outcome).error());
    }
    return continuation;
  }

  /// Ends this task with an error, from the middle. Only a task of a Result can.
  std::coroutine_handle<> end_with(Error&& error) noexcept
    requires ResultTraits<T>::is_result
  {
    outcome.emplace(Failure(std::move(error)));
    return leave();
  }

  template <class U>
  Unwrap<U> await_transform(Result<U>&& result) {
    static_assert(ResultTraits<T>::is_result, "only a Task<Result<…>> may await a Result: it ends with the error");
    return {std::move(result)};
  }
  template <class U>
  auto await_transform(Task<U>&& task) {
    if constexpr (ResultTraits<T>::is_result && ResultTraits<U>::is_result)
      return JoinAndUnwrap<typename ResultTraits<U>::Value>{std::move(task)};
    else
      return Join<U>{std::move(task)};
  }
  template <class U>
  Join<Result<U>> await_transform(Attempt<U>&& attempt) {
    return {std::move(attempt.task)};
  }
  /// Awaitables of a host (a pending call) are awaited as they are.
  template <class Awaitable>
    requires requires(Awaitable&& awaitable) { awaitable.await_ready(); }
  Awaitable&& await_transform(Awaitable&& awaitable) {
    return std::forward<Awaitable>(awaitable);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Promise() noexcept = default;
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  template <class U>
  Join<U> await_transform(Task<U>&& task);
  template <class U>
  Join<Result<U>> await_transform(Attempt<U>&& attempt);
  template <class Awaitable>
    requires requires(Awaitable&& awaitable) { awaitable.await_ready(); }
  Awaitable&& await_transform(Awaitable&& awaitable) {
    return std::forward<Awaitable>(awaitable);
  }
};

}  // namespace detail

/// Work that starts when it is awaited and has one owner. Destroying a suspended task destroys its frame, the tasks
/// that the frame awaits, and all that they own: that is how a request is cancelled.
///
/// In a `Task<Result<T>>`:
/// - `co_await task` of a `Task<Result<U>>` gives the `U`; if the awaited task failed, this one ends with its error;
/// - `co_await result` of a `Result<U>` does the same;
/// - `co_await attempt(task)` gives the `Result<U>` itself, for those who want to look at the error.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() noexcept = default;
  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() { destroy(); }

  /// Runs a root task up to its first suspension.
  void resume() { handle_.resume(); }
  /// True once the task has its outcome; also when it was ended by an error.
  bool done() const noexcept {
    if constexpr (std::is_void_v<T>)
      return !handle_ || handle_.done();
    else
      return !handle_ || handle_.promise().outcome.has_value();
  }
  T value() && {
    if constexpr (!std::is_void_v<T>) return *std::move(handle_.promise().outcome);
  }

  std::coroutine_handle<> start(std::coroutine_handle<> parent) noexcept {
    handle_.promise().continuation = parent;
    return handle_;
  }
  template <class Parent>
  std::coroutine_handle<> start_for(std::coroutine_handle<Parent> parent) noexcept {
    handle_.promise().on_error = [](std::coroutine_handle<> waiting, Error&& error) noexcept {
      return std::coroutine_handle<Parent>::from_address(waiting.address()).promise().end_with(std::move(error));
    };
    return start(parent);
  }

 private:
  void destroy() noexcept {
    if (handle_) std::exchange(handle_, nullptr).destroy();
  }

  Handle handle_ = nullptr;
};

/// Awaits `task` without ending on its error: `auto result = co_await attempt(work());`
template <class T>
detail::Attempt<T> attempt(Task<Result<T>> task) {
  return {std::move(task)};
}

namespace detail {

template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}
template <class U>
Join<U> Promise<void>::await_transform(Task<U>&& task) {
  return {std::move(task)};
}
template <class U>
Join<Result<U>> Promise<void>::await_transform(Attempt<U>&& attempt) {
  return {std::move(attempt.task)};
}

}  // namespace detail

}  // namespace isthmus
