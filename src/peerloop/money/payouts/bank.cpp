#include "peerloop/money/payouts/bank.h"

#include "json/writer.h"
#include "peerloop/mail/mail.h"
#include "peerloop/money/event_effect.h"
#include "peerloop/notifications/notify.h"

namespace isthmus::peerloop {

namespace {

struct Owner {
  std::string user_id;
  std::optional<std::string> status;  ///< of the payout, where it is known
};

Statement owner_of_account(const BankPayout& payout) {
  return sql(R"(
      SELECT u.id, p.status FROM users u LEFT JOIN payouts p ON p.stripe_payout_id = ?2 WHERE u.stripe_account_id = ?1)",
             payout.account_id, payout.id);
}

/// News only counts where it is further on. Refused by nothing: what is old changes no row.
Statement keep_payout(std::string_view row_id, const Owner& owner, const BankPayout& payout, Timestamp now) {
#define PEERLOOP_PAYOUT_RANK(status) \
  "CASE " status " WHEN 'pending' THEN 0 WHEN 'in_transit' THEN 1 WHEN 'paid' THEN 2 ELSE 3 END"
  return sql(R"(
      INSERT INTO payouts (id, user_id, stripe_account_id, stripe_payout_id, amount_cents, currency, status, failure_code,
                           arrives_at, created_at, updated_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, substr(?8, 1, 100), ?9, ?10, ?10)
      ON CONFLICT (stripe_payout_id) DO UPDATE SET status = excluded.status, failure_code = excluded.failure_code,
        arrives_at = coalesce(excluded.arrives_at, arrives_at), updated_at = excluded.updated_at
      WHERE )" PEERLOOP_PAYOUT_RANK("excluded.status") " > " PEERLOOP_PAYOUT_RANK("payouts.status"),
             row_id, owner.user_id, payout.account_id, payout.id, payout.amount_cents, payout.currency, payout.status,
             payout.failure_code, payout.arrives_at, now);
}

int rank_of(std::string_view status) {
  if (status == "pending") return 0;
  if (status == "in_transit") return 1;
  return status == "paid" ? 2 : 3;
}

void tell_owner(std::vector<Statement>& effect, Host& host, const Owner& owner, const BankPayout& payout) {
  const bool failed = payout.status == "failed";
  JsonWriter json;
  json.begin_object().member("payoutId", payout.id).member("amountCents", payout.amount_cents);
  json.member("currency", payout.currency).end_object();
  effect.push_back(notify(host, failed ? Notice::payout_failed : Notice::payout_paid, owner.user_id,
                          "payout:" + payout.id, std::move(json).text()));
  JsonWriter values;
  values.begin_object().member("amount", money_text(payout.amount_cents, payout.currency)).end_object();
  effect.push_back(queue_mail(host, failed ? Mail::payout_failed : Mail::payout_paid, owner.user_id,
                              "payout:" + payout.id, std::move(values).text()));
}

}  // namespace

Task<Result<Settled>> settle_bank_payout(Host& host, WebhookEvent event, BankPayout payout) {
  const auto owner = co_await host.database.first<Owner>(owner_of_account(payout));
  if (!owner) co_return Settled{co_await record_ignored_event(host, std::move(event)), {}};
  // Read a moment ago and not guarded: telling somebody twice is prevented by the notice's cause, and the row keeps
  // what is further on, whoever writes last.
  if (owner->status && rank_of(payout.status) <= rank_of(*owner->status))
    co_return co_await record_known_event(host, std::move(event));
  const Timestamp now = host.clock.now();
  std::vector<Statement> effect;
  effect.push_back(keep_payout(host.random.uuid(now), *owner, payout, now));
  if (payout.status == "paid" || payout.status == "failed") tell_owner(effect, host, *owner, payout);
  co_return Settled{co_await record_event(host, std::move(event), std::move(effect)), {}};
}

}  // namespace isthmus::peerloop
