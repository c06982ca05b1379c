#include "token.h"

#include <optional>

#include "crypto/jwt.h"

namespace bench {

namespace {

using namespace isthmus;

/// Prepared once an instance, whose settings never change.
const crypto::KeyRing* token_keys(const Settings& settings) {
  static const std::optional<crypto::KeyRing> ring = [&]() -> std::optional<crypto::KeyRing> {
    const crypto::KeyRing::Secret secret{"bench", std::string(settings.get("JWT_SECRET"))};
    auto made = crypto::KeyRing::create({&secret, 1});
    if (!made) return std::nullopt;
    return *std::move(made);
  }();
  return ring ? &*ring : nullptr;
}

Result<Principal> identify(Host& host, std::string_view token, Timestamp now) {
  const crypto::KeyRing* keys = token_keys(host.settings);
  if (!keys) return Failure(internal_error("JWT_SECRET is not set or too short"));
  static const crypto::TokenRules rules{.type = "at+jwt", .issuer = "bench", .audience = "bench-api"};
  auto verified = crypto::verify_jwt(*keys, token, rules, now.seconds());
  if (!verified) return Failure(unauthorized("The access token is not valid.", "invalid_token"));
  Principal principal{std::move(verified->claims.subject), std::move(verified->claims.id), {}, {}, 0};
  const auto claims = parse_json(verified->payload);
  const auto roles = claims ? claims->member("roles") : std::nullopt;
  if (principal.user_id.empty() || !roles)
    return Failure(unauthorized("The access token is not valid.", "invalid_token"));
  roles->for_each_element([&](JsonValue role) { principal.roles.emplace_back(role.string().value_or("")); });
  return principal;
}

}  // namespace

const isthmus::Authenticator tokens_alone{identify};

}  // namespace bench
