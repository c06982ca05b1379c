#pragma once

#include <string_view>

namespace isthmus::crypto {

/// Whether two byte strings are the same, in a time that depends on their lengths alone. For everything that proves
/// something: tags, codes, tokens. The lengths themselves are not kept secret.
bool equal(std::string_view a, std::string_view b);

}  // namespace isthmus::crypto
