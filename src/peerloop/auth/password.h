#pragma once

#include <string>
#include <string_view>

#include "crypto/password.h"
#include "ports/host.h"

namespace isthmus::peerloop {

/// Argon2id at the project's cost, with a salt drawn here. 503 where memory ran out.
Result<std::string> hash_new_password(Host& host, std::string_view password);

/// Checks a password against the stored hash, or against a dummy that costs the same where there is none: so that an
/// answer's time does not tell which addresses have an account. A stored hash that can not be read matches nothing.
Result<crypto::PasswordCheck> check_password(Host& host, std::string_view password, const std::string* stored);

}  // namespace isthmus::peerloop
