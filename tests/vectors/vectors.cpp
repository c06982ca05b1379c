#include "vectors/vectors.h"

#include <optional>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "crypto/constant_time.h"
#include "crypto/ecdsa.h"
#include "crypto/hmac.h"
#include "crypto/jws.h"
#include "crypto/key_ring.h"
#include "crypto/password.h"
#include "crypto/pbkdf2.h"
#include "crypto/token_json.h"
#include "json/value.h"

namespace isthmus::vectors {
namespace {

std::optional<std::uint32_t> take_number(std::string_view& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = (value << 8) | static_cast<std::uint8_t>(bytes[i]);
  bytes.remove_prefix(4);
  return value;
}

std::optional<std::vector<std::string_view>> unpack(std::string_view bytes) {
  std::vector<std::string_view> arguments;
  while (!bytes.empty()) {
    const auto size = take_number(bytes);
    if (!size || *size > bytes.size()) return std::nullopt;
    arguments.push_back(bytes.substr(0, *size));
    bytes.remove_prefix(*size);
  }
  return arguments;
}

}  // namespace

bool hmac_case(std::string_view algorithm, std::string_view key, std::string_view message, std::string_view tag) {
  std::string whole;
  if (algorithm == "HMACSHA1") whole = crypto::hmac_sha1(key, message);
  if (algorithm == "HMACSHA256") whole = crypto::hmac_sha256(key, message);
  if (algorithm == "HMACSHA512") whole = crypto::hmac_sha512(key, message);
  return !tag.empty() && crypto::equal(std::string_view(whole).substr(0, tag.size()), tag);
}

bool jws_case(std::string_view key_id, std::string_view key, std::string_view token) {
  const std::vector<crypto::KeyRing::Secret> secrets = {{std::string(key_id), std::string(key)}};
  const auto ring = crypto::KeyRing::create(secrets);
  return ring && crypto::verify_jws(*ring, token, crypto::KeyId::optional).has_value();
}

bool es256_case(std::string_view spki, std::string_view token) {
  const auto key = crypto::P256PublicKey::from_spki_der(spki);
  const std::size_t first_dot = token.find('.');
  const std::size_t last_dot = token.rfind('.');
  if (!key || first_dot == last_dot) return false;
  const auto header = base64url_decode(token.substr(0, first_dot));
  const auto payload = base64url_decode(token.substr(first_dot + 1, last_dot - first_dot - 1));
  const auto signature = base64url_decode(token.substr(last_dot + 1));
  crypto::TokenJson json;
  if (!header || !payload || !signature || !json.read(*header) || json.string("alg") != "ES256") return false;
  return key->verify_p1363(token.substr(0, last_dot), *signature);
}

bool pbkdf2_case(std::string_view password, std::string_view salt, std::uint32_t iterations, std::string_view key) {
  const auto derived = crypto::pbkdf2_sha256(password, salt, iterations, key.size());
  return derived && crypto::equal(*derived, key);
}

bool ecdsa_case(std::string_view spki, std::string_view message, std::string_view signature) {
  const auto key = crypto::P256PublicKey::from_spki_der(spki);
  return key && key->verify_der(message, signature);
}

bool password_case(std::string_view password, std::string_view stored) {
  const auto check = crypto::verify_password(password, stored);
  return check && check->matches;
}

bool json_accepts(std::string_view text) { return parse_json(text).has_value(); }

Verdict run(Operation operation, std::string_view arguments) {
  const auto unpacked = unpack(arguments);
  if (!unpacked) return Verdict::bad_request;
  const std::vector<std::string_view>& a = *unpacked;
  const auto answer = [](bool accepted) { return accepted ? Verdict::accepted : Verdict::refused; };
  if (operation == Operation::hmac && a.size() == 4) return answer(hmac_case(a[0], a[1], a[2], a[3]));
  if (operation == Operation::jws && a.size() == 3) return answer(jws_case(a[0], a[1], a[2]));
  if (operation == Operation::es256 && a.size() == 2) return answer(es256_case(a[0], a[1]));
  if (operation == Operation::ecdsa && a.size() == 3) return answer(ecdsa_case(a[0], a[1], a[2]));
  if (operation == Operation::password && a.size() == 2) return answer(password_case(a[0], a[1]));
  if (operation == Operation::json && a.size() == 1) return answer(json_accepts(a[0]));
  if (operation == Operation::pbkdf2 && a.size() == 4) {
    std::string_view iterations = a[2];
    const auto count = take_number(iterations);
    if (count) return answer(pbkdf2_case(a[0], a[1], *count, a[3]));
  }
  return Verdict::bad_request;
}

}  // namespace isthmus::vectors
