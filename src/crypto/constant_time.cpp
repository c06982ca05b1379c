#include "crypto/constant_time.h"

// Unlike the library's other headers this one does not say so itself.
extern "C" {
#include <mbedtls/constant_time.h>
}

namespace isthmus::crypto {

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && mbedtls_ct_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace isthmus::crypto
