#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/encoding.h"
#include "crypto/ecdsa.h"
#include "crypto/jwt.h"
#include "crypto/password.h"
#include "crypto/webhook_signature.h"

// Everything in crypto that reads what a stranger wrote. The first byte chooses the reader.

using namespace isthmus;
using namespace isthmus::crypto;

namespace {

const std::string secret(32, 's');

void read_token(std::string_view text) {
  const auto keys = KeyRing::create(std::vector<KeyRing::Secret>{{"k", secret}});
  const TokenRules rules{.type = "JWT", .issuer = "i", .key_id = KeyId::optional};
  std::ignore = verify_jwt(*keys, text, rules, 0);
  // Signed as it stands, so that the readers behind the signature are reached as well.
  const std::size_t middle = text.size() / 2;
  std::ignore = verify_jwt(*keys, sign_jws(HmacSha256(secret), text.substr(0, middle), text.substr(middle)), rules, 0);
  std::ignore = verify_jwt(*keys, sign_jws(*keys, "JWT", text), rules, 0);
}

void read_stored_hash(std::string_view text) {
  // A cost within the limits takes its time; here only the reading matters.
  constexpr std::string_view cheap = "$argon2id$v=19$m=8,t=1,p=1$";
  std::ignore = verify_password("p", std::string(cheap) + std::string(text));
  if (!text.starts_with("$")) std::ignore = verify_password("p", text);
}

void read_signature(std::string_view text) {
  const auto key = P256PublicKey::from_spki_der(text);
  if (key) std::ignore = key->verify_der(text, text);
  static const P256PublicKey known = *P256PublicKey::from_spki_der(
      *base64_decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+"
                     "2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="));
  std::ignore = known.verify_der("m", text);
  std::ignore = known.verify_p1363("m", text);
}

void read_webhook(std::string_view text) {
  const std::vector<std::string> secrets = {secret, std::string(text)};
  std::ignore = verify_stripe(text, text, secrets, 0);
  std::ignore = verify_svix("id", "1", text, text, secrets, 0);
  std::ignore = verify_svix(text, text, "v1,x", text, secrets, 0);
}

void check(bool holds) {
  if (!holds) __builtin_trap();
}

void read_encoding(std::string_view text) {
  if (const auto bytes = hex_decode(text)) check(hex_encode(*bytes).size() == text.size());
  if (const auto bytes = base64_decode(text)) check(base64_encode(*bytes) == text);
  if (const auto bytes = base64url_decode(text)) check(base64url_encode(*bytes) == text);
  check(percent_decode(percent_encode(text)) == text);
  check(form_decode(form_encode(text)) == text);
  std::ignore = percent_decode(text);
  std::ignore = form_decode(text);
  std::ignore = is_valid_utf8(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0: read_token(text); break;
    case 1: read_stored_hash(text); break;
    case 2: read_signature(text); break;
    case 3: read_webhook(text); break;
    default: read_encoding(text); break;
  }
  return 0;
}
