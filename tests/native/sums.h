#pragma once

#include <string>
#include <vector>

#include "native/sqlite_database.h"

namespace isthmus::native {

/// A sum that PeerLoop's database keeps, and the query that counts the rows in which it is not that of its rows.
struct KeptSum {
  std::string name;
  std::string differing;
};
const std::vector<KeptSum>& kept_sums();

/// Which of the sums that PeerLoop's database keeps (schema/peerloop/0014_sums.sql) are not those of their rows; empty
/// where all are, and where the product keeps none.
std::string wrong_sums(SqliteDatabase& database);

}  // namespace isthmus::native
