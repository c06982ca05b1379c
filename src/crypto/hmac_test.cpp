#include "crypto/hmac.h"

#include <utility>

#include <doctest/doctest.h>

#include "base/encoding.h"

using namespace isthmus;
using namespace isthmus::crypto;

TEST_CASE("HMAC gives the vectors of RFC 2202 and RFC 4231") {
  const std::string key(20, '\x0b');
  CHECK(hex_encode(hmac_sha1(key, "Hi There")) == "b617318655057264e28bc0b6fb378c8ef146be00");
  CHECK(hex_encode(hmac_sha256(key, "Hi There")) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex_encode(hmac_sha512(key, "Hi There")) ==
        "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
        "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
  const std::string_view question = "what do ya want for nothing?";
  CHECK(hex_encode(hmac_sha1("Jefe", question)) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  CHECK(hex_encode(hmac_sha256("Jefe", question)) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex_encode(hmac_sha512("Jefe", question)) ==
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
  const std::string long_key(131, '\xaa');
  CHECK(hex_encode(hmac_sha256(long_key, "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a key signs any number of messages, whole or in parts") {
  HmacSha256 key("Jefe");
  const std::string tag = key.tag("what do ya want for nothing?");
  CHECK(key.tag("something else") != tag);
  CHECK(key.tag({"what do ", "", "ya want", " for nothing?"}) == tag);
  CHECK(key.verify("what do ya want for nothing?", tag));
  CHECK(key.verify({"what do ya", " want for nothing?"}, tag));
  const HmacSha256 moved = std::move(key);
  CHECK(moved.verify("what do ya want for nothing?", tag));
}

TEST_CASE("a truncated, longer, empty or altered tag does not verify") {
  const HmacSha256 key("Jefe");
  const std::string tag = key.tag("message");
  CHECK_FALSE(key.verify("message", tag.substr(0, 31)));
  CHECK_FALSE(key.verify("message", tag + '\0'));
  CHECK_FALSE(key.verify("message", ""));
  for (std::size_t i = 0; i < tag.size(); ++i) {
    std::string altered = tag;
    altered[i] ^= 1;
    CHECK_FALSE(key.verify("message", altered));
  }
}

TEST_CASE("what providers sign comes out as their SDKs have it") {
  CHECK(hex_encode(hmac_sha256("test_secret", "")) ==
        "f7f9bd47fb987337b5796fdc1fdb9ba221d0d5396814bfcaf9521f43fd8927fd");
  CHECK(hex_encode(hmac_sha256("test_secret", R"({"obj1":"hello","obj2":"world"})")) ==
        "bebb1a643997f419b315ddba19e6f5411e1ce7f810ba6d3617ce72823092f363");
  CHECK(hex_encode(hmac_sha256("test_secret", "\xf0\x9f\x98\x80")) ==
        "837da296d05c4fe31f61d5d7ead035099d9585a5bcde87de952012a78f0b0c43");
  CHECK(hex_encode(hmac_sha256("zumyyYWqv7KR2kUqvYdq4z4sXg7XTBD2ljT6", R"({"room_id":"room01"})")) ==
        "4b60a468df680c0739f6c7255626b31c8934efc1293b9e40667575b964bf24b5");
}

TEST_CASE("a Twilio request is signed by SHA-1 over its address and sorted parameters") {
  const HmacSha1 key("12345");
  const std::string_view parameters =
      "CallSidCA1234567890ABCDECaller+14158675309Digits1234From+14158675309To+18005551212";
  const auto signature = [&](std::string_view url) { return base64_encode(key.tag({url, parameters})); };
  CHECK(signature("https://mycompany.com/myapp.php?foo=1&bar=2") == "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
  CHECK(signature("https://mycompany.com:443/myapp.php?foo=1&bar=2") == "kvajT1Ptam85bY51eRf/AJRuM3w=");
  CHECK(signature("http://mycompany.com:80/myapp.php?foo=1&bar=2") == "0ZXoZLH/DfblKGATFgpif+LLRf4=");
  CHECK(base64_encode(key.tag("https://mycompany.com/myapp.php?foo=1&bar=2"
                              "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620")) ==
        "a9nBmqA0ju/hNViExpshrM61xv4=");
}
