#include "peerloop/courses/search_words.h"

#include <doctest/doctest.h>

#include "native/world.h"

using namespace isthmus;
using peerloop::search_words;

TEST_CASE("typed words are searched for together, the last one as a beginning") {
  CHECK(search_words("sql") == R"("sql"*)");
  CHECK(search_words("  python for\tdata ") == R"("python" "for" "data"*)");
  CHECK(search_words("").empty());
  CHECK(search_words(" \n ").empty());
  CHECK(search_words("\"\"").empty());
}

TEST_CASE("what is syntax to FTS5 is only text here") {
  const std::string quoted = R"x("title:x" "OR" "y" "NEAR(a" "b)" "NOT" "c*"*)x";
  CHECK(search_words(R"x(title:x OR "y" NEAR(a b) NOT c*)x") == quoted);
}

TEST_CASE("no text whatsoever makes FTS5 complain") {
  native::World world("peerloop");
  const auto finds = [&](const std::string& typed) {
    const std::string query = search_words(typed);
    if (query.empty()) return;
    CHECK_MESSAGE(world.database.count("SELECT count(*) FROM course_search WHERE course_search MATCH ?1", {query}) == 0,
                  query);
  };
  for (const char* typed :
       {"\"",     "''",   "*",        "^",          "-",  "+",         "AND",    "NOT",           "a AND",
        "(",      ")",    "{a b}: c", "NEAR(a, 2)", "a*", "* *",       "++",     "c++",           ":",
        "title:", "\\",   "%",        "--",         ";",  "é",         "日本語", "a\"b",          "\"a",
        "😀",     "\x01", "- -",      ".",          "…",  "title : a", "a + b",  "course_search", "rank"})
    finds(typed);
  std::mt19937 random(7);
  const std::string_view alphabet = "ab \"'*^-+(){}:,.~\\/;%&|!?<>=[]@#$`_0";
  for (int i = 0; i < 2000; ++i) {
    std::string typed;
    for (auto length = random() % 20; length > 0; --length) typed += alphabet[random() % alphabet.size()];
    finds(typed);
  }
}
