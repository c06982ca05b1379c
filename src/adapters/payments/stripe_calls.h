#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "adapters/payments/payment_provider.h"

/// What is sent to Stripe for each operation, without sending it.
/// https://docs.stripe.com/api, version `api_version`.
namespace isthmus::stripe {

inline constexpr std::string_view api_version = "2026-07-29.dahlia";

struct Call {
  std::string path;
  std::string form;             ///< application/x-www-form-urlencoded, as Stripe's own libraries write it
  std::string idempotency_key;  ///< empty for a call that only reads
  int most_tries = 3;           ///< fewer where somebody waits who can do without
  bool reads() const { return idempotency_key.empty(); }
};

Call create_checkout(const CheckoutRequest& request);
Call expire_checkout(std::string_view session_id);
Call refund(const RefundRequest& request);
Call create_account(const AccountRequest& request);
Call account_of(std::string_view id);
Call create_account_link(const OnboardingRequest& request);
Call transfer(const TransferRequest& request);
Call reverse(const ReversalRequest& request);
Call payment_intent(std::string_view id);
Call refunds_of(std::string_view payment_intent);
Call transfers_of(std::string_view group);
Call transfer_of(std::string_view id);
/// Of these types (at most 20) and older than `before`: the 50 that came next after an event, or the latest 50.
Call events(const std::optional<std::string>& after, Timestamp before, std::span<const std::string_view> types);

/// Nested names as `line_items[0][price_data][currency]`; everything but unreserved characters and the brackets is
/// percent-encoded, spaces as %20.
class Form {
 public:
  Form& add(std::string_view name, std::string_view value);
  Form& add(std::string_view name, std::int64_t value) { return add(name, std::string_view(std::to_string(value))); }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace isthmus::stripe
