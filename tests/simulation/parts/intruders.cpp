#include <array>

#include "simulation/parts.h"
#include "simulation/parts/accounts.h"
#include "simulation/parts/courses.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

/// The clocks of two locations differ by less.
constexpr Millis leeway = 7 * second;
/// How long a location may answer from what it read before a token was revoked.
constexpr Millis stale = minute + leeway;

/// Whether a read by this token may still be believed: its revocation is new, or waits in the outbox.
bool may_still_read(Life& life, const Retired& token) {
  if (life.now() - token.since <= stale) return true;
  return life.count(
             "SELECT count(*) FROM outbox WHERE kind = 'access_tokens.revoke' AND created_at BETWEEN ?1 AND ?2 "
             "AND (delivered_at IS NULL OR delivered_at > ?3)",
             {(token.began - leeway).ms, (token.since + leeway).ms, (life.now() - stale).ms}) > 0;
}

Outgoing with_token(Person& person, std::string method, std::string target, const std::string& token,
                    std::string body) {
  Outgoing outgoing{
      std::move(method),
      std::move(target),
      {{"authorization", "Bearer " + token}, {"cf-connecting-ip", "10.9.9." + std::to_string(person.number)}},
      std::move(body)};
  if (!outgoing.body.empty()) outgoing.headers.push_back({"content-type", "application/json"});
  return outgoing;
}

Script<std::optional<Reply>> try_token(Person& person, std::string method, std::string target, std::string token,
                                       std::string body = {}) {
  const std::string key = person.next_key();
  const std::string who = person.name + "'s try " + key;
  person.life.note(who, method + ' ' + target);
  co_return co_await person.life.send(who, person.dice().fork(key),
                                      with_token(person, std::move(method), std::move(target), token, std::move(body)));
}

Script<> use_retired_token(Person& person) {
  Life& life = person.life;
  const auto& lost = life.belongings.of<LostAndFound>();
  if (lost.access_tokens.empty()) co_return;
  const std::size_t all = lost.access_tokens.size();
  const Retired retired = lost.access_tokens[person.dice().one_in(2) ? all - 1 : person.dice().below(all)];
  if (person.dice().one_in(4)) {
    // Where something changes, a session ends at once.
    constexpr auto targets = std::to_array<const char*>({"/api/auth/resend-verification", "/api/stream/token"});
    const std::string course = person.dice().one_in(2) ? some_course(life, person.dice()) : "";
    const auto reply =
        course.empty()
            ? co_await try_token(person, "POST", person.dice().pick(targets), retired.access_token)
            : co_await try_token(person, "POST", std::string("/api/courses/").append(course).append("/enroll"),
                                 retired.access_token, R"({"instructorType":"creator"})");
    person.expect(reply, {401});
    co_return;
  }
  const bool may_be_believed = may_still_read(life, retired);
  const auto reply = co_await try_token(person, "GET", "/api/auth/me", retired.access_token);
  if (may_be_believed)
    person.expect(reply, {401, 200});
  else
    person.expect(reply, {401});
}

Script<> use_old_refresh_token(Person& person) {
  const auto& lost = person.life.belongings.of<LostAndFound>();
  if (lost.refresh_tokens.empty()) co_return;
  const std::string token = lost.refresh_tokens[person.dice().below(lost.refresh_tokens.size())];
  person.expect(co_await person.ask("POST", "/api/auth/refresh", {{"refreshToken", token}}, {.signed_in = false}),
                {401, 403});
}

Script<> use_old_password(Person& person) {
  const auto& lost = person.life.belongings.of<LostAndFound>();
  if (lost.old_passwords.empty()) co_return;
  auto one = lost.old_passwords.begin();
  std::advance(one, person.dice().below(lost.old_passwords.size()));
  const Json body{{"email", one->first}, {"password", one->second}};
  person.expect(co_await person.ask("POST", "/api/auth/login", body, {.signed_in = false}), {401});
}

Script<> use_link_again(Person& person) {
  const auto& lost = person.life.belongings.of<LostAndFound>();
  if (lost.used_links.empty()) co_return;
  const std::string token = lost.used_links[person.dice().below(lost.used_links.size())];
  const Json body{{"token", token}, {"password", "a password of an intruder"}};
  person.expect(co_await person.ask("POST", "/api/auth/reset-password/confirm", body, {.signed_in = false}), {400});
}

Script<> forge_token(Person& person) {
  std::string token = person.access_token;
  const auto signature = token.rfind('.');
  const std::size_t place = person.dice().one_in(2) ? signature + 5 : token.find('.') + 12;
  token[place] = token[place] == 'A' ? 'B' : 'A';
  person.expect(co_await try_token(person, "GET", "/api/auth/me", std::move(token)), {401});
}

Script<> forge_webhook(Person& person) {
  Life& life = person.life;
  const auto open = life.stripe.open_sessions();
  if (open.empty()) co_return;
  Json session = life.stripe.sessions.at(open[person.dice().below(open.size())]);
  session["payment_status"] = "paid";
  session["status"] = "complete";
  session["payment_intent"] = "pi_forged";
  const Json event{
      {"id", "evt_forged_" + person.next_key()}, {"object", "event"}, {"created", life.now().seconds()},
      {"data", {{"object", session}}},           {"livemode", false}, {"type", "checkout.session.completed"}};
  Outgoing delivery = life.stripe.delivery_of_text(event.dump(), "whsec_guessed");
  if (person.dice().one_in(3))
    std::erase_if(delivery.headers, [](const Header& header) { return header.name == "stripe-signature"; });
  const std::string key = person.next_key();
  life.note(person.name, "forges " + text_of(event["id"]));
  const auto reply = co_await life.send(person.name + " as Stripe", person.dice().fork(key), std::move(delivery));
  person.expect(reply, {401});
}

/// An old delivery, recorded on the way, with the signature of its time.
Script<> replay_webhook(Person& person) {
  Life& life = person.life;
  const auto open = life.stripe.open_sessions();
  if (open.empty()) co_return;
  const Json event{{"id", "evt_recorded_" + person.next_key()}, {"object", "event"}, {"created", life.now().seconds()},
                   {"data", {{"object", {{"id", "unknown"}}}}}, {"livemode", false}, {"type", "charge.refunded"}};
  Outgoing delivery = life.stripe.delivery(event);
  co_await life.wait(6 * minute);
  const auto reply = co_await life.send(person.name + " as Stripe", person.dice().fork("replay"), std::move(delivery));
  person.expect(reply, {401});
}

Script<> meddle(Person& person) {
  Life& life = person.life;
  const auto& all = life.people();
  const Person& other = *all[person.dice().below(all.size())];
  if (other.id.empty() || other.id == person.id) co_return;
  switch (person.dice().below(4)) {
    case 0:
      person.expect(co_await person.ask("PATCH", "/api/users/" + other.id, {{"bio", "taken over"}}), {404, 401});
      break;
    case 1: {
      const std::string course =
          life.find("SELECT id FROM courses WHERE creator_id <> ?1 ORDER BY id LIMIT 1", {person.id});
      if (course.empty()) co_return;
      const auto reply = co_await person.ask("PATCH", "/api/courses/" + course, {{"priceCents", 51}});
      person.expect(reply, {404, 403, 401});
      break;
    }
    case 2: {
      const std::string enrollment = life.find(
          "SELECT id FROM enrollments WHERE student_id <> ?1 AND teacher_id <> ?1 "
          "AND course_id NOT IN (SELECT id FROM courses WHERE creator_id = ?1) ORDER BY id LIMIT 1",
          {person.id});
      if (enrollment.empty()) co_return;
      person.expect(co_await person.ask("GET", "/api/enrollments/" + enrollment), {404, 401});
      break;
    }
    default: {
      const std::string session = life.find(
          "SELECT id FROM auth_sessions WHERE user_id <> ?1 AND ended_at IS NULL ORDER BY id LIMIT 1", {person.id});
      if (session.empty()) co_return;
      person.expect(co_await person.ask("DELETE", "/api/auth/sessions/" + session), {404, 401});
    }
  }
}

bool is_intruder(Person& person) { return person.intruder; }
bool is_intruder_inside(Person& person) { return person.intruder && person.signed_in() && !person.id.empty(); }

constexpr std::array deeds{
    Deed{"use a token of an ended session", 8, is_intruder, use_retired_token},
    Deed{"use an old refresh token", 2, is_intruder, use_old_refresh_token},
    Deed{"use an old password", 1, is_intruder, use_old_password},
    Deed{"use a link for a new password again", 1, is_intruder, use_link_again},
    Deed{"forge a token", 1, is_intruder_inside, forge_token},
    Deed{"forge a webhook", 2, is_intruder, forge_webhook},
    Deed{"replay a webhook", 1, is_intruder, replay_webhook},
    Deed{"meddle with what is not theirs", 3, is_intruder_inside, meddle},
};

constexpr std::array laws{
    Law{"nothing forged is believed", Law::When::always,
        "SELECT event_id FROM webhook_events WHERE event_id LIKE 'evt_forged%' OR event_id LIKE 'evt_recorded%'"},
    Law{"nobody writes another's profile", Law::When::always, "SELECT id FROM users WHERE bio = 'taken over'"},
};

}  // namespace

const Part intruders{"intruders", deeds, laws};

}  // namespace isthmus::simulation
