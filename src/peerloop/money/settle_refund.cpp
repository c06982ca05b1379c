#include <iterator>

#include "peerloop/feeds/mirror.h"
#include "peerloop/money/event_effect.h"

namespace isthmus::peerloop {

namespace {

struct Facts {
  std::optional<RefundedTransaction> transaction;
  std::vector<Split> splits;
  UnpaidCharge unpaid;
};

Task<Result<Facts>> read_facts(Host& host, RefundedCharge charge) {
  auto sets = co_await host.database.batch(read_refunded_charge(charge), OnLostAnswer::retry);
  Facts facts;
  facts.transaction = co_await std::move(sets[0]).first<RefundedTransaction>();
  facts.splits = co_await std::move(sets[1]).as<Split>();
  facts.unpaid = (co_await std::move(sets[2]).first<UnpaidCharge>()).value_or(UnpaidCharge{});
  co_return facts;
}

std::vector<Statement> take_back(Host& host, const Facts& facts, const RefundedCharge& charge) {
  const Timestamp now = host.clock.now();
  const RefundedTransaction& transaction = *facts.transaction;
  const std::int64_t refunded = charge.cumulative_cents - transaction.refunded_cents;
  const std::string cause = cause_of_refund(charge.charge_id, charge.cumulative_cents);

  std::vector<Statement> effect = raise_refunded(transaction, charge, now);
  std::vector<std::int64_t> shares;
  shares.reserve(facts.splits.size());
  for (const Split& split : facts.splits) shares.push_back(split.amount_cents);
  const auto reversed = apportion_refund(shares, charge.cumulative_cents);
  std::vector<Portion> back;
  for (std::size_t i = 0; i < facts.splits.size(); ++i) {
    const Split& split = facts.splits[i];
    effect.push_back(reverse_split(split.id, reversed[i], now));
    back.push_back({value_named<RecipientType>(split.recipient_type).value_or(RecipientType::platform),
                    split.recipient_id, reversed[i] - split.reversed_cents});
  }
  effect.push_back(insert_refund(host.random.uuid(now), transaction.id, charge, refunded, now));
  effect.push_back(post_movement(host, cause, transaction.id, transaction.currency, postings_of_refund(back), now));
  const bool whole = charge.cumulative_cents == transaction.amount_cents;
  if (whole) {
    effect.push_back(end_refunded_enrollment(transaction.enrollment_id, now));
    mirror_enrollment(effect, host, transaction.enrollment_id, "refunded");
  }
  effect.push_back(tell_of_refund(host, transaction, cause, refunded, whole ? Refunded::whole : Refunded::in_part));
  return effect;
}

std::vector<Statement> wait_for_payment(Host& host, const Facts& facts, const RefundedCharge& charge) {
  const Timestamp now = host.clock.now();
  std::vector<Statement> effect;
  effect.push_back(guard_waiting_charge(charge, facts.unpaid.cumulative_cents));
  effect.push_back(
      insert_refund(host.random.uuid(now), {}, charge, charge.cumulative_cents - facts.unpaid.cumulative_cents, now));
  return effect;
}

}  // namespace

Task<Result<Settled>> settle_refund(Host& host, WebhookEvent event, RefundedCharge charge) {
  for (int tries = 1;; ++tries) {
    const Facts facts = co_await read_facts(host, charge);
    const bool is_paid = facts.transaction.has_value();
    if (!is_paid && !facts.unpaid.enrollment_known)
      co_return Settled{co_await record_ignored_event(host, std::move(event)), {}};
    const std::int64_t known = is_paid ? facts.transaction->refunded_cents : facts.unpaid.cumulative_cents;
    // The running total only grows: one that is not above the last is the same news again, or old news.
    if (charge.cumulative_cents <= known) co_return co_await record_known_event(host, std::move(event));
    if (is_paid &&
        (charge.currency != facts.transaction->currency || charge.cumulative_cents > facts.transaction->amount_cents))
      co_return co_await record_misfit(host, std::move(event), charge.charge_id, facts.transaction->enrollment_id,
                                       "refunded " + std::to_string(charge.cumulative_cents) + ' ' + charge.currency +
                                           " of " + std::to_string(facts.transaction->amount_cents) + ' ' +
                                           facts.transaction->currency);

    auto recorded = co_await attempt(
        record_event(host, event, is_paid ? take_back(host, facts, charge) : wait_for_payment(host, facts, charge)));
    if (recorded) co_return Settled{*recorded, {}};
    if (recorded.error().code != "constraint" || tries == most_settlings)
      co_return Failure(std::move(recorded).error());
  }
}

}  // namespace isthmus::peerloop
