#include "crypto/webhook_signature.h"

#include <vector>

#include <doctest/doctest.h>

#include "base/encoding.h"
#include "crypto/hmac.h"

using namespace isthmus;
using namespace isthmus::crypto;

namespace {

using Result = std::expected<void, SignatureError>;

Result failed(SignatureError error) { return std::unexpected(error); }

constexpr std::int64_t signed_s = 1492774577;
const std::string body = "{\n  \"id\": \"evt_test_webhook\",\n  \"object\": \"event\"\n}";
const std::string secret = "whsec_test_secret";

std::string stripe_v1(std::string_view with_secret, std::int64_t at_s = signed_s, std::string_view of = body) {
  return "v1=" + hex_encode(hmac_sha256(with_secret, std::to_string(at_s) + "." + std::string(of)));
}

Result stripe(std::string_view header, std::vector<std::string> secrets = {secret}, std::int64_t now_s = signed_s,
              std::string_view of = body) {
  return verify_stripe(header, of, secrets, now_s);
}

const std::string svix_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view svix_id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::string_view svix_time = "1614265330";
constexpr std::int64_t svix_s = 1614265330;
constexpr std::string_view svix_body = R"({"test": 2432232314})";
const std::string svix_v1 = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

Result svix(std::string_view signature, std::vector<std::string> secrets = {svix_secret}, std::int64_t now_s = svix_s,
            std::string_view id = svix_id, std::string_view time = svix_time, std::string_view of = svix_body) {
  return verify_svix(id, time, signature, of, secrets, now_s);
}

}  // namespace

TEST_CASE("a Stripe event signed with the secret's whole text is accepted") {
  CHECK(stripe("t=1492774577,v1=c2f890decbc5ede7c5060bb9a6d31e0626a4342bacb9aeae2adb1bcea72f9812"));
  CHECK(stripe("t=1492774577," + stripe_v1(secret)));
}

TEST_CASE("one right signature among several is enough, other schemes count for nothing") {
  const std::string wrong = "v1=" + std::string(64, '0');
  const std::string right = stripe_v1(secret);
  CHECK(stripe("t=1492774577," + wrong + "," + right));
  CHECK(stripe("t=1492774577," + right + "," + wrong + ",v0=abc,x=y=z"));
  CHECK(stripe("t=1492774577,v1=bad," + right));
  CHECK(stripe("t=1492774577,v0=" + right.substr(3)) == failed(SignatureError::malformed));
  CHECK(stripe("t=1492774577,V1=" + right.substr(3)) == failed(SignatureError::malformed));
}

TEST_CASE("a Stripe secret is rotated without losing an event") {
  CHECK(stripe("t=1492774577," + stripe_v1("whsec_old"), {"whsec_new", "whsec_old"}));
  CHECK(stripe("t=1492774577," + stripe_v1("whsec_new"), {"whsec_new", "whsec_old"}));
  CHECK(stripe("t=1492774577," + stripe_v1("whsec_other"), {"whsec_new", "whsec_old"}) ==
        failed(SignatureError::mismatch));
}

TEST_CASE("a missing or empty Stripe secret accepts nothing and says whose mistake it is") {
  CHECK(stripe("t=1492774577," + stripe_v1(""), {}) == failed(SignatureError::bad_secret));
  CHECK(stripe("t=1492774577," + stripe_v1(""), {""}) == failed(SignatureError::bad_secret));
  CHECK(stripe("t=1492774577," + stripe_v1(""), {secret, ""}) == failed(SignatureError::bad_secret));
  CHECK(stripe("t=1492774577," + stripe_v1(secret), {"", secret}));
}

TEST_CASE("a Stripe event with another body, time or signature does not match") {
  const std::string right = stripe_v1(secret);
  CHECK(stripe("t=1492774577," + right, {secret}, signed_s, body + "\n") == failed(SignatureError::mismatch));
  CHECK(stripe("t=1492774577," + right, {secret}, signed_s, "") == failed(SignatureError::mismatch));
  CHECK(stripe("t=1492774578," + right) == failed(SignatureError::mismatch));
  CHECK(stripe("t=01492774577," + right) == failed(SignatureError::mismatch));
  std::string upper = right;
  for (char& c : upper) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  CHECK(stripe("t=1492774577," + upper) == failed(SignatureError::mismatch));
  CHECK(stripe("t=1492774577," + right.substr(0, right.size() - 1)) == failed(SignatureError::mismatch));
}

TEST_CASE("a Stripe event is taken for five minutes either way, and unsigned ones are never called replays") {
  const std::string header = "t=1492774577," + stripe_v1(secret);
  CHECK(stripe(header, {secret}, signed_s + 300));
  CHECK(stripe(header, {secret}, signed_s + 301) == failed(SignatureError::expired));
  CHECK(stripe(header, {secret}, signed_s - 300));
  CHECK(stripe(header, {secret}, signed_s - 301) == failed(SignatureError::too_early));
  CHECK(stripe(header, {"whsec_other"}, signed_s + 301) == failed(SignatureError::mismatch));
  CHECK(verify_stripe(header, body, std::vector{secret}, signed_s + 11, 10) == failed(SignatureError::expired));
}

TEST_CASE("a garbled Stripe header is malformed") {
  const std::string right = stripe_v1(secret);
  for (const std::string& header :
       {std::string(), std::string(","), std::string("t=1492774577"), right, "t=," + right, "t=-1," + right,
        "t=1e9," + right, "t= 1492774577," + right, "t=9999999999999," + right, "t=1492774577,t=1492774577," + right,
        "t=1492774577;" + right, "t=1492774577,novalue," + right, "t=1492774577, " + right,
        "t=1492774577," + std::string(5000, 'x') + "=," + right}) {
    CAPTURE(header);
    CHECK(stripe(header) == failed(SignatureError::malformed));
  }
  std::string many = "t=1492774577";
  for (int i = 0; i < 17; ++i) many += "," + right;
  CHECK(stripe(many) == failed(SignatureError::malformed));
}

TEST_CASE("a Svix message gives the vector of every Svix library") {
  CHECK(svix(svix_v1));
  CHECK(svix(svix_v1, {svix_secret.substr(6)}));
}

TEST_CASE("one right Svix signature among several is enough, other versions count for nothing") {
  const std::string wrong = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
  CHECK(svix(wrong + " " + svix_v1));
  CHECK(svix(svix_v1 + " v2,abc " + wrong));
  CHECK(svix(wrong) == failed(SignatureError::mismatch));
  CHECK(svix("v2," + svix_v1.substr(3)) == failed(SignatureError::malformed));
  CHECK(svix("v1a," + svix_v1.substr(3)) == failed(SignatureError::malformed));
  CHECK(svix(svix_v1.substr(3)) == failed(SignatureError::malformed));
  CHECK(svix("") == failed(SignatureError::malformed));
  CHECK(svix("v1,") == failed(SignatureError::mismatch));
  CHECK(svix(svix_v1.substr(0, svix_v1.size() - 1)) == failed(SignatureError::mismatch));
}

TEST_CASE("a Svix secret is rotated without losing a message") {
  const std::string other = "whsec_" + base64_encode("another secret of 24 byt");
  CHECK(svix(svix_v1, {other, svix_secret}));
  CHECK(svix(svix_v1, {svix_secret, other}));
  CHECK(svix(svix_v1, {other}) == failed(SignatureError::mismatch));
}

TEST_CASE("a Svix secret that is no base64 or empty accepts nothing and says whose mistake it is") {
  const std::string with_empty_key =
      "v1," + base64_encode(
                  hmac_sha256("", std::string(svix_id) + "." + std::string(svix_time) + "." + std::string(svix_body)));
  CHECK(svix(with_empty_key, {}) == failed(SignatureError::bad_secret));
  CHECK(svix(with_empty_key, {""}) == failed(SignatureError::bad_secret));
  CHECK(svix(with_empty_key, {"whsec_"}) == failed(SignatureError::bad_secret));
  CHECK(svix(svix_v1, {"whsec_not base64!"}) == failed(SignatureError::bad_secret));
  CHECK(svix(svix_v1, {"whsec_not base64!", svix_secret}));
}

TEST_CASE("a Svix message is taken for five minutes either way") {
  CHECK(svix(svix_v1, {svix_secret}, svix_s + 300));
  CHECK(svix(svix_v1, {svix_secret}, svix_s + 301) == failed(SignatureError::expired));
  CHECK(svix(svix_v1, {svix_secret}, svix_s - 300));
  CHECK(svix(svix_v1, {svix_secret}, svix_s - 301) == failed(SignatureError::too_early));
}

TEST_CASE("a Svix message with another id, time or body does not match") {
  CHECK(svix(svix_v1, {svix_secret}, svix_s, "msg_other") == failed(SignatureError::mismatch));
  CHECK(svix(svix_v1, {svix_secret}, svix_s, svix_id, "1614265331") == failed(SignatureError::mismatch));
  CHECK(svix(svix_v1, {svix_secret}, svix_s, svix_id, svix_time, "{}") == failed(SignatureError::mismatch));
  CHECK(svix(svix_v1, {svix_secret}, svix_s, "") == failed(SignatureError::malformed));
  for (const std::string_view time : {"", "now", "1614265330.0", " 1614265330", "-5", "+5", "0x5", "16142653301614"}) {
    CAPTURE(time);
    CHECK(svix(svix_v1, {svix_secret}, svix_s, svix_id, time) == failed(SignatureError::malformed));
  }
}

TEST_CASE("the border between a Svix id and its time cannot be moved") {
  const std::string id = "msg.1";
  const std::string signature = "v1," + base64_encode(hmac_sha256(base64_decode(svix_secret.substr(6)).value(),
                                                                  id + "." + std::string(svix_time) + ".{}"));
  CHECK(svix(signature, {svix_secret}, svix_s, id, svix_time, "{}") == failed(SignatureError::malformed));
}
