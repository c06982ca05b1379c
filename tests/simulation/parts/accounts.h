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
  std::string access_id;  ///< the token's own, by which it is revoked
};

/// A pair of tokens as somebody got it.
struct Issued {
  std::string access_token, refresh_token, access_id;
};

/// What everybody's sign-outs and resets left behind. Intruders try it.
struct LostAndFound {
  std::vector<Retired> access_tokens;
  std::vector<Issued> issued;
  std::vector<std::string> refresh_tokens;           ///< used ones, and those of ended sessions
  std::vector<std::string> used_links;               ///< tokens of mails that may set no password any more
  std::map<std::string, std::string> old_passwords;  ///< by e-mail address
};

/// Retires every token of a session that was ended by a request that was sent at `began`.
void retire_session(Life& life, const std::string& session, Timestamp began);
/// The session of an access token, "" where there is none any more.
std::string session_of(Life& life, const std::string& access_id);
/// An access token that is to be believed no more.
Retired retired(Life& life, std::string access_token, Timestamp began);

/// Signs a person out whose session was ended by a request that was sent at `began`.
void retire(Person& person, Timestamp began);

}  // namespace isthmus::simulation
