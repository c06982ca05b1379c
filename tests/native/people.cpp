#include "native/people.h"

#include "base/encoding.h"
#include "crypto/digest.h"

namespace isthmus::native {

namespace {

Result<Principal> identify(Host&, std::string_view token, Timestamp) {
  constexpr std::string_view scheme = "test.";
  const auto dot = token.rfind('.');
  if (!token.starts_with(scheme) || dot < scheme.size())
    return Failure(unauthorized("This token is not valid.", "invalid_token"));
  Principal principal;
  principal.user_id = token.substr(scheme.size(), dot - scheme.size());
  principal.token_id = token.substr(dot + 1);
  return principal;
}

Task<Result<bool>> is_revoked(Host& host, const Principal& principal) {
  const auto entry = co_await host.key_value.get("revoked:" + principal.token_id);
  co_return entry.has_value();
}

Statement live_session(const Principal& principal, Timestamp now) {
  return sql(R"(
      SELECT (SELECT json_group_array(role) FROM user_roles WHERE user_id = ?1), s.id
      FROM refresh_tokens t JOIN auth_sessions s ON s.id = t.family_id
      WHERE t.access_jti = ?2 AND s.user_id = ?1 AND s.ended_at IS NULL AND s.expires_at > ?3)",
             principal.user_id, principal.token_id, now);
}

}  // namespace

const Authenticator test_authenticator{identify, is_revoked, live_session};

TestUser add_user(World& world, std::string_view handle, std::initializer_list<std::string_view> roles) {
  const std::string name(handle);
  TestUser user;
  user.id = world.new_id();
  user.token_id = world.new_id();
  user.session_id = world.new_id();
  user.caller = nobody.with("authorization", "Bearer test." + user.id + "." + user.token_id);
  const std::int64_t now = world.now().ms;
  SqliteDatabase& database = world.database;
  database.execute(R"(
      INSERT INTO users (id, email, name, handle, password_hash, email_verified_at, created_at, updated_at)
      VALUES (?1, ?2, ?3, ?4, '$test$', ?5, ?5, ?5))",
                   {user.id, name + "@example.org", "Name of " + name, name, now});
  for (const std::string_view role : roles)
    database.execute("INSERT INTO user_roles (user_id, role, granted_at) VALUES (?1, ?2, ?3)",
                     {user.id, std::string(role), now});
  database.execute(R"(
      INSERT INTO auth_sessions (id, user_id, created_at, last_used_at, expires_at) VALUES (?1, ?2, ?3, ?3, ?4))",
                   {user.session_id, user.id, now, now + 90 * day});
  database.execute(
      R"(
      INSERT INTO refresh_tokens (token_hash, family_id, access_jti, access_expires_at, created_at, expires_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6))",
      {hex_encode(crypto::sha256(user.token_id)), user.session_id, user.token_id, now + day, now, now + 30 * day});
  return user;
}

void end_session(World& world, const TestUser& user) {
  world.database.execute("UPDATE auth_sessions SET ended_at = ?2, end_reason = 'ended_by_user' WHERE id = ?1",
                         {user.session_id, world.now().ms});
}

}  // namespace isthmus::native
