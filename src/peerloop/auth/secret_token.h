#pragma once

#include <string>
#include <string_view>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "ports/host.h"

/// Tokens that mean nothing by themselves: refresh tokens and those in mailed links. Whoever holds one proves it by
/// showing it; the database knows only its hash, so that a copy of the database opens nothing.
namespace isthmus::peerloop {

/// What such a token looks like: 256 random bits.
inline constexpr std::size_t secret_token_bytes = 32;
/// The longest text that is worth hashing.
inline constexpr std::size_t longest_secret_token = 128;

inline std::string draw_secret_token(Host& host) { return base64url_encode(host.random.bytes(secret_token_bytes)); }

/// As the database keeps it: SHA-256 in hex. A plain hash is enough for what cannot be guessed.
inline std::string hash_of_secret_token(std::string_view token) { return hex_encode(crypto::sha256(token)); }

}  // namespace isthmus::peerloop
