#include "crypto/jwt.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/strings.h"
#include "crypto/token_json.h"

namespace isthmus::crypto {

namespace {

/// The end of the year 9999: what RFC 3339 can still write, and far from where adding a leeway could overflow.
constexpr std::int64_t latest_s = 253402300799;
constexpr std::int64_t longest_leeway_s = 300;

constexpr bool is_time(std::int64_t seconds) { return seconds >= 0 && seconds <= latest_s; }

/// RFC 7515 section 4.1.9: a media type whose "application/" may be left out when no other slash is there.
std::string media_type(std::string_view type) {
  std::string lower = to_lower_ascii(type.empty() ? "JWT" : type);
  constexpr std::string_view prefix = "application/";
  if (lower.starts_with(prefix) && lower.find('/', prefix.size()) == std::string::npos) lower.erase(0, prefix.size());
  return lower;
}

using simdjson::dom::element;

/// False for what is no string, and for an empty one.
bool read_string(element value, std::string& out) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS || text.empty()) return false;
  out = text;
  return true;
}

bool read_time(element value, std::optional<std::int64_t>& out) {
  std::int64_t seconds = 0;
  if (value.get(seconds) != simdjson::SUCCESS || !is_time(seconds)) return false;
  out = seconds;
  return true;
}

/// `aud` is one string or several (RFC 7519 section 4.1.3).
bool read_audience(element value, std::vector<std::string>& audience) {
  if (std::string_view one; value.get(one) == simdjson::SUCCESS) {
    audience.emplace_back(one);
    return true;
  }
  simdjson::dom::array several;
  if (value.get(several) != simdjson::SUCCESS) return false;
  for (const element item : several) {
    std::string_view name;
    if (item.get(name) != simdjson::SUCCESS) return false;
    audience.emplace_back(name);
  }
  // An empty list names nobody, which must not read like the absence of any restriction.
  return !audience.empty();
}

std::optional<Claims> read_claims(std::string_view payload) {
  TokenJson json;
  if (!json.read(payload)) return std::nullopt;
  Claims claims;
  std::optional<std::int64_t> expires_s;
  const auto read = [&](std::string_view name, element value) {
    if (name == "iss") return read_string(value, claims.issuer);
    if (name == "sub") return read_string(value, claims.subject);
    if (name == "jti") return read_string(value, claims.id);
    if (name == "aud") return read_audience(value, claims.audience);
    if (name == "exp") return read_time(value, expires_s);
    if (name == "nbf") return read_time(value, claims.not_before_s);
    if (name == "iat") return read_time(value, claims.issued_s);
    return true;
  };
  for (const auto [name, value] : json.members())
    if (!read(name, value)) return std::nullopt;
  if (!expires_s) return std::nullopt;
  claims.expires_s = *expires_s;
  return claims;
}

bool is_for(const std::vector<std::string>& audience, const std::optional<std::string>& expected) {
  return expected ? std::ranges::contains(audience, *expected) : audience.empty();
}

void append_name(std::string& json, std::string_view name) {
  json.push_back(json.empty() ? '{' : ',');
  append_json_string(json, name);
  json.push_back(':');
}

void append_string(std::string& json, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  append_name(json, name);
  append_json_string(json, value);
}

void append_time(std::string& json, std::string_view name, std::optional<std::int64_t> seconds) {
  if (!seconds) return;
  append_name(json, name);
  json.append(std::to_string(*seconds));
}

void append_audience(std::string& json, const std::vector<std::string>& audience) {
  if (audience.empty()) return;
  append_name(json, "aud");
  if (audience.size() == 1) {
    append_json_string(json, audience.front());
    return;
  }
  char separator = '[';
  for (const std::string& name : audience) {
    json.push_back(separator);
    append_json_string(json, name);
    separator = ',';
  }
  json.push_back(']');
}

bool is_registered(std::string_view name) {
  constexpr std::array<std::string_view, 7> registered = {"iss", "sub", "aud", "exp", "nbf", "iat", "jti"};
  return std::ranges::contains(registered, name);
}

/// Whether `text` is one JSON value and nothing beside it, so that it cannot smuggle a member in.
bool is_one_value(std::string_view text) {
  simdjson::dom::parser parser;
  if (parser.allocate(text.size(), TokenJson::deepest) != simdjson::SUCCESS) return false;
  return parser.parse(text.data(), text.size()).error() == simdjson::SUCCESS;
}

}  // namespace

std::optional<std::string> sign_jwt(const KeyRing& keys, std::string_view type, const Claims& claims,
                                    std::span<const PrivateClaim> more) {
  if (type.empty() || claims.issuer.empty() || !is_valid_utf8(type)) return std::nullopt;
  std::string json;
  append_string(json, "iss", claims.issuer);
  append_string(json, "sub", claims.subject);
  append_audience(json, claims.audience);
  append_time(json, "exp", claims.expires_s);
  append_time(json, "nbf", claims.not_before_s);
  append_time(json, "iat", claims.issued_s);
  append_string(json, "jti", claims.id);
  for (const PrivateClaim& claim : more) {
    if (is_registered(claim.name) || !is_one_value(claim.json)) return std::nullopt;
    append_name(json, claim.name);
    json.append(claim.json);
  }
  json.push_back('}');
  // The reader is the judge of what is left: times, UTF-8, doubles.
  if (!read_claims(json)) return std::nullopt;
  std::string token = sign_jws(keys, type, json);
  if (token.size() > longest_token) return std::nullopt;
  return token;
}

std::expected<VerifiedToken, TokenError> verify_jwt(const KeyRing& keys, std::string_view token,
                                                    const TokenRules& rules, std::int64_t now_s) {
  auto jws = verify_jws(keys, token, rules.key_id);
  if (!jws) return std::unexpected(jws.error());
  if (media_type(jws->type) != media_type(rules.type)) return std::unexpected(TokenError::wrong_type);
  auto claims = read_claims(jws->payload);
  if (!claims) return std::unexpected(TokenError::malformed_claims);
  if (claims->issuer.empty() || claims->issuer != rules.issuer) return std::unexpected(TokenError::wrong_issuer);
  if (!is_for(claims->audience, rules.audience)) return std::unexpected(TokenError::wrong_audience);
  const std::int64_t leeway_s = std::clamp<std::int64_t>(rules.leeway_s, 0, longest_leeway_s);
  if (now_s >= claims->expires_s + leeway_s) return std::unexpected(TokenError::expired);
  if (now_s < claims->not_before_s.value_or(0) - leeway_s) return std::unexpected(TokenError::not_yet_valid);
  if (now_s < claims->issued_s.value_or(0) - leeway_s) return std::unexpected(TokenError::not_yet_valid);
  return VerifiedToken{std::move(*claims), std::move(jws->payload)};
}

}  // namespace isthmus::crypto
