#include "peerloop/auth/password.h"

namespace isthmus::peerloop {

Result<std::string> hash_new_password(Host& host, std::string_view password) {
  auto hash = crypto::hash_password(password, host.random.bytes(crypto::password_salt_size));
  if (hash) return *std::move(hash);
  const std::string cause = "hashing a password: " + std::string(to_string(hash.error()));
  return Failure(hash.error() == crypto::PasswordError::out_of_memory ? unavailable(cause) : internal_error(cause));
}

Result<crypto::PasswordCheck> check_password(Host& host, std::string_view password, const std::string* stored) {
  const auto check = crypto::verify_password(password, stored ? *stored : crypto::dummy_hash());
  if (!check) {
    const std::string cause = "checking a password: " + std::string(to_string(check.error()));
    if (check.error() == crypto::PasswordError::out_of_memory) return Failure(unavailable(cause));
    if (check.error() != crypto::PasswordError::too_long)
      LogLine(host, Log::Level::error, "a stored password hash is not usable").with("cause", cause);
    return crypto::PasswordCheck{};
  }
  return stored ? *check : crypto::PasswordCheck{};
}

}  // namespace isthmus::peerloop
