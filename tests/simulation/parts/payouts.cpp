#include <array>
#include <set>

#include "simulation/parts.h"
#include "simulation/parts/draw.h"
#include "simulation/parts/payments.h"

namespace isthmus::simulation {

namespace {

/// What happens at Stripe to a connected account.
struct Accounts {
  /// The second of the last event about each: of two in one second nobody can tell which is newer.
  std::map<std::string, std::int64_t> last_event;
  int payouts = 0;
  /// To which account each payout belongs, and how far it came.
  std::map<std::string, std::pair<std::string, std::string>> reached;
  std::map<std::string, std::int64_t> taken_by_hand;  ///< in cents, by person
};

std::int64_t cents_of(const Json& object, const char* member) { return object[member].get<std::int64_t>(); }
std::int64_t left_of(const Json& transfer) {
  return cents_of(transfer, "amount") - cents_of(transfer, "amount_reversed");
}

/// Judges what is paid out when its entry in the log is written, behind all the transfers of the batch.
void prepare(Life& life) {
  Judges judges(life, "mispaid");
  const std::string_view when = "INSERT ON audit_log WHEN NEW.action = 'payout.request'";
  judges.add("asked_for_by_an_admin", when, "NEW.id", "was asked for by nobody who may",
             "NOT EXISTS (SELECT 1 FROM transfers t JOIN user_roles r ON r.user_id = t.requested_by AND r.role = "
             "'admin' WHERE t.id = NEW.id AND t.requested_by = NEW.actor_id)");
  // What somebody got beyond the shares that count as paid, less what was asked back or is kept of what is under way.
  judges.add("kept_what_is_owed", when, "NEW.id", "was paid while its owner owed us",
             "EXISTS (SELECT 1 FROM transfers t WHERE t.id = NEW.id AND t.amount_cents > 0 AND 0 < "
             "(SELECT coalesce(sum(amount_cents - returned_cents), 0) FROM transfers x WHERE x.recipient_id = "
             "t.recipient_id AND x.status IN ('sent', 'returned', 'duplicate')) "
             "- (SELECT coalesce(sum(amount_cents - reversed_cents), 0) FROM payment_splits s WHERE s.recipient_id = "
             "t.recipient_id AND s.paid_at IS NOT NULL) "
             "- (SELECT coalesce(sum(amount_cents), 0) FROM transfer_reversals r WHERE r.recipient_id = "
             "t.recipient_id AND r.status = 'requested') "
             "- (SELECT coalesce(sum(withheld_cents), 0) FROM transfers x WHERE x.recipient_id = t.recipient_id AND "
             "x.status = 'requested'))");
  life.world.database.execute("CREATE TEMP TABLE share_changes (split_id TEXT, at INTEGER, due_cents INTEGER)");
  life.world.database.execute(
      "CREATE TEMP TRIGGER share_changed AFTER UPDATE OF status, reversed_cents ON payment_splits BEGIN INSERT INTO "
      "share_changes VALUES (NEW.id, NEW.updated_at, iif(NEW.status = 'approved', NEW.amount_cents - "
      "NEW.reversed_cents, 0)); END");
}

/// Who gets a transfer, through whichever account.
std::string owner_of(Life& life, const Json& transfer) {
  return life.find("SELECT recipient_id FROM transfers WHERE id = ?1", {text_of(transfer["metadata"]["transfer_id"])});
}

Script<> become_admin(Person& person) {
  person.life.note(person.name, "is made an admin");
  person.life.world.database.execute(
      "INSERT OR IGNORE INTO user_roles (user_id, role, granted_at) SELECT id, 'admin', ?2 FROM users "
      "WHERE id = ?1 AND deleted_at IS NULL",
      {person.id, person.life.now().ms});
  co_return;
}

bool is_taken_away(Life& life, const std::string& account) {
  return life.stripe.accounts.at(account).contains("deauthorized");
}

Script<> change_account(Person& person, std::string account, bool may_receive) {
  Life& life = person.life;
  auto& last_event = life.belongings.of<Accounts>().last_event;
  while (last_event[account] == life.now().seconds()) co_await life.wait(second);
  if (is_taken_away(life, account)) co_return;
  last_event[account] = life.now().seconds();
  life.note(person.name, (may_receive ? "completes " : "sees restricted ") + account);
  Json event = life.stripe.complete_account(account);
  if (!may_receive) {
    Json& object = life.stripe.accounts.at(account);
    object["payouts_enabled"] = false;
    object["capabilities"] = {{"transfers", "inactive"}};
    object["requirements"] = {{"disabled_reason", "requirements.past_due"}};
    event = life.stripe.account_event("account.updated", object, account);
  }
  life.post_event(std::move(event));
}

Script<> open_account(Person& person) {
  Life& life = person.life;
  const auto reply = co_await person.ask("POST", "/api/payments/connect/onboard", Json::object(), {.tries = 3});
  if (!person.expect(reply, {200, 401, 403}) || reply->status != 200 || person.dice().one_in(5)) co_return;
  co_await life.wait(person.dice().between(minute, 10 * minute));
  const std::string account = life.find("SELECT coalesce(stripe_account_id, '') FROM users WHERE id = ?1", {person.id});
  if (!account.empty()) co_await change_account(person, account, true);
}

Script<> restrict_account(Person& person) {
  auto& accounts = person.life.stripe.accounts;
  if (accounts.empty()) co_return;
  auto account = accounts.begin();
  std::advance(account, person.dice().below(accounts.size()));
  co_await change_account(person, account->first, false);
}

/// The owner of an account lets us have no part in it any more, and may come back with another one.
Script<> take_account_away(Person& person) {
  Life& life = person.life;
  const std::string account = life.find("SELECT coalesce(stripe_account_id, '') FROM users WHERE id = ?1", {person.id});
  auto& last_event = life.belongings.of<Accounts>().last_event;
  if (account.empty()) co_return;
  while (last_event[account] == life.now().seconds()) co_await life.wait(second);
  if (is_taken_away(life, account)) co_return;
  last_event[account] = life.now().seconds();
  life.note(person.name, "takes " + account + " away");
  life.post_event(life.stripe.deauthorize_account(account));
}

Script<> pay_out_too(Person& admin, Json body, Millis pause) {
  co_await admin.life.wait(pause);
  if (is_in(admin))
    admin.foresee(co_await admin.ask("POST", "/api/admin/payouts", std::move(body)), {201, 409, 401, 403});
}

/// A share changes while it is under way to Stripe, which takes no transfers for a while.
Script<> refund_what_is_paid_out(Person& person, std::string split, Millis pause) {
  Life& life = person.life;
  life.stripe.no_transfers_until = life.now() + pause + 10 * minute;
  life.note("Stripe", "takes no transfers");
  co_await life.wait(pause);
  refund_some(person, life.find("SELECT x.stripe_payment_intent_id FROM payment_splits s JOIN transactions x ON x.id = "
                                "s.transaction_id WHERE s.id = ?1",
                                {std::move(split)}));
}

Script<> pay_out(Person& person) {
  const auto listed = co_await person.ask("GET", "/api/admin/payouts");
  if (!person.expect(listed, {200, 401, 403}) || listed->status != 200) co_return;
  Dice& dice = person.dice();
  std::vector<Json> due;
  const Json answer = listed->json();
  for (const Json& item : answer["items"])
    if (cents_of(item, "dueCents") > 0) due.push_back(item);
  if (due.empty()) co_return;
  const Json item = dice.pick(due);
  Json body{{"recipientId", item["recipientId"]}};
  if (dice.one_in(2)) {
    body = {{"splitIds", Json::array()}};
    for (const Json& split : item["splits"])
      if (body["splitIds"].empty() || !dice.one_in(3)) body["splitIds"].push_back(split["id"]);
  }
  How how{.tries = 3};
  if (dice.one_in(2)) how.idempotency_key = person.next_key();
  for (const auto& other : person.life.people())
    if (other->number < 2 && other.get() != &person && dice.one_in(2))
      person.life.spawn(
          pay_out_too(*other, dice.one_in(2) ? body : Json{{"recipientId", item["recipientId"]}}, dice.between(1, 60)));
  const std::string split = text_of(item["splits"][0]["id"]);
  if (Dice mine = dice.fork(split); person.life.weather.strikes(Fault::outage, mine.seed(), 5, mine))
    person.life.spawn(refund_what_is_paid_out(person, split, mine.between(second, 5 * minute)));
  if (Dice mine = dice.fork(split + " unheard"); person.life.weather.strikes(Fault::outage, mine.seed(), 6, mine)) {
    person.life.note("Stripe", "makes transfers, and nobody hears of it");
    person.life.stripe.transfers_unheard_until = person.life.now() + mine.between(minute, 10 * minute);
  }
  if (dice.one_in(3)) {
    for (const auto& reply : co_await person.ask_twice("POST", "/api/admin/payouts", body, how))
      person.expect(reply, {201, 409, 401, 403});
    co_return;
  }
  person.expect(co_await person.ask("POST", "/api/admin/payouts", body, how), {201, 409, 401, 403});
}

/// A part of a transfer goes back from Stripe's own pages.
Script<> reverse_transfer(Person& person) {
  Life& life = person.life;
  std::vector<std::string> some;
  for (const auto& [id, transfer] : life.stripe.transfers)
    if (left_of(transfer) > 0) some.push_back(id);
  if (some.empty()) co_return;
  const std::string& id = person.dice().pick(some);
  const std::int64_t left = left_of(life.stripe.transfers.at(id));
  const std::int64_t cents = person.dice().one_in(2) ? left : 1 + person.dice().between(0, left - 1);
  life.note(person.name, "takes back " + std::to_string(cents) + " of " + id);
  life.belongings.of<Accounts>().taken_by_hand[owner_of(life, life.stripe.transfers.at(id))] += cents;
  life.post_event(life.stripe.reverse(id, cents));
}

/// Whoever has spent it all can give nothing back, until there is something again.
Script<> spend_or_fill(Person& person) {
  auto& stripe = person.life.stripe;
  for (const auto& [account, object] : stripe.accounts) {
    if (!person.dice().one_in(2)) continue;
    const bool was_empty = stripe.empty_accounts.erase(account) > 0;
    if (!was_empty) stripe.empty_accounts.insert(account);
    person.life.note(person.name, account + (was_empty ? " has money again" : " has spent everything"));
  }
  co_return;
}

Script<> send_to_bank(Person& person) {
  Life& life = person.life;
  const std::string account = life.find("SELECT coalesce(stripe_account_id, '') FROM users WHERE id = ?1", {person.id});
  if (account.empty()) co_return;
  if (is_taken_away(life, account)) co_return;
  auto& accounts = life.belongings.of<Accounts>();
  const std::string id = "po_" + std::to_string(++accounts.payouts);
  const std::int64_t cents = 1 + person.dice().between(0, 5000);
  const auto hear = [&](const char* type, const char* status) {
    Json event = life.stripe.payout(account, cents, status, id);
    event["type"] = std::string("payout.") + type;
    life.post_event(std::move(event));
    accounts.reached[id] = {account, status};
  };
  if (person.dice().one_in(2)) hear("created", "pending");
  if (person.dice().one_in(4)) hear("updated", "in_transit");
  if (person.dice().one_in(6)) {
    hear("canceled", "canceled");
    co_return;
  }
  hear("paid", "paid");
  if (person.dice().one_in(3)) hear("failed", "failed");
}

bool may_become_admin(Person& person) { return is_in(person) && person.number < 2 && !person.standing.is_admin; }
bool teaches(Person& person) { return is_in(person) && person.standing.teaches; }
bool earns(Person& person) { return is_in(person) && person.standing.earns; }

constexpr std::array deeds{
    Deed{"be made an admin", 8, may_become_admin, become_admin},
    Deed{"open an account at Stripe", 12, [](Person& person) { return earns(person) && !person.standing.has_account; },
         open_account},
    Deed{"open an account before there is need", 1, teaches, open_account},
    Deed{"see an account restricted", 1, [](Person& person) { return person.number == 0; }, restrict_account},
    Deed{"take the account away", 1, [](Person& person) { return is_in(person) && person.standing.has_account; },
         take_account_away},
    Deed{"pay out", 20,
         [](Person& person) { return is_in(person) && person.standing.is_admin && person.standing.sees_due; }, pay_out},
    Deed{"look what is to be paid out", 1, [](Person& person) { return is_in(person) && person.standing.is_admin; },
         pay_out},
    Deed{"take a transfer back", 2, [](Person& person) { return person.number == 0; }, reverse_transfer},
    Deed{"spend everything, or earn elsewhere", 3,
         [](Person& person) { return person.number == 0 && !person.life.stripe.transfers.empty(); }, spend_or_fill},
    Deed{"see money reach the bank", 1, earns, send_to_bank},
};

/// One row is one transfer, of just as much.
std::string transfers_more_than_once(Life& life) {
  std::set<std::string> made;
  for (const auto& [id, transfer] : life.stripe.transfers) {
    const std::string row = text_of(transfer["metadata"]["transfer_id"]);
    if (!made.insert(row).second) return row + " was sent twice";
    if (life.count("SELECT amount_cents FROM transfers WHERE id = ?1", {row}) != cents_of(transfer, "amount"))
      return id + " is not what was asked for";
  }
  return {};
}

/// What changed while it waited to be sent is not sent as it was. A try may have read it just before.
std::string sent_though_changed(Life& life) {
  for (const auto& [id, transfer] : life.stripe.transfers) {
    const std::string changed = life.find(
        "SELECT c.split_id FROM transfers t JOIN share_changes c ON c.split_id = t.split_id WHERE t.id = ?1 AND c.at "
        "BETWEEN t.created_at AND ?2 GROUP BY c.split_id HAVING max(c.rowid) AND c.due_cents <> t.amount_cents + "
        "t.withheld_cents",
        {text_of(transfer["metadata"]["transfer_id"]), cents_of(transfer, "created") * second - 3 * minute});
    if (!changed.empty()) return id + " was sent behind a change of its share";
  }
  return {};
}

std::string transfers_unlike_stripe(Life& life) {
  for (const auto& [id, transfer] : life.stripe.transfers) {
    const std::string known =
        life.find("SELECT amount_cents, returned_cents FROM transfers WHERE stripe_transfer_id = ?1", {id});
    const std::string there =
        std::to_string(cents_of(transfer, "amount")) + " | " + std::to_string(cents_of(transfer, "amount_reversed"));
    if (known != there) return unlike(id, there, known);
  }
  const auto all = static_cast<std::int64_t>(life.stripe.transfers.size());
  if (life.count("SELECT count(*) FROM transfers WHERE stripe_transfer_id IS NOT NULL") != all)
    return "we know of transfers that Stripe does not know";
  return {};
}

/// Nobody has more from us than was earned, unless it was asked back and there was nothing.
std::string paid_more_than_earned(Life& life) {
  std::map<std::string, std::int64_t> sent;
  for (const auto& [id, transfer] : life.stripe.transfers) sent[owner_of(life, transfer)] += left_of(transfer);
  for (const auto& [owner, cents] : sent) {
    const std::int64_t earned = life.count(
        "SELECT coalesce(sum(amount_cents - reversed_cents), 0) FROM payment_splits WHERE recipient_id = ?1", {owner});
    const std::int64_t not_given_back = life.count(
        "SELECT coalesce(sum(amount_cents), 0) FROM transfer_reversals WHERE status = 'failed' AND failure LIKE "
        "'%balance_insufficient%' AND recipient_id = ?1",
        {owner});
    // Debts are kept by person, not by share: what was taken of one transfer by hand may stay of another, as a debt.
    const std::int64_t by_hand = life.belongings.of<Accounts>().taken_by_hand[owner];
    if (cents > earned + not_given_back + by_hand)
      return owner + " has " + std::to_string(cents) + ", and earned " + std::to_string(earned);
  }
  return {};
}

/// What went on to banks is as Stripe told it, as long as its account is somebody's.
std::string payouts_unlike_stripe(Life& life) {
  for (const auto& [id, payout] : life.belongings.of<Accounts>().reached) {
    const auto& [account, status] = payout;
    if (life.count("SELECT count(*) FROM users WHERE stripe_account_id = ?1", {account}) == 0) continue;
    const std::string known = life.find("SELECT status FROM payouts WHERE stripe_payout_id = ?1", {id});
    if (known != status) return unlike(id, status, known);
  }
  return {};
}

std::string accounts_unlike_stripe(Life& life) {
  for (const auto& [id, account] : life.stripe.accounts) {
    const std::string known = life.find("SELECT stripe_account_status FROM users WHERE stripe_account_id = ?1", {id});
    if (known.empty()) continue;
    if ((known == "active") != (account["capabilities"]["transfers"] == "active"))
      return unlike(id, account["capabilities"].dump(), known);
  }
  return {};
}

constexpr std::array laws{
    Law{"a share is sent once", Law::When::always, "", transfers_more_than_once},
    Law{"a share has one transfer", Law::When::always,
        "SELECT split_id FROM transfers WHERE status IN ('requested', 'sent') GROUP BY split_id HAVING count(*) > 1"},
    Law{"what is sent is what was approved", Law::When::always,
        "SELECT t.id FROM transfers t JOIN payment_splits s ON s.id = t.split_id WHERE s.approved_at IS NULL "
        "OR t.recipient_id IS NOT s.recipient_id OR t.status = 'sent' AND t.amount_cents + t.withheld_cents > "
        "s.amount_cents"},
    Law{"whatever is paid was sent, and the other way round", Law::When::always,
        "SELECT s.id, s.status FROM payment_splits s WHERE (s.paid_at IS NOT NULL) <> EXISTS "
        "(SELECT 1 FROM transfers t WHERE t.split_id = s.id AND t.status = 'sent')"},
    Law{"a share that changed before it was sent is not sent", Law::When::in_the_end, "", sent_though_changed},
    Law{"no more is asked back than was sent", Law::When::always,
        "SELECT t.id FROM transfers t WHERE amount_cents < (SELECT coalesce(sum(amount_cents), 0) FROM "
        "transfer_reversals r WHERE r.transfer_id = t.id AND r.status <> 'failed')"},
    Law{"every payout is asked for by an admin, and keeps what is owed", Law::When::always,
        "SELECT who, what FROM mispaid"},
    Law{"no transfer waits for ever", Law::When::in_the_end, "SELECT id FROM transfers WHERE status = 'requested'"},
    Law{"no reversal waits for ever", Law::When::in_the_end,
        "SELECT id FROM transfer_reversals WHERE status = 'requested'"},
    Law{"the books have the transfers that Stripe has", Law::When::in_the_end, "", transfers_unlike_stripe},
    Law{"nobody is paid more than was earned", Law::When::in_the_end, "", paid_more_than_earned},
    Law{"payouts to banks are as at Stripe", Law::When::in_the_end, "", payouts_unlike_stripe},
    Law{"accounts are as at Stripe", Law::When::in_the_end, "", accounts_unlike_stripe},
    Law{"nobody is paid before the payment can be theirs", Law::When::always,
        "SELECT t.id FROM transfers t JOIN payment_splits s ON s.id = t.split_id JOIN transactions x ON x.id = "
        "s.transaction_id WHERE NOT EXISTS (SELECT 1 FROM certificates c WHERE c.enrollment_id = x.enrollment_id)"},
};

}  // namespace

const Part payouts{.name = "payouts", .deeds = deeds, .laws = laws, .prepare = prepare, .keeps_books = true};

}  // namespace isthmus::simulation
