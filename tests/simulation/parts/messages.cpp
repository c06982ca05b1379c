#include <array>

#include "simulation/parts.h"
#include "simulation/parts/draw.h"

namespace isthmus::simulation {

namespace {

/// Nobody writes to whom they block, or who blocks them.
void prepare(Life& life) {
  Judges judges(life, "unwanted");
  judges.add("written_between_two", "INSERT ON messages", "NEW.id", "was written in spite of a block",
             "EXISTS (SELECT 1 FROM conversations c JOIN blocks b ON b.blocker_id IN (c.first_user_id, "
             "c.second_user_id) AND b.blocked_id IN (c.first_user_id, c.second_user_id) WHERE c.id = "
             "NEW.conversation_id)");
}

/// Says something that was never said before, perhaps from two tabs, under one key: it is said once.
Script<> say(Person& person, std::string target, Json body, std::vector<int> answers) {
  const How how{.idempotency_key = person.next_key(), .tries = 3};
  body["text"] = person.name + " says " + how.idempotency_key;
  if (person.dice().one_in(4)) {
    for (const auto& reply : co_await person.ask_twice("POST", target, body, how)) person.expect(reply, answers);
    co_return;
  }
  const auto reply = co_await person.ask("POST", target, body, how);
  if (!person.expect(reply, answers) || reply->status != 201 || !person.dice().one_in(4)) co_return;
  // A key that was used is good for nothing else.
  body["text"] = person.name + " takes the same key for something else";
  person.expect(co_await person.ask("POST", target, body, how), {409, 403, 401});
}

Script<> write_to_somebody(Person& person) {
  const auto& all = person.life.people();
  const Person& other = *all[person.dice().below(all.size())];
  if (other.id.empty()) co_return;
  // Not everybody may write to anybody.
  co_await say(person, "/api/conversations", {{"userId", other.id}}, {201, 403, 409, 401});
}

std::string some_conversation(Person& person, std::string_view whose) {
  return some_id(
      person,
      "SELECT id FROM conversations WHERE ?1 " + std::string(whose) + " (first_user_id, second_user_id) ORDER BY id",
      {person.id});
}

Script<> answer(Person& person) {
  const std::string id = some_conversation(person, "IN");
  if (id.empty()) co_return;
  const std::string target = "/api/conversations/" + id;
  const auto read = co_await person.ask("GET", target + "/messages");
  if (person.expect(read, {200, 401}) && read->status == 200) {
    const Json listed = read->json();
    std::int64_t last = 0;
    for (const Json& message : listed["items"]) last = std::max(last, message["position"].get<std::int64_t>());
    if (last > 0 && person.dice().one_in(2))
      person.expect(co_await person.ask("POST", target + "/read", {{"position", last}}), {200, 401});
  }
  co_await say(person, target + "/messages", Json::object(), {201, 403, 409, 401});
}

Script<> block_somebody(Person& person) {
  const auto& all = person.life.people();
  const Person& other = *all[person.dice().below(all.size())];
  if (other.id.empty() || other.id == person.id) co_return;
  const char* method = person.dice().one_in(2) ? "POST" : "DELETE";
  person.expect(co_await person.ask(method, "/api/users/" + other.id + "/block", nullptr, {.tries = 2}),
                {204, 404, 401});
}

Script<> read_what_others_write(Person& person) {
  const std::string id = some_conversation(person, "NOT IN");
  if (id.empty()) co_return;
  const std::string target = "/api/conversations/" + id + "/messages";
  person.expect(co_await person.ask("GET", target), {404, 401});
  person.expect(co_await person.ask("POST", target, {{"text", "taken over"}}), {404, 401});
}

constexpr std::array deeds{
    Deed{"write to somebody", 3, is_in, write_to_somebody},
    Deed{"answer", 3, is_in, answer},
    Deed{"block somebody, or no longer", 2, is_in, block_somebody},
    Deed{"read what others write to each other", 2, [](Person& person) { return person.intruder && is_in(person); },
         read_what_others_write},
};

constexpr std::array laws{
    Law{"a block is respected", Law::When::always, "SELECT who, what FROM unwanted"},
    Law{"what is said once is there once", Law::When::always,
        "SELECT text FROM messages GROUP BY text HAVING count(*) > 1"},
    Law{"a conversation has no gap", Law::When::always,
        "SELECT conversation_id FROM messages GROUP BY conversation_id HAVING count(*) <> max(position)"},
    Law{"only the two write", Law::When::always,
        "SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id "
        "WHERE m.sender_id NOT IN (c.first_user_id, c.second_user_id)"},
    Law{"what is not read is counted", Law::When::always,
        "SELECT b.conversation_id, b.user_id, b.unread_count FROM conversation_members b WHERE unread_count <> (SELECT "
        "count(*) FROM messages m WHERE m.conversation_id = b.conversation_id AND m.sender_id <> b.user_id "
        "AND m.position > b.read_position)"},
};

}  // namespace

const Part messages{"messages", deeds, laws, prepare};

}  // namespace isthmus::simulation
