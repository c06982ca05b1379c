#include "crypto/pbkdf2.h"

#include <limits>

#include <mbedtls/pkcs5.h>

#include "crypto/bytes.h"

namespace isthmus::crypto {

std::optional<std::string> pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t iterations,
                                         std::size_t size) {
  if (iterations == 0 || size == 0 || size > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  std::string key(size, '\0');
  const int status =
      mbedtls_pkcs5_pbkdf2_hmac_ext(MBEDTLS_MD_SHA256, unsigned_bytes(password), password.size(), unsigned_bytes(salt),
                                    salt.size(), iterations, static_cast<std::uint32_t>(size), unsigned_bytes(key));
  if (status != 0) return std::nullopt;
  return key;
}

}  // namespace isthmus::crypto
