#include "peerloop/money/disputes/settle_dispute.h"

#include <algorithm>

#include "peerloop/money/event_effect.h"
#include "peerloop/money/payouts/transfers.h"
#include "peerloop/notifications/notify.h"

namespace isthmus::peerloop {

namespace {

struct Facts {
  std::optional<DisputedPayment> payment;
  std::vector<Split> splits;
  std::optional<DisputeStatus> known;
  bool was_attached = false;
};

struct KnownDispute {
  std::string status;
  bool attached = false;
};

/// The transaction of a charge ?1 with the payment intent ?2.
#define PEERLOOP_DISPUTED \
  "SELECT id FROM transactions WHERE stripe_charge_id = ?1 OR stripe_payment_intent_id = ?2 LIMIT 1"

std::vector<Statement> read_dispute(const Dispute& dispute) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      SELECT x.id, x.enrollment_id, x.amount_cents, x.currency, x.refunded_cents, x.charged_back_cents, c.title
      FROM transactions x JOIN enrollments e ON e.id = x.enrollment_id JOIN courses c ON c.id = e.course_id
      WHERE x.id = ()" PEERLOOP_DISPUTED ")",
                      dispute.charge_id, dispute.payment_intent));
  batch.push_back(sql(R"(
      SELECT s.id, s.recipient_type, s.recipient_id, s.amount_cents, s.reversed_cents
      FROM payment_splits s WHERE s.transaction_id = ()" PEERLOOP_DISPUTED R"()
      ORDER BY CASE s.recipient_type WHEN 'platform' THEN 0 WHEN 'creator' THEN 1 ELSE 2 END)",
                      dispute.charge_id, dispute.payment_intent));
  batch.push_back(
      sql("SELECT status, transaction_id IS NOT NULL FROM disputes WHERE stripe_dispute_id = ?1", dispute.id));
  return batch;
}

Task<Result<Facts>> read_facts(Host& host, Dispute dispute) {
  auto sets = co_await host.database.batch(read_dispute(dispute), OnLostAnswer::retry);
  Facts facts;
  facts.payment = co_await std::move(sets[0]).first<DisputedPayment>();
  facts.splits = co_await std::move(sets[1]).as<Split>();
  if (const auto known = co_await std::move(sets[2]).first<KnownDispute>()) {
    facts.known = value_named<DisputeStatus>(known->status);
    facts.was_attached = known->attached;
  }
  co_return facts;
}

/// Keeps the news itself, guarded by what was known before.
std::vector<Statement> keep_dispute(Host& host, const Dispute& dispute, std::optional<DisputeStatus> known,
                                    const std::optional<std::string>& transaction_id, Timestamp now) {
  const std::optional<Timestamp> closed = is_final(dispute.status) ? std::optional(now) : std::nullopt;
  std::vector<Statement> batch;
  if (known)
    batch.push_back(sql(R"(
        UPDATE disputes SET status = ?3, closed_at = ?4, transaction_id = coalesce(transaction_id, ?5),
                            due_at = coalesce(?6, due_at)
        WHERE stripe_dispute_id = ?1 AND status = ?2)",
                        dispute.id, name_of(*known), name_of(dispute.status), closed, transaction_id, dispute.due_at));
  else
    batch.push_back(sql(R"(
        INSERT INTO disputes (id, stripe_dispute_id, transaction_id, stripe_charge_id, stripe_payment_intent_id,
                              amount_cents, currency, reason, status, created_at, closed_at, due_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, substr(?8, 1, 100), ?9, ?10, ?11, ?12))",
                        host.random.uuid(now), dispute.id, transaction_id, dispute.charge_id, dispute.payment_intent,
                        dispute.amount_cents, dispute.currency, dispute.reason, name_of(dispute.status), now, closed,
                        dispute.due_at));
  batch.push_back(guard_written());
  return batch;
}

/// The money that the provider takes or gives back between two stages.
std::optional<Statement> move_held(Host& host, const DisputedPayment& payment, const Dispute& dispute,
                                   std::optional<DisputeStatus> known, Timestamp now) {
  const std::int64_t before = known && takes_money(*known) ? dispute.amount_cents : 0;
  const std::int64_t after = takes_money(dispute.status) ? dispute.amount_cents : 0;
  if (before == after) return std::nullopt;
  return post_movement(host, "dispute:" + dispute.id + ':' + std::string(name_of(dispute.status)),
                       payment.transaction_id, payment.currency,
                       {{"provider:stripe", before - after}, {"disputes:stripe", after - before}}, now);
}

/// A lost dispute: what the provider kept is taken back from the shares.
void take_back(std::vector<Statement>& effect, Host& host, DisputedPayment& payment, std::vector<Split>& splits,
               const Dispute& dispute, Timestamp now) {
  const std::int64_t before = taken_of(payment.amount_cents, payment.refunded_cents, payment.charged_back_cents);
  payment.charged_back_cents = std::min(payment.amount_cents, payment.charged_back_cents + dispute.amount_cents);
  const std::int64_t after = taken_of(payment.amount_cents, payment.refunded_cents, payment.charged_back_cents);
  std::vector<Portion> back = reverse_splits(effect, splits, after, now);
  effect.push_back(post_movement(host, "dispute_lost:" + dispute.id, payment.transaction_id, payment.currency,
                                 postings_of_loss(back, "disputes:stripe", dispute.amount_cents), now));
  if (after == payment.amount_cents && before < after)
    end_refunded_enrollment(effect, host, payment.enrollment_id, now);
}

void tell_people(std::vector<Statement>& effect, Host& host, const DisputedPayment& payment,
                 const std::vector<Split>& splits, const Dispute& dispute, bool is_news) {
  if (!is_news && !is_final(dispute.status)) return;
  JsonWriter json;
  json.begin_object().member("enrollmentId", payment.enrollment_id).member("courseTitle", payment.course_title);
  json.member("status", name_of(dispute.status)).end_object();
  for (const Split& split : splits) {
    if (!split.recipient_id) continue;
    effect.push_back(notify(host, is_final(dispute.status) ? Notice::dispute_closed : Notice::dispute_opened,
                            *split.recipient_id, "dispute:" + dispute.id, json.text()));
  }
}

/// All that a dispute's next stage does to its payment, behind `keep_dispute`. `known` is the stage that was applied to
/// the payment before.
void apply(std::vector<Statement>& effect, Host& host, DisputedPayment& payment, std::vector<Split>& splits,
           const Dispute& dispute, std::optional<DisputeStatus> known, Timestamp now) {
  if (auto movement = move_held(host, payment, dispute, known, now)) effect.push_back(*std::move(movement));
  // Together with the guard of the dispute's own row this keeps refunds and other disputes of the payment apart.
  effect.push_back(sql(R"(
      UPDATE transactions SET stripe_charge_id = coalesce(stripe_charge_id, ?4),
                              stripe_payment_intent_id = coalesce(stripe_payment_intent_id, ?5), updated_at = ?6
      WHERE id = ?1 AND refunded_cents = ?2 AND charged_back_cents = ?3)",
                       payment.transaction_id, payment.refunded_cents, payment.charged_back_cents, dispute.charge_id,
                       dispute.payment_intent, now));
  effect.push_back(guard_written());
  if (is_final(dispute.status))
    effect.push_back(sql(R"(
        UPDATE payment_splits SET status = iif(reversed_cents = amount_cents AND amount_cents > 0, 'reversed', frozen_from),
                                  frozen_from = NULL, updated_at = ?2
        WHERE transaction_id = ?1 AND status = 'frozen'
          AND NOT EXISTS (SELECT 1 FROM disputes d WHERE d.transaction_id = ?1 AND d.closed_at IS NULL))",
                         payment.transaction_id, now));
  else
    effect.push_back(sql(R"(
        UPDATE payment_splits SET frozen_from = status, status = 'frozen', updated_at = ?2
        WHERE transaction_id = ?1 AND status IN ('pending', 'approved', 'paid'))",
                         payment.transaction_id, now));
  if (dispute.status == DisputeStatus::lost) take_back(effect, host, payment, splits, dispute, now);
  effect.push_back(sql(R"(
      UPDATE transactions SET charged_back_cents = ?2, updated_at = ?3,
        status = CASE WHEN EXISTS (SELECT 1 FROM disputes d WHERE d.transaction_id = ?1 AND d.closed_at IS NULL) THEN 'disputed'
                      WHEN ?2 > 0 THEN 'charged_back' WHEN refunded_cents = 0 THEN 'paid'
                      WHEN refunded_cents = amount_cents THEN 'refunded' ELSE 'partially_refunded' END
      WHERE id = ?1)",
                       payment.transaction_id, payment.charged_back_cents, now));
  if (dispute.status == DisputeStatus::lost)
    for (const Split& split : splits)
      if (split.recipient_id) append(effect, ask_back(host, split.id, now));
  tell_people(effect, host, payment, splits, dispute, !known);
}

}  // namespace

Task<Result<Settled>> settle_dispute(Host& host, WebhookEvent event, Dispute dispute) {
  for (int tries = 1;; ++tries) {
    Facts facts = co_await read_facts(host, dispute);
    // A stage that was reached stays reached, and the end is the end.
    if (facts.known && (is_final(*facts.known) || dispute.status <= *facts.known)) {
      if (is_final(dispute.status) && dispute.status != *facts.known && facts.payment)
        co_return co_await record_misfit(host, std::move(event), dispute.id, facts.payment->enrollment_id,
                                         "a dispute that ended as " + std::string(name_of(*facts.known)) + " is now " +
                                             std::string(name_of(dispute.status)));
      co_return co_await record_known_event(host, std::move(event));
    }
    if (facts.payment && dispute.currency != facts.payment->currency)
      co_return co_await record_misfit(host, std::move(event), dispute.id, facts.payment->enrollment_id,
                                       "a dispute in " + dispute.currency);

    const Timestamp now = host.clock.now();
    std::vector<Statement> effect = keep_dispute(
        host, dispute, facts.known, facts.payment ? std::optional(facts.payment->transaction_id) : std::nullopt, now);
    if (facts.payment)
      apply(effect, host, *facts.payment, facts.splits, dispute, facts.was_attached ? facts.known : std::nullopt, now);
    else
      effect.push_back(sql(R"(
          INSERT INTO batch_guard (reason) SELECT 'state_changed' WHERE EXISTS ()" PEERLOOP_DISPUTED ")",
                           dispute.charge_id, dispute.payment_intent));
    const auto recorded = co_await try_to_record(host, event, std::move(effect), tries);
    if (recorded) co_return Settled{*recorded, {}};
  }
}

Statement waiting_disputes(const std::optional<std::string>& payment_intent) {
  return sql(R"(
      SELECT stripe_dispute_id, stripe_charge_id, amount_cents, currency, reason, status FROM disputes
      WHERE stripe_payment_intent_id = ?1 AND transaction_id IS NULL ORDER BY stripe_dispute_id)",
             payment_intent);
}

Statement guard_waiting_disputes(const std::optional<std::string>& payment_intent,
                                 const std::vector<WaitingDispute>& disputes) {
  std::string read;
  for (const WaitingDispute& dispute : disputes) read += dispute.id + '=' + dispute.status + ';';
  return sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'state_changed'
      WHERE coalesce((SELECT group_concat(stripe_dispute_id || '=' || status || ';', '')
                      FROM (SELECT stripe_dispute_id, status FROM disputes
                            WHERE stripe_payment_intent_id = ?1 AND transaction_id IS NULL
                            ORDER BY stripe_dispute_id)), '') <> ?2)",
             payment_intent, std::move(read));
}

std::vector<Statement> apply_waiting_disputes(Host& host, DisputedPayment payment, const std::vector<Split>& splits,
                                              const std::vector<WaitingDispute>& disputes, Timestamp now) {
  std::vector<Statement> effect;
  std::vector<Split> shares = splits;
  for (const WaitingDispute& waiting : disputes) {
    const Dispute dispute{waiting.id,
                          waiting.charge_id,
                          {},
                          waiting.amount_cents,
                          waiting.currency,
                          waiting.reason,
                          value_named<DisputeStatus>(waiting.status).value_or(DisputeStatus::needs_response),
                          {}};
    effect.push_back(sql("UPDATE disputes SET transaction_id = ?2 WHERE stripe_dispute_id = ?1", waiting.id,
                         payment.transaction_id));
    if (waiting.currency == payment.currency) apply(effect, host, payment, shares, dispute, std::nullopt, now);
  }
  return effect;
}

}  // namespace isthmus::peerloop
