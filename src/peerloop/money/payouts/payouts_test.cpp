#include <doctest/doctest.h>

#include "native/marketplace.h"

using namespace isthmus;
using native::Json;
using native::Marketplace;
using native::Reply;

namespace {

/// A teacher with an account, and a share that is due.
struct Due {
  explicit Due(std::uint64_t seed = 1) : market(seed) {
    account = market.onboard(market.teacher);
    session = market.enroll_and_pay(market.student);
    market.certify(session);
    split = split_of(session, "student_teacher");
  }

  std::string split_of(const std::string& of_session, std::string_view type) {
    return market.text(R"(
        SELECT s.id FROM payment_splits s JOIN transactions x ON x.id = s.transaction_id
        JOIN enrollments e ON e.id = x.enrollment_id WHERE e.checkout_session_id = ?1 AND s.recipient_type = ?2)",
                       {of_session, std::string(type)});
  }
  /// Another student's enrollment, paid and certified. Gives the session.
  std::string another(std::string_view student) {
    const native::TestUser who = native::add_user(market.world, student);
    std::string paid = market.enroll_and_pay(who);
    market.certify(paid);
    return paid;
  }
  Reply pay(const Json& ids) { return market.server.post("/api/admin/payouts", {{"splitIds", ids}}, market.admin); }
  Json due() { return market.server.get("/api/admin/payouts", market.admin).json()["items"]; }
  Json earnings() { return market.server.get("/api/earnings", market.teacher).json(); }
  std::string status() { return market.text("SELECT status FROM payment_splits WHERE id = ?1", {split}); }
  void refund(std::int64_t cents) {
    CHECK(market.deliver(market.stripe.refund(market.intent_of(session), cents)).status == 200);
  }
  std::int64_t owed() {
    return market.count("SELECT coalesce(-sum(amount_cents), 0) FROM ledger_entries WHERE account = 'payable:' || ?1",
                        {market.teacher.id});
  }

  Marketplace market;
  std::string account, session, split;
};

Json changed(Json event, std::string_view pointer, Json value) {
  event[Json::json_pointer(std::string(pointer))] = std::move(value);
  return event;
}

}  // namespace

TEST_CASE("what is due is listed by person, and why it is not paid") {
  Due due;
  const Json items = due.due();
  REQUIRE(items.size() == 2);
  for (const Json& item : items) {
    if (item["recipientId"] == due.market.creator.id) {
      CHECK(item["blockedBy"] == Json{"not_onboarded"});
      CHECK(item["dueCents"] == 6750);
      continue;
    }
    CHECK(item["recipientId"] == due.market.teacher.id);
    CHECK(item["blockedBy"] == Json::array());
    CHECK(item["dueCents"] == 31500);
    CHECK(item["payableCents"] == 31500);
    CHECK(item["accountStatus"] == "active");
    REQUIRE(item["splits"].size() == 1);
    CHECK(item["splits"][0]["id"] == due.split);
    CHECK(item["splits"][0]["status"] == "due");
  }
  const Json first = due.market.server.get("/api/admin/payouts?limit=1", due.market.admin).json();
  const Json next =
      due.market.server
          .get("/api/admin/payouts?limit=1&cursor=" + first["nextCursor"].get<std::string>(), due.market.admin)
          .json();
  CHECK(first["items"].size() == 1);
  CHECK(next["items"].size() == 1);
  CHECK(next["items"][0]["recipientId"] != first["items"][0]["recipientId"]);
  CHECK(next["nextCursor"].is_null());
  CHECK(due.market.server.get("/api/admin/payouts?cursor=x", due.market.admin).code() == "invalid_cursor");
}

TEST_CASE("a payout is one transfer a share, of the charge's own money, and one row of the audit") {
  Due due;
  const Reply reply = due.market.pay_out(due.market.teacher);
  REQUIRE_MESSAGE(reply.status == 201, reply.body);
  REQUIRE(reply.json()["transfers"].size() == 1);
  const Json transfer = reply.json()["transfers"][0];
  CHECK(transfer["splitId"] == due.split);
  CHECK(transfer["amountCents"] == 31500);
  CHECK(transfer["withheldCents"] == 0);
  CHECK(transfer["status"] == "requested");

  REQUIRE(due.market.stripe.transfers.size() == 1);
  const Json made = due.market.stripe.transfers.begin()->second;
  CHECK(made["amount"] == 31500);
  CHECK(made["destination"] == due.account);
  CHECK(made["source_transaction"] == due.market.stripe.charges.begin()->second["id"]);
  CHECK(made["transfer_group"] == due.market.text("SELECT id FROM enrollments"));
  CHECK(made["metadata"]["transfer_id"] == transfer["id"]);

  CHECK(due.status() == "paid");
  CHECK(due.owed() == 0);
  CHECK(due.earnings()["paidCents"] == 31500);
  CHECK(due.earnings()["balanceCents"] == 0);
  CHECK(due.earnings()["splits"][0]["transferredCents"] == 31500);
  CHECK(due.market.count("SELECT count(*) FROM audit_log WHERE action = 'payout.request' AND actor_id = ?1 "
                         "AND target_id = ?2",
                         {due.market.admin.id, due.split}) == 1);
  CHECK(due.market.count("SELECT count(*) FROM notifications WHERE kind = 'transfer_sent' AND user_id = ?1",
                         {due.market.teacher.id}) == 1);
  CHECK(due.market.count("SELECT stripe_charge_id IS NOT NULL FROM transactions") == 1);
  due.market.check_books();

  // The news of it says nothing new, however often it comes.
  const Json event = due.market.stripe.events_of_calls.at(0);
  for (int i = 0; i < 3; ++i) CHECK(due.market.deliver(event).json()["outcome"] == "duplicate");
  CHECK(due.market.deliver(changed(changed(event, "/id", "evt_x"), "/type", "transfer.paid")).json()["outcome"] ==
        "duplicate");
  CHECK(due.market.count("SELECT count(*) FROM ledger_movements WHERE cause LIKE 'transfer:%'") == 1);
  due.market.check_books();
}

TEST_CASE("of many admins who pay the same share at once, one does") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    Due due(seed);
    auto& world = due.market.world;
    world.fates = [&](const native::HostCall&) {
      return native::Fate{native::Fate::Fault::none, static_cast<Millis>(world.scheduler.draw(20)),
                          static_cast<Millis>(world.scheduler.draw(20))};
    };
    std::vector<std::unique_ptr<native::Exchange>> tries;
    for (int i = 0; i < 8; ++i) {
      const Json body = i % 2 ? Json{{"splitIds", {due.split}}} : Json{{"recipientId", due.market.teacher.id}};
      tries.push_back(due.market.server.begin(native::with_json("POST", "/api/admin/payouts", body, due.market.admin)));
    }
    world.scheduler.run();
    int paid = 0;
    for (const auto& one : tries) {
      paid += one->reply().status == 201;
      if (one->reply().status != 201) {
        CHECK(one->reply().status == 409);
        CHECK((one->reply().code() == "already_paid" || one->reply().code() == "nothing_due"));
      }
    }
    CHECK(paid == 1);
    CHECK(due.market.stripe.transfers.size() == 1);
    due.market.check_books();
  }
}

TEST_CASE("a payout is refused with its reason") {
  Due due;
  const auto pay = [&](const Json& body) {
    return due.market.server.post("/api/admin/payouts", body, due.market.admin);
  };
  CHECK(pay(Json::object()).problems("splitIds") != nullptr);
  CHECK(pay({{"splitIds", {due.split}}, {"recipientId", due.market.teacher.id}}).status == 400);
  CHECK(pay({{"splitIds", Json::array()}}).status == 400);
  CHECK(pay({{"splitIds", {"nonsense"}}}).status == 400);
  CHECK(pay({{"splitIds", {due.split, due.market.world.new_id()}}}).status == 404);
  CHECK(pay({{"splitIds", {due.split_of(due.session, "platform")}}}).status == 404);
  CHECK(pay({{"recipientId", due.market.student.id}}).code() == "nothing_due");
  const Reply closed = pay({{"recipientId", due.market.creator.id}});
  CHECK(closed.code() == "payouts_disabled");
  CHECK(closed.json()["details"]["splits"][0]["id"] == due.split_of(due.session, "creator"));

  const std::string waiting = due.market.enroll_and_pay(native::add_user(due.market.world, "second"));
  const Reply early = pay({{"splitIds", {due.split, due.split_of(waiting, "student_teacher")}}});
  CHECK(early.code() == "not_due");
  CHECK(early.json()["details"]["splits"][0]["status"] == "pending");
  // One that may not be paid holds up the others: all or none.
  CHECK(due.status() == "approved");
  CHECK(due.market.stripe.transfers.empty());

  CHECK(due.market.server.post("/api/admin/payouts", {{"recipientId", due.market.teacher.id}}).status == 401);
  for (const auto& who : {due.market.student, due.market.teacher, due.market.creator}) {
    CHECK(due.market.server.post("/api/admin/payouts", {{"recipientId", due.market.teacher.id}}, who).status == 403);
    CHECK(due.market.server.get("/api/admin/payouts", who).status == 403);
  }
}

TEST_CASE("a payout whose answer was lost is asked for again under its key, and happens once") {
  for (int lost_call = 1; lost_call <= 6; ++lost_call) {
    CAPTURE(lost_call);
    Due due;
    int calls = 0;
    due.market.world.fates = [&](const native::HostCall& call) {
      const bool lose = call.port == "database" && ++calls == lost_call;
      return native::Fate{lose ? native::Fate::Fault::answer_lost : native::Fate::Fault::none, 0, 0};
    };
    const auto caller = due.market.admin.with("idempotency-key", "payout-1");
    Reply reply;
    for (int tries = 0; tries < 3 && reply.status != 201; ++tries) {
      if (tries > 0) due.market.world.scheduler.advance(2 * minute);
      reply = due.market.server.post("/api/admin/payouts", {{"recipientId", due.market.teacher.id}}, caller);
      CHECK_MESSAGE((reply.status == 201 || reply.status == 503), reply.body);
    }
    due.market.world.fates = nullptr;
    CHECK(reply.status == 201);
    due.market.drain_refunds();
    CHECK(due.market.stripe.transfers.size() == 1);
    CHECK(due.market.count("SELECT count(*) FROM transfers") == 1);
    CHECK(due.status() == "paid");
    due.market.check_books();
  }
}

TEST_CASE("Stripe's silence is waited for, under one key") {
  Due due;
  due.market.stripe.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return IncomingAnswer{503, {}, "down"};
  };
  CHECK(due.market.pay_out(due.market.teacher).status == 201);
  CHECK(due.status() == "approved");
  for (const Json& item : due.due())
    if (item["recipientId"] == due.market.teacher.id) {
      CHECK(item["splits"][0]["status"] == "requested");
      CHECK(item["requestedCents"] == 31500);
      CHECK(item["dueCents"] == 0);
    }
  CHECK(due.pay({due.split}).code() == "already_paid");
  due.market.stripe.instead = nullptr;
  due.market.drain_refunds();
  CHECK(due.status() == "paid");
  CHECK(due.market.stripe.transfers.size() == 1);
  due.market.check_books();
}

TEST_CASE("a transfer whose answers were lost for days is found again, not made again") {
  Due due;
  bool deaf = true;
  due.market.stripe.instead = [&](const OutgoingRequest& request) -> Result<IncomingAnswer> {
    IncomingAnswer answer = due.market.stripe.respond(request);
    if (deaf && request.url.ends_with("/v1/transfers"))
      return Failure(Error(503, "timeout", ClientText("x"), LogText("timeout")));
    return answer;
  };
  due.market.pay_out(due.market.teacher);
  CHECK(due.market.stripe.transfers.size() == 1);
  CHECK(due.status() == "approved");
  deaf = false;
  due.market.world.scheduler.advance(2 * day);
  due.market.stripe.forget_keys();
  due.market.drain_refunds();
  CHECK(due.market.stripe.transfers.size() == 1);
  CHECK(due.status() == "paid");
  due.market.check_books();
}

TEST_CASE("a transfer that was given up while it was done is found when its row is tried again") {
  Due due;
  due.market.stripe.instead = [&](const OutgoingRequest& request) -> Result<IncomingAnswer> {
    IncomingAnswer answer = due.market.stripe.respond(request);
    if (due.market.stripe.transfers.empty()) return answer;
    return Failure(Error(503, "timeout", ClientText("x"), LogText("timeout")));
  };
  // A share so small that Stripe would send it again.
  due.market.onboard(due.market.creator);
  due.market.pay_out(due.market.creator);
  for (int tries = 0; tries < 20; ++tries) {
    due.market.world.scheduler.advance(7 * hour);
    due.market.drain_outbox();
  }
  REQUIRE(due.market.count("SELECT count(*) FROM outbox WHERE dead_at IS NOT NULL") == 1);
  CHECK(due.market.stripe.transfers.size() == 1);
  due.market.stripe.instead = nullptr;
  due.market.stripe.forget_keys();
  due.market.world.database.execute(
      "UPDATE outbox SET dead_at = NULL, attempts = 0, next_attempt_at = created_at WHERE dead_at IS NOT NULL");
  due.market.drain_refunds();
  CHECK(due.market.stripe.transfers.size() == 1);
  CHECK(due.market.text("SELECT status FROM transfers") == "sent");
  due.market.check_books();
}

TEST_CASE("a refusal is shown, and the share can be paid out again") {
  Due due;
  due.market.stripe.accounts[due.account]["capabilities"]["transfers"] = "inactive";
  CHECK(due.market.pay_out(due.market.teacher).status == 201);
  CHECK(due.market.text("SELECT status FROM transfers") == "failed");
  CHECK(due.status() == "approved");
  for (const Json& item : due.due())
    if (item["recipientId"] == due.market.teacher.id) {
      CHECK(item["splits"][0]["status"] == "failed");
      CHECK(item["splits"][0]["failure"].get<std::string>().contains("insufficient_capabilities_for_transfer"));
    }
  CHECK(due.owed() == 31500);
  due.market.stripe.accounts[due.account]["capabilities"]["transfers"] = "active";
  CHECK(due.market.pay_out(due.market.teacher).status == 201);
  CHECK(due.status() == "paid");
  CHECK(due.market.stripe.transfers.size() == 1);
  due.market.check_books();
}

TEST_CASE("the news of a transfer may be faster than the answer") {
  Due due;
  due.market.stripe.instead = [&](const OutgoingRequest& request) -> Result<IncomingAnswer> {
    IncomingAnswer answer = due.market.stripe.respond(request);
    if (request.url.ends_with("/v1/transfers"))
      return Failure(Error(503, "timeout", ClientText("x"), LogText("timeout")));
    return answer;
  };
  due.market.pay_out(due.market.teacher);
  due.market.stripe.instead = nullptr;
  CHECK(due.status() == "approved");
  CHECK(due.market.deliver(due.market.stripe.events_of_calls.at(0)).json()["outcome"] == "processed");
  CHECK(due.status() == "paid");
  due.market.check_books();
  due.market.drain_refunds();
  CHECK(due.market.stripe.transfers.size() == 1);
  due.market.check_books();
}

TEST_CASE("a provider that says yes twice is paid back") {
  Due due;
  due.market.pay_out(due.market.teacher);
  Json twin = due.market.stripe.transfers.begin()->second;
  twin["id"] = "tr_second";
  due.market.stripe.transfers["tr_second"] = twin;
  CHECK(due.market.deliver(due.market.stripe.event("transfer.created", twin)).json()["outcome"] == "processed");
  due.market.check_books();
  CHECK(due.market.count("SELECT count(*) FROM audit_log WHERE action = 'transfer.duplicate'") == 1);
  due.market.drain_refunds();
  CHECK(due.market.stripe.transfers["tr_second"]["amount_reversed"] == 31500);
  CHECK(due.owed() == 0);
  CHECK(due.status() == "paid");
  due.market.check_books();
}

TEST_CASE("a transfer that is none of ours, or not what was asked for, moves nothing") {
  Due due;
  due.market.pay_out(due.market.teacher);
  const Json transfer = due.market.stripe.transfers.begin()->second;
  Json foreign = transfer;
  foreign["id"] = "tr_foreign";
  foreign["metadata"] = Json::object();
  CHECK(due.market.deliver(due.market.stripe.event("transfer.created", foreign)).json()["outcome"] == "ignored");
  Json odd = transfer;
  odd["amount_reversed"] = 40000;
  CHECK(due.market.deliver(due.market.stripe.event("transfer.reversed", odd)).json()["outcome"] == "ignored");
  CHECK(due.market.count("SELECT count(*) FROM audit_log WHERE action = 'payment_misfit'") == 1);
  due.market.check_books();
}

TEST_CASE("a refund after the payout is taken back from the transfer in proportion") {
  Due due;
  due.market.pay_out(due.market.teacher);
  due.refund(22500);
  due.market.check_books();
  due.market.drain_refunds();
  CHECK(due.market.stripe.transfers.begin()->second["amount_reversed"] == 15750);
  CHECK(due.owed() == 0);
  CHECK(due.status() == "paid");
  CHECK(due.earnings()["paidCents"] == 15750);
  CHECK(due.earnings()["splits"][0]["returnedCents"] == 15750);
  due.market.check_books();

  due.refund(22500);
  due.market.drain_refunds();
  CHECK(due.market.stripe.transfers.begin()->second["amount_reversed"] == 31500);
  CHECK(due.status() == "reversed");
  CHECK(due.owed() == 0);
  CHECK(due.market.count("SELECT count(*) FROM transfer_reversals WHERE status = 'done'") == 2);
  due.market.check_books();
}

TEST_CASE("what somebody took back at Stripe's own pages is not asked for once more, and the rest is") {
  for (const bool heard_first : {true, false}) {
    CAPTURE(heard_first);
    Due due;
    due.market.pay_out(due.market.teacher);
    due.market.stripe.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
      return IncomingAnswer{503, {}, "later"};
    };
    due.refund(45000);
    due.market.stripe.instead = nullptr;
    CHECK(due.market.text("SELECT status FROM transfer_reversals") == "requested");
    const Json by_hand = due.market.stripe.reverse(due.market.stripe.transfers.begin()->first, 1500);
    if (heard_first) CHECK(due.market.deliver(by_hand).status == 200);
    due.market.drain_refunds();
    if (!heard_first) CHECK(due.market.deliver(by_hand).status == 200);
    due.market.drain_refunds();
    CHECK(due.market.stripe.transfers.begin()->second["amount_reversed"] == 31500);
    CHECK(
        due.market.text("SELECT group_concat(status, ' ') FROM (SELECT status FROM transfer_reversals ORDER BY id)") ==
        "failed done");
    CHECK(due.earnings()["owedBackCents"] == 0);
    CHECK(due.owed() == 0);
    due.market.check_books();
  }
}

TEST_CASE("what an account can not give back is owed, shown, and kept of the next share") {
  Due due;
  due.market.pay_out(due.market.teacher);
  due.market.stripe.empty_accounts.insert(due.account);
  due.refund(22500);
  due.market.drain_refunds();
  CHECK(due.market.text("SELECT status FROM transfer_reversals") == "failed");
  CHECK(due.earnings()["balanceCents"] == -15750);
  CHECK(due.earnings()["owedBackCents"] == 15750);
  bool shown = false;
  for (const Json& item : due.due())
    if (item["recipientId"] == due.market.teacher.id) {
      shown = true;
      CHECK(item["owedBackCents"] == 15750);
      CHECK(item["blockedBy"] == Json{"negative_balance"});
    }
  CHECK(shown);

  const std::string next = due.another("second");
  CHECK(due.earnings()["balanceCents"] == 15750);
  const Reply reply = due.market.pay_out(due.market.teacher);
  REQUIRE(reply.status == 201);
  CHECK(reply.json()["transfers"][0]["amountCents"] == 15750);
  CHECK(reply.json()["transfers"][0]["withheldCents"] == 15750);
  CHECK(due.owed() == 0);
  CHECK(due.earnings()["owedBackCents"] == 0);
  due.market.check_books();

  // Refunded as well, no more than what was sent of it comes back by reversal; the rest is owed again.
  due.market.stripe.empty_accounts.clear();
  CHECK(due.market.deliver(due.market.stripe.refund(due.market.intent_of(next), 45000)).status == 200);
  due.market.drain_refunds();
  CHECK(due.earnings()["owedBackCents"] == 15750);
  due.market.check_books();
}

TEST_CASE("a share that is kept whole is paid without a transfer") {
  Due due;
  due.market.pay_out(due.market.teacher);
  due.market.stripe.empty_accounts.insert(due.account);
  due.refund(45000);
  due.market.drain_refunds();
  CHECK(due.earnings()["owedBackCents"] == 31500);
  const std::string next = due.another("second");
  const std::string after = due.another("third");
  const Reply reply = due.market.pay_out(due.market.teacher);
  REQUIRE(reply.status == 201);
  REQUIRE(reply.json()["transfers"].size() == 2);
  std::int64_t sent = 0, kept = 0;
  for (const Json& transfer : reply.json()["transfers"]) {
    sent += transfer["amountCents"].get<std::int64_t>();
    kept += transfer["withheldCents"].get<std::int64_t>();
  }
  CHECK(sent == 31500);
  CHECK(kept == 31500);
  CHECK(due.market.text("SELECT status FROM payment_splits WHERE id = ?1", {due.split_of(next, "student_teacher")}) ==
        "paid");
  CHECK(due.market.text("SELECT status FROM payment_splits WHERE id = ?1", {due.split_of(after, "student_teacher")}) ==
        "paid");
  CHECK(due.market.stripe.transfers.size() == 2);
  CHECK(due.owed() == 0);
  due.market.check_books();
}

TEST_CASE("a refund between the decision and the transfer stops it, or is taken back of it") {
  Due due;
  const auto stopped_and_paid_anew = [&] {
    CHECK(due.market.text("SELECT status FROM transfers") == "canceled");
    CHECK(due.market.stripe.transfers.empty());
    CHECK(due.market.pay_out(due.market.teacher).json()["transfers"][0]["amountCents"] == 15750);
    due.market.drain_refunds();
    CHECK(due.status() == "paid");
  };
  SUBCASE("before anything was sent") {
    // Nobody dispatches: the row waits.
    due.market.world.database.execute("UPDATE payment_splits SET updated_at = updated_at");
    due.market.stripe.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
      return IncomingAnswer{503, {}, ""};
    };
    due.market.world.database.execute(
        "CREATE TRIGGER later AFTER INSERT ON outbox WHEN NEW.kind = 'stripe.transfer' BEGIN UPDATE outbox SET "
        "next_attempt_at = NEW.next_attempt_at + 60000 WHERE id = NEW.id; END");
    due.market.pay_out(due.market.teacher);
    due.refund(22500);
    due.market.stripe.instead = nullptr;
    due.market.drain_refunds();
    stopped_and_paid_anew();
  }
  SUBCASE("after a try that came to nothing") {
    due.market.stripe.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
      return IncomingAnswer{503, {}, ""};
    };
    due.market.pay_out(due.market.teacher);
    due.refund(22500);
    due.market.stripe.instead = nullptr;
    due.market.drain_refunds();
    stopped_and_paid_anew();
  }
  SUBCASE("after a try that was done unheard") {
    due.market.stripe.instead = [&](const OutgoingRequest& request) -> Result<IncomingAnswer> {
      IncomingAnswer answer = due.market.stripe.respond(request);
      return request.method == "GET" ? answer : IncomingAnswer{503, {}, ""};
    };
    due.market.pay_out(due.market.teacher);
    due.refund(22500);
    due.market.stripe.instead = nullptr;
    due.market.drain_refunds();
    due.market.check_books();
    due.market.drain_refunds();
    REQUIRE(due.market.stripe.transfers.size() == 1);
    CHECK(due.market.stripe.transfers.begin()->second["amount"] == 31500);
    CHECK(due.market.stripe.transfers.begin()->second["amount_reversed"] == 15750);
  }
  CHECK(due.owed() == 0);
  due.market.check_books();
}

TEST_CASE("a transfer that was reversed at Stripe's own pages makes the share due again") {
  Due due;
  due.market.pay_out(due.market.teacher);
  const std::string transfer = due.market.stripe.transfers.begin()->first;
  const Json part = due.market.stripe.reverse(transfer, 10000);
  const Json whole = due.market.stripe.reverse(transfer, 21500);
  CHECK(due.market.deliver(whole).json()["outcome"] == "processed");
  CHECK(due.market.deliver(part).json()["outcome"] == "duplicate");
  CHECK(due.status() == "approved");
  CHECK(due.owed() == 31500);
  due.market.check_books();
  CHECK(due.market.pay_out(due.market.teacher).status == 201);
}

TEST_CASE("a payout of a hundred shares takes two trips to read and two to write") {
  Due due;
  due.market.world.database.round_trips = 0;
  due.market.world.fates = [](const native::HostCall&) { return native::Fate{native::Fate::Fault::none, 5, 5}; };
  const auto exchange = due.market.server.begin(
      native::with_json("POST", "/api/admin/payouts", {{"recipientId", due.market.teacher.id}}, due.market.admin));
  while (!exchange->answered()) due.market.world.scheduler.run_until(due.market.world.now() + 1);
  CHECK(exchange->reply().status == 201);
  // Session and role, what is due, the decision; and the dispatcher's first, which begins with the answer.
  CHECK(due.market.world.database.round_trips <= 4);
  due.market.world.scheduler.run();
}

TEST_CASE("a payout to the bank is told, and may fail after it was paid") {
  Due due;
  const Json paid = due.market.stripe.payout(due.account, 31500, "paid", "po_1");
  const Json failed = due.market.stripe.payout(due.account, 31500, "failed", "po_1");
  const auto told = [&](std::string_view kind) {
    return due.market.count("SELECT count(*) FROM notifications WHERE kind = ?1 AND user_id = ?2",
                            {std::string(kind), due.market.teacher.id});
  };
  SUBCASE("in order") {
    CHECK(due.market.deliver(paid).json()["outcome"] == "processed");
    CHECK(due.market.deliver(paid).json()["outcome"] == "duplicate");
    CHECK(due.market.text("SELECT status FROM payouts") == "paid");
    CHECK(due.market.mails("payout_paid") == 1);
    CHECK(told("payout_paid") == 1);
    CHECK(due.market.deliver(failed).json()["outcome"] == "processed");
  }
  SUBCASE("the failure first") {
    CHECK(due.market.deliver(failed).json()["outcome"] == "processed");
    CHECK(due.market.deliver(paid).json()["outcome"] == "duplicate");
    CHECK(told("payout_paid") == 0);
  }
  CHECK(due.market.text("SELECT status || failure_code FROM payouts") == "failedaccount_closed");
  CHECK(told("payout_failed") == 1);
  CHECK(due.market.mails("payout_failed") == 1);
}

TEST_CASE("a payout's reason of any length is kept as far as it fits") {
  Due due;
  Json failed = due.market.stripe.payout(due.account, 31500, "failed", "po_1");
  failed["data"]["object"]["failure_code"] = std::string(300, 'x');
  CHECK(due.market.deliver(failed).json()["outcome"] == "processed");
  CHECK(due.market.text("SELECT failure_code FROM payouts") == std::string(100, 'x'));
}

TEST_CASE("payouts of accounts that we do not know, and the platform's own, mean nothing") {
  Due due;
  CHECK(due.market.deliver(due.market.stripe.payout("acct_stranger", 100, "paid", "po_1")).json()["outcome"] ==
        "ignored");
  Json own = due.market.stripe.payout(due.account, 100, "paid", "po_2");
  own.erase("account");
  CHECK(due.market.deliver(own).json()["outcome"] == "ignored");
  CHECK(due.market.count("SELECT count(*) FROM payouts") == 0);
}
