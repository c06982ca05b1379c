#include "native/query_plan.h"

namespace isthmus::native {

std::string plan_of(World& world, Statement statement) {
  auto steps = world.database.execute("EXPLAIN QUERY PLAN " + statement.sql, std::move(statement.values));
  std::string plan;
  for (std::size_t row = 0; row < steps.rows(); ++row)
    plan += std::get<std::string>(steps.cells[row * steps.columns + 3]) + '\n';
  return plan;
}

}  // namespace isthmus::native
