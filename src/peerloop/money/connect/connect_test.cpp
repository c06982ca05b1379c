#include "peerloop/money/connect/connect.h"

#include <doctest/doctest.h>

#include "native/marketplace.h"

using namespace isthmus;
using native::Json;
using native::Marketplace;
using native::Reply;
using peerloop::AccountStatus;

namespace {

Reply onboard(Marketplace& market, const native::Caller& who, const Json& body = Json::object()) {
  return market.server.post("/api/payments/connect/onboard", body, who);
}
Json status(Marketplace& market) { return market.server.get("/api/payments/connect/status", market.teacher).json(); }
std::string account_of(Marketplace& market) {
  return market.text("SELECT coalesce(stripe_account_id, '') FROM users WHERE id = ?1", {market.teacher.id});
}

/// An account of which Stripe wants more before it goes on.
Json restricted_account(Marketplace& market) {
  Json account = market.stripe.accounts[account_of(market)];
  account["details_submitted"] = true;
  account["requirements"]["disabled_reason"] = "requirements.past_due";
  return account;
}

}  // namespace

TEST_CASE("whoever earns gets an account once, and a page each time") {
  Marketplace market;
  CHECK(status(market) == Json{{"status", "none"}, {"payoutsEnabled", false}});
  const Reply page = onboard(market, market.teacher);
  REQUIRE_MESSAGE(page.status == 200, page.body);
  const Reply another = onboard(market, market.teacher);
  CHECK(page.json()["url"] != another.json()["url"]);
  CHECK(market.stripe.accounts.size() == 1);
  CHECK(account_of(market) == market.stripe.accounts.begin()->first);
  CHECK(status(market)["status"] == "pending");
  CHECK(market.world.http.sent[1].body.contains("return_url=https%3A%2F%2Fapp.example.org%2Fearnings"));

  CHECK(market.deliver(market.stripe.complete_account(account_of(market))).json()["outcome"] == "processed");
  CHECK(status(market) == Json{{"status", "active"}, {"payoutsEnabled", true}});
}

TEST_CASE("ten tabs at once make one account, also where answers are lost") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    Marketplace market(seed);
    market.world.fates = [&](const native::HostCall& call) {
      native::Fate fate{native::Fate::Fault::none, static_cast<Millis>(market.world.scheduler.draw(30)),
                        static_cast<Millis>(market.world.scheduler.draw(30))};
      if (call.port == "http" && market.world.scheduler.draw(5) == 0) fate.fault = native::Fate::Fault::answer_lost;
      return fate;
    };
    std::vector<std::unique_ptr<native::Exchange>> tabs;
    for (int i = 0; i < 10; ++i)
      tabs.push_back(market.server.begin(
          native::with_json("POST", "/api/payments/connect/onboard", Json::object(), market.teacher)));
    market.world.scheduler.run();
    market.world.fates = nullptr;
    for (const auto& tab : tabs) CHECK((tab->reply().status == 200 || tab->reply().status == 503));
    onboard(market, market.teacher);
    CHECK(market.stripe.accounts.size() == 1);
    CHECK(account_of(market) == market.stripe.accounts.begin()->first);
  }
}

TEST_CASE("addresses of others, and people who earn nothing, are refused") {
  Marketplace market;
  const Reply foreign = onboard(market, market.teacher, {{"returnUrl", "https://evil.example"}});
  CHECK(foreign.problems("returnUrl") != nullptr);
  CHECK(onboard(market, market.teacher, {{"refreshUrl", "javascript:alert(1)"}}).problems("refreshUrl") != nullptr);
  CHECK(onboard(market, market.student).status == 403);
  CHECK(onboard(market, native::nobody).status == 401);
  CHECK(market.stripe.accounts.empty());
  CHECK(onboard(market, market.teacher, {{"returnUrl", "https://app.example.org/a?b=c"}}).status == 200);
}

TEST_CASE("older news of an account never overwrites newer") {
  Marketplace market;
  onboard(market, market.teacher);
  const std::string account = account_of(market);
  const Json older = market.stripe.account_event("account.updated", restricted_account(market), account);
  market.world.scheduler.advance(minute);
  const Json newer = market.stripe.complete_account(account);
  CHECK(market.deliver(newer).json()["outcome"] == "processed");
  CHECK(market.deliver(older).json()["outcome"] == "ignored");
  CHECK(status(market)["status"] == "active");
}

TEST_CASE("what is not ready by the news is asked for, so that two pieces of news of one second cannot mislead") {
  Marketplace market;
  onboard(market, market.teacher);
  const std::string account = account_of(market);
  for (const Json& before : {market.stripe.accounts[account], restricted_account(market)}) {
    const Json older = market.stripe.account_event("account.updated", before, account);
    CHECK(market.deliver(market.stripe.complete_account(account)).json()["outcome"] == "processed");
    CHECK(market.deliver(older).json()["outcome"] == "processed");
    CHECK(market.text("SELECT stripe_account_status FROM users WHERE id = ?1", {market.teacher.id}) != "active");
    CHECK(status(market) == Json{{"status", "active"}, {"payoutsEnabled", true}});
    CHECK(market.text("SELECT stripe_account_status FROM users WHERE id = ?1", {market.teacher.id}) == "active");
    CHECK(market.count("SELECT stripe_payouts_enabled FROM users WHERE id = ?1", {market.teacher.id}) == 1);
  }
  const auto calls = market.world.http.sent.size();
  CHECK(status(market)["status"] == "active");
  CHECK(market.world.http.sent.size() == calls);
}

TEST_CASE("where Stripe does not say how an account stands, what is known is told, without waiting long") {
  Marketplace market;
  onboard(market, market.teacher);
  const Json pending{{"status", "pending"}, {"payoutsEnabled", false}};
  const std::vector<std::function<Result<IncomingAnswer>(const OutgoingRequest&)>> answers{
      [](const auto&) -> Result<IncomingAnswer> { return IncomingAnswer{503, {}, "down"}; },
      [](const auto&) -> Result<IncomingAnswer> { return IncomingAnswer{200, {}, "no JSON"}; },
      [](const auto&) -> Result<IncomingAnswer> { return IncomingAnswer{200, {}, R"({"id":"acct_other"})"}; },
      [](const auto&) -> Result<IncomingAnswer> {
        return IncomingAnswer{403, {}, R"({"error":{"type":"invalid_request_error","code":"account_invalid"}})"};
      }};
  for (const auto& answer : answers) {
    market.stripe.instead = answer;
    const auto calls = market.world.http.sent.size();
    CHECK(status(market) == pending);
    CHECK(market.world.http.sent.size() == calls + 1);
  }
  CHECK(market.text("SELECT stripe_account_status FROM users WHERE id = ?1", {market.teacher.id}) == "pending");
}

TEST_CASE("news that comes while the provider is asked counts more than its answer") {
  Marketplace market;
  onboard(market, market.teacher);
  const std::string account = account_of(market);
  const Json object = market.stripe.accounts[account];
  market.stripe.complete_account(account);
  market.stripe.instead = [&](const OutgoingRequest& request) -> Result<IncomingAnswer> {
    auto answer = market.stripe.respond(request);
    market.world.database.execute(
        "UPDATE users SET stripe_account_status = 'rejected', stripe_account_event_at = ?2 WHERE id = ?1",
        {market.teacher.id, market.world.now().ms});
    return answer;
  };
  CHECK(status(market) == Json{{"status", "rejected"}, {"payoutsEnabled", false}});
}

TEST_CASE("an account that its owner took away receives nothing, and is replaced by the next onboarding") {
  Marketplace market;
  const std::string first = market.onboard(market.teacher);
  market.world.scheduler.advance(minute);
  CHECK(market
            .deliver(market.stripe.account_event("account.application.deauthorized",
                                                 {{"id", "ca_1"}, {"object", "application"}}, first))
            .json()["outcome"] == "processed");
  CHECK(status(market) == Json{{"status", "deauthorized"}, {"payoutsEnabled", false}});
  CHECK(onboard(market, market.teacher).status == 200);
  CHECK(account_of(market) != first);
  CHECK(status(market)["status"] == "pending");
  CHECK(market.stripe.accounts.size() == 2);
  onboard(market, market.teacher);
  CHECK(market.stripe.accounts.size() == 2);
}

TEST_CASE("an account that Stripe does not know any more is replaced, once") {
  Marketplace market;
  const std::string first = market.onboard(market.teacher);
  market.stripe.accounts.clear();
  CHECK(onboard(market, market.teacher).status == 200);
  CHECK(account_of(market) != first);
  CHECK(status(market) == Json{{"status", "pending"}, {"payoutsEnabled", false}});
  CHECK(market.stripe.accounts.size() == 1);
  CHECK(onboard(market, market.teacher).status == 200);
  CHECK(market.stripe.accounts.size() == 1);
}

TEST_CASE("a rejected account is the end of it") {
  Marketplace market;
  const std::string account = market.onboard(market.teacher);
  Json rejected = market.stripe.accounts[account];
  rejected["payouts_enabled"] = false;
  rejected["requirements"]["disabled_reason"] = "rejected.fraud";
  market.deliver(market.stripe.account_event("account.updated", rejected, account));
  CHECK(status(market)["status"] == "rejected");
  CHECK(onboard(market, market.teacher).code() == "account_rejected");
}

TEST_CASE("news of an account in somebody else's name is no news") {
  Marketplace market;
  const std::string account = market.onboard(market.teacher);
  Json strange = market.stripe.account_event("account.updated", market.stripe.accounts[account], "acct_other");
  CHECK(market.deliver(strange).json()["outcome"] == "ignored");
  Json unknown = market.stripe.account_event("account.updated", {{"id", "acct_x"}}, "acct_x");
  CHECK(market.deliver(unknown).json()["outcome"] == "ignored");
  CHECK(status(market)["status"] == "active");
}

TEST_CASE("while Stripe is down, onboarding says so and makes nothing") {
  Marketplace market;
  market.stripe.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return IncomingAnswer{503, {}, "down"};
  };
  const Reply reply = onboard(market, market.teacher);
  CHECK(reply.status == 503);
  CHECK(reply.has_header("retry-after"));
  CHECK(account_of(market).empty());
}

TEST_CASE("what Stripe says of an account becomes one word") {
  using peerloop::account_status;
  CHECK(account_status(false, false, false, "requirements.past_due") == AccountStatus::pending);
  CHECK(account_status(true, true, true, "") == AccountStatus::active);
  CHECK(account_status(true, false, false, "requirements.pending_verification") == AccountStatus::pending);
  CHECK(account_status(true, true, false, "requirements.past_due") == AccountStatus::restricted);
  CHECK(account_status(true, false, false, "rejected.terms_of_service") == AccountStatus::rejected);
  CHECK(account_status(true, true, false, "") == AccountStatus::pending);
}
