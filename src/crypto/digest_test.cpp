#include "crypto/digest.h"

#include <doctest/doctest.h>

#include "base/encoding.h"

using namespace isthmus;
using namespace isthmus::crypto;

TEST_CASE("the digests give the examples of FIPS 180-4") {
  const std::string million(1'000'000, 'a');
  CHECK(hex_encode(sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hex_encode(sha1("")) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(hex_encode(sha1(million)) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  CHECK(hex_encode(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex_encode(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex_encode(sha256(million)) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(hex_encode(sha512("abc")) ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  CHECK(hex_encode(sha512("")) ==
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
        "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e");
}

TEST_CASE("a LiveKit webhook names its body by the base64 of SHA-256") {
  const std::string_view body =
      R"({"event":"room_started", "room":{"sid":"RM_TkVjUvAqgzKz", "name":"mytestroom", "emptyTimeout":300, )"
      R"("creationTime":"1628545903", "turnPassword":"ICkSr2rEeslkN6e9bXL4Ji5zzMD5Z7zzr6ulOaxMj6N", )"
      R"("enabledCodecs":[{"mime":"audio/opus"}, {"mime":"video/VP8"}]}})";
  CHECK(base64_encode(sha256(body)) == "CoEQz1chqJ9bnZRcORddjplkvpjmPujmLTR42DbefYI=");
}
