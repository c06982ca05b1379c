#include "peerloop/money/refunds/outbox.h"

#include "adapters/payments/stripe.h"
#include "peerloop/money/payouts/transfer_outbox.h"
#include "peerloop/money/refunds/queries.h"

namespace isthmus::peerloop {

Statement enqueue_refund_request(std::string_view request_id, Timestamp now) {
  return sql(R"(
      INSERT INTO outbox (id, kind, dedupe_key, payload, next_attempt_at, created_at)
      VALUES (?1, ?3, 'refund:' || ?1, json_object('id', ?1), ?2, ?2) ON CONFLICT (dedupe_key) DO NOTHING)",
             request_id, now, requested_refund_outbox_handler.kind);
}

Task<Result<Delivery>> deliver_requested_refund(Host& host, const OutboxItem& item) {
  const auto payload = parse_json(item.payload);
  const auto named = payload ? payload->string_at({"id"}) : std::nullopt;
  if (!named) co_return Failure(bad_request("The payload names no request."));
  const std::string id(*named);
  const auto row = co_await host.database.first<RefundToMake>(refund_to_make(id));
  if (!row || row->status != "requested") co_return Delivery{};
  if (!row->payment_intent)
    co_return Delivery{{}, fail_refund_request(host, id, "the payment is not known", host.clock.now())};

  StripePayments payments(host);
  RefundRequest request{item.dedupe_key,         *row->payment_intent, row->amount_cents,
                        "requested_by_customer", row->enrollment_id,   id};
  std::optional<ProviderRefund> refund;
  if (may_be_done(row->created_at, host.clock.now())) refund = co_await payments.find_refund(request);
  if (!refund) {
    auto answer = co_await attempt(payments.refund(std::move(request)));
    if (!answer && is_final(answer.error()))
      co_return Delivery{{}, fail_refund_request(host, id, reason_of(answer.error()), host.clock.now())};
    if (!answer) co_return Failure(std::move(answer).error());
    refund = *std::move(answer);
  }
  // The books first: from then on it counts as refunded, no more as asked for. In between it counts as both, which
  // allows too little for a moment, never too much.
  if (refund->charge)
    co_await apply_refund(host, {refund->charge->id, refund->charge->payment_id, row->enrollment_id,
                                 refund->charge->amount_refunded_cents, refund->charge->currency});
  Delivery delivery{refund->id, {}};
  delivery.statements.push_back(settle_refund_request(id, refund->id, host.clock.now()));
  co_return delivery;
}

}  // namespace isthmus::peerloop
