#include "peerloop/return_addresses.h"

#include <doctest/doctest.h>

#include "native/world.h"

using namespace isthmus;
using namespace isthmus::peerloop;

namespace {

Result<ReturnAddresses> addresses_for(const std::optional<std::string>& done,
                                      const std::optional<std::string>& given_up,
                                      std::string app_url = "https://app.example.org/") {
  native::MapSettings settings;
  settings.values["APP_URL"] = std::move(app_url);
  settings.values["CORS_ORIGINS"] = "http://localhost:3000, https://other.example.org:443";
  return return_addresses(settings, {"successUrl", done, "/paid"}, {"cancelUrl", given_up, "/cancelled"});
}

bool is_allowed(const std::string& address) { return addresses_for(address, {}).has_value(); }

}  // namespace

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
  const auto refused = addresses_for("https://evil.example/", "https://evil.example/");
  REQUIRE(!refused);
  CHECK(refused.error().status == 400);
  CHECK(refused.error().details.find("successUrl") != std::string::npos);
  CHECK(refused.error().details.find("cancelUrl") != std::string::npos);
}

TEST_CASE("without addresses of its own a client gets pages below APP_URL") {
  const auto addresses = addresses_for({}, {});
  REQUIRE(addresses);
  CHECK(addresses->done == "https://app.example.org/paid");
  CHECK(addresses->given_up == "https://app.example.org/cancelled");
}

TEST_CASE("an APP_URL that is no address allows nothing by itself") {
  CHECK_FALSE(addresses_for("app.example.org/paid", {}, "app.example.org"));
  CHECK(addresses_for("https://other.example.org/paid", {}, "app.example.org"));
}
