#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "crypto/hmac.h"

// The one piece of the program that the simulation replaces, at link time (`--wrap`): Argon2 is there to be slow, and a
// life has many sign-ins. Everything around it, costs and formats included, is the program's own.
// NOLINTBEGIN(readability-identifier-naming): the linker's name for it
extern "C" int __wrap_argon2id_hash_raw(std::uint32_t passes, std::uint32_t memory_kib, std::uint32_t lanes,
                                        const void* password, std::size_t password_size, const void* salt,
                                        std::size_t salt_size, void* tag, std::size_t tag_size);

extern "C" int __wrap_argon2id_hash_raw(std::uint32_t passes, std::uint32_t memory_kib, std::uint32_t lanes,
                                        const void* password, std::size_t password_size, const void* salt,
                                        std::size_t salt_size, void* tag, std::size_t tag_size) {
  // NOLINTEND(readability-identifier-naming)
  const std::string key(static_cast<const char*>(password), password_size);
  std::string text(static_cast<const char*>(salt), salt_size);
  text += std::to_string(passes) + ',' + std::to_string(memory_kib) + ',' + std::to_string(lanes);
  std::string out;
  while (out.size() < tag_size) {
    text += '.';
    out += isthmus::crypto::hmac_sha256(key, text);
  }
  std::memcpy(tag, out.data(), tag_size);
  return 0;
}
