#include "base/ipv4.h"

#include <doctest/doctest.h>

using namespace isthmus;

TEST_CASE("an IPv4 address is four decimal parts") {
  CHECK(parse_ipv4("0.0.0.0") == 0U);
  CHECK(parse_ipv4("203.0.113.9") == 0xcb007109U);
  CHECK(parse_ipv4("255.255.255.255") == 0xffffffffU);
}

TEST_CASE("what browsers take for an address besides is none here") {
  for (const char* text : {"", ".", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "1.2.3.0x4",
                           "1.2..4", "-0.0.0.0", "+1.2.3.4", " 1.2.3.4", "0x7f", "2130706433", "1.2.3.1000"})
    CHECK_MESSAGE(!parse_ipv4(text), text);
}
