#pragma once

#include <string>

#include "json/rules.h"

namespace isthmus::peerloop {

/// A currency in which a price in cents makes sense: an ISO 4217 code whose unit has a hundred parts and in which the
/// payment provider charges. Written in any case; becomes lower-case, the provider's own spelling.
struct Currency {
  void check(std::string& value, Problems& problems) const;
  void describe(SchemaWriter& writer) const { writer.keyword("pattern", "^[A-Za-z]{3}$"); }
};
inline constexpr Currency currency_code;

}  // namespace isthmus::peerloop
