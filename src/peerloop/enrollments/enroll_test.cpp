#include "peerloop/enrollments/enroll.h"

#include <doctest/doctest.h>

#include "native/marketplace.h"
#include "peerloop/enrollments/queries.h"
#include "peerloop/enrollments/release.h"

using namespace isthmus;
using namespace isthmus::peerloop;
using native::Json;
using native::Marketplace;
using native::nobody;
using native::Reply;

namespace {

Json teacher_body(const Marketplace& market) {
  return {{"instructorType", "student_teacher"}, {"studentTeacherId", market.teacher.id}};
}

std::string session_of(const Reply& reply) { return reply.json().value("checkoutSessionId", ""); }

std::int64_t live(Marketplace& market) {
  return market.count("SELECT count(*) FROM enrollments WHERE status IN ('pending', 'enrolled', 'completed')");
}

}  // namespace

TEST_CASE("a student enrolls and gets a page to pay on") {
  Marketplace market;
  const Reply reply = market.enroll(market.student);
  REQUIRE(reply.status == 201);
  const Json checkout = reply.json();
  CHECK(checkout["status"] == "pending");
  CHECK(checkout["checkoutUrl"] == "https://pay.test/" + std::string(checkout["checkoutSessionId"]));

  const Json& session = market.stripe.sessions.at(std::string(checkout["checkoutSessionId"]));
  CHECK(session["amount_total"] == 45000);
  CHECK(session["client_reference_id"] == checkout["enrollmentId"]);
  CHECK(session["customer_email"] == "student@example.org");
  CHECK(session["success_url"] == "https://app.example.org/enrollments/" + std::string(checkout["enrollmentId"]) +
                                      "?checkout=paid&session_id={CHECKOUT_SESSION_ID}");
  CHECK(market.text("SELECT teacher_id FROM enrollments") == market.creator.id);
}

TEST_CASE("a course is named by its slug as well") {
  Marketplace market;
  CHECK(market.server.post("/api/courses/cpp/enroll", {{"instructorType", "creator"}}, market.student).status == 201);
}

TEST_CASE("nobody enrolls whose session was ended, with a key or without") {
  Marketplace market;
  native::end_session(market.world, market.student);
  CHECK(market.enroll(market.student).code() == "session_ended");
  CHECK(market.enroll(market.student.with("idempotency-key", "k1")).code() == "session_ended");
  CHECK(market.count("SELECT count(*) FROM enrollments") == 0);
  CHECK(market.count("SELECT count(*) FROM idempotency_keys") == 0);
  CHECK(market.stripe.sessions.empty());
}

TEST_CASE("whoever asks again gets the same page") {
  Marketplace market;
  const Reply first = market.enroll_with_teacher(market.student);
  const Reply next = market.enroll_with_teacher(market.student);
  CHECK(first.status == 201);
  CHECK(next.status == 200);
  CHECK(first.json() == next.json());
  CHECK(market.stripe.sessions.size() == 1);
}

TEST_CASE("the price at the first request stands") {
  Marketplace market;
  const Reply first = market.enroll(market.student);
  market.world.database.execute("UPDATE courses SET price_cents = 99900");
  CHECK(session_of(market.enroll(market.student)) == session_of(first));
  CHECK(market.count("SELECT price_cents FROM enrollments") == 45000);
  CHECK(market.deliver(*market.stripe.pay(session_of(first))).json()["outcome"] == "processed");
}

TEST_CASE("another choice takes the place of the first, whose page is closed") {
  Marketplace market;
  const Reply first = market.enroll(market.student);
  const Reply next = market.enroll_with_teacher(market.student);
  REQUIRE(next.status == 201);
  CHECK(session_of(first) != session_of(next));
  CHECK(market.stripe.sessions.at(session_of(first))["status"] == "expired");
  CHECK(market.stripe.open_sessions() == std::vector{session_of(next)});
  CHECK(live(market) == 1);
}

TEST_CASE("whoever loses the place while the page is opened is told so, and the page is closed") {
  Marketplace market;
  market.stripe.instead = [&](const OutgoingRequest& request) -> Result<IncomingAnswer> {
    if (request.url.ends_with("/v1/checkout/sessions"))
      market.world.database.execute("UPDATE enrollments SET status = 'released', released_at = ?1",
                                    {market.world.now().ms});
    return market.stripe.respond(request);
  };
  const Reply reply = market.enroll_with_teacher(market.student);
  CHECK(reply.status == 409);
  CHECK(reply.code() == "state_changed");
  CHECK(reply.has_header("retry-after"));
  CHECK(market.stripe.open_sessions().empty());
}

TEST_CASE("an invalid choice leaves the first as it is") {
  Marketplace market;
  const Reply first = market.enroll(market.student);
  const auto other = native::add_user(market.world, "other", {"studentTeacher"});
  const Reply refused =
      market.enroll(market.student, {{"instructorType", "student_teacher"}, {"studentTeacherId", other.id}});
  CHECK(refused.status == 409);
  CHECK(refused.code() == "teacher_not_available");
  CHECK(session_of(market.enroll(market.student)) == session_of(first));
}

TEST_CASE("a page that is about to close is replaced") {
  Marketplace market;
  const Reply first = market.enroll(market.student);
  market.world.scheduler.advance(checkout_life - minute);
  const Reply next = market.enroll(market.student);
  CHECK(next.status == 201);
  CHECK(session_of(first) != session_of(next));
  CHECK(live(market) == 1);
}

TEST_CASE("who may not enroll learns why") {
  Marketplace market;
  const std::string id = market.course_id;
  const auto set_status = [&](const char* status) {
    market.world.database.execute("UPDATE courses SET status = ?1 WHERE id = ?2", {std::string(status), id});
  };
  SUBCASE("nobody") { CHECK(market.enroll(nobody).status == 401); }
  SUBCASE("an unknown course") {
    CHECK(market.server.post("/api/courses/none/enroll", {{"instructorType", "creator"}}, market.student).status ==
          404);
  }
  SUBCASE("a draft does not exist for others") {
    set_status("draft");
    CHECK(market.enroll(market.student).status == 404);
  }
  SUBCASE("an archived course") {
    set_status("archived");
    CHECK(market.enroll(market.student).code() == "course_not_published");
  }
  SUBCASE("the course's creator") {
    CHECK(market.enroll(market.creator).code() == "own_course");
    CHECK(market.enroll_with_teacher(market.creator).code() == "own_course");
  }
  SUBCASE("a student-teacher with themselves") {
    CHECK(market.enroll_with_teacher(market.teacher).code() == "teacher_not_available");
  }
  SUBCASE("a teacher who is not approved any more") {
    market.world.database.execute("UPDATE course_teachers SET status = 'withdrawn'");
    CHECK(market.enroll_with_teacher(market.student).code() == "teacher_not_available");
  }
  SUBCASE("a suspended teacher") {
    market.world.database.execute("UPDATE users SET suspended_at = ?1 WHERE id = ?2",
                                  {market.world.now().ms, market.teacher.id});
    CHECK(market.enroll_with_teacher(market.student).code() == "teacher_not_available");
  }
  SUBCASE("the creator as their own student-teacher") {
    const Json body{{"instructorType", "student_teacher"}, {"studentTeacherId", market.creator.id}};
    CHECK(market.enroll(market.student, body).code() == "teacher_not_available");
  }
  SUBCASE("a student who is enrolled") {
    market.enroll_and_pay(market.student);
    CHECK(market.enroll(market.student).code() == "already_enrolled");
    CHECK(market.enroll_with_teacher(market.student).code() == "already_enrolled");
    CHECK(market.stripe.sessions.size() == 1);
    return;
  }
  CHECK(market.count("SELECT count(*) FROM enrollments") == 0);
  CHECK(market.stripe.sessions.empty());
}

TEST_CASE("an enrollment that names no fitting teacher or leads to another site is refused") {
  Marketplace market;
  CHECK(market.enroll(market.student, Json::object()).problems("instructorType").is_array());
  CHECK(market.enroll(market.student, {{"instructorType", "robot"}}).problems("instructorType").is_array());
  CHECK(market.enroll(market.student, {{"instructorType", "student_teacher"}}).problems("studentTeacherId").is_array());
  CHECK(market.enroll(market.student, {{"instructorType", "student_teacher"}, {"studentTeacherId", "x"}})
            .problems("studentTeacherId")
            .is_array());
  CHECK(market.enroll(market.student, {{"instructorType", "creator"}, {"studentTeacherId", market.teacher.id}})
            .problems("studentTeacherId")
            .is_array());
  CHECK(market.enroll(market.student, {{"instructorType", "creator"}, {"successUrl", "https://evil.example/"}})
            .problems("successUrl")
            .is_array());
  CHECK(market.enroll(market.student, {{"instructorType", "creator"}, {"cancelUrl", "javascript:alert(1)"}})
            .problems("cancelUrl")
            .is_array());
  CHECK(market.enroll(market.student, {{"instructorType", "creator"}, {"price", 1}}).status == 400);
  CHECK(market.count("SELECT count(*) FROM enrollments") == 0);
}

TEST_CASE("addresses of the application are handed on as they are") {
  Marketplace market;
  market.world.settings.values["CORS_ORIGINS"] = "http://localhost:3000";
  const std::string success = "http://localhost:3000/paid?s={CHECKOUT_SESSION_ID}";
  const Reply reply = market.enroll(market.student, {{"instructorType", "creator"}, {"successUrl", success}});
  REQUIRE(reply.status == 201);
  CHECK(market.stripe.sessions.at(session_of(reply))["success_url"] == success);
}

TEST_CASE("fifty requests at once make one enrollment and one page") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    Marketplace market(seed);
    market.stripe.busy_for = 200;
    market.world.fates = [&](const native::HostCall&) {
      return native::Fate{native::Fate::Fault::none, static_cast<Millis>(market.world.scheduler.draw(50)),
                          static_cast<Millis>(market.world.scheduler.draw(50))};
    };
    std::vector<std::unique_ptr<native::Exchange>> exchanges;
    for (int i = 0; i < 50; ++i)
      exchanges.push_back(market.server.begin(native::with_json("POST", "/api/courses/" + market.course_id + "/enroll",
                                                                teacher_body(market), market.student)));
    market.world.scheduler.run();
    int made = 0;
    for (const auto& exchange : exchanges) {
      const Reply& reply = exchange->reply();
      REQUIRE_MESSAGE((reply.status == 200 || reply.status == 201), reply.body);
      made += reply.status == 201;
      CHECK(session_of(reply) == session_of(exchanges.front()->reply()));
    }
    CHECK(made == 1);
    CHECK(market.count("SELECT count(*) FROM enrollments") == 1);
    CHECK(market.stripe.open_sessions().size() == 1);
  }
}

TEST_CASE("parallel requests with different return addresses share one page") {
  Marketplace market;
  market.world.fates = [&](const native::HostCall&) {
    return native::Fate{native::Fate::Fault::none, static_cast<Millis>(market.world.scheduler.draw(50)), 5};
  };
  std::vector<std::unique_ptr<native::Exchange>> exchanges;
  for (int i = 0; i < 8; ++i)
    exchanges.push_back(market.server.begin(native::with_json(
        "POST", "/api/courses/" + market.course_id + "/enroll",
        {{"instructorType", "creator"}, {"successUrl", "https://app.example.org/" + std::to_string(i)}},
        market.student.with("idempotency-key", "key " + std::to_string(i)))));
  market.world.scheduler.run();
  for (const auto& exchange : exchanges) {
    CHECK(exchange->reply().status < 300);
    CHECK(session_of(exchange->reply()) == session_of(exchanges.front()->reply()));
  }
  CHECK(market.stripe.open_sessions() == std::vector{session_of(exchanges.front()->reply())});
  CHECK(market.count("SELECT count(*) FROM idempotency_keys WHERE state = 'done'") == 8);
  exchanges.clear();
}

TEST_CASE("an Idempotency-Key gives the first answer again") {
  Marketplace market;
  const auto caller = market.student.with("idempotency-key", "k1");
  const Reply first = market.enroll(caller);
  const Reply again = market.enroll(caller);
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(again.header("idempotent-replayed") == "true");
  CHECK(market.enroll(caller, teacher_body(market)).code() == "idempotency_key_reused");
}

TEST_CASE("while the provider is down nothing is lost and nothing blocks") {
  Marketplace market;
  const auto caller = market.student.with("idempotency-key", "k1");
  market.stripe.instead = [](const OutgoingRequest&) { return IncomingAnswer{500, {}, "<html>oops</html>"}; };
  const Reply down = market.enroll(caller);
  CHECK(down.status == 503);
  CHECK(down.code() == "payment_provider_unavailable");
  CHECK(down.has_header("retry-after"));
  CHECK(live(market) == 0);

  market.stripe.instead = nullptr;
  CHECK(market.enroll(caller).status == 201);
  CHECK(live(market) == 1);
}

TEST_CASE("a failure that Stripe keeps under its key does not come back for ever") {
  Marketplace market;
  std::vector<std::string> keys;
  market.stripe.instead = [&](const OutgoingRequest& request) {
    for (const auto& [name, value] : request.headers)
      if (name == "idempotency-key") keys.push_back(value);
    return IncomingAnswer{500, {{"stripe-should-retry", "false"}}, R"({"error":{"type":"api_error"}})"};
  };
  market.enroll(market.student);
  market.enroll(market.student);
  REQUIRE(keys.size() == 2);
  CHECK(keys[0] != keys[1]);
}

TEST_CASE("nonsense of ours is a 500 whose cause is in the log only") {
  Marketplace market;
  market.stripe.instead = [](const OutgoingRequest&) {
    return IncomingAnswer{400, {}, R"({"error":{"type":"invalid_request_error","param":"cancel_url"}})"};
  };
  const Reply reply = market.enroll(market.student);
  CHECK(reply.status == 500);
  CHECK(!reply.body.contains("cancel_url"));
  CHECK(market.world.log.mentions("cancel_url"));
}

TEST_CASE("whatever breaks off, the next try ends with one enrollment and one open page") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Marketplace market(seed);
    auto& scheduler = market.world.scheduler;
    bool broken = true;
    market.world.fates = [&](const native::HostCall& call) {
      if (!broken || call.port == "rate_limiter" || scheduler.draw(3) != 0) return native::Fate{};
      return native::Fate{scheduler.draw(2) ? native::Fate::Fault::not_done : native::Fate::Fault::answer_lost, 1, 1};
    };
    const auto caller =
        seed % 2 ? static_cast<const native::Caller&>(market.student) : market.student.with("idempotency-key", "k1");
    for (int i = 0; i < 3; ++i) {
      const Reply tried = market.enroll(caller);
      CHECK_MESSAGE((tried.status < 300 || tried.status == 503 || tried.status == 409), tried.body);
      if (tried.status == 409) CHECK(tried.code() == "idempotency_key_in_use");
    }
    broken = false;
    // A key whose holder died frees itself after a minute.
    scheduler.advance(2 * minute);
    const Reply done = market.enroll(caller);
    REQUIRE_MESSAGE(done.status < 300, done.body);
    CHECK(live(market) == 1);
    CHECK(market.text("SELECT checkout_session_id FROM enrollments WHERE status = 'pending'") == session_of(done));
    CHECK(market.deliver(*market.stripe.pay(session_of(done))).json()["outcome"] == "processed");
    CHECK(market.count("SELECT count(*) FROM enrollments WHERE status = 'enrolled'") == 1);
    market.check_books();
  }
}

TEST_CASE("a crash between row and page is continued under the same key") {
  Marketplace market;
  int calls = 0;
  market.world.fates = [&](const native::HostCall& call) {
    // The page is opened; writing it down and freeing the row again both fail.
    if (call.port == "database" && ++calls >= 2) return native::Fate{native::Fate::Fault::not_done, 0, 0};
    return native::Fate{};
  };
  CHECK(market.enroll(market.student).status == 503);
  CHECK(market.count("SELECT count(*) FROM enrollments WHERE checkout_session_id IS NULL") == 1);
  market.world.fates = nullptr;
  const Reply reply = market.enroll(market.student);
  CHECK(reply.status == 200);
  CHECK(market.stripe.sessions.size() == 1);
  CHECK(market.stripe.open_sessions() == std::vector{session_of(reply)});
}

TEST_CASE("an enrollment with its key takes two trips to the database") {
  Marketplace market;
  const auto exchange = market.server.begin(native::with_json("POST", "/api/courses/" + market.course_id + "/enroll",
                                                              {{"instructorType", "creator"}},
                                                              market.student.with("idempotency-key", "k1")));
  market.world.scheduler.run();
  CHECK(exchange->reply().status == 201);
  CHECK(exchange->round_trips().reads == 0);
  CHECK(exchange->round_trips().writes == 2);
}

TEST_CASE("unpaid enrollments are released once their page is closed") {
  Marketplace market;
  market.enroll(market.student);
  native::StandaloneHost cron(market.world);
  const auto release = [&] {
    return run(market.world, release_unpaid_enrollments(cron.host(), market.world.now())).has_value();
  };
  CHECK(release());
  CHECK(live(market) == 1);
  market.world.scheduler.advance(checkout_life + 11 * minute);
  CHECK(release());
  CHECK(live(market) == 0);
  const auto other = native::add_user(market.world, "other");
  market.enroll_and_pay(other);
  market.world.scheduler.advance(day);
  CHECK(release());
  CHECK(live(market) == 1);
}
