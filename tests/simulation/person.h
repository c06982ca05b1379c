#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/life.h"

namespace isthmus::simulation {

/// How a person asks.
struct How {
  bool signed_in = true;
  /// Sent with every try, so that the second one is known as the same.
  std::string idempotency_key = {};
  /// How often a request is sent that got no answer, or the answer to come again.
  int tries = 1;
  /// A file that is sent instead of JSON.
  std::string file = {};
};

/// A request, before it is known who sends it.
struct Ask {
  std::string method, target;
  Json body = nullptr;
};

/// What somebody could find out by looking around. Read once before each deed.
struct Standing {
  bool teaches = false;  ///< as a creator or as somebody else who is approved
  bool is_admin = false;
  bool may_enroll = false;  ///< in a course that somebody else offers
  bool learns = false;      ///< in an enrollment that is under way
  bool meets = false;       ///< in a session that is to take place
  bool completes = false;   ///< teaches somebody, or has a course in which somebody learns
  bool earns = false;
  bool has_hours = false;       ///< has said when to teach
  bool has_account = false;     ///< at Stripe, which may receive money
  bool sees_due = false;        ///< something is to be paid out to somebody
  bool sees_dead = false;       ///< something was given up
  bool sees_suspended = false;  ///< somebody
  bool moderates = false;
  bool has_met = false;    ///< in a session that was not cancelled
  bool belongs = false;    ///< to a course, as who learns, made it or teaches it
  bool may_teach = false;  ///< a course that this person completed
  bool decides = false;    ///< about somebody who asked to teach
};

/// Somebody who lives with the product: with an account and what the client remembers of it.
class Person {
 public:
  Person(Life& in, int with_number);
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;

  /// One deed after another, with pauses between.
  Script<> live();

  /// Sends a request and awaits its answer; nothing where none came. An access token that has expired is refreshed.
  Script<std::optional<Reply>> ask(std::string method, std::string target, Json body = nullptr, How how = {});
  /// Sends both at the same time from two tabs. Gives both answers.
  Script<std::vector<std::optional<Reply>>> ask_at_once(Ask first, Ask next, How how = {});
  /// Sends the same at the same time from two tabs.
  Script<std::vector<std::optional<Reply>>> ask_twice(std::string method, std::string target, Json body, How how);
  /// Fails the run where an answer is none of those that may come. 429 may always come, and 503 where something may
  /// fail. The first of the statuses is what the deed is about: with it, or any 2xx, the deed has had its success.
  bool expect(const std::optional<Reply>& reply, std::vector<int> statuses);
  /// The same of what happens beside the present deed.
  bool foresee(const std::optional<Reply>& reply, const std::vector<int>& statuses);
  /// The present deed has had its success.
  void succeed() { life.reach.add("deed", doing); }

  Dice& dice() { return dice_; }
  /// One that others use as well: it is each person's own.
  std::string next_key() { return "key-" + std::to_string(++keys_); }
  bool signed_in() const { return !access_token.empty(); }

  Life& life;
  const int number;
  const std::string name;
  std::string email;
  std::string password;
  std::string id;
  bool creator = false;   ///< signs up as one
  bool intruder = false;  ///< tries what must not work
  std::string access_token, refresh_token;
  Belongings belongings;
  Standing standing;
  /// The deed that is being done.
  std::string_view doing;
  /// How many answers deeds have expected.
  int expected = 0;

 private:
  /// Two requests that are under way.
  struct Both {
    std::vector<std::optional<Reply>> replies{2};
    int left = 2;
    std::coroutine_handle<> waiting;
  };

  Script<> one_of_two(std::shared_ptr<Both> both, std::size_t which, Outgoing outgoing);
  void look_around();
  Outgoing request(std::string method, std::string target, const Json& body, const How& how) const;

  Dice dice_;
  int keys_ = 0;
  int requests_ = 0;
};

/// Signed in, to an account that is known.
inline bool is_in(Person& person) { return person.signed_in() && !person.id.empty(); }

/// Exchanges the refresh token; false where that did not work.
Script<bool> refresh_tokens(Person& person);

}  // namespace isthmus::simulation
