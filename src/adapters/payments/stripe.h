#pragma once

#include "adapters/payments/payment_provider.h"
#include "adapters/payments/stripe_calls.h"
#include "json/value.h"
#include "ports/host.h"

namespace isthmus {

/// A transfer as Stripe writes it, in an answer or an event; nothing where it is none.
std::optional<ProviderTransfer> read_stripe_transfer(JsonValue object);
/// The same of a charge, and of a connected account.
std::optional<ProviderCharge> read_stripe_charge(JsonValue object);
std::optional<ProviderAccount> read_stripe_account(JsonValue object);

/// An event as Stripe's deliveries have it.
struct StripeEventText {
  std::string id;
  std::string body;
};

struct StripeEvents {
  std::vector<StripeEventText> events;  ///< the oldest first
  bool has_more = false;                ///< younger ones follow
};

/// Stripe, by its HTTP API. Settings: `STRIPE_SECRET_KEY`; `STRIPE_URL` (default https://api.stripe.com).
class StripePayments final : public PaymentProvider {
 public:
  explicit StripePayments(Host& host) : host_(host) {}

  Task<Result<CheckoutPage>> create_checkout(CheckoutRequest request) override;
  Task<Result<void>> expire_checkout(std::string id) override;
  Task<Result<ProviderRefund>> refund(RefundRequest request) override;
  Task<Result<std::string>> create_account(AccountRequest request) override;
  Task<Result<ProviderAccount>> account(std::string id) override;
  Task<Result<std::string>> create_onboarding_page(OnboardingRequest request) override;
  Task<Result<std::string>> charge_of(std::string payment_id) override;
  Task<Result<ProviderTransfer>> transfer(TransferRequest request) override;
  Task<Result<ProviderTransfer>> reverse(ReversalRequest request) override;
  Task<Result<std::optional<ProviderTransfer>>> find_transfer(TransferRequest request) override;
  Task<Result<std::optional<ProviderTransfer>>> find_reversal(ReversalRequest request) override;
  Task<Result<std::optional<ProviderRefund>>> find_refund(RefundRequest request) override;

  /// The account's events of these types that are older than `before`: those that came next after an event, or else the
  /// latest. Refused where Stripe does not know the event any more.
  Task<Result<StripeEvents>> events_after(std::optional<std::string> event_id, Timestamp before,
                                          std::span<const std::string_view> types);

 private:
  /// Why a call was not done.
  struct Refusal {
    std::string code;
    std::string param;
    Error error;
  };
  /// The JSON of a yes.
  using Answer = std::expected<std::string, Refusal>;

  /// Sends a call, again where that is safe and promising, unless Stripe is known to be down. Gives the JSON of a 2xx,
  /// or why there is none.
  Task<Answer> send(stripe::Call call);
  /// The text at a place of a call's answer; 503 where there is none.
  Task<Result<std::string>> text_of(stripe::Call call, std::string_view name);

  Host& host_;
};

}  // namespace isthmus
