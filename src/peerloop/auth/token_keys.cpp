#include "peerloop/auth/token_keys.h"

#include <algorithm>
#include <optional>

#include "base/encoding.h"
#include "base/strings.h"
#include "crypto/digest.h"

namespace isthmus::peerloop {

namespace {

using Secret = crypto::KeyRing::Secret;

std::optional<std::string> decode_secret(std::string_view text) {
  std::string standard(trim(text));
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  return base64_decode_unpadded(standard);
}

/// Sixteen hex digits that a key and no other has.
std::string key_id(std::string_view bytes) {
  return hex_encode(crypto::sha256("isthmus token key\n" + std::string(bytes))).substr(0, 16);
}

Result<void> add_secret(std::vector<Secret>& secrets, std::string_view setting, std::string_view text) {
  auto bytes = decode_secret(text);
  if (!bytes) return Failure(internal_error(std::string(setting) + " is not base64"));
  Secret secret{key_id(*bytes), *std::move(bytes)};
  if (!std::ranges::contains(secrets, secret.id, &Secret::id)) secrets.push_back(std::move(secret));
  return {};
}

Result<crypto::KeyRing> read_keys(std::string_view newest, std::string_view previous) {
  if (trim(newest).empty()) return Failure(internal_error("JWT_SECRET is not set"));
  std::vector<Secret> secrets;
  if (auto added = add_secret(secrets, "JWT_SECRET", newest); !added) return Failure(std::move(added).error());
  for (const std::string_view one : split_list(previous))
    if (auto added = add_secret(secrets, "JWT_PREVIOUS_SECRETS", one); !added) return Failure(std::move(added).error());
  auto ring = crypto::KeyRing::create(secrets);
  if (!ring)
    return Failure(internal_error("JWT_SECRET or JWT_PREVIOUS_SECRETS: " + std::string(to_string(ring.error()))));
  return *std::move(ring);
}

/// The one thing of PeerLoop that outlives a request: preparing the keys costs two hashes each.
struct PreparedKeys {
  std::string newest;
  std::string previous;
  std::optional<crypto::KeyRing> ring;
};

PreparedKeys& prepared_keys() {
  static PreparedKeys keys;
  return keys;
}

}  // namespace

Result<const crypto::KeyRing*> token_keys(const Settings& settings) {
  const std::string_view newest = settings.get("JWT_SECRET");
  const std::string_view previous = settings.get("JWT_PREVIOUS_SECRETS");
  PreparedKeys& prepared = prepared_keys();
  if (!prepared.ring || prepared.newest != newest || prepared.previous != previous) {
    auto ring = read_keys(newest, previous);
    if (!ring) return Failure(std::move(ring).error());
    prepared = {std::string(newest), std::string(previous), *std::move(ring)};
  }
  return &*prepared.ring;
}

}  // namespace isthmus::peerloop
