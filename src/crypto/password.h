#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

/// Stored passwords. A password is the UTF-8 bytes that the user sent, taken as they are.
namespace isthmus::crypto {

/// The cost of Argon2id (RFC 9106). The default is OWASP's for a server: about 25 ms in V8.
struct Argon2Cost {
  std::uint32_t memory_kib = 19456;
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;

  bool operator==(const Argon2Cost&) const = default;
};

constexpr std::size_t password_salt_size = 16;
constexpr std::size_t longest_password = 1024;

/// What a hash may cost at most, new or stored: a row that somebody could write must not buy more than some hundred
/// milliseconds, nor more memory than an isolate can spare.
constexpr std::uint32_t most_argon2_memory_kib = 64 * 1024;
constexpr std::uint64_t most_argon2_work_kib = std::uint64_t{4} * most_argon2_memory_kib;  ///< memory times passes
constexpr std::uint32_t most_argon2_lanes = 4;
constexpr std::uint32_t most_pbkdf2_iterations = 1'000'000;
constexpr int most_bcrypt_cost = 14;

enum class PasswordError {
  too_long,        ///< the password has more than longest_password bytes
  bad_salt,        ///< the salt has not exactly password_salt_size bytes
  bad_cost,        ///< beyond the limits above, or below what the algorithm takes
  malformed_hash,  ///< the stored text is none of the forms that verify_password reads
  out_of_memory,   ///< not the user's fault: try again
};

std::string_view to_string(PasswordError error);

/// "$argon2id$v=19$m=…,t=…,p=…$salt$tag" with a tag of 32 bytes (the PHC string format). The salt comes from the host's
/// random source.
std::expected<std::string, PasswordError> hash_password(std::string_view password, std::string_view salt,
                                                        const Argon2Cost& cost = {});

struct PasswordCheck {
  bool matches = false;
  /// Set only with a match: the stored hash is of another algorithm or cost than wanted, and now is the one moment at
  /// which it can be replaced.
  bool needs_rehash = false;
};

/// Reads what hash_password writes and what imported accounts bring:
///   $argon2id$v=19$m=…,t=…,p=…$salt$tag
///   $pbkdf2-sha256$i=…[,l=…]$salt$tag    salt and tag in unpadded base64
///   $2a$ $2b$ $2y$                       bcrypt
/// bcrypt sees only the first 72 bytes of a password, so that two longer ones may match one hash; the rehash ends that.
/// It cannot see what follows a NUL: a password with a NUL in it never matches.
/// A wrong password is no error. The tags are compared in constant time.
std::expected<PasswordCheck, PasswordError> verify_password(std::string_view password, std::string_view stored,
                                                            const Argon2Cost& wanted = {});

/// A well-formed hash that no known password matches. Verify against it when there is no such user, so that the answer
/// takes as long as for one who is there.
std::string dummy_hash(const Argon2Cost& cost = {});

}  // namespace isthmus::crypto
