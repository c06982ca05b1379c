#include "adapters/payments/stripe.h"

#include <algorithm>

#include "base/strings.h"
#include "json/value.h"

namespace isthmus {

namespace {

constexpr int most_tries = 3;
/// A client waits for the sum of all tries; no new one begins after `patience`.
constexpr Millis timeout = 8 * second;
constexpr Millis patience = 12 * second;
constexpr Millis first_pause = 500;
constexpr Millis longest_pause = 3 * second;

Error unavailable_because(std::string log, std::string_view code = payment_error::unavailable) {
  return Error(503, code, ClientText("The payment provider does not answer at the moment. Please try again."),
               LogText(std::move(log)))
      .with_retry_after(5);
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

/// Full pauses would bring those who failed together back together.
Millis pause_before(int next_try, Random& random, std::string_view retry_after) {
  std::uint8_t jitter = 0;
  random.fill({&jitter, 1});
  const Millis longest = std::min(first_pause << (next_try - 2), longest_pause);
  const Millis drawn = longest / 2 + longest * jitter / 512;
  const auto asked = to_integer(retry_after);
  return asked && *asked > 0 ? std::clamp(*asked * second, drawn, longest_pause) : drawn;
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
  request.method = "POST";
  request.url = std::string(host_.settings.get("STRIPE_URL", "https://api.stripe.com")) + call.path;
  request.headers = {{"authorization", "Bearer " + std::string(*key)},
                     {"accept", "application/json"},
                     {"content-type", "application/x-www-form-urlencoded"},
                     {"stripe-version", std::string(stripe::api_version)},
                     {"idempotency-key", call.idempotency_key}};
  request.body = call.form;
  request.timeout = timeout;

  const Timestamp began = host_.clock.now();
  Result<IncomingAnswer> answer = Failure(unavailable_because("not sent"));
  for (int attempt_number = 1;; ++attempt_number) {
    answer = co_await attempt(host_.http.send(request));
    if (answer && !is_worth_another_try(*answer)) break;
    if (attempt_number == most_tries || host_.clock.now() - began >= patience) break;
    const std::string_view asked = answer ? answer->header("retry-after") : std::string_view();
    co_await attempt(host_.clock.sleep(pause_before(attempt_number + 1, host_.random, asked)));
  }

  if (!answer)
    co_return refuse(unavailable_because("stripe: " + std::string(answer.error().code) + " at " + call.path));
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
  co_return std::unexpected(
      Refusal{std::move(code), std::move(param), our_fault(payment_error::refused, std::move(log))});
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

Task<Result<ProviderRefund>> StripePayments::refund(RefundRequest request) {
  auto answer = co_await send(stripe::refund(request));
  if (!answer && answer.error().code == "charge_already_refunded") co_return ProviderRefund{};
  if (!answer) co_return Failure(std::move(answer).error().error);
  ProviderRefund refund;
  if (const auto json = parse_json(*answer)) refund.id = json->string_at({"id"}).value_or("");
  if (refund.id.empty()) co_return Failure(unavailable_because("stripe answered a refund without id"));
  co_return refund;
}

}  // namespace isthmus
