#include <array>

#include "simulation/parts.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

const Person* somebody_else(Person& person) {
  const auto& all = person.life.people();
  const Person& drawn = *all[person.dice().below(all.size())];
  return drawn.id.empty() ? nullptr : &drawn;
}

Script<> follow(Person& person) {
  const Person* other = somebody_else(person);
  if (!other) co_return;
  const std::string target = "/api/users/" + other->id + "/follow";
  if (other != &person && person.dice().one_in(4)) {
    for (const auto& reply : co_await person.ask_at_once({"POST", target}, {"DELETE", target}))
      person.expect(reply, {204, 404, 401});
    co_return;
  }
  const bool follows = !person.dice().one_in(3);
  const auto reply = co_await person.ask(follows ? "POST" : "DELETE", target, nullptr, {.tries = 2});
  if (other == &person)
    person.expect(reply, {409, 401, 204});
  else
    person.expect(reply, {204, 404, 401});
}

Script<> change_profile(Person& person) {
  Json change{{"bio", "I am " + person.name + ", for the time " + person.next_key()}};
  // Two want the same handle now and then.
  if (person.dice().one_in(3)) change["handle"] = "handle_" + std::to_string(person.dice().below(3));
  person.expect(co_await person.ask("PATCH", "/api/users/" + person.id, change, {.tries = 2}), {200, 409, 401});
}

Script<> look_at_profile(Person& person) {
  const Person* other = somebody_else(person);
  if (!other) co_return;
  const auto reply = co_await person.ask("GET", "/api/users/" + other->id);
  if (!person.expect(reply, {200, 404, 401}) || reply->status != 200) co_return;
  if (other != &person && reply->json().contains("email"))
    person.life.violate("an address is shown to its owner only", person.name + " sees that of " + other->name);
}

constexpr std::array deeds{
    Deed{"follow somebody, or no longer", 2, is_in, follow},
    Deed{"change the profile", 1, is_in, change_profile},
    Deed{"look at a profile", 1, is_in, look_at_profile},
};

constexpr std::array laws{
    Law{"follower counts are those of the follows", Law::When::always,
        "SELECT u.handle, u.follower_count, u.following_count FROM users u "
        "WHERE u.follower_count <> (SELECT count(*) FROM follows WHERE followee_id = u.id) "
        "   OR u.following_count <> (SELECT count(*) FROM follows WHERE follower_id = u.id)"},
};

}  // namespace

const Part people{"people", deeds, laws};

}  // namespace isthmus::simulation
