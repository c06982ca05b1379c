#include "peerloop/webhooks/stripe_event.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace isthmus;
using namespace isthmus::peerloop;
using Json = nlohmann::json;

namespace {

struct MoneyEvent {
  std::string type;
  Json object;
  std::string amount;
  std::string account = {};
};

const std::vector<MoneyEvent> money_events = {
    {"charge.refunded", {{"id", "ch_1"}, {"amount_refunded", 500}, {"currency", "usd"}}, "amount_refunded"},
    {"refund.failed", {{"id", "re_1"}, {"status", "failed"}, {"amount", 500}, {"currency", "usd"}}, "amount"},
    {"transfer.created", {{"id", "tr_1"}, {"amount", 500}, {"amount_reversed", 0}}, "amount"},
    {"transfer.reversed", {{"id", "tr_1"}, {"amount", 500}, {"amount_reversed", 500}}, "amount_reversed"},
    {"charge.dispute.created",
     {{"id", "dp_1"}, {"charge", "ch_1"}, {"status", "needs_response"}, {"amount", 500}, {"currency", "usd"}},
     "amount"},
    {"payout.paid", {{"id", "po_1"}, {"status", "paid"}, {"amount", 500}, {"currency", "usd"}}, "amount", "acct_1"},
};

bool is_news(const MoneyEvent& event, const Json& object) {
  Json json = {{"id", "evt_1"}, {"type", event.type}, {"data", {{"object", object}}}};
  if (!event.account.empty()) json["account"] = event.account;
  const auto read = read_stripe_event(json.dump());
  REQUIRE(read);
  return !std::holds_alternative<Uninteresting>(read->news);
}

bool is_news(const MoneyEvent& event, const std::string& name, Json value) {
  Json object = event.object;
  object[name] = std::move(value);
  return is_news(event, object);
}

}  // namespace

TEST_CASE("amounts that the books cannot hold are no news") {
  for (const MoneyEvent& event : money_events) {
    CAPTURE(event.type);
    CHECK(is_news(event, event.object));
    CHECK(is_news(event, event.amount, 1'000'000'000'000));
    CHECK_FALSE(is_news(event, event.amount, 1'000'000'000'001));
    CHECK_FALSE(is_news(event, event.amount, std::int64_t{1} << 62));
    CHECK_FALSE(is_news(event, event.amount, -(std::int64_t{1} << 62)));
  }
}

TEST_CASE("what is in no currency is no money") {
  for (const MoneyEvent& event : money_events) {
    if (!event.object.contains("currency")) continue;
    CAPTURE(event.type);
    for (const char* currency : {"", "us", "USD", "dollars", "u d"}) CHECK_FALSE(is_news(event, "currency", currency));
    CHECK_FALSE(is_news(event, "currency", nullptr));
  }
}

TEST_CASE("a transfer of less than nothing is no news") { CHECK_FALSE(is_news(money_events[2], "amount", -1)); }
