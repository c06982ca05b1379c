#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "simulation/person.h"

namespace isthmus::simulation {

/// The texts that a query gives.
std::vector<std::string> ids(Life& life, std::string_view sql, std::vector<SqlValue> values = {});
/// One of them, of the dice's choice, "" where there is none.
std::string some_id(Person& person, std::string_view sql, std::vector<SqlValue> values = {});

/// Judges that sit in the database: triggers, each of which looks at what a batch does while it does it, and notes in a
/// table what must not be.
class Judges {
 public:
  /// The table has the columns `who` and `what`.
  Judges(Life& life, std::string_view table);

  /// Behind what happens (`when`, as a trigger says it), `who` did `what` if `condition` holds.
  void add(std::string_view name, std::string_view when, std::string_view who, std::string_view what,
           std::string_view condition);

 private:
  Life& life_;
  std::string table_;
};

}  // namespace isthmus::simulation
