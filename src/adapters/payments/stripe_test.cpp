#include "adapters/payments/stripe.h"

#include <doctest/doctest.h>

#include "native/fake_stripe.h"

using namespace isthmus;
using native::FakeStripe;
using native::run;
using native::StandaloneHost;
using native::World;

namespace {

CheckoutRequest a_checkout(Timestamp now) {
  return {"checkout:e1",
          "e1",
          "C++ [intro] & more! (1*'~é)",
          45000,
          "usd",
          "a+b@x.io",
          "https://x.io/ok?session={CHECKOUT_SESSION_ID}&a=[b]",
          "https://x.io/c",
          now + hour};
}

struct Setting {
  World world{"peerloop"};
  FakeStripe fake{world};
  StandaloneHost standalone{world};
  StripePayments payments{standalone.host()};

  Result<CheckoutPage> checkout() { return run(world, payments.create_checkout(a_checkout(world.now()))); }
  std::string sent_header(std::size_t index, std::string_view name) const {
    for (const auto& [key, value] : world.http.sent.at(index).headers)
      if (key == name) return value;
    return {};
  }
};

IncomingAnswer page(int status, std::string body) { return {status, {{"content-type", "text/html"}}, std::move(body)}; }

}  // namespace

TEST_CASE("a checkout is written as Stripe's own library writes it") {
  const auto call = stripe::create_checkout(a_checkout({1'790'000'000'000}));
  CHECK(call.path == "/v1/checkout/sessions");
  CHECK(call.form ==
        "mode=payment&line_items[0][quantity]=1&line_items[0][price_data][currency]=usd"
        "&line_items[0][price_data][unit_amount]=45000"
        "&line_items[0][price_data][product_data][name]=C%2B%2B%20[intro]%20%26%20more%21%20%281%2A%27~%C3%A9%29"
        "&client_reference_id=e1&customer_email=a%2Bb%40x.io&expires_at=1790003600"
        "&success_url=https%3A%2F%2Fx.io%2Fok%3Fsession%3D%7BCHECKOUT_SESSION_ID%7D%26a%3D[b]"
        "&cancel_url=https%3A%2F%2Fx.io%2Fc&metadata[enrollment_id]=e1&payment_intent_data[transfer_group]=e1"
        "&payment_intent_data[metadata][enrollment_id]=e1");
}

TEST_CASE("the key of a checkout is the same for the same request and another for another") {
  CheckoutRequest request = a_checkout({1'790'000'000'000});
  const auto key = stripe::create_checkout(request).idempotency_key;
  CHECK(key.starts_with("checkout:e1:"));
  CHECK(stripe::create_checkout(request).idempotency_key == key);
  request.success_url = "https://x.io/other";
  CHECK(stripe::create_checkout(request).idempotency_key != key);
}

TEST_CASE("a refund of all that is left names no amount") {
  CHECK(stripe::refund({"r1", "pi_1", {}, "duplicate", "e1"}).form ==
        "payment_intent=pi_1&reason=duplicate&metadata[enrollment_id]=e1");
  CHECK(stripe::refund({"r1", "pi_1", 100, "duplicate", "e1"}).form ==
        "payment_intent=pi_1&amount=100&reason=duplicate&metadata[enrollment_id]=e1");
  CHECK(stripe::refund({"r1", "pi_1", {}, "duplicate", "e1"}).idempotency_key == "r1");
}

TEST_CASE("a session's id can not lead to another path") {
  CHECK(stripe::expire_checkout("cs/../x?y").path == "/v1/checkout/sessions/cs%2F..%2Fx%3Fy/expire");
}

TEST_CASE("a long title is cut between characters") {
  CheckoutRequest request = a_checkout({1'790'000'000'000});
  request.product_name = std::string(249, 'a') + "éé";
  CHECK(stripe::create_checkout(request).form.contains("=" + std::string(249, 'a') + "&"));
}

TEST_CASE("a checkout opens a page") {
  Setting setting;
  const auto opened = setting.checkout();
  REQUIRE(opened);
  CHECK(opened->url == "https://pay.test/" + opened->id);
  CHECK(setting.sent_header(0, "authorization") == "Bearer sk_test_key");
  CHECK(setting.sent_header(0, "stripe-version") == "2026-07-29.dahlia");
  CHECK(setting.sent_header(0, "content-type") == "application/x-www-form-urlencoded");
}

TEST_CASE("what fails in passing is tried again under the same key") {
  for (const int status : {409, 429, 500, 503}) {
    CAPTURE(status);
    Setting setting;
    setting.world.http.answers = {page(status, R"({"error":{"type":"api_error"}})")};
    CHECK(setting.checkout());
    REQUIRE(setting.world.http.sent.size() == 2);
    CHECK(setting.sent_header(0, "idempotency-key") == setting.sent_header(1, "idempotency-key"));
    CHECK(setting.world.http.sent[0].body == setting.world.http.sent[1].body);
  }
}

TEST_CASE("Stripe's advice about trying again is obeyed") {
  Setting setting;
  IncomingAnswer no = page(500, R"({"error":{"type":"api_error"}})");
  no.headers.emplace_back("stripe-should-retry", "false");
  setting.world.http.answers = {no};
  const auto refused = setting.checkout();
  REQUIRE(!refused);
  CHECK(refused.error().code == payment_error::unavailable);
  CHECK(setting.world.http.sent.size() == 1);

  IncomingAnswer yes = page(400, R"({"error":{"type":"invalid_request_error"}})");
  yes.headers.emplace_back("stripe-should-retry", "true");
  setting.world.http.answers = {yes};
  CHECK(setting.checkout());
}

TEST_CASE("tries end, and take no longer than a client waits") {
  Setting setting;
  setting.fake.instead = [](const OutgoingRequest&) { return page(503, "down"); };
  const Timestamp before = setting.world.now();
  const auto refused = setting.checkout();
  REQUIRE(!refused);
  CHECK(refused.error().status == 503);
  CHECK(refused.error().code == payment_error::unavailable);
  CHECK(refused.error().retry_after_seconds > 0);
  CHECK(setting.world.http.sent.size() == 3);
  CHECK(setting.world.now() - before < 5 * second);
}

TEST_CASE("pages of proxies, half bodies and silence are no answers") {
  for (const auto& answer :
       {page(200, "<html>captive portal</html>"), page(200, R"({"id":"cs_1")"), page(200, R"({"id":"cs_1"})"),
        page(200, ""), page(200, R"({"id":7,"url":[]})"), page(404, "<html>not found</html>"), page(302, "")}) {
    CAPTURE(answer.body);
    Setting setting;
    setting.fake.instead = [&](const OutgoingRequest&) { return answer; };
    const auto refused = setting.checkout();
    REQUIRE(!refused);
    CHECK(refused.error().status == 503);
    CHECK(refused.error().code == payment_error::unavailable);
  }
  Setting setting;
  setting.fake.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return Failure(Error(503, "timeout", ClientText("x"), LogText("timeout")));
  };
  CHECK(setting.checkout().error().code == payment_error::unavailable);
  CHECK(setting.world.http.sent.size() == 3);
}

TEST_CASE("nonsense of ours is told apart, and what Stripe quotes of it stays out of the log") {
  Setting setting;
  setting.fake.instead = [](const OutgoingRequest&) {
    return page(400, R"({"error":{"type":"invalid_request_error","code":"url_invalid","param":"success_url",
                        "message":"not a url, secret@example.org"}})");
  };
  const auto refused = setting.checkout();
  REQUIRE(!refused);
  CHECK(refused.error().status == 500);
  CHECK(refused.error().code == payment_error::refused);
  CHECK(refused.error().log.value.contains("success_url"));
  CHECK(!refused.error().log.value.contains("secret@"));
  CHECK(setting.world.http.sent.size() == 1);
}

TEST_CASE("a key that is missing or not accepted is a matter of settings") {
  Setting setting;
  setting.fake.instead = [](const OutgoingRequest&) {
    return page(401, R"({"error":{"type":"invalid_request_error"}})");
  };
  CHECK(setting.checkout().error().code == payment_error::not_configured);
  setting.world.settings.values.erase("STRIPE_SECRET_KEY");
  const auto refused = setting.checkout();
  CHECK(refused.error().code == payment_error::not_configured);
  CHECK(setting.world.http.sent.size() == 1);
}

TEST_CASE("an address that Stripe finds odd is left out") {
  Setting setting;
  CheckoutRequest request = a_checkout(setting.world.now());
  request.customer_email = "ada@odd";
  CHECK(run(setting.world, setting.payments.create_checkout(request)));
  CHECK(setting.world.http.sent.size() == 2);
  CHECK(!setting.world.http.sent[1].body.contains("customer_email"));
}

TEST_CASE("a payment that went back already is refunded") {
  Setting setting;
  const auto opened = setting.checkout();
  REQUIRE(opened);
  const auto paid = setting.fake.pay(opened->id);
  const std::string intent((*paid)["data"]["object"]["payment_intent"]);
  const auto first = run(setting.world, setting.payments.refund({"r1", intent, {}, "duplicate", "e1"}));
  REQUIRE(first);
  CHECK(!first->id.empty());
  CHECK(run(setting.world, setting.payments.refund({"r1", intent, {}, "duplicate", "e1"}))->id == first->id);
  const auto next = run(setting.world, setting.payments.refund({"r2", intent, {}, "duplicate", "e1"}));
  REQUIRE(next);
  CHECK(next->id.empty());
}

TEST_CASE("a page is closed once") {
  Setting setting;
  const auto opened = setting.checkout();
  REQUIRE(opened);
  CHECK(run(setting.world, setting.payments.expire_checkout(opened->id)));
  CHECK(!setting.fake.pay(opened->id));
  CHECK(run(setting.world, setting.payments.expire_checkout("cs_unknown")).error().code == payment_error::refused);
}

TEST_CASE("accounts, their pages, transfers and reversals are written as Stripe's own library writes them") {
  const auto account = stripe::create_account({"account:u1", "u1"});
  CHECK(account.path == "/v1/accounts");
  CHECK(account.form == "type=express&capabilities[transfers][requested]=true&metadata[user_id]=u1");
  CHECK(account.idempotency_key == "account:u1");
  const auto known = stripe::account_of("acct_1");
  CHECK(known.path == "/v1/accounts/acct_1");
  CHECK(known.reads());
  const auto link = stripe::create_account_link({"l1", "acct_1", "https://x.io/done", "https://x.io/again"});
  CHECK(link.path == "/v1/account_links");
  CHECK(link.form ==
        "account=acct_1&type=account_onboarding&refresh_url=https%3A%2F%2Fx.io%2Fagain&return_url=https%3A%2F%2Fx.io%"
        "2Fdone");
  const auto transfer = stripe::transfer({"t1", "acct_1", "ch_1", 31500, "usd", "e1", "row1"});
  CHECK(transfer.path == "/v1/transfers");
  CHECK(transfer.form ==
        "amount=31500&currency=usd&destination=acct_1&source_transaction=ch_1&transfer_group=e1"
        "&metadata[enrollment_id]=e1&metadata[transfer_id]=row1");
  CHECK(transfer.idempotency_key == "t1");
  const auto reversal = stripe::reverse({"r1", "tr/1", 100, "row2"});
  CHECK(reversal.path == "/v1/transfers/tr%2F1/reversals");
  CHECK(reversal.form == "amount=100&metadata[reversal_id]=row2&expand[0]=transfer");
  CHECK(stripe::payment_intent("pi_1").reads());
}

TEST_CASE("reading asks without a key and without a body") {
  Setting setting;
  const auto opened = setting.checkout();
  const auto paid = setting.fake.pay(opened->id);
  const std::string intent((*paid)["data"]["object"]["payment_intent"]);
  const auto charge = run(setting.world, setting.payments.charge_of(intent));
  REQUIRE(charge);
  CHECK(*charge == setting.fake.charges.at(intent)["id"].get<std::string>());
  CHECK(setting.world.http.sent.back().method == "GET");
  CHECK(setting.world.http.sent.back().body.empty());
  CHECK(setting.sent_header(setting.world.http.sent.size() - 1, "idempotency-key").empty());
  CHECK(run(setting.world, setting.payments.charge_of("pi_unknown")).error().code == payment_error::refused);
}

TEST_CASE("refusals of transfers are told apart") {
  const auto refusal_of = [](std::string_view code, std::string_view param) {
    Setting setting;
    setting.fake.instead = [&](const OutgoingRequest&) {
      return page(400, R"({"error":{"type":"invalid_request_error","code":")" + std::string(code) + R"(","param":")" +
                           std::string(param) + R"("}})");
    };
    return run(setting.world, setting.payments.transfer({"t1", "acct_1", "ch_1", 1, "usd", "e1", "row1"})).error().code;
  };
  CHECK(refusal_of("balance_insufficient", "") == payment_error::short_of_money);
  CHECK(refusal_of("insufficient_capabilities_for_transfer", "") == payment_error::account_unable);
  CHECK(refusal_of("resource_missing", "destination") == payment_error::account_unable);
  CHECK(refusal_of("resource_missing", "source_transaction") == payment_error::refused);
}

TEST_CASE("while Stripe is down its circuit is open, and callers hear so at once") {
  Setting setting;
  setting.fake.instead = [](const OutgoingRequest&) { return page(503, "down"); };
  for (int i = 0; i < Circuit::failures_to_open; ++i) CHECK(!setting.checkout());
  const std::size_t sent = setting.world.http.sent.size();
  const Timestamp before = setting.world.now();
  const auto refused = setting.checkout();
  REQUIRE(!refused);
  CHECK(refused.error().code == payment_error::unavailable);
  CHECK(refused.error().retry_after_seconds >= 1);
  CHECK(setting.world.now() == before);
  CHECK(setting.world.http.sent.size() == sent);

  setting.fake.instead = nullptr;
  setting.world.scheduler.advance(Circuit::first_pause);
  CHECK(setting.checkout());
  CHECK(setting.checkout());
}

TEST_CASE("what Stripe refuses says nothing against Stripe") {
  Setting setting;
  setting.fake.instead = [](const OutgoingRequest&) {
    return page(400, R"({"error":{"type":"invalid_request_error"}})");
  };
  for (int i = 0; i < 20; ++i) CHECK(setting.checkout().error().code == payment_error::refused);
  setting.fake.instead = nullptr;
  CHECK(setting.checkout());
}
