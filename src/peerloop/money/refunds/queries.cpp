#include "peerloop/money/refunds/queries.h"

#include "peerloop/money/ledger.h"
#include "peerloop/money/refunds/outbox.h"

namespace isthmus::peerloop {

Statement refundable_payment(std::string_view enrollment_id) {
  return sql(R"(
      SELECT e.status, x.id, coalesce(x.status, '') AS transaction_status, e.currency, coalesce(x.amount_cents, 0),
             coalesce(x.refunded_cents, 0), coalesce(x.charged_back_cents, 0),
             coalesce((SELECT sum(r.amount_cents) FROM refund_requests r
                       WHERE r.transaction_id = x.id AND r.status = 'requested'), 0) AS requested
      FROM enrollments e LEFT JOIN transactions x ON x.enrollment_id = e.id WHERE e.id = ?1)",
             enrollment_id);
}

std::vector<Statement> insert_refund_request(const RefundRequestRow& row, const RefundablePayment& read,
                                             Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO refund_requests (id, transaction_id, amount_cents, currency, reason, requested_by, created_at)
      SELECT ?1, x.id, ?3, ?4, ?5, ?6, ?7 FROM transactions x
      WHERE x.id = ?2 AND x.status <> 'disputed' AND x.refunded_cents = ?8 AND x.charged_back_cents = ?9
        AND ?10 = coalesce((SELECT sum(r.amount_cents) FROM refund_requests r
                            WHERE r.transaction_id = x.id AND r.status = 'requested'), 0))",
                      row.id, row.transaction_id, row.amount_cents, row.currency, row.reason, row.requested_by, now,
                      read.refunded_cents, read.charged_back_cents, read.requested_cents));
  batch.push_back(guard_written("refund_too_large"));
  batch.push_back(sql(R"(
      UPDATE enrollments SET refund_requested_at = ?2, updated_at = ?2
      WHERE id = (SELECT enrollment_id FROM transactions WHERE id = ?1))",
                      row.transaction_id, now));
  batch.push_back(enqueue_refund_request(row.id, now));
  return batch;
}

Statement refund_to_make(std::string_view request_id) {
  return sql(R"(
      SELECT r.status, x.enrollment_id, x.stripe_payment_intent_id, r.amount_cents, r.created_at
      FROM refund_requests r JOIN transactions x ON x.id = r.transaction_id WHERE r.id = ?1)",
             request_id);
}

Statement settle_refund_request(std::string_view request_id, std::string_view stripe_id, Timestamp now) {
  return sql(R"(
      UPDATE refund_requests SET status = 'done', stripe_refund_id = ?2, settled_at = ?3
      WHERE id = ?1 AND status = 'requested')",
             request_id, stripe_id, now);
}

std::vector<Statement> fail_refund_request(Host& host, std::string_view request_id, std::string_view why,
                                           Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      UPDATE refund_requests SET status = 'failed', failure = ?2, settled_at = coalesce(settled_at, ?3)
      WHERE id = ?1 AND status <> 'failed')",
                      request_id, why, now));
  batch.push_back(sql(R"(
      UPDATE enrollments SET refund_requested_at = NULL, updated_at = ?2
      WHERE id = (SELECT x.enrollment_id FROM refund_requests r JOIN transactions x ON x.id = r.transaction_id
                  WHERE r.id = ?1))",
                      request_id, now));
  batch.push_back(sql(R"(
      INSERT INTO audit_log (id, action, target_type, target_id, details, created_at)
      SELECT ?2, 'refund.failed', 'enrollment', x.enrollment_id,
             json_object('refundId', r.id, 'amountCents', r.amount_cents, 'currency', r.currency, 'reason', ?3), ?4
      FROM refund_requests r JOIN transactions x ON x.id = r.transaction_id WHERE r.id = ?1)",
                      request_id, host.random.uuid(now), why, now));
  return batch;
}

Statement payment_of_refund(const FailedRefund& refund) {
  return sql(R"(
      SELECT x.id, x.enrollment_id, e.student_id, x.currency FROM transactions x JOIN enrollments e ON e.id = x.enrollment_id
      WHERE x.stripe_charge_id = ?1 OR x.stripe_payment_intent_id = ?2 LIMIT 1)",
             refund.charge_id, refund.payment_intent);
}

std::vector<Statement> book_failed_refund(Host& host, const FailedRefund& refund, const PaymentOfRefund& payment,
                                          Timestamp now) {
  const std::string cause = "refund_failed:" + refund.id;
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'already_processed'
      WHERE EXISTS (SELECT 1 FROM ledger_movements WHERE cause = ?1))",
                      cause));
  batch.push_back(post_movement(
      host, cause, payment.transaction_id, payment.currency,
      {{"provider:stripe", refund.amount_cents}, {"refundable:" + payment.student_id, -refund.amount_cents}}, now));
  batch.push_back(sql(R"(
      INSERT INTO audit_log (id, action, target_type, target_id, details, created_at)
      VALUES (?1, 'refund.sent_back', 'enrollment', ?2,
              json_object('stripeRefundId', ?3, 'amountCents', CAST(?4 AS INTEGER), 'currency', ?5), ?6))",
                      host.random.uuid(now), payment.enrollment_id, refund.id, refund.amount_cents, payment.currency,
                      now));
  if (!refund.request_id.empty())
    batch.push_back(sql(R"(
      UPDATE refund_requests SET status = 'failed', failure = 'it was sent back', settled_at = ?2
      WHERE id = ?1 AND status <> 'failed')",
                        refund.request_id, now));
  return batch;
}

}  // namespace isthmus::peerloop
