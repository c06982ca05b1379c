#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace isthmus {

/// A UUIDv7 (RFC 9562, section 5.7) as text: sorts by the time it was made. `random` gives 74 of its bits.
std::string uuid_v7(Timestamp now, const std::array<std::uint8_t, 10>& random);

/// True for the 36-character form of any UUID, in lower case.
bool is_uuid(std::string_view text);

}  // namespace isthmus
