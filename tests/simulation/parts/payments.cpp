#include "simulation/parts/payments.h"

#include <algorithm>
#include <array>

#include "native/sums.h"
#include "simulation/parts.h"
#include "simulation/parts/enrollments.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

bool is_held_by_bank(Life& life, const std::string& intent) {
  return std::ranges::any_of(life.stripe.disputes, [&](const auto& dispute) {
    return dispute.second["payment_intent"] == intent && !dispute.second.value("is_charge_refundable", true);
  });
}

/// Support refunds a payment from Stripe's own pages, whole, in part, or in two parts one right behind the other.
Script<> refund(Person& person) {
  const auto& charges = person.life.stripe.charges;
  auto charge = charges.begin();
  std::advance(charge, person.dice().below(charges.size()));
  const std::string intent = charge->first;
  refund_some(person, intent);
  if (person.dice().one_in(2)) refund_some(person, intent);
  co_return;
}

/// A student's bank sends a refund of ours back: perhaps the account is closed. Stripe tells it twice now and then, and
/// before that how the refund stood.
Script<> see_refund_sent_back(Person& person) {
  Life& life = person.life;
  std::vector<Json*> made;
  for (Json& refund : life.stripe.refunds)
    if (refund["status"] == "succeeded") made.push_back(&refund);
  if (made.empty()) co_return;
  Dice& dice = person.dice();
  Json& refund = *dice.pick(made);
  life.note(person.name, "sees " + text_of(refund["id"]) + " sent back");
  if (dice.one_in(3)) life.post_event(life.stripe.event("refund.updated", refund));
  life.post_event(life.stripe.fail_refund(refund));
  if (dice.one_in(2)) life.post_event(life.stripe.event("refund.updated", refund));
}

/// The time of a page is over.
Script<> let_page_close(Person& person) {
  Life& life = person.life;
  const auto open = life.stripe.open_sessions();
  if (open.empty()) co_return;
  const std::string& session = open[person.dice().below(open.size())];
  life.note(session, "closes unpaid");
  if (const auto event = life.stripe.expire(session)) life.post_event(*event);
}

Script<> look_at_earnings(Person& person) {
  const auto reply = co_await person.ask("GET", "/api/earnings");
  if (!person.expect(reply, {200, 401, 403}) || reply->status != 200) co_return;
  const Json earnings = reply->json();
  for (const Json& split : earnings.value("splits", Json::array()))
    if (person.life
            .find("SELECT id FROM payment_splits WHERE id = ?1 AND recipient_id = ?2",
                  {text_of(split.value("id", Json())), person.id})
            .empty())
      person.life.violate("everybody sees the own earnings only", person.name);
}

/// A student asks for all that is left.
Script<> ask_for_money_back(Person& person) {
  const std::string enrollment = person.life.find(
      "SELECT e.id FROM enrollments e JOIN transactions t ON t.enrollment_id = e.id "
      "WHERE e.student_id = ?1 AND e.status IN ('enrolled', 'completed') ORDER BY e.id DESC",
      {person.id});
  if (enrollment.empty()) co_return;
  const std::string target = "/api/enrollments/" + enrollment + "/refund";
  How how{.tries = 3};
  if (person.dice().one_in(2)) how.idempotency_key = person.next_key();
  if (person.dice().one_in(3)) {
    for (const auto& reply : co_await person.ask_twice("POST", target, Json::object(), how))
      person.expect(reply, {202, 409, 401});
    co_return;
  }
  person.expect(co_await person.ask("POST", target, Json::object(), how), {202, 409, 401});
}

Script<> refund_as_admin(Person& person) {
  const std::string paid = person.life.find(
      "SELECT enrollment_id FROM transactions WHERE refunded_cents < amount_cents "
      "ORDER BY (amount_cents * 7919 + refunded_cents) % 97 LIMIT 1");
  if (paid.empty()) co_return;
  const std::int64_t left =
      person.life.count("SELECT amount_cents - refunded_cents FROM transactions WHERE enrollment_id = ?1", {paid});
  Json body{{"enrollmentId", paid}, {"reason", "the teacher moved away"}};
  if (!person.dice().one_in(3))
    body["amountCents"] = 1 + static_cast<std::int64_t>(person.dice().below(static_cast<std::uint64_t>(left)));
  How how{.tries = 3};
  if (person.dice().one_in(2)) how.idempotency_key = person.next_key();
  if (person.dice().one_in(3)) {
    for (const auto& reply : co_await person.ask_twice("POST", "/api/admin/refunds", body, how))
      person.expect(reply, {202, 409, 401, 403});
    co_return;
  }
  person.expect(co_await person.ask("POST", "/api/admin/refunds", body, how), {202, 409, 401, 403});
}

bool is_support(Person& person) { return person.number == 0 && !person.life.stripe.charges.empty(); }

constexpr std::array deeds{
    Deed{"refund a payment", 2, is_support, refund},
    Deed{"see a refund sent back", 3,
         [](Person& person) { return person.number == 0 && !person.life.stripe.refunds.empty(); },
         see_refund_sent_back},
    Deed{"ask for the money back", 1, [](Person& person) { return is_in(person) && person.standing.learns; },
         ask_for_money_back},
    Deed{"refund as an admin", 2, [](Person& person) { return is_in(person) && person.standing.is_admin; },
         refund_as_admin},
    Deed{"see a page close", 1, [](Person& person) { return person.number == 0; }, let_page_close},
    Deed{"look at the earnings", 1, is_in, look_at_earnings},
};

/// Closes in the end what nobody paid.
void settle(Life& life) {
  for (const std::string& session : life.stripe.open_sessions())
    if (const auto event = life.stripe.expire(session)) life.post_event(*event);
}

/// Each request for a refund is answered by one refund at most, of just as much.
std::string refunded_more_than_once(Life& life) {
  std::map<std::string, int> made;
  for (const Json& refund : life.stripe.refunds) {
    const std::string request = text_of(refund["metadata"].value("refund_id", Json()));
    if (request.empty()) continue;
    if (++made[request] > 1) return request + " was refunded twice";
    if (life.count("SELECT amount_cents FROM refund_requests WHERE id = ?1", {request}) !=
        refund["amount"].get<std::int64_t>())
      return request + " was refunded by another amount";
  }
  return {};
}

/// The sums that the database keeps are those of their rows: they decide what is paid out.
std::string sums_unlike_their_rows(Life& life) {
  struct Judged {
    std::map<std::string_view, std::uint64_t> written_at;
  };
  auto& judged = life.belongings.of<Judged>().written_at;
  for (const auto& [name, differing] : native::kept_sums()) {
    const std::uint64_t written = life.world.database.written_at(differing) + 1;
    if (std::exchange(judged[name], written) != written && life.count(differing) != 0) return name;
  }
  return {};
}

/// What Stripe has refunded is what we know of, and never more than was paid.
std::string refunds_unlike_stripe(Life& life) {
  for (const auto& [intent, charge] : life.stripe.charges) {
    const auto refunded = charge["amount_refunded"].get<std::int64_t>();
    if (refunded > charge["amount"].get<std::int64_t>()) return intent + " went back more than once";
    if (life.settling() && life.weather.calm() &&
        life.count("SELECT refunded_cents FROM transactions WHERE stripe_payment_intent_id = ?1", {intent}) != refunded)
      return intent + " is refunded by " + std::to_string(refunded);
  }
  return {};
}

/// Each payment in the books is one that Stripe has, of just as much.
std::string payments_unlike_stripe(Life& life) {
  struct Noted {
    std::uint64_t at = 0;
  };
  const std::string all = "SELECT coalesce(stripe_payment_intent_id, ''), amount_cents, currency FROM transactions";
  const std::uint64_t written = life.world.database.written_at(all);
  if (std::exchange(life.belongings.of<Noted>().at, written) == written) return {};
  const ResultSet rows = life.world.database.execute(all);
  for (std::size_t i = 0; i + 2 < rows.cells.size(); i += 3) {
    const auto& intent = std::get<std::string>(rows.cells[i]);
    const auto charge = life.stripe.charges.find(intent);
    if (charge == life.stripe.charges.end()) return "Stripe has no payment " + intent;
    if (charge->second["amount"] != std::get<std::int64_t>(rows.cells[i + 1]) ||
        charge->second["currency"] != std::get<std::string>(rows.cells[i + 2]))
      return intent + " is another amount than ours";
  }
  return {};
}

/// What the banks sent back of our refunds still belongs to those who had paid.
std::string sent_back_unlike_stripe(Life& life) {
  std::map<std::string, std::int64_t> belongs;
  for (const Json& refund : life.stripe.refunds) {
    if (refund["status"] != "failed") continue;
    const std::string student = life.find(
        "SELECT e.student_id FROM transactions x JOIN enrollments e ON e.id = x.enrollment_id WHERE "
        "x.stripe_payment_intent_id = ?1",
        {text_of(refund["payment_intent"])});
    belongs["refundable:" + student] += refund["amount"].get<std::int64_t>();
    if (life.count("SELECT count(*) FROM audit_log WHERE action = 'refund.sent_back' AND json_extract(details, "
                   "'$.stripeRefundId') = ?1",
                   {text_of(refund["id"])}) != 1)
      return text_of(refund["id"]) + " was sent back, and nobody was told once";
  }
  const ResultSet rows = life.world.database.execute(
      "SELECT account, -sum(amount_cents) FROM ledger_entries WHERE account GLOB 'refundable:*' GROUP BY account");
  if (rows.cells.size() / 2 != belongs.size()) return "the books know of others than the banks";
  for (std::size_t i = 0; i + 1 < rows.cells.size(); i += 2) {
    const auto& account = std::get<std::string>(rows.cells[i]);
    const auto cents = std::get<std::int64_t>(rows.cells[i + 1]);
    if (belongs[account] != cents) return unlike(account, std::to_string(belongs[account]), std::to_string(cents));
  }
  return {};
}

/// What does not fit is left as failed, for a person to look at, and nothing else.
std::string failed_webhooks(Life& life) {
  const auto& events = life.belongings.of<Misfits>().events;
  const ResultSet rows =
      life.world.database.execute("SELECT event_id, error FROM webhook_events WHERE status = 'failed'");
  std::size_t misfits = 0;
  for (std::size_t i = 0; i + 1 < rows.cells.size(); i += 2) {
    const auto& error = std::get<std::string>(rows.cells[i + 1]);
    const bool is_misfit = events.contains(std::get<std::string>(rows.cells[i]));
    // One whose replay broke off can be replayed again.
    if (!is_misfit && error != "waits for its replay") return std::get<std::string>(rows.cells[i]) + ": " + error;
    if (is_misfit) ++misfits;
  }
  return misfits == events.size() ? "" : "a payment that does not fit is not left for anybody to see";
}

constexpr std::array laws{
    Law{"each payment is one that Stripe has", Law::When::always, "", payments_unlike_stripe},
    Law{"what a bank sent back belongs to its student", Law::When::in_the_end, "", sent_back_unlike_stripe},
    Law{"each movement of the books sums to zero", Law::When::always, "SELECT cause FROM ledger_imbalances"},
    Law{"the books sum to zero", Law::When::always,
        "SELECT sum(amount_cents) FROM ledger_entries HAVING sum(amount_cents) <> 0"},
    Law{"the splits sum to the payment", Law::When::always, "SELECT transaction_id FROM split_imbalances"},
    Law{"what the provider holds is explained by what came and went", Law::When::always,
        "SELECT held, explained FROM (SELECT "
        "(SELECT coalesce(sum(amount_cents), 0) FROM ledger_entries WHERE account = 'provider:stripe') AS held, "
        "(SELECT coalesce(sum(amount_cents - refunded_cents), 0) FROM transactions) "
        "- (SELECT coalesce(sum(amount_cents - returned_cents), 0) FROM transfers "
        "   WHERE status IN ('sent', 'returned', 'duplicate')) "
        "- (SELECT coalesce(sum(amount_cents), 0) FROM disputes WHERE transaction_id IS NOT NULL "
        "   AND status IN ('needs_response', 'under_review', 'lost')) "
        "- (SELECT coalesce(sum(amount_cents), 0) FROM ledger_entries WHERE account GLOB 'refundable:*') AS explained) "
        "WHERE held <> explained"},
    Law{"what we owe somebody is explained by the splits and the transfers", Law::When::always,
        "SELECT account, worth, sent FROM (SELECT 'payable:' || recipient_id AS account, "
        "sum(amount_cents - reversed_cents) AS worth, "
        "(SELECT coalesce(sum(amount_cents - returned_cents), 0) FROM transfers t WHERE t.recipient_id = "
        "s.recipient_id "
        " AND t.status IN ('sent', 'returned', 'duplicate')) AS sent "
        "FROM payment_splits s WHERE recipient_id IS NOT NULL GROUP BY recipient_id) s "
        "WHERE worth - sent <> (SELECT coalesce(-sum(amount_cents), 0) FROM ledger_entries e WHERE e.account = "
        "s.account)"},
    Law{"nobody is owed anything that no split explains", Law::When::always,
        "SELECT account FROM ledger_entries WHERE account LIKE 'payable:%' "
        "AND substr(account, 9) NOT IN (SELECT recipient_id FROM payment_splits WHERE recipient_id IS NOT NULL)"},
    Law{"each increase of a refund is booked once", Law::When::always,
        "SELECT id FROM transactions t WHERE refunded_cents <> (SELECT coalesce(sum(amount_cents), 0) FROM refunds r "
        "WHERE r.transaction_id = t.id) OR refunded_cents <> (SELECT coalesce(max(cumulative_cents), 0) FROM refunds r "
        "WHERE r.transaction_id = t.id)"},
    Law{"whose all went back is not enrolled", Law::When::always,
        "SELECT e.id FROM enrollments e JOIN transactions t ON t.enrollment_id = e.id "
        "WHERE t.refunded_cents = t.amount_cents AND e.status IN ('pending', 'enrolled', 'completed')"},
    Law{"the sums that are kept are those of their rows", Law::When::always, "", sums_unlike_their_rows},
    Law{"refunds are those of Stripe", Law::When::in_the_end, "", refunds_unlike_stripe},
    Law{"a request is refunded once", Law::When::always, "", refunded_more_than_once},
    Law{"no request for a refund waits for ever", Law::When::in_the_end,
        "SELECT id FROM refund_requests WHERE status = 'requested'"},
    Law{"no refund waits for its payment in the end", Law::When::in_the_end,
        "SELECT id FROM refunds WHERE transaction_id IS NULL"},
    Law{"no webhook is left as failed but those that do not fit", Law::When::in_the_end, "", failed_webhooks},
};

}  // namespace

void refund_some(Person& person, const std::string& intent) {
  Life& life = person.life;
  const Json& charge = life.stripe.charges.at(intent);
  const auto left = charge["amount"].get<std::int64_t>() - charge["amount_refunded"].get<std::int64_t>();
  if (left == 0 || is_held_by_bank(life, intent) || life.belongings.of<Misfits>().intents.contains(intent)) return;
  const std::int64_t cents = person.dice().one_in(3)
                                 ? left
                                 : 1 + static_cast<std::int64_t>(person.dice().below(static_cast<std::uint64_t>(left)));
  life.note(person.name, "refunds " + std::to_string(cents) + " of " + intent);
  life.post_event(life.stripe.refund(intent, cents));
}

const Part payments{.name = "payments", .deeds = deeds, .laws = laws, .settle = settle, .keeps_books = true};

}  // namespace isthmus::simulation
