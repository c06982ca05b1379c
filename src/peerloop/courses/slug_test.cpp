#include "peerloop/courses/slug.h"

#include <doctest/doctest.h>

using namespace isthmus::peerloop;
using namespace std::string_view_literals;

TEST_CASE("a title becomes a slug that people can read") {
  CHECK(slugs_for("SQL: From First Query to Report", "\0\1\2\3\4\5"sv).plain == "sql-from-first-query-to-report");
  CHECK(slugs_for("SQL", "\0\1\2\3\4\x1b"sv).distinct == "sql-abcdeb");
  CHECK(slugs_for("C++ für Anfänger", "").plain == "c-fur-anfanger");
}

TEST_CASE("a title without Latin letters has a slug, too") {
  CHECK(slugs_for("Основы физики", "").plain == "course");
  CHECK(slugs_for("!!!", "").plain == "course");
}

TEST_CASE("a slug fits its column and is never taken for an id") {
  CHECK(slugs_for(std::string(200, 'x'), "abcdef").distinct.size() <= 120);
  const auto slugs = slugs_for("01a0c450 6c00 784e 9a8e 3849b4090010", "abcdef");
  CHECK(slugs.plain.size() > 36);
  CHECK(slugs.plain == slugs.distinct);
}
