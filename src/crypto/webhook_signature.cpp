#include "crypto/webhook_signature.h"

#include <charconv>
#include <optional>
#include <vector>

#include "base/encoding.h"
#include "crypto/constant_time.h"
#include "crypto/hmac.h"

namespace isthmus::crypto {

namespace {

/// Real headers have one or two signatures. The limits keep a hostile one from buying work.
constexpr std::size_t longest_header = 4096;
constexpr std::size_t longest_id = 256;
constexpr std::size_t most_signatures = 16;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// Digits only: both providers sign the text, and a second spelling of one number is somebody playing.
std::optional<std::int64_t> read_timestamp(std::string_view text) {
  std::int64_t seconds = 0;
  if (text.empty() || text.size() > 12 || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return seconds;
}

/// Asked last, of signed timestamps only: what the log calls a replay is one.
std::expected<void, SignatureError> check_time(std::int64_t signed_s, std::int64_t now_s, std::int64_t tolerance_s) {
  if (signed_s < now_s - tolerance_s) return std::unexpected(SignatureError::expired);
  if (signed_s > now_s + tolerance_s) return std::unexpected(SignatureError::too_early);
  return {};
}

/// All of them, whatever matched before.
bool contains(std::span<const std::string_view> candidates, std::string_view expected) {
  bool found = false;
  for (const std::string_view candidate : candidates) found |= equal(candidate, expected);
  return found;
}

struct StripeHeader {
  std::string_view timestamp;
  std::vector<std::string_view> signatures;
};

std::optional<StripeHeader> read_stripe_header(std::string_view text) {
  if (text.size() > longest_header) return std::nullopt;
  StripeHeader header;
  for (const std::string_view part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = part.substr(0, equals);
    const std::string_view value = part.substr(equals + 1);
    if (name == "t") {
      if (!header.timestamp.empty()) return std::nullopt;
      header.timestamp = value;
    } else if (name == "v1") {
      header.signatures.push_back(value);
    }
  }
  if (header.signatures.empty() || header.signatures.size() > most_signatures) return std::nullopt;
  return header;
}

/// The values of version 1 in "v1,… v1a,… v1,…".
std::vector<std::string_view> read_svix_signatures(std::string_view text) {
  constexpr std::string_view version = "v1,";
  std::vector<std::string_view> signatures;
  if (text.size() > longest_header) return signatures;
  for (const std::string_view part : split(text, ' ')) {
    if (part.starts_with(version)) signatures.push_back(part.substr(version.size()));
  }
  return signatures;
}

std::optional<std::string> svix_key(std::string_view secret) {
  constexpr std::string_view prefix = "whsec_";
  if (secret.starts_with(prefix)) secret.remove_prefix(prefix.size());
  return base64_decode_unpadded(secret);
}

}  // namespace

std::string_view to_string(SignatureError error) {
  switch (error) {
    case SignatureError::malformed: return "webhook signature malformed";
    case SignatureError::mismatch: return "webhook signature does not match";
    case SignatureError::expired: return "webhook signed too long ago";
    case SignatureError::too_early: return "webhook signed in the future";
    case SignatureError::bad_secret: return "webhook secret missing or unusable";
  }
  return "unknown";
}

std::expected<void, SignatureError> verify_stripe(std::string_view header, std::string_view body,
                                                  std::span<const std::string> secrets, std::int64_t now_s,
                                                  std::int64_t tolerance_s) {
  const auto parts = read_stripe_header(header);
  if (!parts) return std::unexpected(SignatureError::malformed);
  const auto signed_s = read_timestamp(parts->timestamp);
  if (!signed_s) return std::unexpected(SignatureError::malformed);
  bool matches = false;
  bool all_usable = !secrets.empty();
  for (const std::string& secret : secrets) {
    // Anybody can sign with an empty key.
    all_usable &= !secret.empty();
    if (secret.empty()) continue;
    matches |= contains(parts->signatures, hex_encode(HmacSha256(secret).tag({parts->timestamp, ".", body})));
  }
  if (!matches) return std::unexpected(all_usable ? SignatureError::mismatch : SignatureError::bad_secret);
  return check_time(*signed_s, now_s, tolerance_s);
}

std::expected<void, SignatureError> verify_svix(std::string_view id, std::string_view timestamp,
                                                std::string_view signature, std::string_view body,
                                                std::span<const std::string> secrets, std::int64_t now_s,
                                                std::int64_t tolerance_s) {
  // With a dot in the id, "a.1" + "2" and "a" + "1" + a body that starts with "2." would be one signed text.
  if (id.empty() || id.size() > longest_id || id.contains('.')) return std::unexpected(SignatureError::malformed);
  const auto signed_s = read_timestamp(timestamp);
  const auto signatures = read_svix_signatures(signature);
  if (!signed_s || signatures.empty() || signatures.size() > most_signatures) {
    return std::unexpected(SignatureError::malformed);
  }
  bool matches = false;
  bool all_usable = !secrets.empty();
  for (const std::string& secret : secrets) {
    const auto key = svix_key(secret);
    const bool is_usable = key && !key->empty();
    all_usable &= is_usable;
    if (!is_usable) continue;
    matches |= contains(signatures, base64_encode(HmacSha256(*key).tag({id, ".", timestamp, ".", body})));
  }
  if (!matches) return std::unexpected(all_usable ? SignatureError::mismatch : SignatureError::bad_secret);
  return check_time(*signed_s, now_s, tolerance_s);
}

}  // namespace isthmus::crypto
