#include "peerloop/money/earnings.h"

#include "peerloop/money/owed_back.h"
#include "peerloop/sql.h"

namespace isthmus::peerloop {

namespace {

/// What is owed comes from the ledger, where refunds after a payout count as well; what of it still waits, and what was
/// paid, from the shares. Both are read as the sums that the database keeps.
Statement earnings_of(std::string_view user_id, std::optional<std::string> currency) {
  return sql(R"(
      WITH chosen AS (
        SELECT coalesce(?2, (SELECT currency FROM payment_splits WHERE recipient_id = ?1
                             ORDER BY created_at DESC, id DESC LIMIT 1), 'usd') AS currency),
      sums AS (
        SELECT chosen.currency AS currency,
               coalesce((SELECT -sum(amount_cents) FROM ledger_months
                         WHERE account = 'payable:' || ?1 AND currency = chosen.currency), 0) AS owed,
               coalesce(pending_cents, 0) AS waiting, coalesce(frozen_cents, 0) AS frozen,
               coalesce(transferred_cents, 0) AS paid,
               )" PEERLOOP_OWED_BACK("?1", "chosen.currency") R"( AS owed_back
        FROM chosen LEFT JOIN earning_totals ON recipient_id = ?1 AND earning_totals.currency = chosen.currency)
      SELECT json_object(
        'balanceCents', owed - waiting - frozen, 'pendingCents', waiting + frozen, 'paidCents', paid,
        'frozenCents', frozen, 'owedBackCents', owed_back, 'currency', currency,
        'splits', (
          SELECT json_group_array(json(split)) FROM (
            SELECT json_object(
              'id', s.id, 'enrollmentId', x.enrollment_id, 'courseId', c.id, 'courseTitle', c.title,
              'recipientType', s.recipient_type, 'amountCents', s.amount_cents, 'reversedCents', s.reversed_cents,
              'transferredCents', coalesce(sum(t.amount_cents), 0), 'withheldCents', coalesce(sum(t.withheld_cents), 0),
              'returnedCents', coalesce(sum(t.returned_cents), 0),
              'currency', s.currency, 'status', s.status,
              'createdAt', )" PEERLOOP_TIME("s.created_at") R"(,
              'approvedAt', )" PEERLOOP_TIME("s.approved_at") R"(,
              'paidAt', )" PEERLOOP_TIME("s.paid_at") R"() AS split
            FROM (SELECT * FROM payment_splits WHERE recipient_id = ?1 ORDER BY created_at DESC, id DESC LIMIT 100) s
            JOIN transactions x ON x.id = s.transaction_id
            JOIN enrollments e ON e.id = x.enrollment_id JOIN courses c ON c.id = e.course_id
            LEFT JOIN transfers t ON t.split_id = s.id AND t.status IN ('sent', 'returned', 'duplicate')
            GROUP BY s.id ORDER BY s.created_at DESC, s.id DESC)))
      FROM sums)",
             user_id, std::move(currency));
}

}  // namespace

Task<Result<Response>> show_earnings(Request& request, EarningsQuery query) {
  auto rows = co_await request.db().read(earnings_of(request.user().user_id, std::move(query.currency)));
  co_return json_response(200, std::move(rows).text());
}

}  // namespace isthmus::peerloop
