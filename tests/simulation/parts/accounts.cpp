#include "simulation/parts/accounts.h"

#include <array>

#include "base/encoding.h"
#include "simulation/parts.h"
#include "simulation/parts/departures.h"
#include "simulation/parts/draw.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

/// What names an access token, from its middle part.
std::string id_of(std::string_view access_token) {
  const auto from = access_token.find('.') + 1;
  const auto claims = base64url_decode(access_token.substr(from, access_token.rfind('.') - from));
  return claims ? text_of(Json::parse(*claims)["jti"]) : "";
}

void take_tokens(Person& person, const Reply& reply) {
  const Json json = reply.json();
  person.access_token = text_of(json["accessToken"]);
  person.refresh_token = text_of(json["refreshToken"]);
  person.life.belongings.of<LostAndFound>().issued.push_back(
      {person.access_token, person.refresh_token, id_of(person.access_token)});
  if (json.contains("user")) person.id = text_of(json["user"]["id"]);
}

Script<> sign_in(Person& person) {
  const auto reply = co_await person.ask(
      "POST", "/api/auth/login", {{"email", person.email}, {"password", person.password}}, {.signed_in = false});
  // The sign-up, a reset of the password, or a deletion may have ended without a word.
  if (!person.expect(reply, {200, 401, 403})) co_return;
  if (reply->status == 200) take_tokens(person, *reply);
  if (reply->status == 401) begin_anew_if_deleted(person);
}

Script<> sign_up(Person& person) {
  const auto reply = co_await person.ask("POST", "/api/auth/signup",
                                         {{"name", person.name},
                                          {"email", person.email},
                                          {"password", person.password},
                                          {"role", person.creator ? "creator" : "student"}},
                                         {.signed_in = false});
  if (!person.expect(reply, {201, 409})) co_return;
  if (reply->status == 201) take_tokens(person, *reply);
  if (reply->status == 409) co_await sign_in(person);
}

Script<> come_in(Person& person) {
  if (person.id.empty())
    co_await sign_up(person);
  else
    co_await sign_in(person);
}

Script<> refresh(Person& person) {
  if (co_await refresh_tokens(person)) person.succeed();
}

Script<> sign_out(Person& person) {
  const Timestamp began = person.life.now();
  const auto reply = co_await person.ask("POST", "/api/auth/logout");
  if (!person.expect(reply, {204, 401})) co_return;
  if (reply->status == 204) retire(person, began);
  person.access_token.clear();
  person.refresh_token.clear();
}

Script<> verify(Person& person) {
  std::string token;
  for (const auto& mail : person.life.resend.sent)
    if (mail.to == person.email && mail.mail == "verify_email") token = token_in(mail.text);
  if (token.empty()) co_return;
  const auto reply =
      co_await person.ask("POST", "/api/auth/verify-email", {{"token", token}}, {.signed_in = false, .tries = 3});
  person.expect(reply, {200, 400});
}

Script<> ask_for_verification(Person& person) {
  person.expect(co_await person.ask("POST", "/api/auth/resend-verification"), {202, 409, 401});
}

/// Whoever came in by the old password while another was chosen is out again.
void came_by_old_password(Person& person, const std::string& access_token, Timestamp began) {
  Life& life = person.life;
  const std::string session = session_of(life, id_of(access_token));
  if (life.count("SELECT count(*) FROM auth_sessions WHERE id = ?1 AND ended_at IS NULL", {session}) != 0)
    life.violate("an old password opens nothing", person.name);
  life.belongings.of<LostAndFound>().access_tokens.push_back(retired(life, access_token, began));
}

Script<> reset_password(Person& person) {
  for (int links = person.dice().one_in(2) ? 2 : 1; links > 0; --links)
    person.expect(co_await person.ask("POST", "/api/auth/reset-password", {{"email", person.email}},
                                      {.signed_in = false, .tries = 2}),
                  {202});
  co_await person.life.wait(person.dice().between(minute, 20 * minute));
  std::string token;
  for (const auto& mail : person.life.resend.sent)
    if (mail.to == person.email && mail.mail == "reset_password") token = token_in(mail.text);
  if (token.empty()) co_return;
  const Timestamp began = person.life.now();
  const std::string former = person.password;
  const std::string chosen = "another password, number " + person.next_key();
  const Ask confirm{"POST", "/api/auth/reset-password/confirm", {{"token", token}, {"password", chosen}}};
  std::optional<Reply> reply;
  if (person.dice().one_in(3)) {
    const Ask come{"POST", "/api/auth/login", {{"email", person.email}, {"password", former}}};
    const auto replies = co_await person.ask_at_once(confirm, come, {.signed_in = false});
    reply = replies[0];
    if (person.expect(replies[1], {200, 401, 403}) && replies[1]->status == 200 && reply && reply->status == 204)
      came_by_old_password(person, text_of(replies[1]->json()["accessToken"]), began);
  } else {
    reply = co_await person.ask(confirm.method, confirm.target, confirm.body, {.signed_in = false});
  }
  if (!person.expect(reply, {204, 400}) && !reply) {
    // Nobody knows which password holds now: asks once more later, as people do.
    person.password = chosen;
    co_return;
  }
  if (!reply || reply->status != 204) co_return;
  person.password = chosen;
  auto& lost = person.life.belongings.of<LostAndFound>();
  lost.old_passwords[person.email] = former;
  for (const auto& mail : person.life.resend.sent)
    if (mail.to == person.email && mail.mail == "reset_password" && mail.at < began)
      lost.used_links.push_back(token_in(mail.text));
  retire(person, began);
  // There may be an older mail.
  if (!person.dice().one_in(2)) co_return;
  const std::string other = lost.used_links[lost.used_links.size() - std::min<std::size_t>(lost.used_links.size(), 2)];
  const Json again{{"token", other}, {"password", "a password by an older link"}};
  person.expect(co_await person.ask("POST", confirm.target, again, {.signed_in = false}), {400});
}

Script<> look_at_devices(Person& person) {
  const auto reply = co_await person.ask("GET", "/api/auth/sessions");
  if (!person.expect(reply, {200, 401}) || reply->status != 200) co_return;
  const Json sessions = reply->json()["items"];
  for (const Json& session : sessions) {
    if (session["current"] == true || !person.dice().one_in(2)) continue;
    const std::string id = text_of(session["id"]);
    const Timestamp began = person.life.now();
    const auto ended = co_await person.ask("DELETE", "/api/auth/sessions/" + id);
    if (person.expect(ended, {204, 404, 401}) && ended->status == 204) retire_session(person.life, id, began);
    co_return;
  }
}

Script<> look_at_myself(Person& person) {
  const auto reply = co_await person.ask("GET", "/api/auth/me");
  if (!person.expect(reply, {200, 401}) || reply->status != 200) co_return;
  if (reply->json()["email"] != person.email) person.life.violate("everybody sees the own account", person.name);
}

bool is_signed_in(Person& person) { return person.signed_in(); }

/// Judges each token in the very batch that writes it: the end of a session may be written late.
void prepare(Life& life) {
  Judges judges(life, "misgiven");
  judges.add("token_of_an_ended_session", "INSERT ON refresh_tokens", "NEW.family_id", "gets a token behind its end",
             "(SELECT ended_at FROM auth_sessions WHERE id = NEW.family_id) IS NOT NULL");
}

constexpr std::array deeds{
    Deed{"come in", 20, [](Person& person) { return !person.signed_in(); }, come_in},
    Deed{"refresh the tokens", 1, is_signed_in, refresh},
    Deed{"sign out", 1, is_signed_in, sign_out},
    Deed{"verify the address", 1, [](Person& person) { return !person.id.empty(); }, verify},
    Deed{"ask for another verification", 1, is_signed_in, ask_for_verification},
    Deed{"reset the password", 1, [](Person& person) { return !person.id.empty(); }, reset_password},
    Deed{"look at the devices", 1, is_signed_in, look_at_devices},
    Deed{"look at the own account", 1, is_signed_in, look_at_myself},
};

constexpr std::array laws{
    Law{"an address has one account", Law::When::always,
        "SELECT email, count(*) FROM users GROUP BY lower(email) HAVING count(*) > 1"},
    Law{"an ended session gets no token", Law::When::always, "SELECT who, what FROM misgiven"},
    Law{"a session has one refresh token that is not used", Law::When::always,
        "SELECT family_id FROM refresh_tokens WHERE used_at IS NULL GROUP BY family_id HAVING count(*) > 1"},
    Law{"a new account is asked for its address", Law::When::in_the_end,
        "SELECT id FROM users u WHERE NOT EXISTS "
        "(SELECT 1 FROM told WHERE instr(key, 'mail:verify_email:' || u.id || ':') = 1)"},
    Law{"everybody has a role", Law::When::always,
        "SELECT id FROM users u WHERE deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = "
        "u.id)"},
    Law{"a new password ends every session that was open before", Law::When::always,
        "SELECT s.id FROM auth_sessions s JOIN one_time_tokens t ON t.user_id = s.user_id "
        "WHERE t.purpose = 'reset_password' AND t.used_at > s.created_at + 6000 AND s.ended_at IS NULL "
        "AND EXISTS (SELECT 1 FROM outbox o WHERE o.dedupe_key = 'mail:password_changed:' || t.user_id || ':' || "
        "t.token_hash)"},
};

}  // namespace

std::string session_of(Life& life, const std::string& access_id) {
  return life.find("SELECT family_id FROM refresh_tokens WHERE access_jti = ?1", {access_id});
}

Retired retired(Life& life, std::string access_token, Timestamp began) {
  std::string id = id_of(access_token);
  return {std::move(access_token), began, life.now(), std::move(id)};
}

void retire_session(Life& life, const std::string& session, Timestamp began) {
  auto& lost = life.belongings.of<LostAndFound>();
  for (const Issued& one : lost.issued) {
    if (session.empty() || session_of(life, one.access_id) != session) continue;
    lost.access_tokens.push_back({one.access_token, began, life.now(), one.access_id});
    lost.refresh_tokens.push_back(one.refresh_token);
  }
}

void retire(Person& person, Timestamp began) {
  auto& lost = person.life.belongings.of<LostAndFound>();
  if (!person.access_token.empty()) lost.access_tokens.push_back(retired(person.life, person.access_token, began));
  if (!person.refresh_token.empty()) lost.refresh_tokens.push_back(person.refresh_token);
  person.access_token.clear();
  person.refresh_token.clear();
}

Script<bool> refresh_tokens(Person& person) {
  const std::string used = person.refresh_token;
  if (used.empty()) co_return false;
  const auto reply = co_await person.ask("POST", "/api/auth/refresh", {{"refreshToken", used}}, {.signed_in = false});
  const bool known = person.foresee(reply, {200, 401, 403});
  if (known && reply->status == 200) {
    take_tokens(person, *reply);
    person.life.belongings.of<LostAndFound>().refresh_tokens.push_back(used);
    co_return true;
  }
  // Without an answer nobody knows whether the token was used: the client signs in again.
  if (!known || reply->status != 200) {
    person.access_token.clear();
    person.refresh_token.clear();
  }
  co_return false;
}

const Part accounts{.name = "accounts", .deeds = deeds, .laws = laws, .prepare = prepare, .is_needed = true};

}  // namespace isthmus::simulation
