#pragma once

#include <optional>
#include <string>

#include "adapters/payments/payment_provider.h"
#include "http/app.h"
#include "peerloop/money/payment_events.h"

/// The accounts at the payment provider of those who earn.
namespace isthmus::peerloop {

struct Onboard {
  std::optional<std::string> returnUrl, refreshUrl;
};
constexpr auto schema(Onboard*) {
  return object("Onboard",
                field("returnUrl", &Onboard::returnUrl, length(1, 2048),
                      described("Where the provider's page leads afterwards: an address of this application.")),
                field("refreshUrl", &Onboard::refreshUrl, length(1, 2048),
                      described("Where it leads when it does not work any more, to ask for a new one.")));
}
constexpr std::string_view example_of(Onboard*) { return R"({"returnUrl":"https://app.example.com/earnings"})"; }

struct OnboardingPage {
  std::string url;
};
constexpr auto schema(OnboardingPage*) {
  return object("OnboardingPage", field("url", &OnboardingPage::url, described("Works once, for a few minutes.")));
}

enum class AccountStatus { none, pending, active, restricted, rejected, deauthorized };
constexpr auto schema(AccountStatus*) {
  return one_of(EnumName{"none", AccountStatus::none}, EnumName{"pending", AccountStatus::pending},
                EnumName{"active", AccountStatus::active}, EnumName{"restricted", AccountStatus::restricted},
                EnumName{"rejected", AccountStatus::rejected}, EnumName{"deauthorized", AccountStatus::deauthorized});
}

struct ConnectStatus {
  AccountStatus status;
  bool payoutsEnabled = false;
};
constexpr auto schema(ConnectStatus*) {
  return object("ConnectStatus",
                field("status", &ConnectStatus::status,
                      described("`none`: never onboarded. `pending`: the provider waits for something, or checks it. "
                                "`active`: transfers arrive. `restricted`: the provider wants more before it goes on. "
                                "`rejected`, `deauthorized`: over.")),
                field("payoutsEnabled", &ConnectStatus::payoutsEnabled,
                      described("Whether money goes on from there to the bank.")));
}

/// Opens the provider's page. The account is made once, however often and at the same time it is asked for; one that
/// its owner took away from us is replaced.
Task<Result<Response>> onboard(Request& request, Onboard body);
/// As the provider's news say. While they do not say that all is well, the provider is asked as well: two pieces of
/// news of one second have no order, and may have come in the wrong one. Without its answer, what is known counts.
Task<Result<Response>> show_connect_status(Request& request);

/// What the provider says of a connected account at some moment.
struct AccountNews {
  std::string account_id;
  AccountStatus status = AccountStatus::pending;
  bool payouts_enabled = false;
};
/// An older moment never overwrites a newer one.
Task<Result<Settled>> settle_account(Host& host, WebhookEvent event, AccountNews news);

AccountNews news_of(const ProviderAccount& account);

/// What an account is worth to us.
AccountStatus account_status(bool details_submitted, bool transfers_active, bool payouts_enabled,
                             std::string_view disabled_reason);

}  // namespace isthmus::peerloop
