#include "peerloop/money/refunds/request.h"

#include "peerloop/app.h"
#include "peerloop/audit.h"
#include "peerloop/money/refunds/queries.h"

namespace isthmus::peerloop {

namespace {

Error refusal(const RefundablePayment& payment, std::string_view code, std::string text) {
  JsonWriter json;
  json.begin_object().member("status", payment.transaction_id ? payment.transaction_status : payment.enrollment_status);
  json.member("leftCents", payment.left()).member("refundedCents", payment.refunded_cents);
  json.member("requestedCents", payment.requested_cents).end_object();
  return conflict(std::move(text), code).with_details(std::move(json).text());
}

/// How many cents to refund of what is left, or why none.
Result<std::int64_t> amount_to_refund(const RefundablePayment& payment, std::optional<std::int64_t> wanted) {
  if (!payment.transaction_id) return Failure(refusal(payment, "not_paid", "Nothing was paid for this enrollment."));
  if (payment.transaction_status == "disputed")
    return Failure(refusal(payment, "disputed", "The payment is disputed at the bank, which decides about it."));
  if (payment.left() == 0)
    return Failure(refusal(payment, "already_refunded", "All of it was refunded, or asked for, already."));
  if (wanted && *wanted > payment.left())
    return Failure(refusal(payment, "refund_too_large", "Less than that is left of the payment."));
  return wanted.value_or(payment.left());
}

struct Wish {
  std::string enrollment_id;
  std::optional<std::int64_t> amount_cents;
  std::string reason;
  enum class Who { student, admin } who = Who::student;
};

Task<Result<Response>> request_refund(Request& request, Wish wish) {
  for (int tries = 1;; ++tries) {
    const auto payment = co_await request.db().first<RefundablePayment>(refundable_payment(wish.enrollment_id));
    if (!payment) co_return Failure(not_found("enrollment"));
    const std::int64_t amount = co_await amount_to_refund(*payment, wish.amount_cents);

    const std::string id = request.host().random.uuid(request.now());
    auto batch = insert_refund_request(
        {id, *payment->transaction_id, amount, payment->currency, wish.reason, request.user().user_id}, *payment,
        request.now());
    if (wish.who == Wish::Who::admin) {
      JsonWriter details;
      details.begin_object().member("refundId", id).member("amountCents", amount);
      details.member("currency", payment->currency).end_object();
      batch.push_back(audit(request, "refund.request", "enrollment", wish.enrollment_id, std::move(details).text()));
    }
    const RequestedRefund answer{id, wish.enrollment_id, amount, payment->currency, "requested"};
    auto written = co_await attempt(commit(request, std::move(batch), json_response(202, encode(answer))));
    if (written) {
      dispatch_after(request);
      co_return written;
    }
    // Another refund got in between: what is left now, the next reading tells.
    if (!violates(written.error(), "guard:refund_too_large") || tries == 3) co_return written;
  }
}

}  // namespace

Task<Result<Response>> ask_refund(Request& request, AskRefund body) {
  return request_refund(request, {std::string(request.param("id")),
                                  {},
                                  std::move(body.reason).value_or("requested by the student"),
                                  Wish::Who::student});
}

Task<Result<Response>> refund_as_admin(Request& request, AdminRefund body) {
  return request_refund(request,
                        {std::move(body.enrollmentId), body.amountCents, std::move(body.reason), Wish::Who::admin});
}

Statement own_enrollment(const Request& request) {
  return sql("SELECT 1 FROM enrollments WHERE id = ?1 AND student_id = ?2", request.param("id"),
             request.user().user_id);
}

}  // namespace isthmus::peerloop
