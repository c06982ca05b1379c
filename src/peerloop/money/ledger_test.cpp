#include "peerloop/money/ledger.h"

#include <doctest/doctest.h>

#include "native/marketplace.h"
#include "peerloop/money/event_effect.h"

using namespace isthmus;
using namespace isthmus::peerloop;

TEST_CASE("a payment is held by the provider and owed to those who earned it") {
  CHECK(postings_of_payment({{RecipientType::platform, {}, 6750},
                             {RecipientType::creator, "c", 6750},
                             {RecipientType::student_teacher, "t", 31500}}) ==
        Postings{{"provider:stripe", 45000}, {"platform:revenue", -6750}, {"payable:c", -6750}, {"payable:t", -31500}});
}

TEST_CASE("a refund is a payment's mirror image") {
  CHECK(postings_of_refund({{RecipientType::platform, {}, 15}, {RecipientType::creator, "c", 85}}) ==
        Postings{{"provider:stripe", -100}, {"platform:revenue", 15}, {"payable:c", 85}});
}

TEST_CASE("one person with two shares has one account") {
  CHECK(postings_of_payment({{RecipientType::creator, "c", 15}, {RecipientType::student_teacher, "c", 70}}) ==
        Postings{{"provider:stripe", 85}, {"payable:c", -85}});
}

TEST_CASE("the database refuses a movement that does not balance, and a second one of the same cause") {
  native::World world("peerloop");
  native::StandaloneHost standalone(world);
  Host& host = standalone.host();
  const auto post = [&](std::string cause, Postings postings) {
    Statement statement = post_movement(host, std::move(cause), {}, "usd", postings, world.now());
    statement.values[2] = std::monostate();
    return native::run(world, world.database.write(std::move(statement)));
  };
  CHECK(post(cause_of_checkout("cs_1"), {{"provider:stripe", 100}, {"platform:revenue", -100}}));
  const auto again = post(cause_of_checkout("cs_1"), {{"provider:stripe", 100}, {"platform:revenue", -100}});
  CHECK(violates(again.error(), "ledger_movements.cause"));
  const auto odd = post(cause_of_refund("ch_1", 100), {{"provider:stripe", 100}, {"platform:revenue", -99}});
  CHECK(violates(odd.error(), "guard:ledger_unbalanced"));
}

TEST_CASE("amounts are written for people") {
  CHECK(money_text(45000, "usd") == "450.00 USD");
  CHECK(money_text(5, "eur") == "0.05 EUR");
  CHECK(money_text(500, "jpy") == "500 JPY");
}
