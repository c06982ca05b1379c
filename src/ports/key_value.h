#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/task.h"
#include "base/time.h"

namespace isthmus {

/// A store for what may be stale: reads can lag writes made elsewhere by a minute, also "there is none". One write a
/// second a key. Never for counters, locks or anything that must hold.
class KeyValue {
 public:
  /// Entries live at least this long.
  static constexpr Millis shortest_life = minute;

  virtual ~KeyValue() = default;
  virtual Task<Result<std::optional<std::string>>> get(std::string key) = 0;
  /// `life` below a minute becomes a minute.
  virtual Task<Result<void>> put(std::string key, std::string value, Millis life) = 0;
  virtual Task<Result<void>> remove(std::string key) = 0;
};

}  // namespace isthmus
