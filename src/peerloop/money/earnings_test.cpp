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
  CHECK(
      earnings(market, market.teacher) ==
      Json{{"balanceCents", 0}, {"pendingCents", 0}, {"paidCents", 0}, {"currency", "usd"}, {"splits", Json::array()}});
}

TEST_CASE("a payment is pending, approved, paid out, and a refund after that is owed back") {
  Marketplace market;
  market.enroll_and_pay(market.student);
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

  const std::int64_t now = market.world.now().ms;
  market.world.database.execute("UPDATE payment_splits SET status = 'approved', approved_at = ?1", {now});
  CHECK(earnings(market, market.teacher)["balanceCents"] == 31500);
  CHECK(earnings(market, market.teacher)["pendingCents"] == 0);

  market.world.database.execute(
      "UPDATE payment_splits SET status = 'paid', paid_at = ?1 WHERE recipient_type = 'student_teacher'", {now});
  market.world.database.execute(R"(
      INSERT INTO ledger_movements (id, cause, currency, postings, created_at)
      VALUES (?1, 'transfer:tr_1', 'usd', json_object('payable:' || ?2, 31500, 'provider:stripe', -31500), ?3))",
                                {market.world.new_id(), market.teacher.id, now});
  seen = earnings(market, market.teacher);
  CHECK(seen["balanceCents"] == 0);
  CHECK(seen["paidCents"] == 31500);

  market.deliver(market.stripe.refund(market.stripe.charges.begin()->first, 22500));
  CHECK(earnings(market, market.teacher)["balanceCents"] == -15750);
  CHECK(earnings(market, market.teacher, "?currency=eur")["balanceCents"] == 0);
  CHECK(earnings(market, market.teacher, "?currency=eur")["currency"] == "eur");
}

TEST_CASE("earnings are for those who teach") {
  Marketplace market;
  CHECK(market.server.get("/api/earnings").status == 401);
  CHECK(market.server.get("/api/earnings", market.student).code() == "wrong_role");
  CHECK(market.server.get("/api/earnings?currency=dollars", market.teacher).status == 400);
}
