#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace isthmus::peerloop {

/// When something happened by a provider's clock, in RFC 3339. What is no time between 2001 and 2286 is none at all:
/// the database keeps no others, and would refuse the event at every delivery.
inline std::optional<Timestamp> event_time(std::string_view text) {
  const auto at = from_rfc3339(text);
  constexpr Timestamp first{1'000'000'000'000}, last{9'999'999'999'999};
  return at && *at >= first && *at <= last ? at : std::nullopt;
}

}  // namespace isthmus::peerloop
