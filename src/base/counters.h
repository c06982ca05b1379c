#pragma once

#include <cstdint>

namespace isthmus {

/// What is alive in this instance right now. Tests assert that all of it returns to zero when no request is in flight.
/// They are global because coroutine frames are counted where they are allocated, and an allocation function has no
/// other place to reach. What else outlives a request is listed in docs/architecture.md.
struct Counters {
  std::uint32_t frames = 0;
  std::uint32_t requests = 0;
  std::uint32_t host_calls = 0;
  std::uint32_t buffers = 0;
};

inline Counters& live() {
  static constinit Counters counters;
  return counters;
}

}  // namespace isthmus
