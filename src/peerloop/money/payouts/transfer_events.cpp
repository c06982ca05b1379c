#include "peerloop/money/payouts/transfer_events.h"

#include "peerloop/money/event_effect.h"
#include "peerloop/money/payouts/transfers.h"

namespace isthmus::peerloop {

namespace {

struct KnownTransfer {
  std::string id;
  std::optional<std::string> stripe_id;
  std::int64_t amount_cents = 0;
  std::int64_t returned_cents = 0;
  std::string enrollment_id;
  bool waits = false;
};

/// The row that has this transfer, else the one that its metadata names.
Statement known_transfer(const ProviderTransfer& transfer) {
  return sql(R"(
      SELECT t.id, t.stripe_transfer_id, t.amount_cents, t.returned_cents, x.enrollment_id,
             t.stripe_transfer_id IS NULL AND t.status IN ('requested', 'failed', 'canceled')
               AND NOT EXISTS (SELECT 1 FROM transfers o WHERE o.split_id = t.split_id AND o.id <> t.id
                               AND o.status IN ('requested', 'sent'))
      FROM transfers t JOIN payment_splits s ON s.id = t.split_id JOIN transactions x ON x.id = s.transaction_id
      WHERE t.stripe_transfer_id = ?1 OR t.id = ?2
      ORDER BY t.stripe_transfer_id IS ?1 DESC LIMIT 1)",
             transfer.id, transfer.reference);
}

}  // namespace

Task<Result<Settled>> settle_transfer(Host& host, WebhookEvent event, ProviderTransfer transfer) {
  for (int tries = 1;; ++tries) {
    const auto known = co_await host.database.first<KnownTransfer>(known_transfer(transfer));
    if (!known) co_return Settled{co_await record_ignored_event(host, std::move(event)), {}};
    const Timestamp now = host.clock.now();
    const bool is_this_one = known->stripe_id == transfer.id;
    if (is_this_one && transfer.reversed_cents <= known->returned_cents)
      co_return co_await record_known_event(host, std::move(event));
    if (transfer.reversed_cents > transfer.amount_cents ||
        ((is_this_one || known->waits) && transfer.amount_cents != known->amount_cents))
      co_return co_await record_misfit(host, std::move(event), transfer.id, known->enrollment_id,
                                       "a transfer of " + std::to_string(transfer.amount_cents) + ", reversed by " +
                                           std::to_string(transfer.reversed_cents) + ", where " +
                                           std::to_string(known->amount_cents) + " was asked for");

    std::vector<Statement> effect;
    if (is_this_one) {
      effect = settle_returned(host, transfer, now);
    } else if (known->waits) {
      effect = settle_sent(host, known->id, transfer.id, now);
      effect.push_back(guard_settled(known->id, transfer.id));
      append(effect, settle_returned(host, transfer, now));
    } else {
      effect = settle_duplicate(host, known->id, transfer, now);
    }
    const auto recorded = co_await try_to_record(host, event, std::move(effect), tries);
    if (recorded) co_return Settled{*recorded, {}};
  }
}

}  // namespace isthmus::peerloop
