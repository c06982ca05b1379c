#include "native/marketplace.h"

#include <doctest/doctest.h>

#include "jobs/outbox.h"
#include "peerloop/enrollments/routes.h"
#include "peerloop/money/approval.h"
#include "peerloop/money/payouts/transfer_outbox.h"
#include "peerloop/money/refund_outbox.h"
#include "peerloop/money/refunds/outbox.h"
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
  admin = add_user(world, "admin", {"admin"});
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

void Marketplace::watch_failures() {
  world.database.run_script(R"(
      CREATE TEMP TABLE failures (event_id TEXT);
      CREATE TEMP TRIGGER failure AFTER INSERT ON webhook_events WHEN NEW.status = 'failed'
      BEGIN INSERT INTO failures VALUES (NEW.event_id); END)");
}

std::string Marketplace::enroll_and_pay(const Caller& caller) {
  const Json checkout = enroll_with_teacher(caller).json();
  REQUIRE(checkout.contains("checkoutSessionId"));
  const std::string session(checkout["checkoutSessionId"]);
  CHECK(deliver(stripe.pay(session).value()).status == 200);
  return session;
}

void Marketplace::drain_outbox() {
  constexpr std::array handlers{peerloop::refund_outbox_handler, peerloop::requested_refund_outbox_handler,
                                peerloop::transfer_outbox_handler, peerloop::reversal_outbox_handler};
  StandaloneHost standalone(world);
  // A dispatcher that broke off holds its rows for a while.
  world.scheduler.advance(10 * minute);
  world.database.execute("UPDATE outbox SET next_attempt_at = ?1 WHERE kind LIKE 'stripe.%'", {world.now().ms});
  // Mails are somebody else's; they stay where they are.
  world.database.execute("UPDATE outbox SET next_attempt_at = ?1 WHERE kind NOT LIKE 'stripe.%'",
                         {(world.now() + day).ms});
  const auto drained = run(world, dispatch_outbox(standalone.host(), handlers, 100));
  CHECK(drained.has_value());
}

void Marketplace::drain_refunds() {
  drain_outbox();
  for (const Json& event : std::exchange(stripe.events_of_calls, {})) CHECK(deliver(event).status == 200);
}

std::string Marketplace::onboard(const TestUser& user) {
  const Reply page = server.post("/api/payments/connect/onboard", Json::object(), user);
  REQUIRE_MESSAGE(page.status == 200, page.body);
  const std::string account = text("SELECT stripe_account_id FROM users WHERE id = ?1", {user.id});
  CHECK(deliver(stripe.complete_account(account)).status == 200);
  return account;
}

void Marketplace::certify(const std::string& session_id) {
  const Statement approval = peerloop::approve_splits(
      text("SELECT id FROM enrollments WHERE checkout_session_id = ?1", {session_id}), world.now());
  CHECK(run(world, world.database.write(approval)).has_value());
}

Reply Marketplace::pay_out(const TestUser& recipient) {
  return server.post("/api/admin/payouts", {{"recipientId", recipient.id}}, admin);
}

std::string Marketplace::intent_of(const std::string& session_id) const {
  return stripe.sessions.at(session_id)["payment_intent"].get<std::string>();
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
  const auto balance = [&](std::string_view account) {
    return count("SELECT coalesce(sum(amount_cents), 0) FROM ledger_entries WHERE account GLOB ?1",
                 {std::string(account)});
  };
  // What the provider holds for us is what was paid, less what went back, out, or is held by disputes.
  CHECK(balance("provider:stripe") ==
        count("SELECT coalesce(sum(amount_cents - refunded_cents), 0) FROM transactions") -
            count("SELECT coalesce(sum(amount_cents - returned_cents), 0) FROM transfers "
                  "WHERE status IN ('sent', 'returned', 'duplicate')") -
            count("SELECT coalesce(sum(amount_cents), 0) FROM disputes WHERE transaction_id IS NOT NULL "
                  "AND status IN ('needs_response', 'under_review', 'lost')") -
            balance("refundable:*"));
  CHECK(balance("disputes:stripe") ==
        count("SELECT coalesce(sum(amount_cents), 0) FROM disputes WHERE transaction_id IS NOT NULL "
              "AND status IN ('needs_response', 'under_review')"));
  // What is owed is what the shares are worth, less what was sent of them and did not come back.
  CHECK(count(R"(
      SELECT count(*) FROM (
        SELECT recipient_id AS person, 'payable:' || recipient_id AS account, sum(amount_cents - reversed_cents) AS worth
        FROM payment_splits WHERE recipient_id IS NOT NULL GROUP BY recipient_id) s
      WHERE worth - (SELECT coalesce(sum(amount_cents - returned_cents), 0) FROM transfers t
                     WHERE t.recipient_id = s.person AND t.status IN ('sent', 'returned', 'duplicate'))
        <> (SELECT coalesce(-sum(amount_cents), 0) FROM ledger_entries e WHERE e.account = s.account))") == 0);
  // A share is paid out by one transfer, and is worth what was sent and kept of it when it was sent.
  CHECK(count(R"(
      SELECT count(*) FROM transfers t JOIN payment_splits s ON s.id = t.split_id
      WHERE t.status = 'sent' AND (t.amount_cents + t.withheld_cents > s.amount_cents
        OR s.paid_at IS NULL OR s.status NOT IN ('paid', 'frozen', 'reversed')))") == 0);
  CHECK(count("SELECT count(*) FROM payment_splits WHERE status = 'paid' AND NOT EXISTS "
              "(SELECT 1 FROM transfers t WHERE t.split_id = payment_splits.id AND t.status = 'sent')") == 0);
  // What comes back, or is asked back, was sent.
  CHECK(count(R"(
      SELECT count(*) FROM transfers t WHERE returned_cents +
        (SELECT coalesce(sum(amount_cents), 0) FROM transfer_reversals r WHERE r.transfer_id = t.id AND r.status = 'requested')
        > amount_cents)") == 0);
  // Shares are frozen while a dispute is open, and only then.
  CHECK(count(R"(
      SELECT count(*) FROM payment_splits s
      WHERE (s.status = 'frozen') <> (s.status <> 'reversed' AND EXISTS (
        SELECT 1 FROM disputes d WHERE d.transaction_id = s.transaction_id AND d.closed_at IS NULL)))") == 0);
  // Each increase of a refund is there once.
  CHECK(count(R"(
      SELECT count(*) FROM transactions t WHERE refunded_cents <>
        (SELECT coalesce(max(cumulative_cents), 0) FROM refunds r WHERE r.transaction_id = t.id)
        OR refunded_cents <> (SELECT coalesce(sum(amount_cents), 0) FROM refunds r WHERE r.transaction_id = t.id))") ==
        0);
}

}  // namespace isthmus::native
