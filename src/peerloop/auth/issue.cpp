#include "peerloop/auth/issue.h"

#include <algorithm>

#include "peerloop/auth/access_token.h"
#include "peerloop/auth/secret_token.h"
#include "peerloop/auth/token_keys.h"

namespace isthmus::peerloop {

namespace {

/// A browser's name for the list of devices: printable ASCII, not longer than anyone wants to read.
std::string readable_user_agent(Request& request) {
  std::string text = request.header("user-agent").value_or("");
  std::erase_if(text, [](char c) { return c < ' ' || c > '~'; });
  if (text.size() > 256) text.resize(256);
  return text;
}

}  // namespace

Result<DrawnTokens> draw_tokens(Request& request) {
  // Asked for before anything is written: an account without its tokens would be of no use.
  if (const auto keys = token_keys(request.settings()); !keys) return Failure(keys.error());
  const auto life = access_token_life(request.settings());
  if (!life) return Failure(life.error());
  Host& host = request.host();
  const Timestamp now = request.now();
  DrawnTokens drawn;
  drawn.refresh_token = draw_secret_token(host);
  drawn.access_life = *life;
  drawn.record = {hash_of_secret_token(drawn.refresh_token), host.random.uuid(now),
                  Timestamp{(now + *life).seconds() * second}, now + refresh_token_life};
  return drawn;
}

Result<TokenPair> sign_tokens(Request& request, DrawnTokens drawn, std::string user_id, std::string roles,
                              std::int64_t version) {
  auto access_token = sign_access_token(request.settings(), {std::move(user_id), std::move(roles), version},
                                        drawn.record.access_id, request.now(), drawn.record.access_expires_at);
  if (!access_token) return Failure(std::move(access_token).error());
  return TokenPair{*std::move(access_token), std::move(drawn.refresh_token), drawn.access_life / second};
}

auth_queries::NewSession new_session(Request& request, std::string user_id, std::int64_t token_version) {
  const Timestamp now = request.now();
  return {request.host().random.uuid(now), std::move(user_id), token_version, readable_user_agent(request),
          now + session_life};
}

Account account_of(auth_queries::AccountRow row) {
  return {std::move(row.id),       std::move(row.name),    std::move(row.handle), std::move(row.email),
          row.email_verified,      {std::move(row.roles)}, std::move(row.bio),    std::move(row.avatar_url),
          std::move(row.timezone), row.marketing_opt_out,  row.created_at};
}

Result<SignedIn> signed_in_as(Request& request, auth_queries::AccountRow row, DrawnTokens drawn) {
  auto tokens = sign_tokens(request, std::move(drawn), row.id, row.roles, row.token_version);
  if (!tokens) return Failure(std::move(tokens).error());
  return SignedIn{account_of(std::move(row)), std::move(tokens->accessToken), std::move(tokens->refreshToken),
                  tokens->expiresIn};
}

}  // namespace isthmus::peerloop
