#include "peerloop/courses/currency.h"

#include <doctest/doctest.h>

using namespace isthmus;

TEST_CASE("a currency is one with cents, in any case") {
  const auto read = [](std::string text) {
    Problems problems;
    peerloop::currency_code.check(text, problems);
    return problems.empty() ? text : std::string("refused");
  };
  CHECK(read("usd") == "usd");
  CHECK(read("EUR") == "eur");
  CHECK(read("Gbp") == "gbp");
  for (const char* text : {"", "us", "usdd", "jpy", "kwd", "xyz", " us", "d e", "€", "US "})
    CHECK(read(text) == "refused");
}
