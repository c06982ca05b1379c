#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
};

struct ProviderRefund {
  std::string id;  ///< empty where all of it had been refunded before
};

class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;

  virtual Task<Result<CheckoutPage>> create_checkout(CheckoutRequest request) = 0;
  /// Closes a page, so that nobody can pay on it any more. Refused where it was paid or has expired.
  virtual Task<Result<void>> expire_checkout(std::string id) = 0;
  virtual Task<Result<ProviderRefund>> refund(RefundRequest request) = 0;
};

}  // namespace isthmus
