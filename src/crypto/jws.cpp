#include "crypto/jws.h"

#include <algorithm>
#include <optional>

#include "base/encoding.h"
#include "base/strings.h"
#include "crypto/token_json.h"

namespace isthmus::crypto {

namespace {

// What sign_jws writes before, between and behind the type and the key's id.
constexpr std::string_view own_header_front = R"({"alg":"HS256","typ":)";
constexpr std::string_view own_header_middle = R"(,"kid":)";
constexpr std::string_view own_header_end = "}";

struct Header {
  std::string type;
  std::string key_id;
};

bool take(std::string_view& text, std::string_view front) {
  if (!text.starts_with(front)) return false;
  text.remove_prefix(front.size());
  return true;
}

/// A string of characters that stand for themselves.
std::optional<std::string_view> take_plain_string(std::string_view& text) {
  if (!take(text, "\"")) return std::nullopt;
  const std::string_view word = text.substr(0, text.find('"'));
  const bool is_plain =
      std::ranges::all_of(word, [](char c) { return is_letter_or_digit(c) || std::string_view("-._~+").contains(c); });
  text.remove_prefix(word.size());
  if (!is_plain || !take(text, "\"")) return std::nullopt;
  return word;
}

/// A header word for word as `sign_jws` writes it. Nearly all are, and it takes no parser to read them.
std::optional<Header> read_own_header(std::string_view text) {
  if (!take(text, own_header_front)) return std::nullopt;
  const auto type = take_plain_string(text);
  if (!take(text, own_header_middle)) return std::nullopt;
  const auto key_id = take_plain_string(text);
  if (!type || !key_id || key_id->empty() || text != own_header_end) return std::nullopt;
  return Header{std::string(*type), std::string(*key_id)};
}

std::expected<Header, TokenError> read_header(std::string_view encoded) {
  const auto text = base64url_decode(encoded);
  if (!text) return std::unexpected(TokenError::malformed);
  if (auto own = read_own_header(*text)) return *std::move(own);
  TokenJson json;
  if (!json.read(*text)) return std::unexpected(TokenError::malformed);
  const auto algorithm = json.string("alg");
  if (!algorithm) return std::unexpected(TokenError::malformed);
  if (*algorithm != "HS256") return std::unexpected(TokenError::wrong_algorithm);
  if (!json.is_absent("crit")) return std::unexpected(TokenError::critical_header);
  Header header;
  if (const auto type = json.string("typ")) {
    header.type = *type;
  } else if (!json.is_absent("typ")) {
    return std::unexpected(TokenError::malformed);
  }
  if (const auto key_id = json.string("kid"); key_id && !key_id->empty()) {
    header.key_id = *key_id;
  } else if (!json.is_absent("kid")) {
    return std::unexpected(TokenError::malformed);
  }
  return header;
}

std::expected<void, TokenError> check_tag(const KeyRing& keys, const Header& header, KeyId rule,
                                          std::string_view signed_part, std::string_view tag) {
  if (!header.key_id.empty()) {
    const KeyRing::Key* key = keys.find(header.key_id);
    if (key == nullptr) return std::unexpected(TokenError::unknown_key);
    if (!key->mac.verify(signed_part, tag)) return std::unexpected(TokenError::bad_signature);
    return {};
  }
  if (rule == KeyId::required) return std::unexpected(TokenError::unknown_key);
  bool matches = false;
  for (const KeyRing::Key& key : keys.keys()) matches |= key.mac.verify(signed_part, tag);
  if (!matches) return std::unexpected(TokenError::bad_signature);
  return {};
}

}  // namespace

std::string_view to_string(TokenError error) {
  switch (error) {
    case TokenError::too_large: return "token too large";
    case TokenError::malformed: return "token malformed";
    case TokenError::wrong_algorithm: return "token signed with another algorithm";
    case TokenError::critical_header: return "token with a critical header";
    case TokenError::unknown_key: return "token signed with an unknown key";
    case TokenError::bad_signature: return "token signature does not match";
    case TokenError::wrong_type: return "token of another type";
    case TokenError::malformed_claims: return "token claims malformed";
    case TokenError::expired: return "token expired";
    case TokenError::not_yet_valid: return "token not yet valid";
    case TokenError::wrong_issuer: return "token of another issuer";
    case TokenError::wrong_audience: return "token for another audience";
  }
  return "unknown";
}

std::string sign_jws(const KeyRing& keys, std::string_view type, std::string_view payload) {
  const KeyRing::Key& key = keys.newest();
  std::string header(own_header_front);
  append_json_string(header, type);
  header.append(own_header_middle);
  append_json_string(header, key.id);
  header.append(own_header_end);
  return sign_jws(key.mac, header, payload);
}

std::string sign_jws(const HmacSha256& key, std::string_view header_json, std::string_view payload) {
  std::string token = base64url_encode(header_json);
  token.push_back('.');
  token.append(base64url_encode(payload));
  const std::string tag = key.tag(token);
  token.push_back('.');
  token.append(base64url_encode(tag));
  return token;
}

std::expected<Jws, TokenError> verify_jws(const KeyRing& keys, std::string_view token, KeyId key_id) {
  if (token.size() > longest_token) return std::unexpected(TokenError::too_large);
  const std::size_t first_dot = token.find('.');
  const std::size_t last_dot = token.rfind('.');
  if (first_dot == std::string_view::npos || first_dot == last_dot || token.find('.', first_dot + 1) != last_dot) {
    return std::unexpected(TokenError::malformed);
  }
  auto header = read_header(token.substr(0, first_dot));
  if (!header) return std::unexpected(header.error());
  auto payload = base64url_decode(token.substr(first_dot + 1, last_dot - first_dot - 1));
  const auto tag = base64url_decode(token.substr(last_dot + 1));
  if (!payload || !tag) return std::unexpected(TokenError::malformed);
  const auto checked = check_tag(keys, *header, key_id, token.substr(0, last_dot), *tag);
  if (!checked) return std::unexpected(checked.error());
  return Jws{std::move(header->type), std::move(*payload)};
}

}  // namespace isthmus::crypto
