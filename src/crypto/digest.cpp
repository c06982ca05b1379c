#include "crypto/digest.h"

#include <tuple>

#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>

#include "crypto/bytes.h"

/// The library's software digests allocate nothing and can fail only for an unknown variant, so their status is
/// dropped.
namespace isthmus::crypto {

std::string sha1(std::string_view bytes) {
  std::string digest(20, '\0');
  std::ignore = mbedtls_sha1(unsigned_bytes(bytes), bytes.size(), unsigned_bytes(digest));
  return digest;
}

std::string sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  std::ignore = mbedtls_sha256(unsigned_bytes(bytes), bytes.size(), unsigned_bytes(digest), 0);
  return digest;
}

std::string sha512(std::string_view bytes) {
  std::string digest(64, '\0');
  std::ignore = mbedtls_sha512(unsigned_bytes(bytes), bytes.size(), unsigned_bytes(digest), 0);
  return digest;
}

}  // namespace isthmus::crypto
