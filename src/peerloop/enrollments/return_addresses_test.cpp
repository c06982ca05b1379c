#include "peerloop/enrollments/return_addresses.h"

#include <doctest/doctest.h>

using namespace isthmus::peerloop;

namespace {

constexpr AllowedOrigins allowed{"https://app.example.org/", "http://localhost:3000, https://other.example.org:443"};

bool is_allowed(std::string address) { return return_addresses(allowed, address, {}, "e1").has_value(); }

}  // namespace

TEST_CASE("an origin is scheme, host and a port that is not the scheme's own") {
  CHECK(origin_of("https://App.Example.org/a?b#c") == "https://app.example.org");
  CHECK(origin_of("https://app.example.org:443") == "https://app.example.org");
  CHECK(origin_of("http://app.example.org:80/") == "http://app.example.org");
  CHECK(origin_of("http://app.example.org:443/") == "http://app.example.org:443");
  CHECK(origin_of("http://localhost:3000?x") == "http://localhost:3000");
}

TEST_CASE("what is no web address has no origin") {
  for (const char* address : {"", "/paid", "//evil.example", "javascript://app.example.org", "https://", "https:///x",
                              "https://app.example.org@evil.example", "https://a\\b", "https://:80", "https:app"})
    CHECK_MESSAGE(!origin_of(address), address);
}

TEST_CASE("a host that is a number is an address as everybody writes it, or none") {
  CHECK(origin_of("http://127.0.0.1:8787/paid") == "http://127.0.0.1:8787");
  CHECK(origin_of("https://1.2.3.example") == "https://1.2.3.example");
  for (const char* address : {"http://0x7f", "http://127.1", "http://2130706433/", "http://127.0.0.01",
                              "http://1.2.3.256", "http://1.2.3.4.5", "http://1.2.3.0x4", "http://127.0.0.1."})
    CHECK_MESSAGE(!origin_of(address), address);
}

TEST_CASE("a student is sent back only to where the application lives") {
  CHECK(is_allowed("https://app.example.org/paid?session={CHECKOUT_SESSION_ID}"));
  CHECK(is_allowed("https://app.example.org:/paid"));
  CHECK(is_allowed("http://localhost:3000/paid"));
  CHECK(is_allowed("https://other.example.org/"));
  for (const char* address :
       {"http://app.example.org/", "https://app.example.org:8443/", "https://app.example.org.evil.example/",
        "https://evil.example/?https://app.example.org", "https://app.example.org@evil.example/",
        "https://evil.example\\@app.example.org", "https://localhost:3000/", "http://localhost/"})
    CHECK_MESSAGE(!is_allowed(address), address);
}

TEST_CASE("each foreign address is named") {
  const auto refused = return_addresses(allowed, "https://evil.example/", "https://evil.example/", "e1");
  REQUIRE(!refused);
  CHECK(refused.error().status == 400);
  CHECK(refused.error().details.find("successUrl") != std::string::npos);
  CHECK(refused.error().details.find("cancelUrl") != std::string::npos);
}

TEST_CASE("without addresses of its own a client gets pages below APP_URL") {
  const auto addresses = return_addresses(allowed, {}, {}, "e1");
  REQUIRE(addresses);
  CHECK(addresses->success == "https://app.example.org/enrollments/e1?checkout=paid&session_id={CHECKOUT_SESSION_ID}");
  CHECK(addresses->cancel == "https://app.example.org/enrollments/e1?checkout=cancelled");
}

TEST_CASE("an application without any origin allows none") {
  CHECK(!return_addresses({"", ""}, "https://app.example.org/", {}, "e1"));
}
