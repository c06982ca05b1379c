#include <array>
#include <map>

#include "simulation/parts.h"
#include "simulation/parts/draw.h"
#include "simulation/parts/enrollments.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

bool is_over(const Json& dispute) {
  const std::string status = text_of(dispute["status"]);
  return status == "won" || status == "lost" || status == "warning_closed" || status == "prevented";
}

/// A student's bank asks for the money of a payment back, or asks what it is.
Script<> dispute(Person& person) {
  Life& life = person.life;
  auto charge = life.stripe.charges.begin();
  std::advance(charge, person.dice().below(life.stripe.charges.size()));
  // What was paid out already must come back from who has it.
  const std::string paid_out = some_id(
      person,
      "SELECT DISTINCT x.stripe_payment_intent_id FROM transfers t JOIN payment_splits s ON s.id = t.split_id JOIN "
      "transactions x ON x.id = s.transaction_id WHERE t.status = 'sent' ORDER BY x.id");
  if (!paid_out.empty() && person.dice().one_in(2)) charge = life.stripe.charges.find(paid_out);
  if (life.belongings.of<Misfits>().intents.contains(charge->first)) co_return;
  // What is disputed of it already is not disputed again.
  auto amount = charge->second["amount"].get<std::int64_t>();
  for (const auto& [id, other] : life.stripe.disputes)
    if (other["payment_intent"] == charge->first) amount -= other["amount"].get<std::int64_t>();
  if (amount <= 0) co_return;
  const std::int64_t cents = person.dice().one_in(3) ? 1 + person.dice().between(0, amount - 1) : amount;
  const bool only_asks = person.dice().one_in(4);
  life.note(person.name, "sees " + std::to_string(cents) + " of " + charge->first + " disputed");
  life.post_event(life.stripe.dispute(charge->first, cents, only_asks ? "warning_needs_response" : "needs_response"));
}

void move_on(Life& life, const std::string& id, Dice& dice) {
  const std::string status = text_of(life.stripe.disputes.at(id)["status"]);
  std::string next;
  constexpr auto after_a_question = std::to_array<const char*>({"warning_under_review", "warning_closed", "prevented"});
  const bool only_asks = status == "warning_needs_response" || status == "warning_under_review";
  if (only_asks) next = dice.one_in(2) ? "needs_response" : dice.pick(after_a_question);
  if (next == status) next = "warning_closed";
  if (status == "needs_response") next = dice.one_in(2) ? "under_review" : "lost";
  if (status == "under_review") next = dice.one_in(2) ? "won" : "lost";
  if (next.empty()) return;
  life.note(id, "is now " + next);
  life.post_event(life.stripe.move_dispute(id, next));
}

Script<> hear_of_dispute(Person& person) {
  std::vector<std::string> open;
  for (const auto& [id, one] : person.life.stripe.disputes)
    if (!is_over(one)) open.push_back(id);
  if (!open.empty()) move_on(person.life, person.dice().pick(open), person.dice());
  co_return;
}

bool is_support(Person& person) { return person.number == 0 && !person.life.stripe.charges.empty(); }

constexpr std::array deeds{
    Deed{"see a payment disputed", 4, is_support, dispute},
    Deed{"hear of a dispute", 6,
         [](Person& person) { return person.number == 0 && !person.life.stripe.disputes.empty(); }, hear_of_dispute},
};

/// What died of disputes that are over, whoever runs the product has tried again, as the admins' page does.
void try_refunds_again(Life& life) {
  std::map<std::string, bool> refundable;
  for (const auto& [id, one] : life.stripe.disputes) {
    bool& all = refundable.try_emplace(text_of(one["payment_intent"]), true).first->second;
    all = all && is_over(one) && one["is_charge_refundable"] == true;
  }
  for (const auto& [intent, is_refundable] : refundable)
    if (is_refundable)
      life.world.database.execute(
          "UPDATE outbox SET dead_at = NULL, attempts = 0, next_attempt_at = ?2, locked_until = NULL "
          "WHERE dedupe_key = 'stripe.refund:' || ?1 AND dead_at IS NOT NULL",
          {intent, life.now().ms});
}

/// Most disputes end.
void settle(Life& life) {
  Dice dice = life.dice.fork("ends of disputes");
  for (const auto& [id, one] : life.stripe.disputes) {
    const bool stays_open = dice.one_in(5);
    if (!stays_open && !is_over(one)) move_on(life, id, dice);
  }
  try_refunds_again(life);
}

std::string disputes_unlike_stripe(Life& life) {
  for (const auto& [id, one] : life.stripe.disputes) {
    const std::string known = life.find(
        "SELECT status, amount_cents FROM disputes WHERE stripe_dispute_id = ?1 AND transaction_id IS NOT NULL", {id});
    const std::string there = text_of(one["status"]) + " | " + std::to_string(one["amount"].get<std::int64_t>());
    if (known != there) return unlike(id, there, known);
  }
  return {};
}

constexpr std::array laws{
    Law{"shares are frozen while a dispute is open, and only then", Law::When::always,
        "SELECT s.id, s.status FROM payment_splits s WHERE (s.status = 'frozen') <> (s.status <> 'reversed' AND EXISTS "
        "(SELECT 1 FROM disputes d WHERE d.transaction_id = s.transaction_id AND d.closed_at IS NULL))"},
    Law{"what the bank holds is what is disputed", Law::When::always,
        "SELECT held, disputed FROM (SELECT (SELECT coalesce(sum(amount_cents), 0) FROM ledger_entries WHERE account = "
        "'disputes:stripe') AS held, (SELECT coalesce(sum(amount_cents), 0) FROM disputes WHERE transaction_id IS NOT "
        "NULL AND status IN ('needs_response', 'under_review')) AS disputed) WHERE held <> disputed"},
    Law{"what was lost is charged back", Law::When::always,
        "SELECT t.id, t.charged_back_cents FROM transactions t WHERE charged_back_cents <> min(amount_cents, (SELECT "
        "coalesce(sum(amount_cents), 0) FROM disputes d WHERE d.transaction_id = t.id AND d.status = 'lost'))"},
    Law{"disputes are as at Stripe", Law::When::in_the_end, "", disputes_unlike_stripe},
};

}  // namespace

const Part disputes{.name = "disputes", .deeds = deeds, .laws = laws, .settle = settle, .keeps_books = true};

}  // namespace isthmus::simulation
