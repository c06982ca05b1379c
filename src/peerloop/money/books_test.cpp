#include <algorithm>
#include <array>
#include <map>

#include <doctest/doctest.h>

#include "native/marketplace.h"

using namespace isthmus;
using native::Json;
using native::Marketplace;

namespace {

/// Students who enroll, pay, change their minds, are refunded or go to their bank; a creator who certifies, admins who
/// pay out and refund at the same time, accounts that have spent what they got; a Stripe whose events come late, twice
/// and in any order, a database and a network that break off: whatever the seed draws.
class Season {
 public:
  explicit Season(std::uint64_t seed) : market_(seed) {
    for (int i = 0; i < 3; ++i) students_.push_back(native::add_user(market_.world, "student" + std::to_string(i)));
    market_.onboard(market_.teacher);
    market_.onboard(market_.creator);
  }

  void run(int steps) {
    auto& scheduler = market_.world.scheduler;
    market_.world.fates = [&](const native::HostCall& call) {
      native::Fate fate{native::Fate::Fault::none, static_cast<Millis>(scheduler.draw(20)),
                        static_cast<Millis>(scheduler.draw(20))};
      if (call.port == "rate_limiter" || scheduler.draw(12) != 0) return fate;
      fate.fault = scheduler.draw(2) ? native::Fate::Fault::not_done : native::Fate::Fault::answer_lost;
      return fate;
    };
    for (int i = 0; i < steps; ++i) step();
    market_.world.fates = nullptr;
    settle();
  }

  Marketplace& market() { return market_; }

 private:
  std::uint64_t draw(std::uint64_t bound) { return market_.world.scheduler.draw(bound); }

  void step() {
    switch (draw(16)) {
      case 0:
      case 1: enroll_several(); break;
      case 2:
      case 3: pay_some(); break;
      case 4: refund_some(); break;
      case 5: expire_some(); break;
      case 6: market_.world.scheduler.advance(static_cast<Millis>(draw(40)) * minute); break;
      case 7:
      case 8: certify_some(); break;
      case 9:
      case 10: pay_out(); break;
      case 11: dispute_some(); break;
      case 12: ask_for_refunds(); break;
      case 13: spend_or_save(); break;
      default: deliver_several();
    }
  }

  void enroll_several() {
    std::vector<std::unique_ptr<native::Exchange>> exchanges;
    for (std::uint64_t i = 0; i <= draw(3); ++i) {
      Json body{{"instructorType", "creator"}};
      if (draw(2)) body = {{"instructorType", "student_teacher"}, {"studentTeacherId", market_.teacher.id}};
      exchanges.push_back(market_.server.begin(native::with_json(
          "POST", "/api/courses/" + market_.course_id + "/enroll", body, students_[draw(students_.size())])));
    }
    market_.world.scheduler.run();
    for (const auto& exchange : exchanges) {
      const int status = exchange->reply().status;
      CHECK_MESSAGE((status < 300 || status == 409 || status == 503), exchange->reply().body);
    }
    keep_events();
  }

  void pay_some() {
    const auto open = market_.stripe.open_sessions();
    if (open.empty()) return;
    events_.push_back(market_.stripe.pay(open[draw(open.size())]).value());
  }

  void expire_some() {
    const auto open = market_.stripe.open_sessions();
    if (!open.empty()) events_.push_back(market_.stripe.expire(open[draw(open.size())]).value());
  }

  void refund_some() {
    if (market_.stripe.charges.empty()) return;
    auto charge = market_.stripe.charges.begin();
    std::advance(charge, draw(market_.stripe.charges.size()));
    const std::int64_t left =
        charge->second["amount"].get<std::int64_t>() - charge->second["amount_refunded"].get<std::int64_t>();
    if (left == 0 || is_disputed(charge->first)) return;
    const std::int64_t cents = draw(3) ? 1 + static_cast<std::int64_t>(draw(static_cast<std::uint64_t>(left))) : left;
    events_.push_back(market_.stripe.refund(charge->first, cents));
  }

  bool is_disputed(const std::string& intent) const {
    return std::ranges::any_of(market_.stripe.disputes, [&](const auto& dispute) {
      return dispute.second["payment_intent"] == intent && dispute.second["status"] != "won" &&
             dispute.second["status"] != "warning_closed";
    });
  }

  void certify_some() {
    std::vector<std::string> paid;
    for (const auto& [id, session] : market_.stripe.sessions)
      if (session["payment_status"] == "paid") paid.push_back(id);
    if (paid.empty()) return;
    const auto fates = std::exchange(market_.world.fates, nullptr);
    market_.certify(paid[draw(paid.size())]);
    market_.world.fates = fates;
  }

  /// Several admins at the same time.
  void pay_out() {
    std::vector<std::unique_ptr<native::Exchange>> exchanges;
    for (std::uint64_t i = 0; i <= draw(3); ++i)
      exchanges.push_back(market_.server.begin(
          native::with_json("POST", "/api/admin/payouts",
                            {{"recipientId", draw(2) ? market_.teacher.id : market_.creator.id}}, market_.admin)));
    finish(exchanges);
  }

  void ask_for_refunds() {
    if (market_.stripe.charges.empty()) return;
    std::vector<std::unique_ptr<native::Exchange>> exchanges;
    for (std::uint64_t i = 0; i <= draw(2); ++i) {
      auto charge = market_.stripe.charges.begin();
      std::advance(charge, draw(market_.stripe.charges.size()));
      Json body{{"enrollmentId", charge->second["metadata"]["enrollment_id"]}, {"reason", "asked"}};
      if (draw(2)) body["amountCents"] = 1 + draw(Marketplace::price);
      exchanges.push_back(market_.server.begin(native::with_json("POST", "/api/admin/refunds", body, market_.admin)));
    }
    finish(exchanges);
  }

  /// A new dispute, or the next stage of one.
  void dispute_some() {
    if (!market_.stripe.disputes.empty() && draw(2)) {
      auto dispute = market_.stripe.disputes.begin();
      std::advance(dispute, draw(market_.stripe.disputes.size()));
      const std::string status(dispute->second["status"]);
      if (status == "won" || status == "lost" || status == "warning_closed") return;
      const bool inquiry = status.starts_with("warning");
      static constexpr std::array<std::string_view, 3> after_inquiry{"warning_closed", "needs_response",
                                                                     "needs_response"};
      static constexpr std::array<std::string_view, 3> after_dispute{"under_review", "won", "lost"};
      events_.push_back(
          market_.stripe.move_dispute(dispute->first, (inquiry ? after_inquiry : after_dispute)[draw(3)]));
      return;
    }
    if (market_.stripe.charges.empty()) return;
    auto charge = market_.stripe.charges.begin();
    std::advance(charge, draw(market_.stripe.charges.size()));
    const bool known = std::ranges::any_of(market_.stripe.disputes, [&](const auto& dispute) {
      return dispute.second["payment_intent"] == charge->first;
    });
    // A payment that is about to go back by itself stays out of this: the bank would stop that, and a person decide.
    if (known || market_.count("SELECT count(*) FROM transactions t JOIN enrollments e ON e.id = t.enrollment_id "
                               "WHERE t.stripe_payment_intent_id = ?1 AND e.status = 'enrolled'",
                               {charge->first}) == 0)
      return;
    const auto cents = draw(2) ? Marketplace::price : 1 + static_cast<std::int64_t>(draw(Marketplace::price));
    events_.push_back(
        market_.stripe.dispute(charge->first, cents, draw(3) ? "needs_response" : "warning_needs_response"));
  }

  /// An account sends all that it got to the bank, or gets something of its own.
  void spend_or_save() {
    for (const auto& [id, account] : market_.stripe.accounts)
      if (draw(2)) market_.stripe.empty_accounts.insert(id);
    if (draw(4) == 0) market_.stripe.empty_accounts.clear();
  }

  void finish(const std::vector<std::unique_ptr<native::Exchange>>& exchanges) {
    market_.world.scheduler.run();
    for (const auto& exchange : exchanges) {
      const int status = exchange->reply().status;
      CHECK_MESSAGE((status < 300 || status == 409 || status == 503 || status == 404), exchange->reply().body);
    }
    keep_events();
    check();
  }

  /// A handful of events at the same time, some of them more than once, in an order of the seed's.
  void deliver_several() {
    if (events_.empty()) return;
    std::vector<std::unique_ptr<native::Exchange>> exchanges;
    for (std::uint64_t i = 0; i <= draw(6); ++i)
      exchanges.push_back(market_.server.begin(market_.stripe.delivery(events_[draw(events_.size())])));
    market_.world.scheduler.run();
    for (const auto& exchange : exchanges) {
      const int status = exchange->reply().status;
      CHECK_MESSAGE((status == 200 || status == 503 || status == 409), exchange->reply().body);
    }
    keep_events();
    check();
  }

  /// Stripe delivers until it is believed: in the end everything was delivered, and every refund was asked for.
  void settle() {
    for (int round = 0; round < 6; ++round) {
      std::ranges::shuffle(events_, market_.world.scheduler.random());
      for (const Json& event : events_) CHECK(market_.deliver(event).status == 200);
      market_.drain_refunds();
      keep_events();
    }
    check();
    CHECK(market_.count("SELECT count(*) FROM refunds WHERE transaction_id IS NULL") == 0);
    CHECK(market_.count("SELECT count(*) FROM webhook_events WHERE status = 'failed'") == 0);
    CHECK(market_.count("SELECT count(*) FROM outbox WHERE kind LIKE 'stripe.%' AND delivered_at IS NULL") == 0);
    for (const char* table : {"transfers", "transfer_reversals", "refund_requests"})
      CHECK(market_.count("SELECT count(*) FROM " + std::string(table) + " WHERE status = 'requested'") == 0);
    // Each paid checkout ends as exactly one enrollment or with all of it gone.
    for (const auto& [id, session] : market_.stripe.sessions) {
      if (session["payment_status"] != "paid") continue;
      const std::string intent(session["payment_intent"]);
      const std::int64_t refunded(market_.stripe.charges.at(intent)["amount_refunded"]);
      CHECK(market_.count("SELECT refunded_cents FROM transactions WHERE stripe_payment_intent_id = ?1", {intent}) ==
            refunded);
      std::int64_t lost = 0;
      for (const auto& [dispute_id, dispute] : market_.stripe.disputes)
        if (dispute["payment_intent"] == intent && dispute["status"] == "lost")
          lost += dispute["amount"].get<std::int64_t>();
      const std::string status = market_.text(
          "SELECT e.status FROM transactions t JOIN enrollments e ON e.id = t.enrollment_id "
          "WHERE t.stripe_payment_intent_id = ?1",
          {intent});
      CHECK(status == (refunded + lost >= Marketplace::price ? "refunded" : "enrolled"));
    }
    // Ours is what Stripe has: each transfer once, with what came back of it, and each dispute at its stage.
    CHECK(market_.count("SELECT count(*) FROM transfers WHERE stripe_transfer_id IS NOT NULL") ==
          static_cast<std::int64_t>(market_.stripe.transfers.size()));
    for (const auto& [id, transfer] : market_.stripe.transfers)
      CHECK(market_.count("SELECT returned_cents FROM transfers WHERE stripe_transfer_id = ?1", {id}) ==
            transfer["amount_reversed"].get<std::int64_t>());
    for (const auto& [id, dispute] : market_.stripe.disputes)
      CHECK(market_.text("SELECT status FROM disputes WHERE stripe_dispute_id = ?1", {id}) ==
            dispute["status"].get<std::string>());
    pay_all_out();
  }

  /// Whoever can be paid is paid: then nobody is owed anything that is due, and debts are owed by the books.
  void pay_all_out() {
    for (const auto& [id, session] : market_.stripe.sessions)
      if (session["payment_status"] == "paid") market_.certify(id);
    for (const auto& who : {market_.teacher, market_.creator}) {
      market_.pay_out(who);
      market_.drain_refunds();
    }
    check();
    CHECK(market_.count("SELECT count(*) FROM payment_splits WHERE status = 'approved' AND recipient_id IS NOT NULL "
                        "AND amount_cents > reversed_cents") == 0);
  }

  void check() {
    market_.check_books();
    // Nothing is taken twice: nobody is owed more than the shares that were not paid out.
    CHECK(market_.count(R"(
        SELECT count(*) FROM (
          SELECT recipient_id, sum(iif(paid_at IS NULL, amount_cents - reversed_cents, 0)) AS unpaid
          FROM payment_splits WHERE recipient_id IS NOT NULL GROUP BY recipient_id) s
        WHERE (SELECT -sum(amount_cents) FROM ledger_entries WHERE account = 'payable:' || recipient_id) > unpaid)") ==
          0);
    CHECK(market_.count(R"(
        SELECT count(*) FROM (SELECT 1 FROM enrollments WHERE status IN ('enrolled', 'completed')
                              GROUP BY student_id, course_id HAVING count(*) > 1))") == 0);
    CHECK(market_.mails("enrollment_confirmed") == market_.mails("new_student"));
    CHECK(market_.mails("enrollment_confirmed") <= market_.count("SELECT count(*) FROM transactions"));
  }

  void keep_events() {
    for (Json& event : std::exchange(market_.stripe.events_of_calls, {})) events_.push_back(std::move(event));
  }

  Marketplace market_;
  std::vector<native::TestUser> students_;
  std::vector<Json> events_;
};

}  // namespace

TEST_CASE("whatever happens in whatever order, the books balance and each payment ends one way") {
  std::map<std::string, std::int64_t> reached;
  for (std::uint64_t seed = 1; seed <= 64; ++seed) {
    CAPTURE(seed);
    Season season(seed);
    season.run(100);
    const auto add = [&](const char* what, const char* sql) { reached[what] += season.market().count(sql); };
    add("refunds", "SELECT count(*) FROM refunds");
    add("strays", "SELECT count(*) FROM outbox WHERE kind = 'stripe.refund'");
    add("transfers", "SELECT count(*) FROM transfers WHERE status = 'sent'");
    add("withheld", "SELECT count(*) FROM transfers WHERE withheld_cents > 0");
    add("returned", "SELECT count(*) FROM transfers WHERE returned_cents > 0");
    add("debts", "SELECT count(*) FROM transfer_reversals WHERE status = 'failed'");
    add("requests", "SELECT count(*) FROM refund_requests WHERE status = 'done'");
    add("lost", "SELECT count(*) FROM disputes WHERE status = 'lost'");
    add("won", "SELECT count(*) FROM disputes WHERE status = 'won'");
    add("losses", "SELECT count(*) FROM ledger_entries WHERE account = 'platform:losses'");
  }
  // The seeds reach what they are meant to reach.
  for (const auto& [what, times] : reached) CHECK_MESSAGE(times >= 3, what);
  CHECK(reached["refunds"] > 50);
}
