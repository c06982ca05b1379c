#include "base/web_address.h"

#include <doctest/doctest.h>

using namespace isthmus;

TEST_CASE("an origin is scheme, host and a port that is not the scheme's own") {
  CHECK(origin_of("https://App.Example.org/a?b#c") == "https://app.example.org");
  CHECK(origin_of("HTTPS://app.example.org:443") == "https://app.example.org");
  CHECK(origin_of("https://app.example.org:0443") == "https://app.example.org");
  CHECK(origin_of("http://app.example.org:80/") == "http://app.example.org");
  CHECK(origin_of("http://app.example.org:/") == "http://app.example.org");
  CHECK(origin_of("http://app.example.org:443/") == "http://app.example.org:443");
  CHECK(origin_of("http://localhost:3000?x") == "http://localhost:3000");
}

TEST_CASE("what is no web address has no origin") {
  for (const char* address :
       {"", "/paid", "//evil.example", "javascript://app.example.org", "https://", "https:///x",
        "https://app.example.org@evil.example", "https://a\\b", "https://:80", "https:app", "https://a..b",
        "https://-a.b", "https://a_b", "https://a:65536", "https://a:1:2", "https://a:-1", "https://a:x"})
    CHECK_MESSAGE(!origin_of(address), address);
}

TEST_CASE("a host that is a number is an address as everybody writes it, or none") {
  CHECK(origin_of("http://127.0.0.1:8787/paid") == "http://127.0.0.1:8787");
  CHECK(origin_of("https://1.2.3.example") == "https://1.2.3.example");
  for (const char* address :
       {"http://0x7f", "http://127.1", "http://2130706433/", "http://127.0.0.01", "http://1.2.3.256",
        "http://1.2.3.4.5", "http://1.2.3.0x4", "http://127.0.0.1.", "http://example.1", "http://example.0XF"})
    CHECK_MESSAGE(!origin_of(address), address);
}

TEST_CASE("an address that paths are put behind ends in no slash") {
  CHECK(without_slash_at_end("https://app.example.org") == "https://app.example.org");
  CHECK(without_slash_at_end("https://app.example.org/base//") == "https://app.example.org/base");
  CHECK(without_slash_at_end("/").empty());
  CHECK(without_slash_at_end("").empty());
}
