#include "native/sqlite_database.h"

#include <doctest/doctest.h>

#include "native/world.h"

using namespace isthmus;
using native::World;

namespace {

Result<ResultSet> read(std::string_view text) {
  World world("peerloop");
  return native::run(world, world.database.read(sql(text)));
}

}  // namespace

TEST_CASE("two columns of one name are refused, since D1 would give only one of them") {
  const auto both = read("SELECT a.name, b.name FROM categories a JOIN categories b ON a.id = b.id");
  REQUIRE_FALSE(both);
  CHECK(both.error().log.value.contains("different names"));
  CHECK(read("SELECT a.name, b.name AS other FROM categories a JOIN categories b ON a.id = b.id").has_value());
}

TEST_CASE("a column whose name is a number is refused beside others, since D1 would give it first") {
  CHECK_FALSE(read("SELECT name, 1 FROM categories").has_value());
  CHECK(read("SELECT 1 FROM categories").has_value());
}
