#include "peerloop/money/disputes/dispute.h"
#include "peerloop/money/event_effect.h"
#include "peerloop/money/payouts/transfers.h"
#include "peerloop/notifications/notify.h"

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

std::string notice_of_refund(const RefundedTransaction& transaction, std::int64_t cents, bool whole) {
  JsonWriter json;
  json.begin_object().member("enrollmentId", transaction.enrollment_id);
  json.member("courseTitle", transaction.course_title).member("amountCents", cents);
  json.member("currency", transaction.currency).member("whole", whole).end_object();
  return std::move(json).text();
}

std::vector<Statement> take_back(Host& host, Facts& facts, const RefundedCharge& charge) {
  const Timestamp now = host.clock.now();
  const RefundedTransaction& transaction = *facts.transaction;
  const std::int64_t refunded = charge.cumulative_cents - transaction.refunded_cents;
  const std::string cause = cause_of_refund(charge.charge_id, charge.cumulative_cents);
  const std::int64_t taken =
      taken_of(transaction.amount_cents, charge.cumulative_cents, transaction.charged_back_cents);

  std::vector<Statement> effect = raise_refunded(transaction, charge, now);
  const std::vector<Portion> back = reverse_splits(effect, facts.splits, taken, now);
  effect.push_back(insert_refund(host.random.uuid(now), transaction.id, charge, refunded, now));
  effect.push_back(post_movement(host, cause, transaction.id, transaction.currency,
                                 postings_of_loss(back, "provider:stripe", refunded), now));
  for (const Split& split : facts.splits) {
    if (!split.recipient_id) continue;
    append(effect, ask_back(host, split.id, now));
  }
  const bool whole = taken == transaction.amount_cents;
  if (whole) end_refunded_enrollment(effect, host, transaction.enrollment_id, now);
  effect.push_back(tell_of_refund(host, transaction, cause, refunded, whole ? Refunded::whole : Refunded::in_part));
  effect.push_back(notify(host, Notice::refund_settled, transaction.student_id, cause,
                          notice_of_refund(transaction, refunded, whole)));
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

/// What a charge's running total leads to.
struct Plan {
  enum class Kind { unknown, known, misfit, effect } kind = Kind::unknown;
  std::vector<Statement> effect;
  std::string enrollment_id;
  std::string reason;
};

Task<Result<Plan>> plan_for(Host& host, RefundedCharge charge) {
  Facts facts = co_await read_facts(host, charge);
  const bool is_paid = facts.transaction.has_value();
  if (!is_paid && !facts.unpaid.enrollment_known) co_return Plan{};
  const std::int64_t known = is_paid ? facts.transaction->refunded_cents : facts.unpaid.cumulative_cents;
  // The running total only grows: one that is not above the last is the same news again, or old news.
  if (charge.cumulative_cents <= known) co_return Plan{Plan::Kind::known, {}, {}, {}};
  if (!is_paid) co_return Plan{Plan::Kind::effect, wait_for_payment(host, facts, charge), {}, {}};
  const RefundedTransaction& transaction = *facts.transaction;
  if (charge.currency != transaction.currency || charge.cumulative_cents > transaction.amount_cents)
    co_return Plan{Plan::Kind::misfit,
                   {},
                   transaction.enrollment_id,
                   "refunded " + std::to_string(charge.cumulative_cents) + ' ' + charge.currency + " of " +
                       std::to_string(transaction.amount_cents) + ' ' + transaction.currency};
  co_return Plan{Plan::Kind::effect, take_back(host, facts, charge), {}, {}};
}

}  // namespace

Task<Result<Settled>> settle_refund(Host& host, WebhookEvent event, RefundedCharge charge) {
  for (int tries = 1;; ++tries) {
    Plan plan = co_await plan_for(host, charge);
    if (plan.kind == Plan::Kind::unknown) co_return Settled{co_await record_ignored_event(host, std::move(event)), {}};
    if (plan.kind == Plan::Kind::known) co_return co_await record_known_event(host, std::move(event));
    if (plan.kind == Plan::Kind::misfit)
      co_return co_await record_misfit(host, std::move(event), charge.charge_id, std::move(plan.enrollment_id),
                                       std::move(plan.reason));
    const auto recorded = co_await try_to_record(host, event, std::move(plan.effect), tries);
    if (recorded) co_return Settled{*recorded, {}};
  }
}

Task<Result<void>> apply_refund(Host& host, RefundedCharge charge) {
  for (int tries = 1;; ++tries) {
    Plan plan = co_await plan_for(host, charge);
    if (plan.kind != Plan::Kind::effect) co_return Result<void>();
    auto written = co_await attempt(host.database.batch(std::move(plan.effect), OnLostAnswer::fail));
    if (written) co_return Result<void>();
    if (written.error().code != "constraint" || tries == most_settlings) co_return Failure(std::move(written).error());
  }
}

}  // namespace isthmus::peerloop
