#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hmac.h"

namespace isthmus::crypto {

enum class KeyRingError { empty, bad_key_id, duplicate_key_id, key_too_short };

/// Names the mistake for whoever configured the keys.
std::string_view to_string(KeyRingError error);

/// HS256 keys of which the newest signs and every one verifies: a key is rotated by putting a new one in front and
/// taking the old one away after the longest-lived token has ended. A key belongs to HS256 alone (RFC 8725
/// section 3.1), so there is no algorithm to choose anywhere below.
class KeyRing {
 public:
  /// RFC 7518 section 3.2: a key as long as the hash, at least.
  static constexpr std::size_t shortest_key = 32;

  struct Secret {
    std::string id;     ///< the token's `kid`: 1 to 64 of ALPHA DIGIT - . _ ~
    std::string bytes;  ///< at least shortest_key of them, random: not a word, not a phrase
  };

  struct Key {
    std::string id;
    HmacSha256 mac;
  };

  static std::expected<KeyRing, KeyRingError> create(std::span<const Secret> newest_first);

  const Key& newest() const { return keys_.front(); }
  std::span<const Key> keys() const { return keys_; }
  /// Null when no key has this id.
  const Key* find(std::string_view id) const;

 private:
  explicit KeyRing(std::vector<Key> keys) : keys_(std::move(keys)) {}

  std::vector<Key> keys_;
};

}  // namespace isthmus::crypto
