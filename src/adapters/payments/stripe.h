#pragma once

#include "adapters/payments/payment_provider.h"
#include "adapters/payments/stripe_calls.h"
#include "ports/host.h"

namespace isthmus {

/// Stripe, by its HTTP API. Settings: `STRIPE_SECRET_KEY`; `STRIPE_URL` (default https://api.stripe.com).
class StripePayments final : public PaymentProvider {
 public:
  explicit StripePayments(Host& host) : host_(host) {}

  Task<Result<CheckoutPage>> create_checkout(CheckoutRequest request) override;
  Task<Result<void>> expire_checkout(std::string id) override;
  Task<Result<ProviderRefund>> refund(RefundRequest request) override;

 private:
  /// What Stripe answered to a call, where it was a yes.
  struct Refusal {
    std::string code;
    std::string param;
    Error error;
  };
  using Answer = std::expected<std::string, Refusal>;

  /// Sends a call, again where that is safe and promising. Gives the JSON of a 2xx, or why there is none.
  Task<Answer> send(stripe::Call call);

  Host& host_;
};

}  // namespace isthmus
