#include <doctest/doctest.h>

#include "native/marketplace.h"
#include "peerloop/money/disputes/dispute.h"

using namespace isthmus;
using native::Json;
using native::Marketplace;
using native::Reply;

namespace {

struct Disputed {
  Disputed() { session = market.enroll_and_pay(market.student); }

  std::string intent() const { return market.intent_of(session); }
  std::string outcome(const Json& event) {
    const Reply reply = market.deliver(event);
    CHECK_MESSAGE(reply.status == 200, reply.body);
    return reply.json().value("outcome", "");
  }
  /// Opens a dispute of so much, and tells us.
  std::string open(std::int64_t cents = 45000, std::string_view status = "needs_response") {
    const Json event = market.stripe.dispute(intent(), cents, status);
    CHECK(outcome(event) == "processed");
    return std::string(event["data"]["object"]["id"]);
  }
  std::string splits() {
    return market.text(
        "SELECT group_concat(status || ':' || reversed_cents, ' ') FROM "
        "(SELECT * FROM payment_splits ORDER BY recipient_type)");
  }
  std::int64_t balance(std::string_view account) {
    return market.count("SELECT coalesce(sum(amount_cents), 0) FROM ledger_entries WHERE account = ?1",
                        {std::string(account)});
  }
  std::string payment() { return market.text("SELECT status FROM transactions"); }

  Marketplace market;
  std::string session;
};

}  // namespace

TEST_CASE("an open dispute freezes the shares, and one that is won lets them go") {
  Disputed disputed;
  disputed.market.certify(disputed.session);
  const std::string id = disputed.open();
  CHECK(disputed.splits() == "frozen:0 frozen:0 frozen:0");
  CHECK(disputed.payment() == "disputed");
  CHECK(disputed.balance("provider:stripe") == 0);
  CHECK(disputed.balance("disputes:stripe") == 45000);
  CHECK(disputed.market.count("SELECT count(*) FROM notifications WHERE kind = 'dispute_opened'") == 2);
  const Json seen = disputed.market.server.get("/api/earnings", disputed.market.teacher).json();
  CHECK(seen["frozenCents"] == 31500);
  CHECK(seen["pendingCents"] == 31500);
  CHECK(seen["balanceCents"] == 0);
  disputed.market.check_books();

  CHECK(disputed.outcome(disputed.market.stripe.move_dispute(id, "under_review")) == "processed");
  CHECK(disputed.balance("disputes:stripe") == 45000);
  CHECK(disputed.outcome(disputed.market.stripe.move_dispute(id, "won")) == "processed");
  CHECK(disputed.splits() == "approved:0 approved:0 approved:0");
  CHECK(disputed.payment() == "paid");
  CHECK(disputed.balance("provider:stripe") == 45000);
  CHECK(disputed.balance("disputes:stripe") == 0);
  CHECK(disputed.market.count("SELECT count(*) FROM notifications WHERE kind = 'dispute_closed'") == 2);
  disputed.market.check_books();
}

TEST_CASE("a dispute that is lost takes the shares back") {
  Disputed disputed;
  const std::string id = disputed.open();
  CHECK(disputed.outcome(disputed.market.stripe.move_dispute(id, "lost")) == "processed");
  CHECK(disputed.splits() == "reversed:6750 reversed:6750 reversed:31500");
  CHECK(disputed.payment() == "charged_back");
  CHECK(disputed.balance("provider:stripe") == 0);
  CHECK(disputed.balance("platform:revenue") == 0);
  CHECK(disputed.market.text("SELECT status FROM enrollments") == "refunded");
  disputed.market.check_books();
  const Reply refund =
      disputed.market.server.post("/api/enrollments/" + disputed.market.text("SELECT id FROM enrollments") + "/refund",
                                  Json::object(), disputed.market.student);
  CHECK(refund.code() == "already_refunded");
}

TEST_CASE("an inquiry takes no money, and may become a dispute") {
  Disputed disputed;
  const std::string id = disputed.open(45000, "warning_needs_response");
  CHECK(disputed.splits() == "frozen:0 frozen:0 frozen:0");
  CHECK(disputed.balance("provider:stripe") == 45000);
  SUBCASE("closed") {
    CHECK(disputed.outcome(disputed.market.stripe.move_dispute(id, "warning_closed")) == "processed");
    CHECK(disputed.splits() == "pending:0 pending:0 pending:0");
    CHECK(disputed.payment() == "paid");
  }
  SUBCASE("escalated and lost") {
    CHECK(disputed.outcome(disputed.market.stripe.move_dispute(id, "needs_response")) == "processed");
    CHECK(disputed.balance("provider:stripe") == 0);
    CHECK(disputed.outcome(disputed.market.stripe.move_dispute(id, "lost")) == "processed");
    CHECK(disputed.payment() == "charged_back");
  }
  disputed.market.check_books();
}

TEST_CASE("the news of a dispute counts by its stage, in whatever order it comes") {
  Disputed disputed;
  const Json opened = disputed.market.stripe.dispute(disputed.intent(), 45000);
  const std::string id(opened["data"]["object"]["id"]);
  const Json review = disputed.market.stripe.move_dispute(id, "under_review");
  const Json lost = disputed.market.stripe.move_dispute(id, "lost");
  CHECK(disputed.outcome(lost) == "processed");
  CHECK(disputed.outcome(opened) == "duplicate");
  CHECK(disputed.outcome(review) == "duplicate");
  CHECK(disputed.outcome(lost) == "duplicate");
  CHECK(disputed.splits() == "reversed:6750 reversed:6750 reversed:31500");
  CHECK(disputed.market.count("SELECT count(*) FROM disputes") == 1);
  disputed.market.check_books();
  // What is over stays over; that it is not is for a person to see.
  CHECK(disputed.outcome(disputed.market.stripe.move_dispute(id, "won")) == "ignored");
  CHECK(disputed.market.count("SELECT count(*) FROM audit_log WHERE action = 'payment_misfit'") == 1);
  disputed.market.check_books();
}

TEST_CASE("a frozen share is not paid out, and is approved for the time after") {
  Disputed disputed;
  disputed.market.onboard(disputed.market.teacher);
  const std::string id = disputed.open();
  disputed.market.certify(disputed.session);
  const std::string split =
      disputed.market.text("SELECT id FROM payment_splits WHERE recipient_type = 'student_teacher'");
  CHECK(disputed.market.pay_out(disputed.market.teacher).code() == "nothing_due");
  const Reply refused =
      disputed.market.server.post("/api/admin/payouts", {{"splitIds", {split}}}, disputed.market.admin);
  CHECK(refused.code() == "not_due");
  CHECK(refused.json()["details"]["splits"][0]["status"] == "frozen");
  const Json due = disputed.market.server.get("/api/admin/payouts", disputed.market.admin).json()["items"];
  REQUIRE(due.size() == 2);
  for (const Json& item : due)
    if (item["recipientId"] == disputed.market.teacher.id) {
      CHECK(item["frozenCents"] == 31500);
      CHECK(item["blockedBy"] == Json{"frozen"});
    }
  disputed.outcome(disputed.market.stripe.move_dispute(id, "won"));
  CHECK(disputed.market.pay_out(disputed.market.teacher).status == 201);
  disputed.market.check_books();
}

TEST_CASE("a dispute that is lost after the payout takes the transfer back") {
  Disputed disputed;
  const std::string account = disputed.market.onboard(disputed.market.teacher);
  disputed.market.certify(disputed.session);
  CHECK(disputed.market.pay_out(disputed.market.teacher).status == 201);
  const std::string id = disputed.open();
  disputed.market.check_books();
  SUBCASE("won") {
    disputed.outcome(disputed.market.stripe.move_dispute(id, "won"));
    CHECK(disputed.market.text("SELECT status FROM payment_splits WHERE recipient_type = 'student_teacher'") == "paid");
    CHECK(disputed.market.count("SELECT count(*) FROM transfer_reversals") == 0);
  }
  SUBCASE("lost") {
    disputed.outcome(disputed.market.stripe.move_dispute(id, "lost"));
    disputed.market.drain_refunds();
    CHECK(disputed.market.stripe.transfers.begin()->second["amount_reversed"] == 31500);
    CHECK(disputed.balance("payable:" + disputed.market.teacher.id) == 0);
  }
  SUBCASE("lost, and the account is empty") {
    disputed.market.stripe.empty_accounts.insert(account);
    disputed.outcome(disputed.market.stripe.move_dispute(id, "lost"));
    disputed.market.drain_refunds();
    CHECK(disputed.market.server.get("/api/earnings", disputed.market.teacher).json()["owedBackCents"] == 31500);
  }
  disputed.market.check_books();
}

TEST_CASE("a dispute on a partly refunded charge takes what is left, and the platform bears the rest") {
  Disputed disputed;
  const Json refund = disputed.market.stripe.refund(disputed.intent(), 10000);
  const Json opened = disputed.market.stripe.dispute(disputed.intent(), 45000);
  const Json lost = disputed.market.stripe.move_dispute(std::string(opened["data"]["object"]["id"]), "lost");
  SUBCASE("the refund first") {
    for (const Json& event : {refund, opened, lost}) CHECK(disputed.outcome(event) == "processed");
  }
  SUBCASE("the refund last") {
    for (const Json& event : {opened, lost, refund}) CHECK(disputed.outcome(event) == "processed");
  }
  SUBCASE("the refund between") {
    for (const Json& event : {opened, refund, lost}) CHECK(disputed.outcome(event) == "processed");
  }
  CHECK(disputed.splits() == "reversed:6750 reversed:6750 reversed:31500");
  CHECK(disputed.balance("platform:losses") == 10000);
  CHECK(disputed.balance("provider:stripe") == -10000);
  disputed.market.check_books();
}

TEST_CASE("a dispute over a part takes that part") {
  Disputed disputed;
  const std::string id = disputed.open(20000);
  disputed.outcome(disputed.market.stripe.move_dispute(id, "lost"));
  CHECK(disputed.splits() == "pending:3000 pending:3000 pending:14000");
  CHECK(disputed.market.text("SELECT status FROM enrollments") == "enrolled");
  CHECK(disputed.balance("platform:losses") == 0);
  disputed.market.check_books();
  const Reply rest =
      disputed.market.server.post("/api/enrollments/" + disputed.market.text("SELECT id FROM enrollments") + "/refund",
                                  Json::object(), disputed.market.student);
  CHECK(rest.json()["amountCents"] == 25000);
  disputed.market.check_books();
}

TEST_CASE("a disputed payment is the bank's to decide: no refund meanwhile") {
  Disputed disputed;
  disputed.open();
  const Reply reply =
      disputed.market.server.post("/api/enrollments/" + disputed.market.text("SELECT id FROM enrollments") + "/refund",
                                  Json::object(), disputed.market.student);
  CHECK(reply.code() == "disputed");
}

TEST_CASE("a dispute that overtakes its payment waits for it") {
  for (const char* end : {"needs_response", "won", "lost"}) {
    CAPTURE(end);
    Marketplace market;
    const std::string session(market.enroll_with_teacher(market.student).json()["checkoutSessionId"]);
    const Json paid = market.stripe.pay(session).value();
    const Json opened = market.stripe.dispute(market.intent_of(session), 45000);
    CHECK(market.deliver(opened).json()["outcome"] == "processed");
    if (std::string_view(end) != "needs_response")
      CHECK(market.deliver(market.stripe.move_dispute(std::string(opened["data"]["object"]["id"]), end)).status == 200);
    CHECK(market.deliver(paid).json()["outcome"] == "processed");
    CHECK(market.count("SELECT count(*) FROM disputes WHERE transaction_id IS NULL") == 0);
    const std::string status = market.text("SELECT status FROM transactions");
    CHECK(status == (std::string_view(end) == "won"    ? "paid"
                     : std::string_view(end) == "lost" ? "charged_back"
                                                       : "disputed"));
    market.check_books();
  }
}

TEST_CASE("a dispute in another currency, or that is none, changes nothing") {
  Disputed disputed;
  Json odd = disputed.market.stripe.dispute(disputed.intent(), 45000);
  odd["data"]["object"]["currency"] = "eur";
  CHECK(disputed.outcome(odd) == "ignored");
  odd["id"] = "evt_odd";
  odd["data"]["object"]["status"] = "unheard_of";
  CHECK(disputed.outcome(odd) == "ignored");
  CHECK(disputed.splits() == "pending:0 pending:0 pending:0");
  disputed.market.check_books();
}
