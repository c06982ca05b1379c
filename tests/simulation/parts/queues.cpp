#include <array>

#include "simulation/parts.h"
#include "simulation/parts/draw.h"

namespace isthmus::simulation {

namespace {

/// A row is held for two minutes. The locations' clocks differ by seconds.
constexpr Millis held_for = 2 * minute - 7 * second;

/// Judges each claim of a row in the batch that writes it.
void prepare(Life& life) {
  Judges judges(life, "misclaimed");
  judges.add("claimed", "UPDATE OF attempts ON outbox WHEN NEW.attempts = OLD.attempts + 1", "NEW.id",
             "is tried while another run holds it",
             "OLD.locked_until > NEW.locked_until - " + std::to_string(held_for));
}

/// An admin has what was given up tried again.
Script<> try_dead_again(Person& person) {
  const ResultSet dead =
      person.life.world.database.execute("SELECT id FROM outbox WHERE dead_at IS NOT NULL ORDER BY id");
  if (dead.cells.empty()) co_return;
  const std::string id = std::get<std::string>(person.dice().pick(dead.cells));
  person.expect(co_await person.ask("POST", "/api/admin/outbox/" + id + "/retry"), {200, 409, 403, 401});
}

/// An admin has an event processed again, whether it had an effect or not.
Script<> replay_event(Person& person) {
  const std::string id = some_id(
      person,
      "SELECT provider || ':' || event_id FROM webhook_events ORDER BY status = 'processed', event_id LIMIT 20");
  if (id.empty()) co_return;
  const auto reply = co_await person.ask("POST", "/api/admin/webhooks/" + id + "/replay");
  person.expect(reply, {200, 409, 404, 403, 401});
}

bool sees_dead(Person& person) { return is_in(person) && person.standing.is_admin && person.standing.sees_dead; }

constexpr std::array deeds{
    Deed{"try again what was given up", 3, sees_dead, try_dead_again},
    Deed{"replay an event", 3, [](Person& person) { return is_in(person) && person.standing.is_admin; }, replay_event},
};

/// What is kept for a time only is kept for that time.
std::string removed_too_early(Life& life) {
  return life.find("SELECT provider, event_id FROM webhook_events WHERE body IS NULL AND received_at > ?1",
                   {(life.now() - 7 * day + hour).ms});
}

/// And not for longer.
std::string kept_too_long(Life& life) {
  constexpr auto kept = std::to_array<std::pair<std::string_view, Millis>>({
      {"one_time_tokens WHERE expires_at < ?1", 0},
      {"refresh_tokens WHERE expires_at < ?1", 0},
      {"auth_sessions WHERE expires_at < ?1", 0},
      {"idempotency_keys WHERE expires_at < ?1", 0},
      {"rate_limits WHERE expires_at < ?1", 0},
      {"webhook_events WHERE body IS NOT NULL AND received_at < ?1", 7 * day},
      {"outbox WHERE delivered_at < ?1", 30 * day},
      {"emails WHERE created_at < ?1", 365 * day},
      {"notifications WHERE created_at < ?1", 365 * day},
  });
  for (const auto& [rows, length] : kept)
    if (life.count(std::string("SELECT count(*) FROM ").append(rows), {(life.now() - length - day).ms}) > 0)
      return std::string(rows);
  return {};
}

constexpr std::array laws{
    Law{"what is kept for a time is kept for that time", Law::When::in_the_end, "", removed_too_early},
    Law{"what is kept for a time is not kept for longer", Law::When::long_after, "", kept_too_long},
    Law{"notices are kept", Law::When::in_the_end,
        "SELECT key FROM told WHERE key LIKE 'notice:%' AND substr(key, instr(key, ':') + 1) NOT IN (SELECT kind || "
        "':' "
        "|| user_id || ':' || cause FROM notifications) AND NOT EXISTS (SELECT 1 FROM users WHERE deleted_at > 0 AND "
        "instr(key, id) > 0)"},
    Law{"a row of the outbox is tried by one at a time", Law::When::always, "SELECT who, what FROM misclaimed"},
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
        "SELECT scope, key FROM idempotency_keys WHERE scope NOT IN (SELECT 'user:' || id FROM users)"},
};

}  // namespace

const Part queues{"queues", deeds, laws, prepare};

}  // namespace isthmus::simulation
