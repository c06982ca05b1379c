#include "http/client_network.h"

#include <doctest/doctest.h>

using namespace isthmus;

TEST_CASE("an IPv4 address is a network of its own, however it is written") {
  CHECK(network_of("203.0.113.9") == "203.0.113.9");
  CHECK(network_of("::ffff:203.0.113.9") == "203.0.113.9");
  CHECK(network_of("::FFFF:203.0.113.9") == "203.0.113.9");
  CHECK(network_of("::ffff:cb00:7109") == "203.0.113.9");
  CHECK(network_of("0:0:0:0:0:ffff:203.0.113.9") == "203.0.113.9");
}

TEST_CASE("IPv6 addresses of one subscriber are one network") {
  CHECK(network_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  CHECK(network_of("2001:0DB8:1:2::1") == network_of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  CHECK(network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1"));
  CHECK(network_of("::1") == "0:0:0:0::/64");
  CHECK(network_of("64:ff9b:1:2::203.0.113.9") == "64:ff9b:1:2::/64");
}

TEST_CASE("what is no address is kept, within bounds") {
  CHECK(network_of("unknown") == "unknown");
  CHECK(network_of("1.2.3.256") == "1.2.3.256");
  CHECK(network_of("1.2.3.4::") == "1.2.3.4::");
  CHECK(network_of("::1.2.3.4.5") == "::1.2.3.4.5");
  CHECK(network_of("::-0.-0.2.7") == "::-0.-0.2.7");
  CHECK(network_of("1:2:3:4:5:6:7:8:9") == "1:2:3:4:5:6:7:8:9");
  CHECK(network_of(std::string(1000, 'x')).size() == 64);
}
