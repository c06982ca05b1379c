#pragma once

#include <string_view>

#include "base/error.h"

/// Which passwords an account may have, beyond their length.
namespace isthmus::peerloop {

/// True for what is tried first by whoever guesses: the passwords that leaks show most often, one character or a short
/// group of them repeated, and runs along the alphabet, the digits or a keyboard's rows. Case does not count.
bool is_common_password(std::string_view password);

/// 400 `weak_password` where the password is a common one or the account's own e-mail address.
Result<void> check_new_password(std::string_view password, std::string_view email);

}  // namespace isthmus::peerloop
