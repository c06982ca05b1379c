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

TEST_CASE("it is known when a table that a query reads was last written to: by a statement, a trigger or a cascade") {
  World world("peerloop");
  auto& database = world.database;
  const std::int64_t now = world.now().ms;
  const auto add_user = [&](const std::string& name) {
    const std::string id = world.new_id();
    database.execute(
        "INSERT INTO users (id, email, name, handle, password_hash, created_at, updated_at) "
        "VALUES (?1, ?2 || '@example.org', ?2, ?2, '$', ?3, ?3)",
        {id, name, now});
    return id;
  };
  const std::string ada = add_user("ada"), bob = add_user("bob");
  const std::string of_users = "SELECT count(*) FROM users", of_follows = "SELECT follower_id FROM follows";
  const std::uint64_t before = database.written_at(of_users);
  CHECK(before > 0);
  CHECK(database.written_at(of_follows) == 0);
  database.execute("SELECT name FROM users");
  database.execute("UPDATE users SET name = 'x' WHERE id = 'nobody'");
  CHECK(database.written_at(of_users) == before);
  database.execute("INSERT INTO follows (follower_id, followee_id, created_at) VALUES (?1, ?2, ?3)", {ada, bob, now});
  CHECK(database.written_at(of_users) > before);
  const std::uint64_t followed = database.written_at(of_follows);
  CHECK(followed > 0);
  database.execute("DELETE FROM users WHERE id = ?1", {ada});
  CHECK(database.written_at(of_follows) > followed);
}
