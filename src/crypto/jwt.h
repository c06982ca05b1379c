#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/jws.h"

/// JSON Web Tokens (RFC 7519) by the rules of RFC 8725. Times are whole seconds since 1970 UTC.
namespace isthmus::crypto {

struct Claims {
  std::string issuer;                        ///< iss
  std::string subject;                       ///< sub; empty when absent
  std::vector<std::string> audience;         ///< aud; empty when absent
  std::int64_t expires_s = 0;                ///< exp
  std::optional<std::int64_t> not_before_s;  ///< nbf
  std::optional<std::int64_t> issued_s;      ///< iat
  std::string id;                            ///< jti; empty when absent
};

/// A claim of one's own: its name and its value as JSON text.
struct PrivateClaim {
  std::string name;
  std::string json;
};

struct VerifiedToken {
  Claims claims;
  std::string payload;  ///< the JSON text of all claims, for those that are not registered
};

/// What one kind of token must look like. Kinds differ in `type` (RFC 8725 section 3.11), so that one that is meant to
/// renew a session, say, never passes for one that opens a route.
struct TokenRules {
  /// A media type, "application/" left out, case ignored: "at+jwt" (RFC 9068). A token without `typ` counts as "JWT".
  std::string type;
  std::string issuer;
  /// Must be among the token's. Where none is expected, a token that has one is meant for somebody else.
  std::optional<std::string> audience = std::nullopt;
  /// How far the two clocks may differ; held within 0 and 300 s.
  std::int64_t leeway_s = 30;
  KeyId key_id = KeyId::required;
};

/// Nothing unless verify_jwt would accept the result at some time: an issuer that is set, times between 0 and the year
/// 9999, private claims that are JSON and neither registered nor double, UTF-8 throughout, a token that is not too
/// long.
std::optional<std::string> sign_jwt(const KeyRing& keys, std::string_view type, const Claims& claims,
                                    std::span<const PrivateClaim> more = {});

/// The signature first, then typ, then the claims. exp is required; iss is; iat and nbf, where given, must have come.
std::expected<VerifiedToken, TokenError> verify_jwt(const KeyRing& keys, std::string_view token,
                                                    const TokenRules& rules, std::int64_t now_s);

}  // namespace isthmus::crypto
