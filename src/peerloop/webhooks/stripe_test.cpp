#include "peerloop/webhooks/stripe.h"

#include <doctest/doctest.h>

#include "native/marketplace.h"

using namespace isthmus;
using native::Json;
using native::Marketplace;
using native::Reply;

namespace {

std::string outcome(const Reply& reply) {
  CHECK_MESSAGE(reply.status == 200, reply.body);
  return reply.json().value("outcome", "");
}

/// What paying the student's own pending checkout says.
Json payment(Marketplace& market) {
  return market.stripe.pay(std::string(market.enroll_with_teacher(market.student).json()["checkoutSessionId"])).value();
}

std::string intent_of(const Json& completed) { return std::string(completed["data"]["object"]["payment_intent"]); }

std::string status(Marketplace& market) { return market.text("SELECT status FROM enrollments"); }

/// What is counted under this name, all days together.
std::int64_t figure(Marketplace& market, std::string_view name) {
  return market.count("SELECT coalesce(sum(value), 0) FROM daily_figures WHERE name = ?1", {std::string(name)});
}

Json changed(Json event, std::string_view pointer, Json value) {
  event[Json::json_pointer(std::string(pointer))] = std::move(value);
  return event;
}

}  // namespace

TEST_CASE("a paid checkout enrolls, splits, books and tells") {
  Marketplace market;
  const Json event = payment(market);
  const Reply reply = market.deliver(event);
  CHECK(reply.json() == Json{{"received", true}, {"outcome", "processed"}});
  CHECK(status(market) == "enrolled");
  CHECK(market.text("SELECT group_concat(recipient_type || amount_cents || status, ' ') FROM "
                    "(SELECT * FROM payment_splits ORDER BY recipient_type)") ==
        "creator6750pending platform6750pending student_teacher31500pending");
  CHECK(market.text("SELECT group_concat(account || amount_cents, ' ') FROM ledger_entries WHERE account LIKE 'p%:s%' "
                    "OR account LIKE 'platform%' ORDER BY account") == "platform:revenue-6750 provider:stripe45000");
  CHECK(market.text("SELECT stripe_payment_intent_id FROM transactions") == intent_of(event));
  CHECK(market.mails("enrollment_confirmed") == 1);
  CHECK(market.mails("new_student") == 1);
  CHECK(market.count("SELECT enrollment_count FROM courses") == 1);
  CHECK(market.text("SELECT status FROM webhook_events") == "processed");
  market.check_books();
}

TEST_CASE("taught by the creator, the creator gets 85 percent") {
  Marketplace market;
  const Json checkout = market.enroll(market.student).json();
  market.deliver(market.stripe.pay(std::string(checkout["checkoutSessionId"])).value());
  CHECK(market.count("SELECT amount_cents FROM payment_splits WHERE recipient_type = 'creator'") == 38250);
  CHECK(market.count("SELECT count(*) FROM payment_splits") == 2);
  market.check_books();
}

TEST_CASE("an event is worth something once") {
  Marketplace market;
  const Json event = payment(market);
  CHECK(outcome(market.deliver(event)) == "processed");
  for (int i = 0; i < 5; ++i) CHECK(outcome(market.deliver(event)) == "duplicate");
  CHECK(outcome(market.deliver(changed(event, "/id", "evt_other"))) == "duplicate");
  CHECK(outcome(market.deliver(changed(changed(event, "/id", "evt_async"), "/type",
                                       "checkout.session.async_payment_succeeded"))) == "duplicate");
  CHECK(market.count("SELECT count(*) FROM transactions") == 1);
  CHECK(market.count("SELECT count(*) FROM webhook_events") == 3);
  market.check_books();
}

TEST_CASE("fifty deliveries at once have one effect, also under two event ids") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    Marketplace market(seed);
    market.watch_failures();
    const Json event = payment(market);
    market.world.fates = [&](const native::HostCall&) {
      return native::Fate{native::Fate::Fault::none, static_cast<Millis>(market.world.scheduler.draw(50)),
                          static_cast<Millis>(market.world.scheduler.draw(50))};
    };
    std::vector<std::unique_ptr<native::Exchange>> exchanges;
    for (int i = 0; i < 50; ++i)
      exchanges.push_back(market.server.begin(market.stripe.delivery(i % 2 ? event : changed(event, "/id", "evt_2"))));
    market.world.scheduler.run();
    int processed = 0;
    for (const auto& exchange : exchanges) processed += outcome(exchange->reply()) == "processed";
    CHECK(processed == 1);
    CHECK(market.count("SELECT count(*) FROM transactions") == 1);
    CHECK(market.count("SELECT count(*) FROM payment_splits") == 3);
    CHECK(market.mails("enrollment_confirmed") == 1);
    CHECK(market.mails("new_student") == 1);
    CHECK(market.count("SELECT count(*) FROM webhook_events WHERE status = 'processed'") == 2);
    // Not for a moment: where we died then, one that came from Stripe's list would stay so.
    CHECK(market.count("SELECT count(*) FROM failures") == 0);
    market.check_books();
  }
}

TEST_CASE("only Stripe is believed") {
  Marketplace market;
  const std::string body = payment(market).dump();
  const auto refused = [&](native::Outgoing delivery) {
    const Reply reply = market.server.send(std::move(delivery));
    CHECK(reply.status == 401);
    CHECK(reply.code() == "invalid_signature");
  };
  native::Outgoing good = market.stripe.delivery_of_text(body);
  SUBCASE("no signature") { refused({"POST", "/api/webhooks/stripe", {}, body}); }
  SUBCASE("another secret") { refused(market.stripe.delivery_of_text(body, "whsec_other")); }
  SUBCASE("another body") {
    good.body += ' ';
    refused(good);
  }
  SUBCASE("too old") {
    market.world.scheduler.advance(6 * minute);
    refused(good);
  }
  SUBCASE("garbage") {
    good.headers[1].value = "t=,v1=";
    refused(good);
  }
  SUBCASE("one of several signatures is enough") {
    good.headers[1].value += ",v1=00,v0=ff";
    CHECK(outcome(market.server.send(good)) == "processed");
    return;
  }
  CHECK(status(market) == "pending");
  CHECK(market.count("SELECT count(*) FROM webhook_events") == 0);
}

TEST_CASE("secrets rotate, and the Connect endpoint has its own") {
  Marketplace market;
  market.world.settings.values["STRIPE_WEBHOOK_SECRET"] = "whsec_new, whsec_test_secret";
  market.world.settings.values["STRIPE_CONNECT_WEBHOOK_SECRET"] = "whsec_connect";
  const Json event = payment(market);
  for (const char* secret : {"whsec_new", "whsec_connect"})
    CHECK(outcome(market.server.send(market.stripe.delivery_of_text(event.dump(), secret))) != "ignored");
  CHECK(outcome(market.deliver(event)) == "duplicate");
}

TEST_CASE("without a secret Stripe is asked to come again") {
  Marketplace market;
  market.world.settings.values.erase("STRIPE_WEBHOOK_SECRET");
  CHECK(market.deliver(payment(market)).status == 503);
}

TEST_CASE("what is signed and no event is refused") {
  Marketplace market;
  for (const char* body : {"", "{", "[]", "{}", R"({"id":"evt_1"})", R"({"id":7,"type":[]})", "\xff"}) {
    CAPTURE(body);
    CHECK(market.server.send(market.stripe.delivery_of_text(body)).status == 400);
  }
  CHECK(market.server.send(market.stripe.delivery_of_text(std::string(1100000, ' '))).status == 413);
}

TEST_CASE("what means nothing to us is kept and ignored") {
  Marketplace market;
  const Json event = payment(market);
  CHECK(outcome(market.deliver(changed(event, "/type", "customer.created"))) == "ignored");
  CHECK(outcome(market.deliver(event)) == "duplicate");

  Json stranger = changed(event, "/id", "evt_stranger");
  stranger["data"]["object"]["id"] = "cs_stranger";
  stranger["data"]["object"]["metadata"] = Json::object();
  stranger["data"]["object"]["client_reference_id"] = nullptr;
  CHECK(outcome(market.deliver(stranger)) == "ignored");
  CHECK(outcome(market.deliver(changed(changed(event, "/id", "evt_live"), "/livemode", true))) == "ignored");
  CHECK(outcome(market.deliver(changed(changed(event, "/id", "evt_connect"), "/account", "acct_1"))) == "ignored");
  CHECK(outcome(market.deliver({{"id", "evt_thin"}, {"object", "v2.core.event"}, {"type", "v1.x"}})) == "ignored");
  CHECK(outcome(market.deliver({{"id", "evt_odd"}, {"type", "charge.refunded"}, {"data", "x"}})) == "ignored");
  CHECK(market.count("SELECT count(*) FROM webhook_events WHERE status = 'ignored' AND body IS NOT NULL") == 6);
  CHECK(status(market) == "pending");
}

TEST_CASE("complete is not paid: slow methods enroll when the money is there") {
  Marketplace market;
  const Json event = payment(market);
  CHECK(outcome(market.deliver(changed(event, "/data/object/payment_status", "unpaid"))) == "ignored");
  CHECK(status(market) == "pending");
  Json later = changed(changed(event, "/id", "evt_later"), "/type", "checkout.session.async_payment_succeeded");
  CHECK(outcome(market.deliver(later)) == "processed");
  CHECK(status(market) == "enrolled");
  market.check_books();
}

TEST_CASE("a slow method that fails frees the place") {
  Marketplace market;
  const Json event = payment(market);
  Json failed = changed(event, "/type", "checkout.session.async_payment_failed");
  CHECK(outcome(market.deliver(failed)) == "processed");
  CHECK(status(market) == "released");
}

TEST_CASE("an expired checkout frees the place, once, and only while it is unpaid") {
  Marketplace market;
  const std::string session(market.enroll(market.student).json()["checkoutSessionId"]);
  const Json expired = market.stripe.expire(session).value();
  CHECK(outcome(market.deliver(expired)) == "processed");
  CHECK(status(market) == "released");
  CHECK(outcome(market.deliver(expired)) == "duplicate");
  CHECK(outcome(market.deliver(changed(expired, "/id", "evt_again"))) == "ignored");
  CHECK(market.enroll(market.student).status == 201);

  Marketplace other;
  const Json event = payment(other);
  other.deliver(event);
  CHECK(outcome(other.deliver(changed(changed(event, "/id", "evt_x"), "/type", "checkout.session.expired"))) ==
        "ignored");
  CHECK(status(other) == "enrolled");
}

TEST_CASE("the expiry of a replaced page does not touch its successor") {
  Marketplace market;
  const std::string first(market.enroll(market.student).json()["checkoutSessionId"]);
  market.enroll_with_teacher(market.student);
  REQUIRE(market.stripe.events_of_calls.size() == 1);
  CHECK(outcome(market.deliver(market.stripe.events_of_calls[0])) == "ignored");
  CHECK(market.count("SELECT count(*) FROM enrollments WHERE status = 'pending'") == 1);
}

TEST_CASE("another amount or currency than asked for enrolls nobody and is shown to a person") {
  for (const auto& [pointer, value] : {std::pair<const char*, Json>{"/data/object/amount_total", 44999},
                                       {"/data/object/amount_total", nullptr},
                                       {"/data/object/currency", "eur"}}) {
    Marketplace market;
    const Json event = changed(payment(market), pointer, value);
    CHECK(outcome(market.deliver(event)) == "ignored");
    CHECK(outcome(market.deliver(event)) == "ignored");
    CHECK(status(market) == "pending");
    CHECK(market.text("SELECT status FROM webhook_events") == "failed");
    CHECK(market.count("SELECT count(*) FROM audit_log WHERE action = 'payment_misfit'") == 1);
    CHECK(market.count("SELECT count(*) FROM transactions") == 0);
    CHECK(!market.world.log.errors.empty());
  }
}

TEST_CASE("a payment that arrives after the release still enrolls") {
  Marketplace market;
  const Json event = payment(market);
  market.world.database.execute("UPDATE enrollments SET status = 'released', released_at = ?1",
                                {market.world.now().ms});
  CHECK(outcome(market.deliver(event)) == "processed");
  CHECK(status(market) == "enrolled");
  market.check_books();
}

TEST_CASE("a payment for a course that lost one of its people goes back in full") {
  for (const char* who : {"student_id", "teacher_id", "(SELECT creator_id FROM courses)"}) {
    CAPTURE(who);
    Marketplace market;
    const Json event = payment(market);
    market.world.database.execute(
        "UPDATE users SET deleted_at = ?1 WHERE id = (SELECT " + std::string(who) + " FROM enrollments)",
        {market.world.now().ms});
    CHECK(outcome(market.deliver(event)) == "processed");
    CHECK(status(market) != "enrolled");
    market.drain_refunds();
    CHECK(market.stripe.charges.at(intent_of(event))["amount_refunded"] == 45000);
    CHECK(status(market) == "refunded");
    CHECK(market.mails("new_student") == 0);
    market.check_books();
  }
}

TEST_CASE("a released checkout that is paid takes the place of the one that waits") {
  Marketplace market;
  // Closing the first page fails, and the student has it still open.
  const std::string first(market.enroll(market.student).json()["checkoutSessionId"]);
  market.stripe.instead = [&](const OutgoingRequest& request) -> Result<IncomingAnswer> {
    if (request.url.ends_with("/expire")) return IncomingAnswer{500, {{"stripe-should-retry", "false"}}, ""};
    auto keep = std::exchange(market.stripe.instead, nullptr);
    auto answer = market.world.http.respond(request);
    market.stripe.instead = keep;
    return answer;
  };
  const std::string next(market.enroll_with_teacher(market.student).json()["checkoutSessionId"]);
  market.stripe.instead = nullptr;
  REQUIRE(market.stripe.open_sessions().size() == 2);

  CHECK(outcome(market.deliver(market.stripe.pay(first).value())) == "processed");
  CHECK(market.text("SELECT status FROM enrollments WHERE checkout_session_id = ?1", {first}) == "enrolled");
  CHECK(market.text("SELECT status FROM enrollments WHERE checkout_session_id = ?1", {next}) == "released");
  CHECK(market.stripe.sessions.at(next)["status"] == "expired");
  market.check_books();
}

TEST_CASE("a second paid checkout of the same course goes back in full") {
  Marketplace market;
  const std::string first(market.enroll_with_teacher(market.student).json()["checkoutSessionId"]);
  // The second page is still open although its enrollment was released.
  market.world.database.execute("UPDATE enrollments SET status = 'released', released_at = ?1",
                                {market.world.now().ms});
  const std::string next(market.enroll(market.student).json()["checkoutSessionId"]);
  CHECK(outcome(market.deliver(market.stripe.pay(next).value())) == "processed");
  const Json late = market.stripe.pay(first).value();
  CHECK(outcome(market.deliver(late)) == "processed");
  CHECK(outcome(market.deliver(changed(late, "/id", "evt_late"))) == "duplicate");
  market.check_books();
  CHECK(market.count("SELECT count(*) FROM enrollments WHERE status = 'enrolled'") == 1);
  CHECK(market.count("SELECT count(*) FROM outbox WHERE kind = 'stripe.refund'") == 1);
  CHECK(market.mails("enrollment_confirmed") == 1);

  market.drain_refunds();
  market.check_books();
  CHECK(market.stripe.charges.at(intent_of(late))["amount_refunded"] == 45000);
  CHECK(market.text("SELECT status FROM enrollments WHERE checkout_session_id = ?1", {first}) == "refunded");
  CHECK(market.text("SELECT status FROM enrollments WHERE checkout_session_id = ?1", {next}) == "enrolled");
  CHECK(figure(market, "checkouts") == 2);
  CHECK(figure(market, "enrollments") == 1);
  CHECK(figure(market, "refunds") == 0);
  CHECK(market.mails("payment_refunded") == 1);
  CHECK(market.count("SELECT count(*) FROM outbox WHERE kind = 'stripe.refund' AND delivered_at IS NOT NULL") == 1);
}

TEST_CASE("a second payment of one enrollment goes back in full") {
  Marketplace market;
  const Json event = payment(market);
  market.deliver(event);
  // A page that nobody should have seen was paid as well.
  Json stray = changed(changed(event, "/id", "evt_stray"), "/data/object/id", "cs_stray");
  stray["data"]["object"]["payment_intent"] = "pi_stray";
  Json charge = market.stripe.charges.at(intent_of(event));
  charge["id"] = "ch_stray";
  charge["payment_intent"] = "pi_stray";
  market.stripe.charges["pi_stray"] = charge;
  CHECK(outcome(market.deliver(stray)) == "processed");
  CHECK(outcome(market.deliver(changed(stray, "/id", "evt_stray2"))) == "duplicate");
  market.check_books();
  market.drain_refunds();
  market.check_books();
  CHECK(market.stripe.charges.at("pi_stray")["amount_refunded"] == 45000);
  CHECK(market.count("SELECT count(*) FROM enrollments WHERE status = 'enrolled'") == 1);
  // Nobody began it, and nobody's enrollment ended with it.
  CHECK(market.count("SELECT count(*) FROM enrollments WHERE status = 'refunded' AND is_stray = 1") == 1);
  CHECK(figure(market, "checkouts") == 1);
  CHECK(figure(market, "enrollments") == 1);
  CHECK(figure(market, "refunds") == 0);
  CHECK(market.count("SELECT sum(amount_cents) FROM ledger_entries WHERE account = 'provider:stripe'") == 45000);
}

TEST_CASE("a whole refund takes everything back and ends the enrollment") {
  Marketplace market;
  const Json event = payment(market);
  market.deliver(event);
  const Json refunded = market.stripe.refund(intent_of(event), 45000);
  CHECK(outcome(market.deliver(refunded)) == "processed");
  CHECK(outcome(market.deliver(refunded)) == "duplicate");
  CHECK(status(market) == "refunded");
  CHECK(figure(market, "refunds") == 1);
  CHECK(market.text("SELECT status FROM transactions") == "refunded");
  CHECK(market.count("SELECT count(*) FROM payment_splits WHERE status = 'reversed'") == 3);
  CHECK(market.count("SELECT sum(amount_cents) FROM ledger_entries WHERE account = 'provider:stripe'") == 0);
  CHECK(market.count("SELECT enrollment_count FROM courses") == 0);
  CHECK(market.mails("payment_refunded") == 1);
  market.check_books();
  CHECK(market.enroll(market.student).status == 201);
}

TEST_CASE("partial refunds reverse in proportion, in any order") {
  Marketplace market;
  const Json event = payment(market);
  market.deliver(event);
  const Json first = market.stripe.refund(intent_of(event), 10000);
  const Json next = market.stripe.refund(intent_of(event), 3333);
  CHECK(outcome(market.deliver(next)) == "processed");
  CHECK(outcome(market.deliver(first)) == "duplicate");
  CHECK(market.count("SELECT refunded_cents FROM transactions") == 13333);
  CHECK(market.text("SELECT status FROM transactions") == "partially_refunded");
  CHECK(status(market) == "enrolled");
  CHECK(market.count("SELECT reversed_cents FROM payment_splits WHERE recipient_type = 'student_teacher'") == 9333);
  market.check_books();
  CHECK(outcome(market.deliver(market.stripe.refund(intent_of(event), 45000 - 13333))) == "processed");
  CHECK(status(market) == "refunded");
  CHECK(market.count("SELECT count(*) FROM payment_splits WHERE status = 'reversed'") == 3);
  market.check_books();
}

TEST_CASE("a refund that overtakes its payment waits for it") {
  Marketplace market;
  const Json event = payment(market);
  const std::string intent = intent_of(event);
  SUBCASE("in part") {
    CHECK(outcome(market.deliver(market.stripe.refund(intent, 10000))) == "processed");
    CHECK(outcome(market.deliver(market.stripe.refund(intent, 5000))) == "processed");
    CHECK(market.count("SELECT count(*) FROM refunds WHERE transaction_id IS NULL") == 2);
    CHECK(outcome(market.deliver(event)) == "processed");
    CHECK(status(market) == "enrolled");
    CHECK(market.count("SELECT refunded_cents FROM transactions") == 15000);
    CHECK(market.count("SELECT count(*) FROM ledger_movements") == 3);
    CHECK(market.mails("enrollment_confirmed") == 1);
    market.check_books();
    CHECK(outcome(market.deliver(market.stripe.refund(intent, 30000))) == "processed");
    CHECK(status(market) == "refunded");
  }
  SUBCASE("in whole") {
    CHECK(outcome(market.deliver(market.stripe.refund(intent, 45000))) == "processed");
    CHECK(outcome(market.deliver(event)) == "processed");
    CHECK(status(market) == "refunded");
    CHECK(market.mails("enrollment_confirmed") == 0);
    CHECK(market.mails("payment_refunded") == 1);
    CHECK(market.count("SELECT enrollment_count FROM courses") == 0);
  }
  CHECK(market.count("SELECT count(*) FROM refunds WHERE transaction_id IS NULL") == 0);
  market.check_books();
}

TEST_CASE("a refund of somebody else's charge is ignored") {
  Marketplace market;
  Json event = market.stripe.event("charge.refunded", {{"id", "ch_x"},
                                                       {"payment_intent", "pi_x"},
                                                       {"amount_refunded", 100},
                                                       {"currency", "usd"},
                                                       {"metadata", Json::object()}});
  CHECK(outcome(market.deliver(event)) == "ignored");
  CHECK(market.count("SELECT count(*) FROM refunds") == 0);
}

TEST_CASE("an event whose id or type is no text is refused, whatever else it says") {
  Marketplace market;
  const Json event = market.stripe.event("invoice.paid", {{"id", "in_1"}});
  CHECK(outcome(market.deliver(event)) == "ignored");
  for (const char* name : {"/id", "/type"})
    for (const std::string& text : {std::string("\0", 1), std::string("\0x", 2), std::string("evt_\0x", 6)})
      CHECK(market.deliver(changed(event, name, text)).status == 400);
  CHECK(market.count("SELECT count(*) FROM webhook_events") == 1);
}

TEST_CASE("a refund of what is no money is ignored, and not asked for again") {
  Marketplace market;
  // One that waits for its payment, so that there is nothing to compare it with.
  const std::string enrollment = market.enroll(market.student).json()["enrollmentId"].get<std::string>();
  const Json refund = market.stripe.event("charge.refunded", {{"id", "ch_x"},
                                                              {"payment_intent", "pi_x"},
                                                              {"amount_refunded", 100},
                                                              {"currency", "usd"},
                                                              {"metadata", {{"enrollment_id", enrollment}}}});
  CHECK(outcome(market.deliver(changed(refund, "/data/object/currency", "dollars"))) == "ignored");
  CHECK(outcome(market.deliver(changed(changed(refund, "/id", "evt_none"), "/data/object/currency", Json()))) ==
        "ignored");
  CHECK(outcome(market.deliver(changed(changed(refund, "/id", "evt_much"), "/data/object/amount_refunded",
                                       std::int64_t{1} << 60))) == "ignored");
  CHECK(market.count("SELECT count(*) FROM refunds") == 0);
}

TEST_CASE("a refund that does not fit its payment changes nothing and is shown to a person") {
  Marketplace market;
  const Json event = payment(market);
  market.deliver(event);
  const Json refund = market.stripe.refund(intent_of(event), 1000);
  CHECK(outcome(market.deliver(changed(refund, "/data/object/amount_refunded", 45001))) == "ignored");
  CHECK(outcome(market.deliver(changed(changed(refund, "/id", "evt_eur"), "/data/object/currency", "eur"))) ==
        "ignored");
  CHECK(market.count("SELECT refunded_cents FROM transactions") == 0);
  CHECK(market.count("SELECT count(*) FROM webhook_events WHERE status = 'failed'") == 2);
  market.check_books();
}

TEST_CASE("while the database is away Stripe is asked to come again, and then it counts once") {
  Marketplace market;
  const Json event = payment(market);
  market.world.fates = [](const native::HostCall& call) {
    return native::Fate{call.port == "database" ? native::Fate::Fault::not_done : native::Fate::Fault::none, 0, 0};
  };
  const Reply reply = market.deliver(event);
  CHECK(reply.status == 503);
  CHECK(reply.has_header("retry-after"));
  market.world.fates = nullptr;
  CHECK(outcome(market.deliver(event)) == "processed");
  market.check_books();
}

TEST_CASE("an event takes one reading and one writing trip to the database") {
  Marketplace market;
  const Json event = payment(market);
  market.world.database.round_trips = 0;
  market.world.fates = [](const native::HostCall&) { return native::Fate{native::Fate::Fault::none, 5, 5}; };
  const auto exchange = market.server.begin(market.stripe.delivery(event));
  while (!exchange->answered()) market.world.scheduler.run_until(market.world.now() + 1);
  // In the moment of the answer the dispatcher begins: the third trip is its.
  CHECK(market.world.database.round_trips == 2 + 1);
  market.world.scheduler.run();
}

TEST_CASE("no address, name or token of a payment is logged") {
  Marketplace market;
  const Json event = payment(market);
  market.deliver(event);
  market.deliver(market.stripe.refund(intent_of(event), 45000));
  for (const char* secret : {"@example.org", "Name of", "sk_test_key", "whsec_", "pay.test"})
    CHECK(!market.world.log.mentions(secret));
}
