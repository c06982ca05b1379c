#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "http/app.h"
#include "native/server.h"

namespace isthmus::native {

/// A user of PeerLoop with a live session: `server.get("/api/auth/me", ada)`.
struct TestUser {
  std::string id;
  std::string token_id;  ///< the access token's jti
  std::string session_id;
  Caller caller;

  // NOLINTNEXTLINE(google-explicit-constructor): a user is a caller.
  operator const Caller&() const { return caller; }
  Caller with(std::string name, std::string value) const { return caller.with(std::move(name), std::move(value)); }
};

/// Writes a user "{handle}@example.org" with roles, a session and its token straight into the database. The token is
/// for `test_authenticator` only.
TestUser add_user(World& world, std::string_view handle, std::initializer_list<std::string_view> roles = {"student"});
/// Ends the user's session at once.
void end_session(World& world, const TestUser& user);

/// Knows the tokens of `add_user`, which are not signed: "test.{userId}.{jti}". The session is looked up in PeerLoop's
/// tables. A user id in KV as "revoked:{jti}" is a revoked token.
extern const Authenticator test_authenticator;

}  // namespace isthmus::native
