#include "base/ascii_words.h"

#include <doctest/doctest.h>

using namespace isthmus;

TEST_CASE("a text becomes words of an address") {
  CHECK(ascii_words("SQL: From First Query to Report", '-', 100) == "sql-from-first-query-to-report");
  CHECK(ascii_words("  C++ & <script> 'n' Rock’s  ", '-', 100) == "c-script-n-rocks");
  CHECK(ascii_words("Zoë Ångström ŽIŽEK", '_', 100) == "zoe_angstrom_zizek");
  CHECK(ascii_words("e\u0301tude", '-', 100) == "etude");
}

TEST_CASE("a text without Latin letters becomes no word at all") {
  CHECK(ascii_words("", '-', 100).empty());
  CHECK(ascii_words("курс по Питону", '-', 100).empty());
  CHECK(ascii_words("😀 — …", '-', 100).empty());
}

TEST_CASE("long texts are cut between words, or where there is none, anywhere") {
  CHECK(ascii_words("one two three", '-', 10) == "one-two");
  CHECK(ascii_words("one two three", '-', 7) == "one-two");
  CHECK(ascii_words("abcdefghij", '-', 4) == "abcd");
}
