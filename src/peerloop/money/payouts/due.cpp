#include "peerloop/money/payouts/due.h"

#include "peerloop/money/payouts/queries.h"

namespace isthmus::peerloop {

Task<Result<Response>> list_payouts_due(Request& request, PayoutsQuery query) {
  const auto after = co_await decode_cursor(query.cursor);
  auto rows = co_await request.db().all<ListedRow>(list_due(after, query.limit));
  co_return ok(page_of<PayoutDue>(std::move(rows), query.limit));
}

}  // namespace isthmus::peerloop
