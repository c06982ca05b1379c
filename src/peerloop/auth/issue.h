#pragma once

#include <string>
#include <vector>

#include "http/request.h"
#include "peerloop/auth/inputs.h"
#include "peerloop/auth/queries.h"

/// Issuing the tokens of a session. Revoking them is in revocation.h.
namespace isthmus::peerloop {

/// A refresh token that is not used for this long is dead, and a session lives no longer than that in all.
inline constexpr Millis refresh_token_life = 30 * day;
inline constexpr Millis session_life = 90 * day;

/// A pair of tokens of which the database is told first: the access token is signed once it has agreed.
struct DrawnTokens {
  std::string refresh_token;
  auth_queries::TokenRecord record;
  Millis access_life = 0;
};
Result<DrawnTokens> draw_tokens(Request& request);

/// The pair as the client gets it. `roles` is a JSON list.
Result<TokenPair> sign_tokens(Request& request, DrawnTokens drawn, std::string user_id, std::string roles,
                              std::int64_t version);

auth_queries::NewSession new_session(Request& request, std::string user_id, std::int64_t token_version);

Account account_of(auth_queries::AccountRow row);
Result<SignedIn> signed_in_as(Request& request, auth_queries::AccountRow row, DrawnTokens drawn);

}  // namespace isthmus::peerloop
