#include <doctest/doctest.h>

#include "native/marketplace.h"

using namespace isthmus;
using native::Json;
using native::Marketplace;
using native::Reply;

namespace {

struct Paid {
  explicit Paid(std::uint64_t seed = 1) : market(seed) {
    session = market.enroll_and_pay(market.student);
    enrollment = market.text("SELECT id FROM enrollments");
  }

  Reply ask(const native::Caller& caller, const Json& body = Json::object()) {
    return market.server.post("/api/enrollments/" + enrollment + "/refund", body, caller);
  }
  Reply as_admin(const Json& more) {
    Json body{{"enrollmentId", enrollment}, {"reason", "the teacher moved away"}};
    body.update(more);
    return market.server.post("/api/admin/refunds", body, market.admin);
  }
  std::int64_t refunded() { return market.stripe.charges.begin()->second["amount_refunded"].get<std::int64_t>(); }
  std::string request_status() {
    return market.text("SELECT group_concat(status, ' ') FROM (SELECT status FROM refund_requests ORDER BY id)");
  }

  Marketplace market;
  std::string session, enrollment;
};

}  // namespace

TEST_CASE("a student who asks gets all that is left, by Stripe's answer alone") {
  Paid paid;
  CHECK(paid.market.deliver(paid.market.stripe.refund(paid.market.intent_of(paid.session), 5000)).status == 200);
  const Reply reply = paid.ask(paid.market.student, {{"reason", "no time"}});
  REQUIRE_MESSAGE(reply.status == 202, reply.body);
  CHECK(reply.json()["amountCents"] == 40000);
  CHECK(reply.json()["status"] == "requested");
  CHECK(reply.json()["enrollmentId"] == paid.enrollment);
  CHECK(paid.refunded() == 45000);
  CHECK(paid.request_status() == "done");
  CHECK(paid.market.text("SELECT status FROM enrollments") == "refunded");
  CHECK(paid.market.count("SELECT refunded_cents FROM transactions") == 45000);
  CHECK(paid.market.mails("payment_refunded") == 2);
  CHECK(paid.market.count("SELECT count(*) FROM notifications WHERE kind = 'refund_settled'") == 2);
  paid.market.check_books();
  for (const Json& event : std::exchange(paid.market.stripe.events_of_calls, {}))
    CHECK(paid.market.deliver(event).json()["outcome"] == "duplicate");
  paid.market.check_books();

  const Reply again = paid.ask(paid.market.student);
  CHECK(again.code() == "already_refunded");
  CHECK(again.json()["details"]["status"] == "refunded");
  CHECK(paid.market.enroll(paid.market.student).status == 201);
}

TEST_CASE("a refund is the student's to ask for, and nobody else's") {
  Paid paid;
  CHECK(paid.ask(native::nobody).status == 401);
  CHECK(paid.ask(paid.market.teacher).status == 404);
  CHECK(paid.ask(paid.market.creator).status == 404);
  CHECK(paid.ask(native::add_user(paid.market.world, "other")).status == 404);
  CHECK(paid.ask(paid.market.student, {{"amountCents", 1}}).status == 400);
  CHECK(paid.market.server
            .post("/api/admin/refunds", {{"enrollmentId", paid.enrollment}, {"reason", "x"}}, paid.market.student)
            .status == 403);
  CHECK(paid.refunded() == 0);
}

TEST_CASE("what was not paid can not be refunded") {
  Marketplace market;
  const std::string id(market.enroll(market.student).json()["enrollmentId"]);
  const Reply reply = market.server.post("/api/enrollments/" + id + "/refund", Json::object(), market.student);
  CHECK(reply.code() == "not_paid");
  CHECK(reply.json()["details"]["status"] == "pending");
}

TEST_CASE("an admin refunds a part, then what is left, and never more") {
  Paid paid;
  CHECK(paid.as_admin({{"amountCents", 45001}}).code() == "refund_too_large");
  CHECK(paid.as_admin({{"amountCents", 0}}).status == 400);
  CHECK(paid.as_admin({{"reason", ""}}).status == 400);
  CHECK(paid.as_admin({{"enrollmentId", paid.market.world.new_id()}}).status == 404);
  REQUIRE(paid.as_admin({{"amountCents", 20000}}).status == 202);
  CHECK(paid.refunded() == 20000);
  CHECK(paid.market.text("SELECT status FROM enrollments") == "enrolled");
  const Reply large = paid.as_admin({{"amountCents", 25001}});
  CHECK(large.code() == "refund_too_large");
  CHECK(large.json()["details"]["leftCents"] == 25000);
  CHECK(paid.as_admin(Json::object()).json()["amountCents"] == 25000);
  CHECK(paid.market.text("SELECT status FROM enrollments") == "refunded");
  CHECK(paid.market.count("SELECT count(*) FROM audit_log WHERE action = 'refund.request' AND target_id = ?1",
                          {paid.enrollment}) == 2);
  paid.market.check_books();
}

TEST_CASE("many refunds at once never come to more than was paid") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    Paid paid(seed);
    auto& world = paid.market.world;
    world.fates = [&](const native::HostCall&) {
      return native::Fate{native::Fate::Fault::none, static_cast<Millis>(world.scheduler.draw(20)),
                          static_cast<Millis>(world.scheduler.draw(20))};
    };
    std::vector<std::unique_ptr<native::Exchange>> tries;
    for (int i = 0; i < 6; ++i)
      tries.push_back(paid.market.server.begin(native::with_json(
          "POST", "/api/admin/refunds", {{"enrollmentId", paid.enrollment}, {"amountCents", 20000}, {"reason", "x"}},
          paid.market.admin)));
    for (int i = 0; i < 3; ++i)
      tries.push_back(paid.market.server.begin(native::with_json(
          "POST", "/api/enrollments/" + paid.enrollment + "/refund", Json::object(), paid.market.student)));
    world.scheduler.run();
    world.fates = nullptr;
    std::int64_t asked = 0;
    for (const auto& one : tries) {
      if (one->reply().status == 202)
        asked += one->reply().json()["amountCents"].get<std::int64_t>();
      else
        CHECK_MESSAGE(one->reply().status == 409, one->reply().body);
    }
    paid.market.drain_refunds();
    CHECK(asked <= 45000);
    CHECK(asked == paid.refunded());
    CHECK(paid.market.count("SELECT refunded_cents FROM transactions") == asked);
    paid.market.check_books();
  }
}

TEST_CASE("a refund that Stripe refuses is over, and may be asked for again") {
  Paid paid;
  paid.market.stripe.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return IncomingAnswer{400, {}, R"({"error":{"type":"invalid_request_error","code":"charge_disputed"}})"};
  };
  CHECK(paid.ask(paid.market.student).status == 202);
  CHECK(paid.request_status() == "failed");
  CHECK(paid.market.count("SELECT count(*) FROM audit_log WHERE action = 'refund.failed'") == 1);
  CHECK(paid.market.count("SELECT refund_requested_at IS NULL FROM enrollments") == 1);
  paid.market.stripe.instead = nullptr;
  CHECK(paid.ask(paid.market.student).status == 202);
  CHECK(paid.request_status() == "failed done");
  paid.market.check_books();
}

TEST_CASE("a refund whose answer was lost for days is found, not made again") {
  Paid paid;
  bool deaf = true;
  paid.market.stripe.instead = [&](const OutgoingRequest& request) -> Result<IncomingAnswer> {
    IncomingAnswer answer = paid.market.stripe.respond(request);
    if (deaf && request.method == "POST") return Failure(Error(503, "timeout", ClientText("x"), LogText("timeout")));
    return answer;
  };
  CHECK(paid.as_admin({{"amountCents", 10000}}).status == 202);
  CHECK(paid.refunded() == 10000);
  CHECK(paid.request_status() == "requested");
  CHECK(paid.as_admin({{"amountCents", 35001}}).code() == "refund_too_large");
  deaf = false;
  paid.market.world.scheduler.advance(2 * day);
  paid.market.stripe.forget_keys();
  paid.market.drain_refunds();
  CHECK(paid.refunded() == 10000);
  CHECK(paid.request_status() == "done");
  paid.market.check_books();
}

TEST_CASE("a refund that was given up while it was done is found when its row is tried again") {
  Paid paid;
  paid.market.stripe.instead = [&](const OutgoingRequest& request) -> Result<IncomingAnswer> {
    paid.market.stripe.respond(request);
    return Failure(Error(503, "timeout", ClientText("x"), LogText("timeout")));
  };
  CHECK(paid.as_admin({{"amountCents", 10000}}).status == 202);
  for (int tries = 0; tries < 20; ++tries) {
    paid.market.world.scheduler.advance(7 * hour);
    paid.market.drain_refunds();
  }
  REQUIRE(paid.market.count("SELECT count(*) FROM outbox WHERE dead_at IS NOT NULL") == 1);
  paid.market.stripe.instead = nullptr;
  paid.market.stripe.forget_keys();
  paid.market.world.database.execute(
      "UPDATE outbox SET dead_at = NULL, attempts = 0, next_attempt_at = created_at WHERE dead_at IS NOT NULL");
  paid.market.drain_refunds();
  CHECK(paid.market.stripe.refunds.size() == 1);
  CHECK(paid.refunded() == 10000);
  CHECK(paid.request_status() == "done");
  paid.market.check_books();
}

TEST_CASE("money that a bank sent back still belongs to the student, and a person hears of it") {
  Paid paid;
  paid.ask(paid.market.student);
  const Json charge = paid.market.stripe.charges.begin()->second;
  const Json refund{{"id", "re_back"},
                    {"object", "refund"},
                    {"status", "failed"},
                    {"amount", 45000},
                    {"currency", "usd"},
                    {"charge", charge["id"]},
                    {"metadata", Json::object()},
                    {"payment_intent", charge["payment_intent"]}};
  CHECK(paid.market.deliver(paid.market.stripe.event("refund.failed", refund)).json()["outcome"] == "processed");
  // The second event is known, not refused first: where we died in between it would stay failed.
  paid.market.watch_failures();
  CHECK(paid.market.deliver(paid.market.stripe.event("refund.updated", refund)).json()["outcome"] == "duplicate");
  CHECK(paid.market.count("SELECT count(*) FROM failures") == 0);
  CHECK(paid.market.count("SELECT -sum(amount_cents) FROM ledger_entries WHERE account = 'refundable:' || ?1",
                          {paid.market.student.id}) == 45000);
  CHECK(paid.market.count("SELECT count(*) FROM audit_log WHERE action = 'refund.sent_back'") == 1);
  paid.market.check_books();
}
