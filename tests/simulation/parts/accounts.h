#pragma once

#include <set>
#include <string>
#include <vector>

#include "simulation/life.h"

namespace isthmus::simulation {

/// What must not be accepted any more: the request that ended it was sent at `began`, and its answer was there at
/// `since`.
struct Retired {
  std::string access_token;
  Timestamp began, since;
};

/// What everybody's sign-outs and resets left behind. Intruders try it.
struct LostAndFound {
  std::vector<Retired> access_tokens;
  std::vector<std::string> refresh_tokens;           ///< of ended sessions
  std::vector<std::string> used_links;               ///< tokens of mails that have set a password
  std::map<std::string, std::string> old_passwords;  ///< by e-mail address
};

/// Signs a person out whose session was ended by a request that was sent at `began`.
void retire(Person& person, Timestamp began);

}  // namespace isthmus::simulation
