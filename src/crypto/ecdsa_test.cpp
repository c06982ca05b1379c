#include "crypto/ecdsa.h"

#include <doctest/doctest.h>

#include "base/encoding.h"

using namespace isthmus;
using namespace isthmus::crypto;

namespace {

// From the event webhook's own SDK: signed bytes are the timestamp and the body, down to the last line break.
constexpr std::string_view sendgrid_key =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eN"
    "Ec6wEA3F+g==";
constexpr std::string_view sendgrid_signature =
    "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=";
constexpr std::string_view sendgrid_message =
    "1600112502"
    R"([{"email":"hello@world.com","event":"dropped","reason":"Bounced Address",)"
    R"("sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA",)"
    R"("sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",)"
    R"("smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}])"
    "\r\n";

P256PublicKey key_from(std::string_view base64) {
  return P256PublicKey::from_spki_der(base64_decode(base64).value()).value();
}

}  // namespace

TEST_CASE("a SendGrid event verifies with its trailing line break only") {
  const P256PublicKey key = key_from(sendgrid_key);
  const std::string signature = base64_decode(sendgrid_signature).value();
  CHECK(key.verify_der(sendgrid_message, signature));
  CHECK_FALSE(key.verify_der(sendgrid_message.substr(0, sendgrid_message.size() - 2), signature));
  CHECK_FALSE(key.verify_der(sendgrid_message.substr(1), signature));
  CHECK_FALSE(key.verify_der("", signature));
  const P256PublicKey other = key_from(
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqTxd43gyp8IOEto2LdIfjRQrIbsd4SXZkLW6jDutdhXSJCWHw8REntlo7aNDthvj+y7G"
      "jUuFDb/R1NGe1OPzpA==");
  CHECK_FALSE(other.verify_der(sendgrid_message, signature));
}

TEST_CASE("the same signature verifies as DER and as r and s") {
  const P256PublicKey key = key_from(sendgrid_key);
  const std::string der = base64_decode(sendgrid_signature).value();
  // 30 45 | 02 20 r | 02 21 00 s
  const std::string raw = der.substr(4, 32) + der.substr(39, 32);
  CHECK(key.verify_p1363(sendgrid_message, raw));
  CHECK_FALSE(key.verify_p1363(sendgrid_message, der));
  CHECK_FALSE(key.verify_der(sendgrid_message, raw));
  CHECK_FALSE(key.verify_p1363(sendgrid_message, raw.substr(0, 63)));
  CHECK_FALSE(key.verify_p1363(sendgrid_message, raw + '\0'));
  CHECK_FALSE(key.verify_p1363(sendgrid_message, ""));
  CHECK_FALSE(key.verify_p1363(sendgrid_message, std::string(64, '\0')));
  CHECK_FALSE(key.verify_p1363(sendgrid_message, std::string(64, '\xff')));
  for (std::size_t i = 0; i < raw.size(); ++i) {
    std::string altered = raw;
    altered[i] ^= 1;
    CHECK_FALSE(key.verify_p1363(sendgrid_message, altered));
  }
}

TEST_CASE("a signature cut anywhere, or with anything after it, does not verify") {
  const P256PublicKey key = key_from(sendgrid_key);
  const std::string der = base64_decode(sendgrid_signature).value();
  for (std::size_t length = 0; length < der.size(); ++length) {
    CHECK_FALSE(key.verify_der(sendgrid_message, der.substr(0, length)));
  }
  CHECK_FALSE(key.verify_der(sendgrid_message, der + '\0'));
}

TEST_CASE("a number in a signature has one spelling") {
  const P256PublicKey key = key_from(sendgrid_key);
  const std::string der = base64_decode(sendgrid_signature).value();
  // 30 45 | 02 20 r | 02 21 00 s: a zero that r does not need, and s without the one that it does.
  const std::string padded_r = std::string("\x30\x46\x02\x21\0", 5) + der.substr(4);
  const std::string negative_s = "\x30\x44" + der.substr(2, 34) + "\x02\x20" + der.substr(39);
  CHECK_FALSE(key.verify_der(sendgrid_message, padded_r));
  CHECK_FALSE(key.verify_der(sendgrid_message, negative_s));
}

TEST_CASE("only a point on the curve in the one usual form is a key") {
  const std::string der = base64_decode(sendgrid_key).value();
  CHECK(P256PublicKey::from_spki_der(der).has_value());
  CHECK_FALSE(P256PublicKey::from_spki_der("").has_value());
  CHECK_FALSE(P256PublicKey::from_spki_der(der + '\0').has_value());
  CHECK_FALSE(P256PublicKey::from_spki_der(der.substr(0, 90)).has_value());
  CHECK_FALSE(P256PublicKey::from_spki_der(der.substr(0, 27) + std::string(64, '\0')).has_value());
  CHECK_FALSE(P256PublicKey::from_spki_der(der.substr(0, 27) + std::string(64, '\xff')).has_value());
  for (std::size_t i = 0; i < der.size(); ++i) {
    std::string altered = der;
    altered[i] ^= 1;
    CAPTURE(i);
    CHECK_FALSE(P256PublicKey::from_spki_der(altered).has_value());
  }
}
