#include "adapters/payments/stripe.h"

#include <algorithm>

#include "adapters/provider_call.h"
#include "json/value.h"

namespace isthmus {

namespace {

Error unavailable_because(std::string log, std::string_view code = payment_error::unavailable) {
  return Error(503, code, ClientText("The payment provider does not answer at the moment. Please try again."),
               LogText(std::move(log)))
      .with_retry_after(shortest_wait_s);
}

Error our_fault(std::string_view code, std::string log) {
  Error error = internal_error(std::move(log));
  error.code = code;
  return error;
}

/// "Stripe-Should-Retry" knows better than the status; otherwise conflicts (a parallel call with the same key), limits
/// and failures on their side are worth another try.
bool is_worth_another_try(const IncomingAnswer& answer) {
  const std::string_view advice = answer.header("stripe-should-retry");
  if (advice == "true") return true;
  if (advice == "false") return false;
  return answer.status == 409 || answer.status == 429 || answer.status >= 500;
}

constexpr ProviderCalls calls{.provider = "stripe",
                              .timeout = 8 * second,
                              .patience = 12 * second,
                              .first_pause = 500,
                              .longest_pause = 3 * second,
                              .is_worth_another_try = is_worth_another_try};

/// https://docs.stripe.com/error-codes
std::string_view meaning_of(std::string_view code, std::string_view param) {
  if (code == "balance_insufficient" || code == "insufficient_funds") return payment_error::short_of_money;
  if (code == "insufficient_capabilities_for_transfer" || code == "account_invalid" ||
      code == "transfers_not_allowed" || (code == "resource_missing" && param == "account"))
    return payment_error::account_unable;
  return payment_error::refused;
}

/// What the log may know of an answer. Stripe's messages quote what was sent, addresses included, so they stay out.
std::string summary(const stripe::Call& call, const IncomingAnswer& answer, std::string_view type,
                    std::string_view code, std::string_view param) {
  std::string text = "stripe answered " + std::to_string(answer.status) + " to " + call.path;
  for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"type", type},
                                    {"code", code},
                                    {"param", param},
                                    {"request", answer.header("request-id")}})
    if (!value.empty()) text += ", " + std::string(name) + ' ' + std::string(value.substr(0, 100));
  return text;
}

}  // namespace

Task<StripePayments::Answer> StripePayments::send(stripe::Call call) {
  const auto refuse = [](Error error) { return std::unexpected(Refusal{{}, {}, std::move(error)}); };
  const auto key = host_.settings.find("STRIPE_SECRET_KEY");
  if (!key) co_return refuse(our_fault(payment_error::not_configured, "STRIPE_SECRET_KEY is not set"));

  OutgoingRequest request;
  request.url = std::string(host_.settings.get("STRIPE_URL", "https://api.stripe.com")) + call.path;
  request.headers = {{"authorization", "Bearer " + std::string(*key)},
                     {"accept", "application/json"},
                     {"content-type", "application/x-www-form-urlencoded"},
                     {"stripe-version", std::string(stripe::api_version)}};
  if (call.reads()) {
    if (!call.form.empty()) request.url += '?' + call.form;
  } else {
    request.method = "POST";
    request.headers.emplace_back("idempotency-key", call.idempotency_key);
    request.body = call.form;
  }

  ProviderCalls these = calls;
  these.most_tries = call.most_tries;
  auto answer = co_await attempt(call_provider(host_, these, std::move(request)));
  if (!answer)
    co_return refuse(unavailable_because("stripe: " + std::string(answer.error().code) + " at " + call.path)
                         .with_retry_after(seconds_to_wait(answer.error())));
  if (answer->status >= 200 && answer->status < 300) co_return std::move(answer->body);

  std::string type, code, param;
  if (const auto json = parse_json(answer->body)) {
    type = json->string_at({"error", "type"}).value_or("");
    code = json->string_at({"error", "code"}).value_or("");
    param = json->string_at({"error", "param"}).value_or("");
  }
  std::string log = summary(call, *answer, type, code, param);
  if (answer->status == 401 || answer->status == 403)
    co_return refuse(our_fault(payment_error::not_configured, std::move(log)));
  if (answer->status == 409) co_return refuse(unavailable_because(std::move(log), payment_error::busy));
  // What is no JSON was not written by Stripe but by something on the way to it.
  const bool theirs = answer->status >= 500 || answer->status == 429 || type.empty();
  if (theirs) co_return refuse(unavailable_because(std::move(log)));
  Error error = our_fault(meaning_of(code, param), std::move(log));
  co_return std::unexpected(Refusal{std::move(code), std::move(param), std::move(error)});
}

Task<Result<CheckoutPage>> StripePayments::create_checkout(CheckoutRequest request) {
  auto answer = co_await send(stripe::create_checkout(request));
  // The address only fills in a field on the page. One that Stripe finds odd is no reason to turn its owner away.
  if (!answer && answer.error().param == "customer_email") {
    request.customer_email.clear();
    answer = co_await send(stripe::create_checkout(request));
  }
  if (!answer) co_return Failure(std::move(answer).error().error);
  CheckoutPage page;
  if (const auto json = parse_json(*answer)) {
    page.id = json->string_at({"id"}).value_or("");
    page.url = json->string_at({"url"}).value_or("");
  }
  if (page.id.empty() || page.url.empty())
    co_return Failure(unavailable_because("stripe answered a checkout session without id or url"));
  co_return page;
}

Task<Result<void>> StripePayments::expire_checkout(std::string id) {
  auto answer = co_await send(stripe::expire_checkout(id));
  if (!answer) co_return Failure(std::move(answer).error().error);
  co_return Result<void>();
}

std::optional<ProviderCharge> read_stripe_charge(JsonValue object) {
  ProviderCharge charge;
  charge.id = object.string_at({"id"}).value_or("");
  charge.payment_id = object.string_at({"payment_intent"}).value_or("");
  charge.amount_refunded_cents = object.integer_at({"amount_refunded"}).value_or(0);
  charge.currency = object.string_at({"currency"}).value_or("");
  if (charge.id.empty() || charge.currency.empty()) return std::nullopt;
  return charge;
}

std::optional<ProviderTransfer> read_stripe_transfer(JsonValue object) {
  ProviderTransfer transfer;
  transfer.id = object.string_at({"id"}).value_or("");
  const auto amount = object.integer_at({"amount"});
  transfer.reversed_cents = object.integer_at({"amount_reversed"}).value_or(0);
  transfer.reference = object.string_at({"metadata", "transfer_id"}).value_or("");
  if (const auto list = object.at({"reversals", "data"}))
    list->for_each_element([&](JsonValue reversal) {
      if (const auto ours = reversal.string_at({"metadata", "reversal_id"})) transfer.reversals.emplace_back(*ours);
    });
  if (transfer.id.empty() || !amount) return std::nullopt;
  transfer.amount_cents = *amount;
  return transfer;
}

std::optional<ProviderAccount> read_stripe_account(JsonValue object) {
  ProviderAccount account{std::string(object.string_at({"id"}).value_or("")), object.is_true_at({"details_submitted"}),
                          object.string_at({"capabilities", "transfers"}) == "active",
                          object.is_true_at({"payouts_enabled"}),
                          std::string(object.string_at({"requirements", "disabled_reason"}).value_or(""))};
  if (account.id.empty()) return std::nullopt;
  return account;
}

namespace {

std::optional<ProviderRefund> read_refund(JsonValue object) {
  ProviderRefund refund;
  refund.id = object.string_at({"id"}).value_or("");
  if (const auto charge = object.member("charge"); charge && charge->is_object())
    refund.charge = read_stripe_charge(*charge);
  if (refund.id.empty()) return std::nullopt;
  return refund;
}

/// The element of a list whose metadata names our own id.
std::optional<JsonValue> element_of(JsonValue list, std::string_view name, std::string_view id) {
  std::optional<JsonValue> found;
  if (const auto data = list.member("data"))
    data->for_each_element([&](JsonValue element) {
      if (!found && element.string_at({"metadata", name}) == id) found = element;
    });
  return found;
}

Error unreadable(std::string_view what) {
  return unavailable_because("stripe answered " + std::string(what) + " that can not be read");
}

}  // namespace

Task<Result<ProviderRefund>> StripePayments::refund(RefundRequest request) {
  auto answer = co_await send(stripe::refund(request));
  // Refunds that we ask for by their amount have a request of their own, and whose this one was is not known.
  if (!answer && answer.error().code == "charge_already_refunded" && request.request_id.empty())
    co_return ProviderRefund{};
  if (!answer) co_return Failure(std::move(answer).error().error);
  const auto json = parse_json(*answer);
  auto refund = json ? read_refund(*json) : std::nullopt;
  if (!refund) co_return Failure(unavailable_because("stripe answered a refund without id"));
  co_return *std::move(refund);
}

Task<Result<std::optional<ProviderRefund>>> StripePayments::find_refund(RefundRequest request) {
  auto answer = co_await send(stripe::refunds_of(request.payment_id));
  if (!answer) co_return Failure(std::move(answer).error().error);
  const auto json = parse_json(*answer);
  if (!json) co_return Failure(unreadable("refunds"));
  const auto found = element_of(*json, "refund_id", request.request_id);
  co_return found ? read_refund(*found) : std::nullopt;
}

Task<Result<std::string>> StripePayments::text_of(stripe::Call call, std::string_view name) {
  const std::string path = call.path;
  auto answer = co_await send(std::move(call));
  if (!answer) co_return Failure(std::move(answer).error().error);
  const auto json = parse_json(*answer);
  const auto text = json ? json->string_at({name}) : std::nullopt;
  if (!text || text->empty()) co_return Failure(unreadable(path));
  co_return std::string(*text);
}

Task<Result<std::string>> StripePayments::create_account(AccountRequest request) {
  return text_of(stripe::create_account(request), "id");
}

Task<Result<ProviderAccount>> StripePayments::account(std::string id) {
  auto answer = co_await send(stripe::account_of(id));
  if (!answer) co_return Failure(std::move(answer).error().error);
  const auto json = parse_json(*answer);
  auto account = json ? read_stripe_account(*json) : std::nullopt;
  if (!account || account->id != id) co_return Failure(unreadable("an account"));
  co_return *std::move(account);
}

Task<Result<std::string>> StripePayments::create_onboarding_page(OnboardingRequest request) {
  return text_of(stripe::create_account_link(request), "url");
}

Task<Result<std::string>> StripePayments::charge_of(std::string payment_id) {
  return text_of(stripe::payment_intent(payment_id), "latest_charge");
}

Task<Result<ProviderTransfer>> StripePayments::transfer(TransferRequest request) {
  auto answer = co_await send(stripe::transfer(request));
  if (!answer) {
    Refusal refusal = std::move(answer).error();
    if (refusal.param == "destination") refusal.error.code = payment_error::account_unable;
    co_return Failure(std::move(refusal.error));
  }
  const auto json = parse_json(*answer);
  auto transfer = json ? read_stripe_transfer(*json) : std::nullopt;
  if (!transfer) co_return Failure(unreadable("a transfer"));
  co_return *std::move(transfer);
}

Task<Result<std::optional<ProviderTransfer>>> StripePayments::find_transfer(TransferRequest request) {
  auto answer = co_await send(stripe::transfers_of(request.group));
  if (!answer) co_return Failure(std::move(answer).error().error);
  const auto json = parse_json(*answer);
  if (!json) co_return Failure(unreadable("transfers"));
  const auto found = element_of(*json, "transfer_id", request.reference);
  co_return found ? read_stripe_transfer(*found) : std::nullopt;
}

Task<Result<StripeEvents>> StripePayments::events_after(std::optional<std::string> event_id, Timestamp before,
                                                        std::span<const std::string_view> types) {
  auto answer = co_await send(stripe::events(event_id, before, types));
  if (!answer) co_return Failure(std::move(answer).error().error);
  const auto json = parse_json(*answer);
  const auto data = json ? json->member("data") : std::nullopt;
  if (!data) co_return Failure(unreadable("events"));
  StripeEvents page;
  data->for_each_element([&](JsonValue event) {
    if (const auto id = event.string_at({"id"})) page.events.push_back({std::string(*id), event.text()});
  });
  std::ranges::reverse(page.events);
  page.has_more = json->is_true_at({"has_more"});
  co_return page;
}

Task<Result<ProviderTransfer>> StripePayments::reverse(ReversalRequest request) {
  auto answer = co_await send(stripe::reverse(request));
  if (!answer) co_return Failure(std::move(answer).error().error);
  const auto json = parse_json(*answer);
  const auto object = json ? json->member("transfer") : std::nullopt;
  auto transfer = object && object->is_object() ? read_stripe_transfer(*object) : std::nullopt;
  if (!transfer) co_return Failure(unreadable("a reversal"));
  // The list in the transfer has the latest ones only.
  if (!std::ranges::contains(transfer->reversals, request.reference)) transfer->reversals.push_back(request.reference);
  co_return *std::move(transfer);
}

Task<Result<std::optional<ProviderTransfer>>> StripePayments::find_reversal(ReversalRequest request) {
  auto answer = co_await send(stripe::transfer_of(request.transfer_id));
  if (!answer) co_return Failure(std::move(answer).error().error);
  const auto json = parse_json(*answer);
  auto transfer = json ? read_stripe_transfer(*json) : std::nullopt;
  if (!transfer) co_return Failure(unreadable("a transfer"));
  if (!std::ranges::contains(transfer->reversals, request.reference)) co_return std::nullopt;
  co_return transfer;
}

}  // namespace isthmus
