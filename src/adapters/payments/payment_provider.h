#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "base/time.h"

/// What a product asks of whoever takes the money. Every call carries a key that names the operation, so that a call
/// whose answer was lost can be made again: the same key never charges, refunds or opens anything twice.
namespace isthmus {

/// How a call ends that did not succeed; the code of its error.
namespace payment_error {
/// 503: no answer, or one that says "later". The same call may succeed in a while.
inline constexpr std::string_view unavailable = "payment_provider_unavailable";
/// 503: the same call, made by someone else, is still running there.
inline constexpr std::string_view busy = "payment_provider_busy";
/// 500: understood and refused, for what was asked or for the state of the object. It will not get better by itself.
inline constexpr std::string_view refused = "payment_provider_refused";
/// 500: refused because there is not enough money where it should be taken from. Another time there may be.
inline constexpr std::string_view short_of_money = "payment_provider_short_of_money";
/// 500: refused because the connected account is unknown or may not receive money.
inline constexpr std::string_view account_unable = "payment_provider_account_unable";
/// 500: our key is missing or not accepted. It gets better when someone repairs the settings.
inline constexpr std::string_view not_configured = "payment_provider_not_configured";
}  // namespace payment_error

/// A page on which one thing is paid.
struct CheckoutRequest {
  std::string operation;  ///< names this checkout among all that we ever ask for
  std::string reference;  ///< our own id of what is paid; comes back with every event about it
  std::string product_name;
  std::int64_t amount_cents = 0;
  std::string currency;        ///< ISO 4217 in lower case
  std::string customer_email;  ///< filled in on the page
  std::string success_url;     ///< may contain {CHECKOUT_SESSION_ID}, which the provider replaces
  std::string cancel_url;
  Timestamp expires_at;  ///< 30 minutes to 24 hours ahead
};

struct CheckoutPage {
  std::string id;
  std::string url;
};

struct RefundRequest {
  std::string operation;
  std::string payment_id;                    ///< the provider's id of the payment
  std::optional<std::int64_t> amount_cents;  ///< none: all that was not refunded yet
  std::string reason;                        ///< "duplicate", "fraudulent", "requested_by_customer"
  std::string reference;                     ///< as in the checkout
  std::string request_id = {};               ///< our own id of the refund, "" where it has none
};

/// What a charge says of its refunds so far.
struct ProviderCharge {
  std::string id;
  std::string payment_id;
  std::int64_t amount_refunded_cents = 0;
  std::string currency;
};

struct ProviderRefund {
  std::string id;  ///< empty where all of it had been refunded before
  std::optional<ProviderCharge> charge;
};

/// An account at the provider for someone who earns money with us.
struct AccountRequest {
  std::string operation;
  std::string reference;  ///< our own id of the person
};

/// How such an account stands.
struct ProviderAccount {
  std::string id;
  bool details_submitted = false;  ///< the person has told what was asked for
  bool transfers_active = false;   ///< it may receive money
  bool payouts_enabled = false;    ///< money goes on from it to the bank
  std::string disabled_reason;     ///< the provider's word for why it may not, "" where it may
};

/// A page on which the person tells the provider what it must know. It works once, for minutes.
struct OnboardingRequest {
  std::string operation;
  std::string account_id;
  std::string return_url;
  std::string refresh_url;  ///< where the page leads when it does not work any more
};

/// Money that goes from us to a connected account.
struct TransferRequest {
  std::string operation;
  std::string account_id;
  std::string charge_id;  ///< whose money it is: it moves once that is available
  std::int64_t amount_cents = 0;
  std::string currency;
  std::string group;      ///< what belongs together: the reference of the checkout
  std::string reference;  ///< our own id of the transfer; comes back with every event about it
};

struct ProviderTransfer {
  std::string id;
  std::int64_t amount_cents = 0;
  std::int64_t reversed_cents = 0;     ///< the running total of its reversals
  std::vector<std::string> reversals;  ///< our own ids of the latest of them
  std::string reference;               ///< our own id of the transfer, "" where it is none of ours
};

struct ReversalRequest {
  std::string operation;
  std::string transfer_id;
  std::int64_t amount_cents = 0;
  std::string reference;  ///< our own id of the reversal
};

class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;

  virtual Task<Result<CheckoutPage>> create_checkout(CheckoutRequest request) = 0;
  /// Closes a page, so that nobody can pay on it any more. Refused where it was paid or has expired.
  virtual Task<Result<void>> expire_checkout(std::string id) = 0;
  virtual Task<Result<ProviderRefund>> refund(RefundRequest request) = 0;

  /// The id of the account.
  virtual Task<Result<std::string>> create_account(AccountRequest request) = 0;
  /// How it stands at this moment. Asked once: whoever wants to know has an older answer as well.
  virtual Task<Result<ProviderAccount>> account(std::string id) = 0;
  /// The address of the page.
  virtual Task<Result<std::string>> create_onboarding_page(OnboardingRequest request) = 0;
  /// The charge that paid this payment.
  virtual Task<Result<std::string>> charge_of(std::string payment_id) = 0;
  virtual Task<Result<ProviderTransfer>> transfer(TransferRequest request) = 0;
  /// The transfer as it is then.
  virtual Task<Result<ProviderTransfer>> reverse(ReversalRequest request) = 0;

  // The provider forgets a call's key after a day. Before a call is made again that late, these tell whether an earlier
  // try did it after all.
  virtual Task<Result<std::optional<ProviderTransfer>>> find_transfer(TransferRequest request) = 0;
  virtual Task<Result<std::optional<ProviderTransfer>>> find_reversal(ReversalRequest request) = 0;
  virtual Task<Result<std::optional<ProviderRefund>>> find_refund(RefundRequest request) = 0;
};

/// How long after a call was first made its key is sure to be known.
inline constexpr Millis payment_keys_kept = 20 * hour;
/// An earlier try may have done what was wanted then without our hearing, and its key may be forgotten by now. How many
/// tries there were tells nothing: a dead row that an admin revives begins to count anew.
constexpr bool may_be_done(Timestamp wanted_since, Timestamp now) { return now - wanted_since > payment_keys_kept; }

}  // namespace isthmus
