#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/encoding.h"
#include "crypto/ecdsa.h"
#include "crypto/hmac.h"
#include "crypto/jwt.h"
#include "crypto/password.h"
#include "crypto/webhook_signature.h"
#include "fuzz/target.h"
#include "native/world.h"
#include "peerloop/auth/access_token.h"
#include "peerloop/auth/token_keys.h"

namespace isthmus::fuzz {

using namespace crypto;

namespace {

const std::string secret(32, 's');

}  // namespace

void read_token(std::string_view text) {
  const auto keys = KeyRing::create(std::vector<KeyRing::Secret>{{"k", secret}});
  const TokenRules rules{.type = "JWT", .issuer = "i", .key_id = KeyId::optional};
  std::ignore = verify_jwt(*keys, text, rules, 0);
  // Signed as it stands, so that the readers behind the signature are reached as well.
  const std::size_t middle = text.size() / 2;
  std::ignore = verify_jwt(*keys, sign_jws(HmacSha256(secret), text.substr(0, middle), text.substr(middle)), rules, 0);
  std::ignore = verify_jwt(*keys, sign_jws(*keys, "JWT", text), rules, 0);

  static const native::MapSettings settings = [] {
    native::MapSettings made;
    made.values["JWT_SECRET"] = base64_encode(secret);
    return made;
  }();
  holds(!peerloop::read_access_token(settings, text, Timestamp{}), "nobody can make an access token");
  const KeyRing& product_keys = **peerloop::token_keys(settings);
  const auto read = peerloop::read_access_token(settings, sign_jws(product_keys, "at+jwt", text), Timestamp{});
  if (read) holds(!read->user_id.empty() && !read->token_id.empty(), "an access token names user and session");
}

void read_stored_hash(std::string_view text) {
  // A cost within the limits takes its time; here only the reading matters.
  constexpr std::string_view cheap = "$argon2id$v=19$m=8,t=1,p=1$";
  std::ignore = verify_password("p", std::string(cheap) + std::string(text));
  if (!text.starts_with("$")) std::ignore = verify_password("p", text);
}

void read_curve(std::string_view text) {
  const auto key = P256PublicKey::from_spki_der(text);
  if (key) std::ignore = key->verify_der(text, text);
  static const P256PublicKey known = *P256PublicKey::from_spki_der(
      *base64_decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+"
                     "2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="));
  std::ignore = known.verify_der("m", text);
  std::ignore = known.verify_p1363("m", text);
}

void read_signature(std::string_view text) {
  const std::vector<std::string> secrets = {secret, std::string(text)};
  std::ignore = verify_stripe(text, text, secrets, 0);
  std::ignore = verify_svix("id", "1", text, text, secrets, 0);
  std::ignore = verify_svix(text, text, "v1,x", text, secrets, 0);

  const std::vector<std::string> known = {"whsec_" + base64_encode(secret)};
  holds(!verify_stripe(text, "a body", known, 0), "nobody can sign for Stripe");
  holds(!verify_svix("id", "1", text, "a body", known, 0), "nobody can sign for Svix");
  const std::string signed_for_stripe = hex_encode(hmac_sha256(known[0], "1." + std::string(text)));
  holds(verify_stripe("t=1,v1=" + signed_for_stripe, text, known, 0).has_value(), "Stripe's signature is taken");
  const std::string signed_for_svix = base64_encode(hmac_sha256(secret, "id.1." + std::string(text)));
  holds(verify_svix("id", "1", "v1," + signed_for_svix, text, known, 0).has_value(), "Svix's signature is taken");
}

}  // namespace isthmus::fuzz
