#include "crypto/key_ring.h"

#include <algorithm>

namespace isthmus::crypto {

namespace {

bool is_key_id(std::string_view id) {
  // Nothing that JSON would escape, so that an id stands in a header as it is.
  constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  return !id.empty() && id.size() <= 64 && id.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

std::string_view to_string(KeyRingError error) {
  switch (error) {
    case KeyRingError::empty: return "no signing key is given";
    case KeyRingError::bad_key_id: return "a key id must be 1 to 64 of A-Z a-z 0-9 - . _ ~";
    case KeyRingError::duplicate_key_id: return "two keys have the same id";
    case KeyRingError::key_too_short: return "a signing key must have at least 32 bytes";
  }
  return "unknown";
}

std::expected<KeyRing, KeyRingError> KeyRing::create(std::span<const Secret> newest_first) {
  if (newest_first.empty()) return std::unexpected(KeyRingError::empty);
  std::vector<Key> keys;
  keys.reserve(newest_first.size());
  for (const Secret& secret : newest_first) {
    if (!is_key_id(secret.id)) return std::unexpected(KeyRingError::bad_key_id);
    if (secret.bytes.size() < shortest_key) return std::unexpected(KeyRingError::key_too_short);
    if (std::ranges::contains(keys, secret.id, &Key::id)) return std::unexpected(KeyRingError::duplicate_key_id);
    keys.push_back(Key{secret.id, HmacSha256(secret.bytes)});
  }
  return KeyRing(std::move(keys));
}

const KeyRing::Key* KeyRing::find(std::string_view id) const {
  const auto found = std::ranges::find(keys_, id, &Key::id);
  return found == keys_.end() ? nullptr : &*found;
}

}  // namespace isthmus::crypto
