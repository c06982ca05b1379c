#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace isthmus::crypto {

/// PBKDF2-HMAC-SHA-256 (RFC 8018): `size` bytes. Nothing when size or iterations is 0 or memory runs out. The time
/// grows with iterations times size, so whoever takes them from elsewhere bounds them first.
std::optional<std::string> pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t iterations,
                                         std::size_t size);

}  // namespace isthmus::crypto
