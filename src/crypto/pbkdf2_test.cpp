#include "crypto/pbkdf2.h"

#include <doctest/doctest.h>

#include "base/encoding.h"

using namespace isthmus;
using namespace isthmus::crypto;

TEST_CASE("PBKDF2 gives the vectors of RFC 7914 section 11") {
  CHECK(hex_encode(pbkdf2_sha256("passwd", "salt", 1, 64).value()) ==
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
        "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
}

TEST_CASE("PBKDF2 without iterations or output is refused") {
  CHECK_FALSE(pbkdf2_sha256("passwd", "salt", 0, 32).has_value());
  CHECK_FALSE(pbkdf2_sha256("passwd", "salt", 1, 0).has_value());
}
