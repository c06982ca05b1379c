#include "peerloop/money/queries.h"

namespace isthmus::peerloop {

namespace {

/// The enrollment that a checkout belongs to: the one that has ?1 as its page, else the one that ?2 names.
constexpr std::string_view paid = R"(
    WITH paid AS (
      SELECT * FROM enrollments WHERE checkout_session_id = ?1 OR id = ?2
      ORDER BY coalesce(checkout_session_id = ?1, 0) DESC LIMIT 1)
)";

/// The transaction of a charge ?1 with the payment intent ?2. One that was made without an intent is known by its
/// enrollment ?3.
constexpr std::string_view charged = R"(
    WITH charged AS (
      SELECT * FROM transactions
      WHERE stripe_charge_id = ?1 OR stripe_payment_intent_id = ?2
        OR enrollment_id = ?3 AND stripe_payment_intent_id IS NULL LIMIT 1)
)";

std::string join(std::string_view with, std::string_view select) { return std::string(with) + std::string(select); }

}  // namespace

std::vector<Statement> read_paid_checkout(std::string_view session_id, std::string_view reference,
                                          const std::optional<std::string>& payment_intent) {
  std::vector<Statement> batch;
  batch.push_back(sql(join(paid, R"(
      SELECT e.id, e.status, e.student_id, e.teacher_id, c.creator_id, e.instructor_type, e.price_cents, e.currency,
             e.checkout_session_id, c.title, c.slug, s.name AS student_name, t.name AS teacher_name, x.id AS transaction_id,
             x.stripe_payment_intent_id,
             EXISTS (SELECT 1 FROM users g WHERE g.id IN (e.student_id, e.teacher_id, c.creator_id) AND g.deleted_at > 0)
      FROM paid e JOIN courses c ON c.id = e.course_id JOIN users s ON s.id = e.student_id
      JOIN users t ON t.id = e.teacher_id LEFT JOIN transactions x ON x.enrollment_id = e.id)"),
                      session_id, reference));
  batch.push_back(sql(join(paid, R"(
      SELECT o.id, o.status, o.checkout_session_id
      FROM paid JOIN enrollments o ON o.student_id = paid.student_id AND o.course_id = paid.course_id
      WHERE o.id <> paid.id AND o.status IN ('pending', 'enrolled', 'completed'))"),
                      session_id, reference));
  batch.push_back(sql(R"(
      SELECT stripe_charge_id, cumulative_cents FROM refunds
      WHERE stripe_payment_intent_id = ?1 AND transaction_id IS NULL AND status = 'succeeded'
      ORDER BY cumulative_cents)",
                      payment_intent));
  return batch;
}

std::vector<Statement> settle_enrollment(const PaidEnrollment& enrollment, std::string_view status,
                                         std::string_view session_id, Timestamp now) {
  std::vector<Statement> batch;
  // A page that was opened and never written down has no address any more; the CHECK wants both or none.
  batch.push_back(sql(R"(
      UPDATE enrollments SET status = ?3, updated_at = ?5,
        checkout_url = CASE WHEN checkout_session_id IS NULL THEN '' ELSE checkout_url END,
        checkout_session_id = coalesce(checkout_session_id, ?4),
        enrolled_at = CASE ?3 WHEN 'enrolled' THEN ?5 ELSE enrolled_at END,
        refunded_at = CASE ?3 WHEN 'refunded' THEN ?5 ELSE refunded_at END
      WHERE id = ?1 AND status = ?2)",
                      enrollment.id, enrollment.status, status, session_id, now));
  batch.push_back(guard_written());
  return batch;
}

Statement guard_all_there(const PaidEnrollment& enrollment) {
  return sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'state_changed'
      WHERE EXISTS (SELECT 1 FROM users WHERE id IN (?1, ?2, ?3) AND deleted_at IS NOT NULL))",
             enrollment.student_id, enrollment.teacher_id, enrollment.creator_id);
}

Statement insert_stray_enrollment(std::string_view of_enrollment_id, std::string_view new_id,
                                  std::string_view session_id, Timestamp now) {
  return sql(R"(
      INSERT INTO enrollments (id, course_id, student_id, teacher_id, instructor_type, status, price_cents, currency,
                               checkout_session_id, checkout_url, checkout_expires_at, released_at, is_stray, created_at,
                               updated_at)
      SELECT ?2, course_id, student_id, teacher_id, instructor_type, 'released', price_cents, currency,
             ?3, '', checkout_expires_at, ?4, 1, ?4, ?4
      FROM enrollments WHERE id = ?1)",
             of_enrollment_id, new_id, session_id, now);
}

Statement release_rival(std::string_view enrollment_id, Timestamp now) {
  return sql(R"(
      UPDATE enrollments SET status = 'released', released_at = ?2, updated_at = ?2 WHERE id = ?1 AND status = 'pending')",
             enrollment_id, now);
}

Statement guard_waiting_refunds(const std::optional<std::string>& payment_intent, std::int64_t cumulative_cents) {
  return sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'state_changed'
      WHERE (SELECT coalesce(max(cumulative_cents), 0) FROM refunds
             WHERE stripe_payment_intent_id = ?1 AND transaction_id IS NULL AND status = 'succeeded') <> ?2)",
             payment_intent, cumulative_cents);
}

Statement attach_waiting_refunds(const std::optional<std::string>& payment_intent, std::string_view transaction_id) {
  return sql("UPDATE refunds SET transaction_id = ?2 WHERE stripe_payment_intent_id = ?1 AND transaction_id IS NULL",
             payment_intent, transaction_id);
}

Statement insert_transaction(const NewTransaction& transaction, Timestamp now) {
  return sql(R"(
      INSERT INTO transactions (id, enrollment_id, amount_cents, currency, stripe_payment_intent_id, stripe_charge_id,
                                status, refunded_cents, created_at, updated_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, CASE ?7 WHEN 0 THEN 'paid' WHEN ?3 THEN 'refunded' ELSE 'partially_refunded' END,
              ?7, ?8, ?8))",
             transaction.id, transaction.enrollment_id, transaction.amount_cents, transaction.currency,
             transaction.payment_intent, transaction.charge_id, transaction.refunded_cents, now);
}

Statement insert_split(std::string_view id, const NewTransaction& transaction, const Portion& portion,
                       std::int64_t reversed_cents, Timestamp now) {
  return sql(R"(
      INSERT INTO payment_splits (id, transaction_id, recipient_id, recipient_type, amount_cents, reversed_cents,
                                  currency, status, created_at, updated_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, CASE ?6 WHEN ?5 THEN 'reversed' ELSE 'pending' END, ?8, ?8))",
             id, transaction.id, portion.recipient_id, name_of(portion.recipient), portion.cents, reversed_cents,
             transaction.currency, now);
}

std::vector<Statement> read_refunded_charge(const RefundedCharge& charge) {
  std::vector<Statement> batch;
  batch.push_back(sql(join(charged, R"(
      SELECT x.id, x.enrollment_id, x.amount_cents, x.currency, x.refunded_cents, x.charged_back_cents, e.student_id,
             c.title
      FROM charged x JOIN enrollments e ON e.id = x.enrollment_id JOIN courses c ON c.id = e.course_id)"),
                      charge.charge_id, charge.payment_intent, charge.reference));
  batch.push_back(sql(join(charged, R"(
      SELECT s.id, s.recipient_type, s.recipient_id, s.amount_cents, s.reversed_cents
      FROM payment_splits s WHERE s.transaction_id = (SELECT id FROM charged)
      ORDER BY CASE s.recipient_type WHEN 'platform' THEN 0 WHEN 'creator' THEN 1 ELSE 2 END)"),
                      charge.charge_id, charge.payment_intent, charge.reference));
  batch.push_back(sql(R"(
      SELECT EXISTS (SELECT 1 FROM enrollments WHERE id = ?2),
             (SELECT coalesce(max(cumulative_cents), 0) FROM refunds
              WHERE stripe_charge_id = ?1 AND transaction_id IS NULL AND status = 'succeeded'))",
                      charge.charge_id, charge.reference));
  return batch;
}

std::vector<Statement> raise_refunded(const RefundedTransaction& transaction, const RefundedCharge& charge,
                                      Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      UPDATE transactions SET refunded_cents = ?3, updated_at = ?6,
        stripe_charge_id = coalesce(stripe_charge_id, ?4),
        stripe_payment_intent_id = coalesce(stripe_payment_intent_id, ?5),
        status = CASE WHEN status NOT IN ('paid', 'partially_refunded') THEN status
                      WHEN ?3 = amount_cents THEN 'refunded' ELSE 'partially_refunded' END
      WHERE id = ?1 AND refunded_cents = ?2 AND charged_back_cents = ?7)",
                      transaction.id, transaction.refunded_cents, charge.cumulative_cents, charge.charge_id,
                      charge.payment_intent, now, transaction.charged_back_cents));
  batch.push_back(guard_written());
  return batch;
}

Statement reverse_split(std::string_view split_id, std::int64_t reversed_cents, Timestamp now) {
  return sql(R"(
      UPDATE payment_splits SET reversed_cents = ?2, updated_at = ?3,
        status = CASE WHEN status <> 'frozen' AND ?2 = amount_cents THEN 'reversed' ELSE status END
      WHERE id = ?1 AND reversed_cents < ?2)",
             split_id, reversed_cents, now);
}

Statement set_enrollment_refunded(std::string_view enrollment_id, Timestamp now) {
  return sql(R"(
      UPDATE enrollments SET status = 'refunded', refunded_at = ?2, updated_at = ?2
      WHERE id = ?1 AND status <> 'refunded')",
             enrollment_id, now);
}

Statement insert_refund(std::string_view id, const std::optional<std::string>& transaction_id,
                        const RefundedCharge& charge, std::int64_t amount_cents, Timestamp now) {
  return sql(R"(
      INSERT INTO refunds (id, transaction_id, stripe_charge_id, stripe_payment_intent_id, amount_cents,
                           cumulative_cents, currency, created_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))",
             id, transaction_id, charge.charge_id, charge.payment_intent, amount_cents, charge.cumulative_cents,
             charge.currency, now);
}

Statement guard_waiting_charge(const RefundedCharge& charge, std::int64_t known_cumulative_cents) {
  return sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'state_changed'
      WHERE EXISTS (SELECT 1 FROM transactions WHERE stripe_payment_intent_id = ?2 OR enrollment_id = ?3
                                                     AND stripe_payment_intent_id IS NULL)
         OR (SELECT coalesce(max(cumulative_cents), 0) FROM refunds
             WHERE stripe_charge_id = ?1 AND transaction_id IS NULL AND status = 'succeeded') <> ?4)",
             charge.charge_id, charge.payment_intent, charge.reference, known_cumulative_cents);
}

Statement release_checkout(std::string_view session_id, std::string_view reference, Timestamp now) {
  return sql(R"(
      UPDATE enrollments SET status = 'released', released_at = ?3, updated_at = ?3
      WHERE status = 'pending' AND (checkout_session_id = ?1 OR id = ?2 AND checkout_session_id IS NULL))",
             session_id, reference, now);
}

Statement audit_misfit(std::string_view id, std::string_view provider_object, std::string_view details_json,
                       Timestamp now) {
  return sql(R"(
      INSERT INTO audit_log (id, action, target_type, target_id, details, created_at)
      SELECT ?1, 'payment_misfit', 'payment', ?2, ?3, ?4
      WHERE NOT EXISTS (SELECT 1 FROM audit_log WHERE target_type = 'payment' AND target_id = ?2
                                                      AND action = 'payment_misfit'))",
             id, provider_object, details_json, now);
}

}  // namespace isthmus::peerloop
