#include "peerloop/money/connect/connect.h"

#include "adapters/payments/stripe.h"
#include "peerloop/return_addresses.h"

namespace isthmus::peerloop {

namespace {

struct OwnAccount {
  std::optional<std::string> account_id;
  std::string status;
  bool payouts_enabled = false;
  std::optional<Timestamp> told_at;  ///< when the latest news of it happened, in whole seconds
};

Statement own_account(std::string_view user_id) {
  return sql(R"(
      SELECT stripe_account_id, stripe_account_status, stripe_payouts_enabled, stripe_account_event_at
      FROM users WHERE id = ?1)",
             user_id);
}

/// Keeps what the provider answered, unless news came while it was asked. When the latest news happened stays: what is
/// on its way may still be newer than the answer, by a clock that is not ours.
Statement keep_answer(std::string_view user_id, const OwnAccount& before, const AccountNews& news, Timestamp now) {
  return sql(R"(
      UPDATE users SET stripe_account_status = ?5, stripe_payouts_enabled = ?6, updated_at = ?7
      WHERE id = ?1 AND stripe_account_id = ?2 AND stripe_account_status = ?3 AND stripe_account_event_at IS ?4)",
             user_id, before.account_id, before.status, before.told_at, name_of(news.status), news.payouts_enabled,
             now);
}

/// Keeps the account beside the one that was there before. Whoever else made it got the same one.
Statement keep_account(std::string_view user_id, const std::optional<std::string>& before, std::string_view account_id,
                       Timestamp now) {
  return sql(R"(
      UPDATE users SET stripe_account_id = ?3, stripe_account_status = 'pending', stripe_payouts_enabled = 0,
                       stripe_account_event_at = NULL, updated_at = ?4
      WHERE id = ?1 AND stripe_account_id IS ?2)",
             user_id, before, account_id, now);
}

Task<Result<std::string>> make_account(Request& request, StripePayments& payments, OwnAccount own) {
  const std::string user_id = request.user().user_id;
  // The key names the person, and the account that is being replaced: all who ask now get one and the same.
  std::string operation = "account:" + user_id;
  if (own.account_id) operation += ":after:" + *own.account_id;
  std::string made = co_await payments.create_account({std::move(operation), user_id});
  co_await request.db().batch({keep_account(user_id, own.account_id, made, request.now())}, OnLostAnswer::retry);
  co_return made;
}

OnboardingRequest page_for(Request& request, std::string_view account, const ReturnAddresses& addresses) {
  return {"account_link:" + request.host().random.uuid(request.now()), std::string(account), addresses.done,
          addresses.given_up};
}

}  // namespace

Task<Result<Response>> onboard(Request& request, Onboard body) {
  const ReturnAddresses addresses =
      co_await return_addresses(request.settings(), {"returnUrl", body.returnUrl, "/earnings?onboarding=done"},
                                {"refreshUrl", body.refreshUrl, "/earnings?onboarding=again"});
  const auto own = co_await request.db().first<OwnAccount>(own_account(request.user().user_id));
  if (!own) co_return Failure(not_found("user"));
  if (own->status == "rejected")
    co_return Failure(conflict("The payment provider has rejected this account.", "account_rejected"));

  StripePayments payments(request.host());
  const bool has_account = own->account_id && own->status != "deauthorized";
  std::string account = has_account ? *own->account_id : co_await make_account(request, payments, *own);
  auto page = co_await attempt(payments.create_onboarding_page(page_for(request, account, addresses)));
  // One that the provider does not know any more is replaced like one that its owner took away.
  if (!page && has_account && page.error().code == payment_error::account_unable) {
    account = co_await make_account(request, payments, *own);
    page = co_await attempt(payments.create_onboarding_page(page_for(request, account, addresses)));
  }
  if (!page) co_return Failure(std::move(page).error());
  co_return ok(OnboardingPage{*std::move(page)});
}

Task<Result<Response>> show_connect_status(Request& request) {
  const std::string user_id = request.user().user_id;
  auto own = co_await request.db().first<OwnAccount>(own_account(user_id));
  if (!own) co_return Failure(not_found("user"));
  if (own->account_id && (own->status == "pending" || own->status == "restricted")) {
    StripePayments payments(request.host());
    const auto answer = co_await attempt(payments.account(*own->account_id));
    const auto news = answer ? std::optional(news_of(*answer)) : std::nullopt;
    if (news && (name_of(news->status) != own->status || news->payouts_enabled != own->payouts_enabled)) {
      std::vector<Statement> batch{keep_answer(user_id, *own, *news, request.now()), own_account(user_id)};
      auto sets = co_await request.db().batch(std::move(batch), OnLostAnswer::retry);
      own = co_await std::move(sets.back()).first<OwnAccount>();
      if (!own) co_return Failure(not_found("user"));
    }
  }
  co_return ok(
      ConnectStatus{value_named<AccountStatus>(own->status).value_or(AccountStatus::none), own->payouts_enabled});
}

AccountNews news_of(const ProviderAccount& account) {
  return {account.id,
          account_status(account.details_submitted, account.transfers_active, account.payouts_enabled,
                         account.disabled_reason),
          account.payouts_enabled};
}

AccountStatus account_status(bool details_submitted, bool transfers_active, bool payouts_enabled,
                             std::string_view disabled_reason) {
  // https://docs.stripe.com/api/accounts/object#account_object-requirements-disabled_reason
  if (disabled_reason.starts_with("rejected")) return AccountStatus::rejected;
  if (transfers_active && payouts_enabled) return AccountStatus::active;
  if (!details_submitted || disabled_reason == "requirements.pending_verification" || disabled_reason == "under_review")
    return AccountStatus::pending;
  return disabled_reason.empty() ? AccountStatus::pending : AccountStatus::restricted;
}

Task<Result<Settled>> settle_account(Host& host, WebhookEvent event, AccountNews news) {
  const Timestamp now = host.clock.now();
  std::vector<Statement> effect;
  effect.push_back(sql(R"(
      UPDATE users SET stripe_account_status = ?2, stripe_payouts_enabled = ?3, stripe_account_event_at = ?4, updated_at = ?5
      WHERE stripe_account_id = ?1 AND (stripe_account_event_at IS NULL OR stripe_account_event_at < ?4
             OR stripe_account_event_at = ?4 AND stripe_account_status <> 'deauthorized'))",
                       news.account_id, name_of(news.status), news.payouts_enabled, event.created_at.value_or(now),
                       now));
  effect.push_back(ignored_unless_changed(event));
  co_return Settled{co_await record_event(host, std::move(event), std::move(effect)), {}};
}

}  // namespace isthmus::peerloop
