#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace isthmus::simulation {

/// A source of decisions. Whoever decides has dice of their own, forked by name from the run's seed, so that leaving
/// somebody out changes nothing for the others: that is what makes a failing run short.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_(seed), state_(seed) {}

  Dice fork(std::string_view purpose, std::uint64_t number = 0) const {
    std::uint64_t hash = seed_ ^ 0xcbf29ce484222325;
    for (const char letter : purpose) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
    return Dice(mixed(hash + mixed(number + 1)));
  }

  std::uint64_t next() { return mixed(state_ += 0x9e3779b97f4a7c15); }
  /// A number below `bound`, 0 where there is none.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
  /// True once in `times` on average, never for 0.
  bool one_in(std::uint64_t times) { return times != 0 && below(times) == 0; }
  Millis between(Millis least, Millis most) {
    return least + static_cast<Millis>(below(static_cast<std::uint64_t>(most - least) + 1));
  }
  template <class List>
  auto& pick(List& list) {
    return list[below(list.size())];
  }
  std::uint64_t seed() const { return seed_; }

 private:
  /// SplitMix64's finalizer.
  static std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  std::uint64_t seed_;
  std::uint64_t state_;
};

}  // namespace isthmus::simulation
