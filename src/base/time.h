#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace isthmus {

/// A length of time in milliseconds.
using Millis = std::int64_t;

inline constexpr Millis second = 1000;
inline constexpr Millis minute = 60 * second;
inline constexpr Millis hour = 60 * minute;
inline constexpr Millis day = 24 * hour;

/// A moment: milliseconds since 1970-01-01T00:00:00Z. Stored as an integer, written in JSON as RFC 3339.
struct Timestamp {
  std::int64_t ms = 0;

  constexpr std::int64_t seconds() const { return ms / second; }
  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;
  friend constexpr Timestamp operator+(Timestamp at, Millis length) { return {at.ms + length}; }
  friend constexpr Timestamp operator-(Timestamp at, Millis length) { return {at.ms - length}; }
  friend constexpr Millis operator-(Timestamp later, Timestamp earlier) { return later.ms - earlier.ms; }
};

/// "2026-11-20T09:30:00.000Z"
std::string to_rfc3339(Timestamp at);

/// Reads RFC 3339 section 5.6 with any offset and up to nine fractional digits (cut to milliseconds).
/// Years 0001 to 9999. Leap seconds (":60") are refused: there is no such moment in this count.
std::optional<Timestamp> from_rfc3339(std::string_view text);

}  // namespace isthmus
