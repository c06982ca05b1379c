#include "base/strings.h"

#include <doctest/doctest.h>

namespace isthmus {

TEST_CASE("a list in a setting may have spaces and empty places") {
  using Parts = std::vector<std::string_view>;
  CHECK(split_list("") == Parts{});
  CHECK(split_list(" , ,") == Parts{});
  CHECK(split_list("one") == Parts{"one"});
  CHECK(split_list("one, two ,,three,") == Parts{"one", "two", "three"});
}

}  // namespace isthmus
