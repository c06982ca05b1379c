#include "base/id.h"

#include <doctest/doctest.h>

using namespace isthmus;

TEST_CASE("a UUIDv7 carries its time, version and variant") {
  // The example of RFC 9562, appendix A.6.
  const std::string id = uuid_v7({0x017F22E279B0}, {0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F});
  CHECK(id == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  CHECK(is_uuid(id));
}

TEST_CASE("later ids sort after earlier ones") { CHECK(uuid_v7({1000}, {0xff}) < uuid_v7({1001}, {})); }

TEST_CASE("what is no UUID is told apart") {
  CHECK_FALSE(is_uuid(""));
  CHECK_FALSE(is_uuid("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"));
  CHECK_FALSE(is_uuid("017f22e279b07cc398c4dc0c0c07398f0000"));
}
