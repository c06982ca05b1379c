#include "peerloop/auth/authenticator.h"

#include "peerloop/auth/access_token.h"
#include "peerloop/auth/revocation.h"

namespace isthmus::peerloop {

namespace {

Result<Principal> identify(Host& host, std::string_view token, Timestamp now) {
  return read_access_token(host.settings, token, now);
}

Statement live_session(const Principal& user, Timestamp now) {
  return auth_queries::live_session(user.user_id, user.token_id, user.version, now);
}

Task<Result<bool>> is_revoked(Host& host, const Principal& user) {
  const auto mark = co_await attempt(host.key_value.get(revocation_key(user.token_id)));
  if (mark) co_return mark->has_value();
  // Where the store is down, the database knows as well: not a copy of it, which may lag for any time.
  host.database.read_from(ReadFrom::primary);
  const auto session = co_await host.database.read(live_session(user, host.clock.now()));
  co_return session.empty();
}

}  // namespace

const Authenticator authenticator{identify, is_revoked, live_session};

}  // namespace isthmus::peerloop
