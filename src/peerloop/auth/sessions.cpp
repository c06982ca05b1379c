#include "base/strings.h"
#include "peerloop/auth/handlers.h"
#include "peerloop/auth/issue.h"
#include "peerloop/auth/revocation.h"

namespace isthmus::peerloop {

namespace {

/// Ends a session of the caller's, with its refresh tokens, and revokes the access tokens that it has given out.
/// False where the caller has no such session.
Task<Result<bool>> end_own_session(Request& request, std::string session_id, std::string_view reason) {
  auto batch = auth_queries::end_session(session_id, request.user().user_id, reason, request.now());
  batch.push_back(enqueue_revocation(request.host(), batch.back()));
  auto results = co_await request.db().batch(std::move(batch), OnLostAnswer::fail);
  if (results[0].empty()) co_return false;
  co_await revoke_access_tokens(request.host(), co_await std::move(results[1]).as<auth_queries::LiveToken>());
  co_return true;
}

}  // namespace

Task<Result<Response>> logout(Request& request) {
  co_await end_own_session(request, request.user().session_id, "signed_out");
  co_return no_content();
}

Task<Result<Response>> show_account(Request& request) {
  auto account =
      co_await request.db().first<auth_queries::AccountRow>(auth_queries::account_by_id(request.user().user_id));
  // The account was deleted while the token lives.
  if (!account) co_return Failure(unauthorized("This session was ended. Please sign in again.", "session_ended"));
  co_return ok(account_of(*std::move(account)));
}

Task<Result<Response>> list_sessions(Request& request, SessionsQuery query) {
  const auto cursor = co_await decode_cursor(query.cursor);
  const auto before = cursor ? to_integer(cursor->value) : std::nullopt;
  if (cursor && !before) co_return Failure(bad_request("This cursor is not one of ours.", "invalid_cursor"));
  auto rows = co_await request.db().all<ListedRow>(auth_queries::list_sessions(
      request.user().user_id, request.user().token_id, query.limit,
      before ? std::optional(Timestamp{*before}) : std::nullopt, cursor ? cursor->id : std::string(), request.now()));
  co_return ok(page_of<DeviceSession>(std::move(rows), query.limit));
}

Task<Result<Response>> end_session(Request& request) {
  if (!co_await end_own_session(request, std::string(request.param("id")), "ended_by_user"))
    co_return Failure(not_found("session"));
  co_return no_content();
}

}  // namespace isthmus::peerloop
