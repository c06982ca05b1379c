#include "peerloop/auth/handlers.h"
#include "peerloop/auth/issue.h"
#include "peerloop/auth/revocation.h"
#include "peerloop/auth/secret_token.h"

namespace isthmus::peerloop {

namespace {

Error invalid_refresh_token() {
  return unauthorized("The refresh token is not valid. Please sign in.", "invalid_refresh_token");
}

Error token_reuse() {
  return unauthorized("This refresh token was used before, so its session was ended. Please sign in.", "token_reuse");
}

}  // namespace

/// One batch decides, so that of parallel refreshes with one token exactly one gets a new pair. The others show a used
/// token, as a thief would: the session ends. Clients refresh one at a time.
Task<Result<Response>> refresh(Request& request, Refresh body) {
  auto tokens = co_await draw_tokens(request);
  auto batch =
      auth_queries::rotate_refresh_token(hash_of_secret_token(body.refreshToken), tokens.record, request.now());
  batch.push_back(enqueue_revocation(request.host(), batch[auth_queries::rotated_to_revoke]));
  auto results = co_await request.db().batch(std::move(batch), OnLostAnswer::retry);
  auto outcome = co_await std::move(results[auth_queries::rotated_row]).first<auth_queries::RefreshRow>();
  if (!outcome) co_return Failure(invalid_refresh_token());
  if (outcome->is_ours)
    co_return ok(co_await sign_tokens(request, std::move(tokens), std::move(outcome->user_id),
                                      std::move(outcome->roles), outcome->token_version));
  if (outcome->was_used) {
    LogLine(request.host(), Log::Level::warning, "a refresh token was used twice")
        .with("requestId", request.id())
        .with("userId", outcome->user_id);
    co_await revoke_access_tokens(
        request.host(), co_await std::move(results[auth_queries::rotated_to_revoke]).as<auth_queries::LiveToken>());
    co_return Failure(token_reuse());
  }
  if (outcome->suspended) co_return Failure(forbidden("This account is suspended.", "account_suspended"));
  co_return Failure(invalid_refresh_token());
}

}  // namespace isthmus::peerloop
