#pragma once

#include <array>
#include <string_view>

#include "base/time.h"

namespace isthmus {

/// Keeps requests from waiting for a provider that is down. After several failures in a row its circuit is open: calls
/// fail at once. After a pause one call is let through; if it succeeds the circuit closes, if not it stays open, twice
/// as long.
class Circuit {
 public:
  static constexpr int failures_to_open = 5;
  static constexpr Millis first_pause = 10 * second;
  static constexpr Millis longest_pause = 2 * minute;

  /// Whether a call may be made now. A yes while the circuit is open is for one call: until its outcome is known, or
  /// the pause is over once more, others hear no.
  bool lets_through(Timestamp now);
  /// The provider answered, whatever it said.
  void succeeded() { *this = {}; }
  /// No answer, or one that says that the provider itself is not well.
  void failed(Timestamp now);
  /// For `Retry-After`: at least one second.
  std::int64_t seconds_left(Timestamp now) const;

 private:
  int failures_ = 0;
  bool is_tried_ = false;
  Millis pause_ = 0;
  Timestamp open_until_;
};

/// The circuits of an instance, by the provider's name. They are what this instance has seen, no more: a new one begins
/// with all of them closed, and nothing depends on two agreeing.
class Circuits {
 public:
  /// `provider` has static storage. There is room for 16; whoever comes later shares the last.
  Circuit& of(std::string_view provider);

 private:
  struct Place {
    std::string_view provider;
    Circuit circuit;
  };
  std::array<Place, 16> places_;
};

}  // namespace isthmus
