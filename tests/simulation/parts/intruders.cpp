#include <algorithm>
#include <array>
#include <ranges>

#include "base/encoding.h"
#include "crypto/hmac.h"
#include "simulation/parts.h"
#include "simulation/parts/accounts.h"
#include "simulation/parts/courses.h"
#include "simulation/parts/draw.h"

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
             "SELECT count(*) FROM revocations r JOIN outbox o ON o.id = r.outbox_id WHERE r.access_id = ?1 AND "
             "(o.delivered_at IS NULL OR o.delivered_at > ?2)",
             {token.access_id, (life.now() - stale).ms}) > 0;
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

/// Mostly one of the last, and rather one that was never named as revoked: intruders are lucky.
Retired some_retired(Person& person) {
  Life& life = person.life;
  const auto& tokens = life.belongings.of<LostAndFound>().access_tokens;
  if (person.dice().one_in(2))
    for (const Retired& one : std::views::reverse(tokens))
      if (life.now() - one.began < hour && !life.key_value().contains("revoked:" + one.access_id)) return one;
  return person.dice().one_in(2) ? tokens.back() : tokens[person.dice().below(tokens.size())];
}

Script<> use_retired_token(Person& person) {
  Life& life = person.life;
  const auto& lost = life.belongings.of<LostAndFound>();
  if (lost.access_tokens.empty()) co_return;
  const Retired retired = some_retired(person);
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
  constexpr auto reads =
      std::to_array<const char*>({"/api/auth/me", "/api/auth/sessions", "/api/enrollments", "/api/sessions",
                                  "/api/notifications", "/api/conversations", "/api/feeds/timeline", "/api/teaching"});
  const auto reply = co_await try_token(person, "GET", person.dice().pick(reads), retired.access_token);
  if (may_be_believed)
    person.expect(reply, {401, 200});
  else
    person.expect(reply, {401});
}

Script<> use_old_refresh_token(Person& person) {
  const auto& lost = person.life.belongings.of<LostAndFound>();
  if (lost.refresh_tokens.empty()) co_return;
  Life& life = person.life;
  const std::string token = lost.refresh_tokens[person.dice().below(lost.refresh_tokens.size())];
  std::string session;
  for (const Issued& one : lost.issued)
    if (one.refresh_token == token) session = session_of(life, one.access_id);
  const Timestamp began = life.now();
  const auto reply = co_await person.ask("POST", "/api/auth/refresh", {{"refreshToken", token}}, {.signed_in = false});
  if (!person.expect(reply, {401, 403}) || reply->code() != "token_reuse") co_return;
  if (life.count("SELECT count(*) FROM auth_sessions WHERE id = ?1 AND ended_at IS NULL", {session}) != 0)
    life.violate("a refresh token that is used twice ends its session", session);
  retire_session(life, session, began);
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

constexpr std::string_view bigbluebutton_secret = "639259d4-9dd8-4b25-bf01-95f9567eaf4b";

/// Which tokens each revocation names is not known any more once it was delivered.
void prepare(Life& life) {
  life.world.settings.values["BIGBLUEBUTTON_SECRET"] = bigbluebutton_secret;
  life.world.database.execute("CREATE TEMP TABLE revocations (outbox_id TEXT, access_id TEXT)");
  life.world.database.execute(
      "CREATE TEMP TRIGGER revocations_noted AFTER INSERT ON outbox WHEN NEW.kind = 'access_tokens.revoke' BEGIN "
      "INSERT "
      "INTO revocations SELECT NEW.id, value ->> 'id' FROM json_each(NEW.payload); END");
}

/// A payment that never was, for a page that somebody has before them.
Json paid_page(Person& person, const std::string& id) {
  Life& life = person.life;
  const auto open = life.stripe.open_sessions();
  Json session = open.empty() ? Json{{"id", "unknown"}} : life.stripe.sessions.at(person.dice().pick(open));
  session["payment_status"] = "paid";
  session["status"] = "complete";
  session["payment_intent"] = "pi_" + id;
  return {{"id", id},
          {"object", "event"},
          {"created", life.now().seconds()},
          {"data", {{"object", session}}},
          {"livemode", false},
          {"type", "checkout.session.completed"}};
}

/// Somebody who is not there enters the room of a session.
Json entered_room(Person& person, const std::string& id) {
  const std::string session = some_id(person, "SELECT id FROM sessions ORDER BY id");
  Json event = person.life.video.participant_event("participant_joined", session, "RM_" + id, "PA_" + id, person.id);
  event["id"] = id;
  return event;
}

/// An address that takes nothing any more.
Json bounced_mail(Person& person) {
  const auto& sent = person.life.resend.sent;
  Json data{{"email_id", "unknown"}, {"bounce", {{"type", "Permanent"}}}};
  if (!sent.empty()) {
    const auto& mail = person.dice().pick(sent);
    data.update({{"email_id", mail.id}, {"to", {mail.to}}, {"tags", {{"outbox_id", mail.outbox_id}}}});
  }
  return {{"type", "email.bounced"}, {"created_at", to_rfc3339(person.life.now())}, {"data", data}};
}

Outgoing bigbluebutton_delivery(Life& life, const Json& event, std::string_view secret) {
  std::string token = base64url_encode(R"({"typ":"JWT","alg":"HS512"})") + '.' +
                      base64url_encode(Json{{"exp", life.now().seconds() + 300}}.dump());
  token += '.' + base64url_encode(crypto::hmac_sha512(secret, token));
  return {"POST",
          "/api/webhooks/bigbluebutton",
          {{"content-type", "application/json"}, {"authorization", "Bearer " + token}},
          event.dump()};
}

/// A webhook as one of those who may send some would send it, but for the secret.
Outgoing webhook_of_anybody(Person& person, const std::string& id, bool with_secret) {
  Life& life = person.life;
  const auto secret = [&](std::string_view right, std::string_view guessed) { return with_secret ? right : guessed; };
  switch (person.dice().below(5)) {
    case 0:
      return life.stripe.delivery_of_text(paid_page(person, id).dump(),
                                          secret(native::FakeStripe::webhook_secret, "whsec_guessed"));
    case 1:
      return life.video.delivery_of_text(
          entered_room(person, id).dump(),
          secret(native::FakePlugNmeet::secret, "guessed-guessed-guessed-guessed-guessed"));
    case 2:
      return life.resend.delivery(id, bounced_mail(person).dump(),
                                  secret(MailProvider::webhook_secret, "whsec_Z3Vlc3NlZGd1ZXNzZWRndWVzc2VkMTI="));
    case 3: {
      const std::string post = some_id(person, "SELECT id FROM posts ORDER BY id");
      const Json event{{"type", "feeds.activity.deleted"}, {"activity", {{"id", post}}}};
      return native::FakeStream::delivery(event.dump(), id, secret(native::FakeStream::secret, "guessed"));
    }
    default: {
      const std::string session = some_id(person, "SELECT id FROM sessions ORDER BY id");
      const Json event{{"meeting_id", session},
                       {"internal_meeting_id", id},
                       {"data", {{"attendees", {{{"ext_user_id", person.id}, {"joins", {"2026-09-22T16:15:00Z"}}}}}}}};
      return bigbluebutton_delivery(life, event, secret(bigbluebutton_secret, "guessed"));
    }
  }
}

Script<> forge_webhook(Person& person) {
  Life& life = person.life;
  const std::string key = person.next_key();
  Outgoing delivery = webhook_of_anybody(person, "forged_" + person.name + '_' + key, false);
  if (person.dice().one_in(3)) {
    constexpr auto signatures = std::to_array<std::string_view>(
        {"stripe-signature", "hash-token", "authorization", "svix-signature", "x-signature"});
    std::erase_if(delivery.headers,
                  [&](const Header& header) { return std::ranges::contains(signatures, header.name); });
  }
  life.note(person.name, "forges " + delivery.target);
  const auto reply = co_await life.send(person.name + " as a provider", person.dice().fork(key), std::move(delivery));
  person.expect(reply, {401});
}

/// An old delivery, recorded on the way, with the signature of its time. Stream's carries no time: what it said once it
/// may say again.
Script<> replay_webhook(Person& person) {
  Life& life = person.life;
  const std::string key = person.next_key();
  Outgoing delivery = webhook_of_anybody(person, "recorded_" + person.name + '_' + key, true);
  if (delivery.target.ends_with("/stream")) co_return;
  co_await life.wait(7 * minute);
  const auto reply = co_await life.send(person.name + " as a provider", person.dice().fork(key), std::move(delivery));
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
        "SELECT event_id FROM webhook_events WHERE event_id LIKE 'forged%' OR event_id LIKE 'recorded%'"},
    Law{"nobody writes another's profile", Law::When::always, "SELECT id FROM users WHERE bio = 'taken over'"},
};

}  // namespace

const Part intruders{"intruders", deeds, laws, prepare};

}  // namespace isthmus::simulation
