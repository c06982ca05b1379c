#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "crypto/key_ring.h"

/// Compact JSON Web Signatures (RFC 7515), HS256 only.
namespace isthmus::crypto {

enum class TokenError {
  // of the signature
  too_large,
  malformed,        ///< not three canonical base64url parts, or a header that is no plain JSON object
  wrong_algorithm,  ///< anything but HS256, `none` included
  critical_header,  ///< `crit`: an extension that must be understood, and none is
  unknown_key,
  bad_signature,
  // of the claims, which are looked at only under a good signature
  wrong_type,
  malformed_claims,  ///< not one JSON object with members of the registered types, or without `exp`
  expired,
  not_yet_valid,
  wrong_issuer,
  wrong_audience,
};

/// For the log; a client learns only that its token is not accepted.
std::string_view to_string(TokenError error);

constexpr std::size_t longest_token = 8192;  ///< bytes

/// Whether a token must name its key. Our own always do; a provider's may come without, and then every key is tried.
enum class KeyId { required, optional };

struct Jws {
  std::string type;     ///< the header's `typ`; empty when there is none
  std::string payload;  ///< the bytes that were signed, of whatever kind
};

/// Signs with the ring's newest key. The header is {"alg":"HS256","typ":type,"kid":…}.
std::string sign_jws(const KeyRing& keys, std::string_view type, std::string_view payload);

/// For a provider that prescribes the header and whose key has no id and no least length.
std::string sign_jws(const HmacSha256& key, std::string_view header_json, std::string_view payload);

/// Everything in the header but alg, typ, kid and crit is ignored: a token cannot bring its own key (jwk, jku, x5u,
/// x5c).
std::expected<Jws, TokenError> verify_jws(const KeyRing& keys, std::string_view token, KeyId key_id);

}  // namespace isthmus::crypto
