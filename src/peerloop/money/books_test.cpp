#include <algorithm>

#include <doctest/doctest.h>

#include "native/marketplace.h"

using namespace isthmus;
using native::Json;
using native::Marketplace;

namespace {

/// Students who enroll, pay, change their minds and are refunded, a Stripe whose events come late, twice and in any
/// order, a database and a network that break off: whatever the seed draws.
class Season {
 public:
  explicit Season(std::uint64_t seed) : market_(seed) {
    for (int i = 0; i < 3; ++i) students_.push_back(native::add_user(market_.world, "student" + std::to_string(i)));
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
    switch (draw(8)) {
      case 0:
      case 1: enroll_several(); break;
      case 2:
      case 3: pay_some(); break;
      case 4: refund_some(); break;
      case 5: expire_some(); break;
      case 6: market_.world.scheduler.advance(static_cast<Millis>(draw(40)) * minute); break;
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
    if (left == 0) return;
    const std::int64_t cents = draw(3) ? 1 + static_cast<std::int64_t>(draw(static_cast<std::uint64_t>(left))) : left;
    events_.push_back(market_.stripe.refund(charge->first, cents));
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
    // Each paid checkout ends as exactly one enrollment or as a full refund.
    for (const auto& [id, session] : market_.stripe.sessions) {
      if (session["payment_status"] != "paid") continue;
      const std::string intent(session["payment_intent"]);
      const std::int64_t refunded(market_.stripe.charges.at(intent)["amount_refunded"]);
      CHECK(market_.count("SELECT refunded_cents FROM transactions WHERE stripe_payment_intent_id = ?1", {intent}) ==
            refunded);
      const std::string status = market_.text(
          "SELECT e.status FROM transactions t JOIN enrollments e ON e.id = t.enrollment_id "
          "WHERE t.stripe_payment_intent_id = ?1",
          {intent});
      CHECK(status == (refunded == Marketplace::price ? "refunded" : "enrolled"));
    }
  }

  void check() {
    market_.check_books();
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
  std::int64_t refunds = 0, strays = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Season season(seed);
    season.run(60);
    refunds += season.market().count("SELECT count(*) FROM refunds");
    strays += season.market().count("SELECT count(*) FROM outbox WHERE kind = 'stripe.refund'");
  }
  // The seeds reach what they are meant to reach.
  CHECK(refunds > 50);
  CHECK(strays > 5);
}
