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
  if (!request.request_id.empty()) form.add("metadata[refund_id]", request.request_id).add("expand[0]", "charge");
  // Here the key does not name the parameters: the same operation with another amount must be refused, not done.
  return {"/v1/refunds", std::move(form).text(), request.operation};
}

Call create_account(const AccountRequest& request) {
  Form form;
  // Nothing that may change between two tries: the same person must get the same account.
  form.add("type", "express")
      .add("capabilities[transfers][requested]", "true")
      .add("metadata[user_id]", request.reference);
  return {"/v1/accounts", std::move(form).text(), request.operation};
}

Call account_of(std::string_view id) {
  Call call{"/v1/accounts/" + percent_encode(id), {}, {}};
  call.most_tries = 1;
  return call;
}

Call create_account_link(const OnboardingRequest& request) {
  Form form;
  form.add("account", request.account_id)
      .add("type", "account_onboarding")
      .add("refresh_url", request.refresh_url)
      .add("return_url", request.return_url);
  return {"/v1/account_links", std::move(form).text(), request.operation};
}

Call transfer(const TransferRequest& request) {
  Form form;
  form.add("amount", request.amount_cents)
      .add("currency", request.currency)
      .add("destination", request.account_id)
      .add("source_transaction", request.charge_id)
      .add("transfer_group", request.group)
      .add(reference_name, request.group)
      .add("metadata[transfer_id]", request.reference);
  return {"/v1/transfers", std::move(form).text(), request.operation};
}

Call reverse(const ReversalRequest& request) {
  Form form;
  form.add("amount", request.amount_cents).add("metadata[reversal_id]", request.reference).add("expand[0]", "transfer");
  return {"/v1/transfers/" + percent_encode(request.transfer_id) + "/reversals", std::move(form).text(),
          request.operation};
}

Call payment_intent(std::string_view id) { return {"/v1/payment_intents/" + percent_encode(id), {}, {}}; }

Call refunds_of(std::string_view payment_intent) {
  Form form;
  form.add("payment_intent", payment_intent).add("limit", 100).add("expand[0]", "data.charge");
  return {"/v1/refunds", std::move(form).text(), {}};
}

Call transfers_of(std::string_view group) {
  Form form;
  form.add("transfer_group", group).add("limit", 100);
  return {"/v1/transfers", std::move(form).text(), {}};
}

Call events(const std::optional<std::string>& after, Timestamp before, std::span<const std::string_view> types) {
  Form form;
  form.add("limit", 50).add("created[lt]", before.seconds());
  for (std::size_t i = 0; i < types.size(); ++i) form.add("types[" + std::to_string(i) + ']', types[i]);
  // The list begins with the latest: what came after an event stands before it.
  if (after) form.add("ending_before", *after);
  return {"/v1/events", std::move(form).text(), {}};
}

Call transfer_of(std::string_view id) { return {"/v1/transfers/" + percent_encode(id), {}, {}}; }

}  // namespace isthmus::stripe
