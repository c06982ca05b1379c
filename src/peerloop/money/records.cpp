#include "peerloop/money/records.h"

#include "peerloop/sql.h"

// Where a dispute stands in the list: the open ones above every moment. The index `disputes_in_order` has these words.
#define OPEN_FROM "10000000000000"
#define DISPUTE_ORDER "(d.created_at + CASE WHEN d.closed_at IS NULL THEN " OPEN_FROM " ELSE 0 END)"

namespace isthmus::peerloop {

namespace {

constexpr std::int64_t open_from = 10'000'000'000'000;

}  // namespace

Statement select_refunds(const RefundsQuery& query, const std::optional<Place>& after) {
  const std::string select = R"(
      SELECT json_object('refundId', r.id, 'enrollmentId', x.enrollment_id, 'amountCents', r.amount_cents,
                         'currency', r.currency, 'status', r.status, 'requestedBy', r.requested_by, 'reason', r.reason,
                         'failure', r.failure, 'providerId', r.stripe_refund_id,
                         'createdAt', )" PEERLOOP_TIME("r.created_at") R"(,
                         'settledAt', )" PEERLOOP_TIME("r.settled_at") R"(),
             'refund:' || r.created_at, r.id
      FROM refund_requests r JOIN transactions x ON x.id = r.transaction_id
      WHERE (r.created_at, r.id) < (?1, ?2))";
  const std::string order = " ORDER BY r.created_at DESC, r.id DESC LIMIT ?3";
  const Place before = after.value_or(above_all());
  if (query.status)
    return sql(select + " AND r.status = ?4" + order, before.number, before.id, query.limit + 1,
               name_of(*query.status));
  return sql(select + order, before.number, before.id, query.limit + 1);
}

Statement select_disputes(const DisputesQuery& query, const std::optional<Place>& after) {
  std::string text = R"(
      SELECT json_object('id', d.id, 'providerId', d.stripe_dispute_id, 'chargeId', d.stripe_charge_id,
                         'enrollmentId', x.enrollment_id, 'amountCents', d.amount_cents, 'currency', d.currency,
                         'reason', d.reason, 'status', d.status,
                         'dueAt', )" PEERLOOP_TIME("d.due_at") R"(,
                         'createdAt', )" PEERLOOP_TIME("d.created_at") R"(,
                         'closedAt', )" PEERLOOP_TIME("d.closed_at") R"(),
             'dispute:' || )" DISPUTE_ORDER R"(, d.id
      FROM disputes d LEFT JOIN transactions x ON x.id = d.transaction_id
      WHERE )" DISPUTE_ORDER " <= ?1 AND (" DISPUTE_ORDER ", d.id) < (?1, ?2)";
  if (query.state == DisputeState::open) text += " AND " DISPUTE_ORDER " >= " OPEN_FROM;
  Place before = after.value_or(above_all());
  if (query.state == DisputeState::closed && before.number >= open_from) before = {open_from, ""};
  text += " ORDER BY " DISPUTE_ORDER " DESC, d.id DESC LIMIT ?3";
  return sql(text, before.number, before.id, query.limit + 1);
}

Task<Result<Response>> list_refunds(Request& request, RefundsQuery query) {
  const auto after = co_await decode_place(query.cursor, "refund");
  co_return ok(page_of<RefundEntry>(co_await request.db().all<ListedRow>(select_refunds(query, after)), query.limit));
}

Task<Result<Response>> list_disputes(Request& request, DisputesQuery query) {
  const auto after = co_await decode_place(query.cursor, "dispute");
  co_return ok(page_of<DisputeEntry>(co_await request.db().all<ListedRow>(select_disputes(query, after)), query.limit));
}

}  // namespace isthmus::peerloop
