#include "native/marketplace.h"

#include <doctest/doctest.h>

#include "jobs/outbox.h"
#include "peerloop/enrollments/routes.h"
#include "peerloop/money/refund_outbox.h"
#include "peerloop/money/routes.h"
#include "peerloop/webhooks/stripe_routes.h"

namespace isthmus::native {

namespace {

constexpr auto routes = join(peerloop::enrollment_routes, peerloop::money_routes, peerloop::stripe_routes);

const App& money_app() {
  static const App app{"peerloop", "PeerLoop", routes, &test_authenticator, nullptr};
  return app;
}

}  // namespace

Marketplace::Marketplace(std::uint64_t seed)
    : server(money_app(), "peerloop", seed), world(server.world), stripe(world) {
  world.settings.values["APP_URL"] = "https://app.example.org";
  creator = add_user(world, "creator", {"creator"});
  teacher = add_user(world, "teacher", {"student", "studentTeacher"});
  student = add_user(world, "student");
  course_id = world.new_id();
  const std::string category = world.new_id();
  const std::int64_t now = world.now().ms;
  world.database.execute("INSERT INTO categories (id, slug, name, position) VALUES (?1, 'code', 'Code', 0)",
                         {category});
  world.database.execute(R"(
      INSERT INTO courses (id, slug, creator_id, category_id, title, description, level, price_cents, currency, status,
                           published_at, created_at, updated_at)
      VALUES (?1, 'cpp', ?2, ?3, 'C++ [from] "scratch" & more', '', 'beginner', ?4, 'usd', 'published', ?5, ?5, ?5))",
                         {course_id, creator.id, category, price, now});
  world.database.execute(R"(
      INSERT INTO course_teachers (course_id, teacher_id, status, applied_at, decided_at, decided_by)
      VALUES (?1, ?2, 'approved', ?3, ?3, ?4))",
                         {course_id, teacher.id, now, creator.id});
}

Reply Marketplace::enroll(const Caller& caller, const Json& body) {
  return server.post("/api/courses/" + course_id + "/enroll", body, caller);
}

Reply Marketplace::enroll_with_teacher(const Caller& caller) {
  return enroll(caller, {{"instructorType", "student_teacher"}, {"studentTeacherId", teacher.id}});
}

Reply Marketplace::deliver(const Json& event) { return server.send(stripe.delivery(event)); }

std::string Marketplace::enroll_and_pay(const Caller& caller) {
  const Json checkout = enroll_with_teacher(caller).json();
  REQUIRE(checkout.contains("checkoutSessionId"));
  const std::string session(checkout["checkoutSessionId"]);
  CHECK(deliver(stripe.pay(session).value()).status == 200);
  return session;
}

void Marketplace::drain_refunds() {
  constexpr std::array handlers{peerloop::refund_outbox_handler};
  StandaloneHost standalone(world);
  // A dispatcher that broke off holds its rows for a while.
  world.scheduler.advance(10 * minute);
  world.database.execute("UPDATE outbox SET next_attempt_at = ?1 WHERE kind = 'stripe.refund'", {world.now().ms});
  // Mails are somebody else's; they stay where they are.
  world.database.execute("UPDATE outbox SET next_attempt_at = ?1 WHERE kind <> 'stripe.refund'",
                         {(world.now() + day).ms});
  const auto drained = run(world, dispatch_outbox(standalone.host(), handlers, 100));
  CHECK(drained.has_value());
  for (const Json& event : std::exchange(stripe.events_of_calls, {})) CHECK(deliver(event).status == 200);
}

std::int64_t Marketplace::count(std::string_view sql, std::vector<SqlValue> values) {
  return world.database.count(sql, std::move(values));
}

std::string Marketplace::text(std::string_view sql, std::vector<SqlValue> values) {
  return world.database.text(sql, std::move(values));
}

std::int64_t Marketplace::mails(std::string_view template_name) {
  return count("SELECT count(*) FROM outbox WHERE dedupe_key LIKE 'mail:' || ?1 || ':%'", {std::string(template_name)});
}

void Marketplace::check_books() {
  CHECK(count("SELECT count(*) FROM ledger_imbalances") == 0);
  CHECK(count("SELECT count(*) FROM split_imbalances") == 0);
  // What the provider holds is what was paid and not refunded; what is owed is what the splits say.
  CHECK(count("SELECT coalesce(sum(amount_cents), 0) FROM ledger_entries WHERE account = 'provider:stripe'") ==
        count("SELECT coalesce(sum(amount_cents - refunded_cents), 0) FROM transactions"));
  CHECK(count(R"(
      SELECT count(*) FROM (
        SELECT 'payable:' || recipient_id AS account, sum(amount_cents - reversed_cents) AS owed
        FROM payment_splits WHERE recipient_id IS NOT NULL GROUP BY recipient_id) s
      WHERE owed <> (SELECT coalesce(-sum(amount_cents), 0) FROM ledger_entries e WHERE e.account = s.account))") == 0);
  // Each increase of a refund is there once.
  CHECK(count(R"(
      SELECT count(*) FROM transactions t WHERE refunded_cents <>
        (SELECT coalesce(max(cumulative_cents), 0) FROM refunds r WHERE r.transaction_id = t.id)
        OR refunded_cents <> (SELECT coalesce(sum(amount_cents), 0) FROM refunds r WHERE r.transaction_id = t.id))") ==
        0);
}

}  // namespace isthmus::native
