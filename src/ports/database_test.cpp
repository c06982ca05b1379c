#include "ports/database.h"

#include <doctest/doctest.h>

using namespace isthmus;

TEST_CASE("parameters stand behind a sign, so that their values are nothing to plan by") {
  CHECK(planned_once("SELECT id FROM users WHERE id = ?1 AND age>?2 LIMIT ?12") ==
        "SELECT id FROM users WHERE id = +?1 AND age>+?2 LIMIT +?12");
  CHECK(planned_once("VALUES (?, ?)") == "VALUES (+?, +?)");
  CHECK(planned_once("SELECT 1") == "SELECT 1");
  CHECK(planned_once("?") == "+?");
  CHECK(planned_once("").empty());
}

TEST_CASE("what is quoted is no parameter") {
  CHECK(planned_once("SELECT 'why?', 'it''s ?1', ?1") == "SELECT 'why?', 'it''s ?1', +?1");
}
