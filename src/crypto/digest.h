#pragma once

#include <string>
#include <string_view>

/// FIPS 180-4 digests as raw bytes; write them down with base/encoding.h.
namespace isthmus::crypto {

/// 20 bytes. Broken for collisions: only for what a provider's protocol prescribes.
std::string sha1(std::string_view bytes);
/// 32 bytes.
std::string sha256(std::string_view bytes);
/// 64 bytes.
std::string sha512(std::string_view bytes);

}  // namespace isthmus::crypto
