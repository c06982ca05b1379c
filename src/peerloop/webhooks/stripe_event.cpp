#include "peerloop/webhooks/stripe_event.h"

#include <algorithm>

namespace isthmus::peerloop {

namespace {

std::string text_at(JsonValue object, std::initializer_list<std::string_view> names) {
  return std::string(object.string_at(names).value_or(""));
}

std::optional<std::string> some_text_at(JsonValue object, std::initializer_list<std::string_view> names) {
  const auto text = object.string_at(names);
  return text && !text->empty() ? std::optional<std::string>(*text) : std::nullopt;
}

std::string reference_of(JsonValue object) {
  std::string reference = text_at(object, {"metadata", "enrollment_id"});
  return reference.empty() ? text_at(object, {"client_reference_id"}) : reference;
}

/// Other amounts would not fit the books, and would be refused by them at every delivery.
bool is_money(const ChargeRefunded& charge) {
  constexpr std::int64_t most = 1'000'000'000'000;
  return charge.currency.size() == 3 &&
         std::ranges::all_of(charge.currency, [](char c) { return c >= 'a' && c <= 'z'; }) &&
         charge.cumulative_cents <= most;
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
    if (is_money(charge)) return charge;
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
  constexpr std::int64_t year_2001 = 1'000'000'000, year_2286 = 9'999'999'999;
  const auto created = json->integer_at({"created"});
  if (created && *created >= year_2001 && *created <= year_2286) read.event.created_at = Timestamp{*created * second};
  const auto live = json->at({"livemode"});
  read.live_mode = live && live->boolean().value_or(false);
  read.of_connected_account = json->string_at({"account"}).has_value();
  if (const auto object = json->at({"data", "object"}); object && object->is_object())
    read.news = read_news(read.event.type, *object);
  read.event.body = std::move(body);
  return read;
}

}  // namespace isthmus::peerloop
