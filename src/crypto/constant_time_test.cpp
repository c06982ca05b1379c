#include "crypto/constant_time.h"

#include <string>

#include <doctest/doctest.h>

using namespace std::string_literals;
using isthmus::crypto::equal;

TEST_CASE("equal compares whole byte strings") {
  CHECK(equal("", ""));
  CHECK(equal("a\0b"s, "a\0b"s));
  CHECK_FALSE(equal("a\0b"s, "a\0c"s));
  CHECK_FALSE(equal("a", "ab"));
  CHECK_FALSE(equal("", "a"));
  for (std::size_t i = 0; i < 64; ++i) {
    std::string a(64, 'x');
    const std::string b = a;
    a[i] ^= 1;
    CHECK_FALSE(equal(a, b));
  }
}
