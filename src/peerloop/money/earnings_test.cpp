#include "peerloop/money/earnings.h"

#include <doctest/doctest.h>

#include "native/marketplace.h"

using namespace isthmus;
using native::Json;
using native::Marketplace;

namespace {

Json earnings(Marketplace& market, const native::Caller& caller, const std::string& query = "") {
  const auto reply = market.server.get("/api/earnings" + query, caller);
  CHECK(reply.status == 200);
  return reply.json();
}

}  // namespace

TEST_CASE("whoever has earned nothing sees zeros") {
  Marketplace market;
  CHECK(earnings(market, market.teacher) == Json{{"balanceCents", 0},
                                                 {"pendingCents", 0},
                                                 {"paidCents", 0},
                                                 {"frozenCents", 0},
                                                 {"owedBackCents", 0},
                                                 {"currency", "usd"},
                                                 {"splits", Json::array()}});
}

TEST_CASE("a payment is pending, approved, paid out, and a refund after that is owed back") {
  Marketplace market;
  const std::string session = market.enroll_and_pay(market.student);
  Json seen = earnings(market, market.teacher);
  CHECK(seen["pendingCents"] == 31500);
  CHECK(seen["balanceCents"] == 0);
  REQUIRE(seen["splits"].size() == 1);
  const Json split = seen["splits"][0];
  CHECK(split["amountCents"] == 31500);
  CHECK(split["reversedCents"] == 0);
  CHECK(split["status"] == "pending");
  CHECK(split["recipientType"] == "student_teacher");
  CHECK(split["courseId"] == market.course_id);
  CHECK(split["approvedAt"].is_null());
  CHECK(earnings(market, market.creator)["pendingCents"] == 6750);

  market.onboard(market.teacher);
  market.certify(session);
  CHECK(earnings(market, market.teacher)["balanceCents"] == 31500);
  CHECK(earnings(market, market.teacher)["pendingCents"] == 0);
  CHECK(!earnings(market, market.teacher)["splits"][0]["approvedAt"].is_null());

  CHECK(market.pay_out(market.teacher).status == 201);
  seen = earnings(market, market.teacher);
  CHECK(seen["balanceCents"] == 0);
  CHECK(seen["paidCents"] == 31500);
  CHECK(seen["splits"][0]["status"] == "paid");

  market.stripe.empty_accounts.insert(market.stripe.accounts.begin()->first);
  market.deliver(market.stripe.refund(market.stripe.charges.begin()->first, 22500));
  CHECK(earnings(market, market.teacher)["balanceCents"] == -15750);
  CHECK(earnings(market, market.teacher, "?currency=eur")["balanceCents"] == 0);
  CHECK(earnings(market, market.teacher, "?currency=eur")["currency"] == "eur");
  CHECK(earnings(market, market.teacher, "?currency=USD")["balanceCents"] == -15750);
  CHECK(earnings(market, market.teacher, "?currency=USD")["currency"] == "usd");
}

TEST_CASE("earnings are for those who teach") {
  Marketplace market;
  CHECK(market.server.get("/api/earnings").status == 401);
  CHECK(market.server.get("/api/earnings", market.student).code() == "wrong_role");
  CHECK(market.server.get("/api/earnings?currency=dollars", market.teacher).status == 400);
  CHECK(market.server.get("/api/earnings?currency=xxx", market.teacher).status == 400);
  CHECK(market.server.get("/api/earnings/statement?month=2026-01&currency=xxx", market.teacher).status == 400);
}
