#pragma once

#include <string>

#include "native/sqlite_database.h"

namespace isthmus::native {

/// Which of the sums that PeerLoop's database keeps (schema/peerloop/0014_sums.sql) are not those of their rows; empty
/// where all are, and where the product keeps none.
std::string wrong_sums(SqliteDatabase& database);

}  // namespace isthmus::native
