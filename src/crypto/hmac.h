#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace isthmus::crypto {

enum class HashFunction { sha1, sha256, sha512 };

/// HMAC (RFC 2104) under one key, prepared once and used for any number of messages. Any key length works here; what is
/// long enough is the caller's rule. Not for two threads at once. Its key is wiped when it goes.
template <HashFunction hash>
class Hmac {
 public:
  static constexpr std::size_t tag_size = hash == HashFunction::sha1 ? 20 : hash == HashFunction::sha256 ? 32 : 64;

  explicit Hmac(std::string_view key);

  /// The full tag, tag_size raw bytes.
  std::string tag(std::string_view message) const { return tag({message}); }
  /// The tag of the parts one after the other, without joining them first.
  std::string tag(std::initializer_list<std::string_view> parts) const;

  /// Compares in constant time; a truncated tag never matches.
  bool verify(std::string_view message, std::string_view expected) const { return verify({message}, expected); }
  bool verify(std::initializer_list<std::string_view> parts, std::string_view expected) const;

 private:
  struct State;
  struct Wipe {
    void operator()(State* state) const;
  };
  std::unique_ptr<State, Wipe> state_;
};

using HmacSha1 = Hmac<HashFunction::sha1>;
using HmacSha256 = Hmac<HashFunction::sha256>;
using HmacSha512 = Hmac<HashFunction::sha512>;

extern template class Hmac<HashFunction::sha1>;
extern template class Hmac<HashFunction::sha256>;
extern template class Hmac<HashFunction::sha512>;

/// For a key that is used once.
inline std::string hmac_sha1(std::string_view key, std::string_view message) { return HmacSha1(key).tag(message); }
inline std::string hmac_sha256(std::string_view key, std::string_view message) { return HmacSha256(key).tag(message); }
inline std::string hmac_sha512(std::string_view key, std::string_view message) { return HmacSha512(key).tag(message); }

}  // namespace isthmus::crypto
