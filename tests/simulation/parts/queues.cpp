#include <array>

#include "simulation/parts.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

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

const Part queues{"queues", {}, laws};

}  // namespace isthmus::simulation
