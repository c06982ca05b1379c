#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace isthmus::native {

/// Simulated time. Whoever waits is resumed by `run`, in the order of the moments waited for; those who wait for the
/// same moment come in an order drawn from the seed, so that another seed shows another interleaving.
class Scheduler {
 public:
  explicit Scheduler(std::uint64_t seed) : random_(seed) {}
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  Timestamp now() const { return now_; }
  void advance(Millis length) { now_ = now_ + length; }

  /// Suspends for `length`. Destroying the suspended coroutine takes it off the list.
  class Wait;
  Wait wait(Millis length);

  /// Resumes the one who waits for the earliest moment, moving time forward. Somebody must wait.
  void step();
  /// Resumes whoever waits, moving time forward, until nobody waits any more.
  void run();
  /// The same up to `until`, where time then stands.
  void run_until(Timestamp until);
  bool idle() const { return waiting_.empty(); }
  /// The earliest moment that somebody waits for. Somebody must wait.
  Timestamp next() const { return {waiting_.begin()->first.first}; }

  /// A number below `bound`.
  std::uint64_t draw(std::uint64_t bound) { return bound == 0 ? 0 : random_() % bound; }
  std::mt19937_64& random() { return random_; }

 private:
  using Place = std::pair<std::int64_t, std::uint64_t>;

  Timestamp now_{1'790'000'000'000};  // 2026-09-21
  std::mt19937_64 random_;
  std::map<Place, std::coroutine_handle<>> waiting_;
};

class [[nodiscard]] Scheduler::Wait {
 public:
  Wait(Scheduler& scheduler, Millis length) : scheduler_(scheduler), length_(length) {}
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() {
    if (waits_) scheduler_.waiting_.erase(place_);
  }

  bool await_ready() const noexcept { return length_ <= 0; }
  void await_suspend(std::coroutine_handle<> waiting) {
    do place_ = {scheduler_.now_.ms + length_, scheduler_.random_()};
    while (!scheduler_.waiting_.try_emplace(place_, waiting).second);
    waits_ = true;
  }
  void await_resume() noexcept { waits_ = false; }

 private:
  Scheduler& scheduler_;
  Millis length_;
  Place place_{};
  bool waits_ = false;
};

inline Scheduler::Wait Scheduler::wait(Millis length) { return {*this, length}; }

/// One call of a port, as far as those who decide its fate need to know it.
struct HostCall {
  std::string_view port;       ///< "database", "key_value", "bucket", "http", "rate_limiter"
  std::string_view operation;  ///< "batch", "get", …
};

/// What becomes of a call.
struct Fate {
  enum class Fault {
    none,
    not_done,     ///< it did not reach the other side
    answer_lost,  ///< it was done, and nobody heard of it
  };
  Fault fault = Fault::none;
  Millis before = 0;  ///< how long until it is done
  Millis after = 0;   ///< how long until its answer is here
};

/// Decides what becomes of each call. An empty one lets all succeed at once.
using Fates = std::function<Fate(const HostCall&)>;

}  // namespace isthmus::native
