#include "peerloop/money/refund_outbox.h"

#include "adapters/payments/stripe.h"

namespace isthmus::peerloop {

Statement enqueue_refund(Host& host, std::string_view payment_intent, std::string_view enrollment_id, Timestamp now) {
  JsonWriter json;
  json.begin_object().member("paymentIntent", payment_intent).member("enrollmentId", enrollment_id).end_object();
  return enqueue(host, refund_outbox_handler.kind, "stripe.refund:" + std::string(payment_intent),
                 std::move(json).text(), now);
}

Task<Result<Delivery>> deliver_refund(Host& host, const OutboxItem& item) {
  RefundRequest request;
  request.operation = item.dedupe_key;
  request.reason = "duplicate";
  if (const auto payload = parse_json(item.payload)) {
    request.payment_id = payload->string_at({"paymentIntent"}).value_or("");
    request.reference = payload->string_at({"enrollmentId"}).value_or("");
  }
  if (request.payment_id.empty()) co_return Failure(bad_request("The refund names no payment."));
  StripePayments payments(host);
  auto refund = co_await attempt(payments.refund(std::move(request)));
  if (refund) co_return Delivery{std::move(refund->id), {}};
  Error error = std::move(refund).error();
  // Refused is refused: the row ends, and an admin sees it. A missing key is worth waiting for.
  if (error.code == payment_error::refused) error.status = 422;
  co_return Failure(std::move(error));
}

}  // namespace isthmus::peerloop
