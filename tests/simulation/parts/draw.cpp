#include "simulation/parts/draw.h"

namespace isthmus::simulation {

std::vector<std::string> ids(Life& life, std::string_view sql, std::vector<SqlValue> values) {
  std::vector<std::string> all;
  for (const SqlValue& cell : life.world.database.execute(sql, std::move(values)).cells)
    all.push_back(std::get<std::string>(cell));
  return all;
}

std::string some_id(Person& person, std::string_view sql, std::vector<SqlValue> values) {
  const auto all = ids(person.life, sql, std::move(values));
  return all.empty() ? "" : person.dice().pick(all);
}

Judges::Judges(Life& life, std::string_view table) : life_(life), table_(table) {
  life.world.database.execute("CREATE TEMP TABLE " + table_ + " (who TEXT, what TEXT)");
}

void Judges::add(std::string_view name, std::string_view when, std::string_view who, std::string_view what,
                 std::string_view condition) {
  std::string text = "CREATE TEMP TRIGGER ";
  text.append(name).append(" AFTER ").append(when).append(" BEGIN INSERT INTO ").append(table_).append(" SELECT ");
  text.append(who).append(", '").append(what).append("' WHERE ").append(condition).append("; END");
  life_.world.database.execute(text);
}

}  // namespace isthmus::simulation
