#include "peerloop/money/payouts/transfer_outbox.h"

#include "adapters/payments/stripe.h"
#include "peerloop/money/payouts/transfers.h"

namespace isthmus::peerloop {

namespace {

struct TransferToMake {
  std::string status;
  std::string split_id;
  std::string account_id;
  std::int64_t amount_cents = 0;
  std::string currency;
  Timestamp created_at;
  bool still_due = false;
  std::string enrollment_id;
  std::string transaction_id;
  std::optional<std::string> charge_id;
  std::optional<std::string> payment_intent;
};

Statement transfer_to_make(std::string_view id) {
  return sql(R"(
      SELECT t.status, t.split_id, t.stripe_account_id, t.amount_cents, t.currency, t.created_at,
             s.status = 'approved' AND s.amount_cents - s.reversed_cents = t.amount_cents + t.withheld_cents,
             x.enrollment_id, x.id, x.stripe_charge_id, x.stripe_payment_intent_id
      FROM transfers t JOIN payment_splits s ON s.id = t.split_id JOIN transactions x ON x.id = s.transaction_id
      WHERE t.id = ?1)",
             id);
}

struct ReversalToMake {
  std::string status;
  std::int64_t amount_cents = 0;
  std::string stripe_transfer_id;
  Timestamp created_at;
  std::int64_t left_cents = 0;  ///< of the transfer
};

Statement reversal_to_make(std::string_view id) {
  return sql(R"(
      SELECT r.status, r.amount_cents, t.stripe_transfer_id, r.created_at, t.amount_cents - t.returned_cents
      FROM transfer_reversals r JOIN transfers t ON t.id = r.transfer_id WHERE r.id = ?1)",
             id);
}

/// The row that an item is about.
Result<std::string> id_in(const OutboxItem& item) {
  const auto payload = parse_json(item.payload);
  const auto id = payload ? payload->string_at({"id"}) : std::nullopt;
  if (!id) return Failure(bad_request("The payload names no row."));
  return std::string(*id);
}

Statement keep_charge(std::string_view transaction_id, std::string_view charge_id) {
  return sql("UPDATE transactions SET stripe_charge_id = ?2 WHERE id = ?1 AND stripe_charge_id IS NULL", transaction_id,
             charge_id);
}

Delivery done(Statement statement) {
  Delivery delivery;
  delivery.statements.push_back(std::move(statement));
  return delivery;
}

}  // namespace

bool is_final(const Error& error) {
  return error.code == payment_error::refused || error.code == payment_error::short_of_money ||
         error.code == payment_error::account_unable;
}

std::string reason_of(const Error& error) {
  std::string reason = error.log.value;
  if (reason.empty()) reason = error.code;
  if (reason.size() > 400) reason.resize(400);
  return reason;
}

Statement enqueue_transfers(std::string_view ids_json, Timestamp now) {
  return sql(R"(
      INSERT INTO outbox (id, kind, dedupe_key, payload, next_attempt_at, created_at)
      SELECT id, ?3, 'transfer:' || id, json_object('id', id), ?2, ?2 FROM transfers
      WHERE id IN (SELECT value FROM json_each(?1)) AND status = 'requested'
      ON CONFLICT (dedupe_key) DO NOTHING)",
             ids_json, now, transfer_outbox_handler.kind);
}

Statement enqueue_reversal(std::string_view id, Timestamp now) {
  return sql(R"(
      INSERT INTO outbox (id, kind, dedupe_key, payload, next_attempt_at, created_at)
      SELECT id, ?3, 'reversal:' || id, json_object('id', id), ?2, ?2 FROM transfer_reversals WHERE id = ?1
      ON CONFLICT (dedupe_key) DO NOTHING)",
             id, now, reversal_outbox_handler.kind);
}

Task<Result<Delivery>> deliver_transfer(Host& host, const OutboxItem& item) {
  const std::string id = co_await id_in(item);
  const auto row = co_await host.database.first<TransferToMake>(transfer_to_make(id));
  if (!row || row->status != "requested") co_return Delivery{};
  StripePayments payments(host);
  TransferRequest request{item.dedupe_key,
                          row->account_id,
                          row->charge_id.value_or(""),
                          row->amount_cents,
                          row->currency,
                          row->enrollment_id,
                          id};
  // What an earlier try sent is there, even where its key is forgotten or the share has changed since: what is too much
  // of it is asked back. What was not sent of a changed share stays.
  std::optional<ProviderTransfer> made;
  if (!row->still_due || may_be_done(row->created_at, host.clock.now()))
    made = co_await payments.find_transfer(request);
  if (!made && !row->still_due)
    co_return done(cancel_transfer(id, "the share changed before it was sent", host.clock.now()));
  if (made) co_return Delivery{made->id, settle_sent(host, id, made->id, host.clock.now())};

  const bool charge_is_new = request.charge_id.empty();
  if (charge_is_new) {
    if (!row->payment_intent)
      co_return done(fail_transfer(id, "neither charge nor payment is known", host.clock.now()));
    auto charge = co_await attempt(payments.charge_of(*row->payment_intent));
    if (!charge && is_final(charge.error()))
      co_return done(fail_transfer(id, reason_of(charge.error()), host.clock.now()));
    if (!charge) co_return Failure(std::move(charge).error());
    request.charge_id = *std::move(charge);
  }
  const std::string charge_id = request.charge_id;
  auto sent = co_await attempt(payments.transfer(std::move(request)));
  if (!sent && is_final(sent.error())) co_return done(fail_transfer(id, reason_of(sent.error()), host.clock.now()));
  if (!sent) co_return Failure(std::move(sent).error());
  Delivery delivery{sent->id, settle_sent(host, id, sent->id, host.clock.now())};
  if (charge_is_new) delivery.statements.push_back(keep_charge(row->transaction_id, charge_id));
  co_return delivery;
}

Task<Result<Delivery>> deliver_reversal(Host& host, const OutboxItem& item) {
  const std::string id = co_await id_in(item);
  const auto row = co_await host.database.first<ReversalToMake>(reversal_to_make(id));
  if (!row || row->status != "requested") co_return Delivery{};

  StripePayments payments(host);
  ReversalRequest request{item.dedupe_key, row->stripe_transfer_id, row->amount_cents, id};
  std::optional<ProviderTransfer> transfer;
  if (may_be_done(row->created_at, host.clock.now())) transfer = co_await payments.find_reversal(request);
  if (!transfer) {
    auto answer = co_await attempt(payments.reverse(std::move(request)));
    if (!answer && is_final(answer.error())) {
      Delivery delivery = done(fail_reversal(id, reason_of(answer.error()), host.clock.now()));
      // Somebody took a part of it back at the provider's own pages: what is left is asked for anew. Where we have not
      // heard of that yet, its news does so.
      if (row->amount_cents > row->left_cents)
        append(delivery.statements, ask_back(host, row->stripe_transfer_id, host.clock.now()));
      co_return delivery;
    }
    if (!answer) co_return Failure(std::move(answer).error());
    transfer = *std::move(answer);
  }
  co_return Delivery{transfer->id, settle_returned(host, *transfer, host.clock.now())};
}

}  // namespace isthmus::peerloop
