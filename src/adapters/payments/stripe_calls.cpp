#include "adapters/payments/stripe_calls.h"

#include "base/encoding.h"
#include "crypto/digest.h"

namespace isthmus::stripe {

namespace {

/// Stripe keeps brackets readable, in names and in values.
std::string encode(std::string_view text) {
  std::string out;
  while (true) {
    const auto bracket = text.find_first_of("[]");
    out += percent_encode(text.substr(0, bracket));
    if (bracket == std::string_view::npos) return out;
    out += text[bracket];
    text.remove_prefix(bracket + 1);
  }
}

/// Stripe cuts nothing: a longer text would be refused.
std::string_view at_most(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

constexpr std::string_view reference_name = "metadata[enrollment_id]";

}  // namespace

Form& Form::add(std::string_view name, std::string_view value) {
  if (!text_.empty()) text_ += '&';
  text_ += encode(name);
  text_ += '=';
  text_ += encode(value);
  return *this;
}

Call create_checkout(const CheckoutRequest& request) {
  Form form;
  form.add("mode", "payment")
      .add("line_items[0][quantity]", 1)
      .add("line_items[0][price_data][currency]", request.currency)
      .add("line_items[0][price_data][unit_amount]", request.amount_cents)
      .add("line_items[0][price_data][product_data][name]", at_most(request.product_name, 250))
      .add("client_reference_id", request.reference);
  if (!request.customer_email.empty()) form.add("customer_email", request.customer_email);
  form.add("expires_at", request.expires_at.seconds())
      .add("success_url", request.success_url)
      .add("cancel_url", request.cancel_url)
      .add(reference_name, request.reference)
      // The session's metadata is not copied to the payment intent, whose metadata is what a refund's event carries.
      .add("payment_intent_data[transfer_group]", request.reference)
      .add("payment_intent_data[metadata][enrollment_id]", request.reference);
  Call call{"/v1/checkout/sessions", std::move(form).text(), {}};
  // A key that comes again with other parameters is refused (and a changed title or address is no reason to refuse),
  // so the key names the parameters as well.
  call.idempotency_key = request.operation + ":" + hex_encode(crypto::sha256(call.form)).substr(0, 16);
  return call;
}

Call expire_checkout(std::string_view session_id) {
  return {"/v1/checkout/sessions/" + percent_encode(session_id) + "/expire", {}, "expire:" + std::string(session_id)};
}

Call refund(const RefundRequest& request) {
  Form form;
  form.add("payment_intent", request.payment_id);
  if (request.amount_cents) form.add("amount", *request.amount_cents);
  form.add("reason", request.reason).add(reference_name, request.reference);
  // Here the key does not name the parameters: the same operation with another amount must be refused, not done.
  return {"/v1/refunds", std::move(form).text(), request.operation};
}

}  // namespace isthmus::stripe
