#include "peerloop/webhooks/stripe_event.h"

#include <algorithm>
#include <array>

#include "adapters/payments/stripe.h"

namespace isthmus::peerloop {

namespace {

std::string text_at(JsonValue object, std::initializer_list<std::string_view> names) {
  return std::string(object.string_at(names).value_or(""));
}

std::optional<std::string> some_text_at(JsonValue object, std::initializer_list<std::string_view> names) {
  const auto text = object.string_at(names);
  return text && !text->empty() ? std::optional<std::string>(*text) : std::nullopt;
}

/// Seconds between 2001 and 2286.
bool is_plausible(std::int64_t seconds) { return seconds >= 1'000'000'000 && seconds <= 9'999'999'999; }

std::optional<Timestamp> moment_at(JsonValue object, std::initializer_list<std::string_view> names) {
  const auto seconds = object.integer_at(names);
  return seconds && is_plausible(*seconds) ? std::optional(Timestamp{*seconds * second}) : std::nullopt;
}

/// What the books can hold. They would refuse other amounts at every delivery.
bool is_amount(std::int64_t cents) {
  constexpr std::int64_t most = 1'000'000'000'000;
  return cents >= -most && cents <= most;
}
bool is_money(std::int64_t cents, std::string_view currency) {
  return is_amount(cents) && currency.size() == 3 &&
         std::ranges::all_of(currency, [](char c) { return c >= 'a' && c <= 'z'; });
}

std::string reference_of(JsonValue object) {
  std::string reference = text_at(object, {"metadata", "enrollment_id"});
  return reference.empty() ? text_at(object, {"client_reference_id"}) : reference;
}

decltype(StripeEvent::news) read_news(std::string_view type, JsonValue object) {
  std::string id = text_at(object, {"id"});
  // Stripe's ids have up to 70 characters. Longer ones would not fit what is named after them.
  if (id.empty() || id.size() > 150) return Uninteresting{};
  if (type == "checkout.session.completed" || type == "checkout.session.async_payment_succeeded") {
    if (text_at(object, {"payment_status"}) == "unpaid") return Uninteresting{};
    return CheckoutPaid{std::move(id), reference_of(object), some_text_at(object, {"payment_intent"}),
                        object.integer_at({"amount_total"}).value_or(0), text_at(object, {"currency"})};
  }
  if (type == "checkout.session.expired" || type == "checkout.session.async_payment_failed")
    return CheckoutOver{std::move(id), reference_of(object)};
  if (type == "charge.refunded") {
    ChargeRefunded charge{std::move(id), some_text_at(object, {"payment_intent"}), reference_of(object),
                          object.integer_at({"amount_refunded"}).value_or(0), text_at(object, {"currency"})};
    if (!is_money(charge.cumulative_cents, charge.currency)) return Uninteresting{};
    return charge;
  }
  if (type == "refund.failed" || type == "refund.updated") {
    const std::string status = text_at(object, {"status"});
    if (status != "failed" && status != "canceled") return Uninteresting{};
    RefundSentBack refund{std::move(id),
                          text_at(object, {"metadata", "refund_id"}),
                          text_at(object, {"charge"}),
                          some_text_at(object, {"payment_intent"}),
                          object.integer_at({"amount"}).value_or(0),
                          text_at(object, {"currency"})};
    if (!is_money(refund.amount_cents, refund.currency)) return Uninteresting{};
    return refund;
  }
  // `transfer.paid` was split into `payout.*` in 2017; who still sends it means that the transfer was made.
  if (type == "transfer.created" || type == "transfer.updated" || type == "transfer.reversed" ||
      type == "transfer.paid") {
    auto transfer = read_stripe_transfer(object);
    if (!transfer || transfer->amount_cents < 0 || !is_amount(transfer->amount_cents) ||
        !is_amount(transfer->reversed_cents))
      return Uninteresting{};
    return *std::move(transfer);
  }
  if (type.starts_with("charge.dispute.")) {
    const auto status = value_named<DisputeStatus>(text_at(object, {"status"}));
    const std::int64_t amount = object.integer_at({"amount"}).value_or(0);
    std::string charge = text_at(object, {"charge"});
    std::string currency = text_at(object, {"currency"});
    if (!status || amount <= 0 || !is_money(amount, currency) || charge.empty()) return Uninteresting{};
    return DisputeNews{std::move(id),
                       std::move(charge),
                       some_text_at(object, {"payment_intent"}),
                       amount,
                       std::move(currency),
                       text_at(object, {"reason"}),
                       *status,
                       moment_at(object, {"evidence_details", "due_by"})};
  }
  return Uninteresting{};
}

decltype(StripeEvent::news) read_account_news(std::string_view type, std::string_view account, JsonValue object) {
  std::string id = text_at(object, {"id"});
  if (id.empty() || id.size() > 150) return Uninteresting{};
  if (type == "account.application.deauthorized")
    return AccountNews{std::string(account), AccountStatus::deauthorized, false};
  if (type == "account.updated") {
    if (id != account) return Uninteresting{};
    const auto now = read_stripe_account(object);
    return now ? decltype(StripeEvent::news)(news_of(*now)) : Uninteresting{};
  }
  if (type.starts_with("payout.")) {
    BankPayout payout{std::move(id),
                      std::string(account),
                      object.integer_at({"amount"}).value_or(0),
                      text_at(object, {"currency"}),
                      text_at(object, {"status"}),
                      some_text_at(object, {"failure_code"}),
                      moment_at(object, {"arrival_date"})};
    constexpr std::array<std::string_view, 5> states{"pending", "in_transit", "paid", "canceled", "failed"};
    if (payout.amount_cents == 0 || !is_money(payout.amount_cents, payout.currency) ||
        !std::ranges::contains(states, payout.status))
      return Uninteresting{};
    return payout;
  }
  return Uninteresting{};
}

}  // namespace

Result<StripeEvent> read_stripe_event(std::string body) {
  const auto json = parse_json(body);
  if (!json) return Failure(json.error());
  StripeEvent read;
  read.event.provider = "stripe";
  read.event.id = text_at(*json, {"id"});
  read.event.type = text_at(*json, {"type"});
  if (read.event.id.empty() || read.event.type.empty())
    return Failure(bad_request("This is no event: it has no id or no type.", "invalid_event"));
  // Thin events write their time as a text; it is of no use here.
  read.event.created_at = moment_at(*json, {"created"});
  read.live_mode = json->is_true_at({"livemode"});
  const auto account = json->string_at({"account"});
  if (const auto object = json->at({"data", "object"}); object && object->is_object())
    read.news = account ? read_account_news(read.event.type, *account, *object) : read_news(read.event.type, *object);
  read.event.body = std::move(body);
  return read;
}

}  // namespace isthmus::peerloop
