#include "peerloop/auth/access_token.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "crypto/jwt.h"
#include "peerloop/auth/token_keys.h"

namespace isthmus::peerloop {

namespace {

constexpr std::string_view token_type = "at+jwt";
constexpr std::string_view issuer = "peerloop";
constexpr std::string_view audience = "peerloop-api";
/// The clocks of two locations differ by less.
constexpr std::int64_t leeway_s = 5;

constexpr Millis usual_life = hour;
constexpr Millis shortest_life = minute;
constexpr Millis longest_life = day;

Error bad_token(crypto::TokenError why) {
  if (why == crypto::TokenError::expired)
    return unauthorized("The access token has expired. Please refresh it.", "token_expired");
  Error error = unauthorized("The access token is not valid.", "invalid_token");
  error.log = LogText("access token: " + std::string(to_string(why)));
  return error;
}

}  // namespace

Result<Millis> access_token_life(const Settings& settings) {
  const auto setting = settings.find("JWT_EXPIRY");
  if (!setting) return usual_life;
  const auto seconds = to_integer(trim(*setting));
  if (!seconds || *seconds < shortest_life / second)
    return Failure(internal_error("JWT_EXPIRY must be a number of seconds, 60 to 86400"));
  return std::min(*seconds, longest_life / second) * second;
}

Result<std::string> sign_access_token(const Settings& settings, const AccessGrant& grant, std::string_view id,
                                      Timestamp now, Timestamp expires_at) {
  const auto keys = token_keys(settings);
  if (!keys) return Failure(keys.error());
  crypto::Claims claims;
  claims.issuer = issuer;
  claims.subject = grant.user_id;
  claims.audience = {std::string(audience)};
  claims.expires_s = expires_at.seconds();
  claims.issued_s = now.seconds();
  claims.id = id;
  const std::array<crypto::PrivateClaim, 2> more{{{"roles", grant.roles}, {"ver", std::to_string(grant.version)}}};
  auto token = crypto::sign_jwt(**keys, token_type, claims, more);
  if (!token) return Failure(internal_error("an access token could not be signed"));
  return *std::move(token);
}

Result<Principal> read_access_token(const Settings& settings, std::string_view token, Timestamp now) {
  const auto keys = token_keys(settings);
  if (!keys) return Failure(keys.error());
  const crypto::TokenRules rules{std::string(token_type), std::string(issuer), std::string(audience), leeway_s,
                                 crypto::KeyId::required};
  auto verified = crypto::verify_jwt(**keys, token, rules, now.seconds());
  if (!verified) return Failure(bad_token(verified.error()));
  Principal principal{std::move(verified->claims.subject), std::move(verified->claims.id), {}, {}, 0};
  const auto claims = parse_json(verified->payload);
  const auto version = claims ? claims->integer_at({"ver"}) : std::nullopt;
  const auto roles = claims ? claims->member("roles") : std::nullopt;
  if (principal.user_id.empty() || principal.token_id.empty() || !version || !roles)
    return Failure(bad_token(crypto::TokenError::malformed_claims));
  principal.version = *version;
  roles->for_each_element([&](JsonValue role) { principal.roles.emplace_back(role.string().value_or("")); });
  return principal;
}

}  // namespace isthmus::peerloop
