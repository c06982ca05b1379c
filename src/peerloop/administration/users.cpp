#include "peerloop/administration/users.h"

#include <algorithm>

#include "peerloop/administration/queries.h"
#include "peerloop/audit.h"
#include "peerloop/auth/revocation.h"

namespace isthmus::peerloop {

namespace {

/// What the audit log keeps of a change.
std::string details_of(const UserChange& change) {
  JsonWriter json;
  json.begin_object();
  if (change.roles) json.raw_member("roles", encode(*change.roles));
  if (change.suspended) json.member("suspended", *change.suspended);
  if (change.emailStatus) json.member("emailStatus", name_of(*change.emailStatus));
  if (change.reason) json.member("reason", *change.reason);
  return std::move(json.end_object()).text();
}

std::string_view action_of(const UserChange& change) {
  if (!change.suspended) return change.roles ? "user.roles" : "user.email";
  return *change.suspended ? "user.suspend" : "user.reinstate";
}

}  // namespace

Task<Result<Response>> list_users(Request& request, UsersQuery query) {
  const auto after = co_await decode_place(query.cursor, "user");
  auto rows = co_await request.db().all<ListedRow>(administration_queries::select_users(query, after));
  co_return ok(page_of<AdminUser>(std::move(rows), query.limit));
}

Task<Result<Response>> change_user(Request& request, UserChange change) {
  const bool ends_access_tokens = change.roles || change.suspended;
  if (!ends_access_tokens && !change.emailStatus)
    co_return Failure(bad_request("Say what is to change: roles, suspended or emailStatus.", "nothing_to_change"));
  const std::string user_id(request.param("id"));
  // So that nobody locks themselves out by a slip.
  if (user_id == request.user().user_id)
    co_return Failure(conflict("Your own account is another admin's to change.", "own_account"));

  std::vector<Statement> batch;
  batch.push_back(administration_queries::guard_account_exists(user_id));
  if (change.roles)
    for (auto& statement :
         administration_queries::set_roles(user_id, encode(*change.roles), request.user().user_id, request.now()))
      batch.push_back(std::move(statement));
  if (change.suspended) {
    batch.push_back(administration_queries::set_suspended(user_id, *change.suspended, request.now()));
    if (*change.suspended) batch.push_back(auth_queries::end_all_sessions(user_id, "suspended", request.now()));
  }
  if (ends_access_tokens) batch.push_back(administration_queries::guard_admin_left());
  if (change.emailStatus) batch.push_back(administration_queries::repair_address(user_id, request.now()));
  batch.push_back(audit(request, action_of(change), "user", user_id, details_of(change)));
  const std::size_t tokens_at = batch.size();
  if (ends_access_tokens) {
    batch.push_back(auth_queries::live_access_tokens(user_id, request.now()));
    batch.push_back(enqueue_revocation(request.host(), batch[tokens_at]));
    batch.push_back(auth_queries::raise_token_version(user_id, request.now()));
  }
  batch.push_back(administration_queries::select_user(user_id));

  auto done = co_await attempt(request.db().batch(std::move(batch), OnLostAnswer::fail));
  done = on_constraint(std::move(done), "guard:not_found", not_found("user"));
  auto sets = co_await on_constraint(std::move(done), "guard:state_changed",
                                     conflict("Nobody else would be left to administer.", "last_admin"));
  if (ends_access_tokens)
    co_await revoke_access_tokens(request.host(), co_await std::move(sets[tokens_at]).as<auth_queries::LiveToken>());
  co_return json_response(200, std::move(sets.back()).text());
}

}  // namespace isthmus::peerloop
