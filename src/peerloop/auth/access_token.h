#pragma once

#include <string>
#include <string_view>

#include "http/request.h"
#include "ports/host.h"

/// Access tokens: JWTs of type "at+jwt" (RFC 9068), HS256, with sub, jti, iat, exp, iss, aud, roles, ver.
namespace isthmus::peerloop {

/// How long access tokens live, from the setting JWT_EXPIRY in seconds: an hour unless it is set, a day at most.
/// Fails with 500 for what is no number of at least a minute.
Result<Millis> access_token_life(const Settings& settings);

/// Whose token it is, and what it says about them.
struct AccessGrant {
  std::string user_id;
  std::string roles;         ///< a JSON list
  std::int64_t version = 0;  ///< the account's token_version
};

/// `id` is the token's jti. `expires_at` is cut to whole seconds.
Result<std::string> sign_access_token(const Settings& settings, const AccessGrant& grant, std::string_view id,
                                      Timestamp now, Timestamp expires_at);

/// Whom the token names. 401 `token_expired` for one that was good, 401 `invalid_token` for any other.
Result<Principal> read_access_token(const Settings& settings, std::string_view token, Timestamp now);

}  // namespace isthmus::peerloop
