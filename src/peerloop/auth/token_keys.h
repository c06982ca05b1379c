#pragma once

#include "crypto/key_ring.h"
#include "ports/host.h"

namespace isthmus::peerloop {

/// The keys of access tokens, from two settings:
///
///   JWT_SECRET            base64 of at least 32 random bytes (`openssl rand -base64 32`); '+/' or '-_', padded or not
///   JWT_PREVIOUS_SECRETS  optional: former values of JWT_SECRET, newest first, separated by commas
///
/// JWT_SECRET signs; all of them verify. A key's `kid` is made from the key itself, so that to rotate is to move the
/// value of one setting to the front of the other and to set a new one, and nothing can be mislabelled. A former value
/// may go once JWT_EXPIRY has passed.
///
/// Fails with 500 where a value is missing, is no base64 or is too short; the log text says which.
/// The keys are prepared once an instance. The pointer is good until the next call: do not keep it across `co_await`.
Result<const crypto::KeyRing*> token_keys(const Settings& settings);

}  // namespace isthmus::peerloop
