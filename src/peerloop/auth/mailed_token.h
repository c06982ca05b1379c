#pragma once

#include <string>

#include "http/request.h"
#include "peerloop/auth/queries.h"

namespace isthmus::peerloop {

inline constexpr Millis verification_life = 24 * hour;
inline constexpr Millis password_reset_life = hour;

/// A token for a mailed link.
struct DrawnMailedToken {
  std::string mail_values;  ///< JSON for the mail: `{"token": "…"}`
  auth_queries::MailedToken record;
};
DrawnMailedToken draw_mailed_token(Request& request, auth_queries::Purpose purpose);

/// Why a mailed token is not taken: 400 `invalid_token`, `token_used` or `token_expired`. Its holder may know.
Error mailed_token_refused(const std::optional<auth_queries::MailedTokenRow>& known, Timestamp now);

/// The statements that give a new account its verification link, and mail it.
std::vector<Statement> send_verification(Request& request, std::string_view user_id, std::string_view email);

}  // namespace isthmus::peerloop
