#include <array>

#include "simulation/parts.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

/// An admin has what was given up tried again.
Script<> try_dead_again(Person& person) {
  const ResultSet dead =
      person.life.world.database.execute("SELECT id FROM outbox WHERE dead_at IS NOT NULL ORDER BY id");
  if (dead.cells.empty()) co_return;
  const std::string id = std::get<std::string>(person.dice().pick(dead.cells));
  person.expect(co_await person.ask("POST", "/api/admin/outbox/" + id + "/retry"), {200, 409, 403, 401});
}

bool sees_dead(Person& person) { return is_in(person) && person.standing.is_admin && person.standing.sees_dead; }

constexpr std::array deeds{Deed{"try again what was given up", 3, sees_dead, try_dead_again}};

constexpr std::array laws{
    Law{"each row of the outbox is delivered, or visibly dead", Law::When::in_the_end,
        "SELECT id, kind, attempts, last_error FROM outbox WHERE delivered_at IS NULL AND dead_at IS NULL"},
    Law{"no row of the outbox dies of weather", Law::When::in_the_end,
        "SELECT id, kind, dedupe_key, attempts, last_error FROM outbox WHERE dead_at IS NOT NULL AND attempts < 16 "
        // The bank holds what should go back.
        "AND NOT (kind = 'stripe.refund' AND substr(dedupe_key, 15) IN (SELECT stripe_payment_intent_id FROM "
        "disputes))"},
    Law{"a delivered row carries nothing any more", Law::When::always,
        "SELECT id FROM outbox WHERE delivered_at IS NOT NULL AND payload <> '{}'"},
    Law{"no key is held for ever", Law::When::in_the_end,
        "SELECT scope, key FROM idempotency_keys WHERE state = 'running' AND locked_until IS NULL"},
    Law{"an answer is kept for its owner", Law::When::always,
        "SELECT scope, key FROM idempotency_keys WHERE scope NOT LIKE 'user:%'"},
};

}  // namespace

const Part queues{"queues", deeds, laws};

}  // namespace isthmus::simulation
