#include "peerloop/webhooks/missed_events.h"

#include <doctest/doctest.h>

#include "native/marketplace.h"

using namespace isthmus;
using native::Json;
using native::Marketplace;

namespace {

/// What cron does, `later` than the last time.
Result<void> look(Marketplace& market, Millis later = 20 * minute) {
  market.world.scheduler.advance(later);
  native::StandaloneHost standalone(market.world);
  return native::run(market.world, peerloop::take_missed_events(standalone.host(), market.world.now()));
}

std::string enroll_and_pay_unheard(Marketplace& market, const native::TestUser& student) {
  std::string session(market.enroll_with_teacher(student).json()["checkoutSessionId"]);
  market.stripe.pay(session);
  return session;
}

std::string status(Marketplace& market) { return market.text("SELECT status FROM enrollments"); }

std::size_t lists_asked_for(Marketplace& market) {
  return static_cast<std::size_t>(std::ranges::count_if(
      market.world.http.sent, [](const OutgoingRequest& request) { return request.url.contains("/v1/events"); }));
}

}  // namespace

TEST_CASE("a payment whose event was never delivered enrolls, and its refund is booked") {
  Marketplace market;
  const std::string session = enroll_and_pay_unheard(market, market.student);
  REQUIRE(look(market).has_value());
  CHECK(status(market) == "enrolled");
  CHECK(market.mails("enrollment_confirmed") == 1);
  market.stripe.refund(market.intent_of(session), Marketplace::price);
  REQUIRE(look(market).has_value());
  CHECK(status(market) == "refunded");
  market.check_books();
}

TEST_CASE("what was delivered is left alone, and what is delivered afterwards is a duplicate") {
  Marketplace market;
  market.enroll_and_pay(market.student);
  const std::int64_t events = market.count("SELECT count(*) FROM webhook_events");
  REQUIRE(look(market).has_value());
  CHECK(market.count("SELECT count(*) FROM webhook_events") == events);

  const native::TestUser late = native::add_user(market.world, "late");
  enroll_and_pay_unheard(market, late);
  REQUIRE(look(market).has_value());
  CHECK(market.deliver(market.stripe.events.back()).json()["outcome"] == "duplicate");
  CHECK(market.count("SELECT count(*) FROM transactions") == 2);
  market.check_books();
}

TEST_CASE("events are given a quarter of an hour, and the list is asked for every ten minutes") {
  Marketplace market;
  REQUIRE(look(market).has_value());
  enroll_and_pay_unheard(market, market.student);
  REQUIRE(look(market, 5 * minute).has_value());
  CHECK(lists_asked_for(market) == 1);
  REQUIRE(look(market, 6 * minute).has_value());
  CHECK(lists_asked_for(market) == 2);
  CHECK(status(market) == "pending");
  REQUIRE(look(market, 10 * minute).has_value());
  CHECK(status(market) == "enrolled");
}

TEST_CASE("a long list is gone through page by page, from where the last look ended") {
  Marketplace market;
  REQUIRE(look(market).has_value());
  market.stripe.event("charge.refunded", {{"id", "ch_first"}});
  REQUIRE(look(market).has_value());
  const std::size_t lists = lists_asked_for(market);
  for (int i = 0; i < 120; ++i) market.stripe.event("charge.refunded", {{"id", "ch_" + std::to_string(i)}});
  REQUIRE(look(market).has_value());
  CHECK(lists_asked_for(market) == lists + 3);
  CHECK(market.count("SELECT count(*) FROM webhook_events") == 121);
}

TEST_CASE("an event that Stripe has forgotten is no place to go on from, and the latest are looked at") {
  Marketplace market;
  market.stripe.event("charge.refunded", {{"id", "ch_first"}});
  REQUIRE(look(market).has_value());
  market.stripe.events.clear();
  enroll_and_pay_unheard(market, market.student);
  REQUIRE(look(market).has_value());
  CHECK(status(market) == "enrolled");
}

TEST_CASE("while Stripe is silent nothing is passed over") {
  Marketplace market;
  REQUIRE(look(market).has_value());
  enroll_and_pay_unheard(market, market.student);
  market.stripe.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> { return IncomingAnswer{503, {}, ""}; };
  CHECK_FALSE(look(market).has_value());
  market.stripe.instead = nullptr;
  REQUIRE(look(market).has_value());
  CHECK(status(market) == "enrolled");
}

TEST_CASE("an event that could not be taken just then is taken at the next look") {
  Marketplace market;
  enroll_and_pay_unheard(market, market.student);
  // Behind the cursor and what is unheard of: the facts of the payment.
  int calls = 0;
  market.world.fates = [&](const native::HostCall& call) {
    return call.port == "database" && ++calls == 3 ? native::Fate{native::Fate::Fault::not_done} : native::Fate{};
  };
  CHECK_FALSE(look(market).has_value());
  CHECK(calls == 3);
  market.world.fates = nullptr;
  REQUIRE(look(market).has_value());
  CHECK(status(market) == "enrolled");
}

TEST_CASE("an event that can not be understood does not keep those behind it back") {
  Marketplace market;
  market.world.database.execute(
      "CREATE TRIGGER odd BEFORE INSERT ON transactions WHEN NEW.enrollment_id IN (SELECT id FROM enrollments WHERE "
      "student_id = '" +
      market.student.id + "') BEGIN SELECT RAISE(ABORT, 'guard:state_changed'); END");
  const native::TestUser other = native::add_user(market.world, "other");
  enroll_and_pay_unheard(market, market.student);
  enroll_and_pay_unheard(market, other);
  REQUIRE(look(market).has_value());
  CHECK(market.text("SELECT group_concat(status, ' ') FROM (SELECT status FROM webhook_events ORDER BY status)") ==
        "failed processed");
}

TEST_CASE("without a key for Stripe there is nothing to ask") {
  Marketplace market;
  market.world.settings.values.erase("STRIPE_SECRET_KEY");
  CHECK(look(market).has_value());
  CHECK(lists_asked_for(market) == 0);
}
