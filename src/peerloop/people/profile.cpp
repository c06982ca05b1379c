#include "peerloop/people/profile.h"

#include "peerloop/auth/handle.h"
#include "peerloop/feeds/mirror.h"
#include "peerloop/people/queries.h"

namespace isthmus::peerloop {

namespace {

Result<Response> json_or_missing(std::string json) {
  if (json.empty()) return Failure(not_found("user"));
  return json_response(200, std::move(json));
}

}  // namespace

Task<Result<Response>> show_profile(Request& request) {
  const auto& caller = request.maybe_user();
  auto found = co_await request.db().read(
      select_profile(request.param("id"), caller ? std::optional(caller->user_id) : std::nullopt));
  co_return json_or_missing(std::move(found).text());
}

Task<Result<Response>> change_profile(Request& request, ProfileChange change) {
  const std::string& user_id = request.user().user_id;
  const auto taken = [] { return conflict("Somebody else has this handle.", "handle_taken"); };
  if (change.handle && is_reserved_handle(*change.handle)) co_return Failure(taken());
  std::vector<Statement> statements = update_profile(user_id, change, request.now());
  statements.push_back(select_profile(user_id, user_id));
  // Saying twice what the profile is to be makes no difference.
  auto changed = co_await attempt(request.db().batch(std::move(statements), OnLostAnswer::retry));
  auto sets = co_await on_constraint(std::move(changed), "users.handle", taken());
  co_return json_or_missing(std::move(sets.back()).text());
}

Task<Result<Response>> follow(Request& request) {
  const std::string& follower = request.user().user_id;
  const std::string_view followee = request.param("id");
  if (followee == follower) co_return Failure(conflict("Nobody follows their own account.", "own_account"));
  std::vector<Statement> statements;
  statements.push_back(insert_follow(follower, followee, request.now()));
  mirror_follow(statements, request.host(), follower, followee);
  statements.push_back(tell_of_follower(request.host(), follower, followee, request.now()));
  statements.push_back(select_visible(followee));
  auto sets = co_await request.db().batch(std::move(statements), OnLostAnswer::retry);
  if (sets.back().empty()) co_return Failure(not_found("user"));
  dispatch_mirror(request);
  co_return no_content();
}

Task<Result<Response>> unfollow(Request& request) {
  const std::string& follower = request.user().user_id;
  const std::string_view followee = request.param("id");
  std::vector<Statement> statements;
  statements.push_back(delete_follow(follower, followee));
  mirror_follow(statements, request.host(), follower, followee);
  statements.push_back(select_known(followee));
  auto sets = co_await request.db().batch(std::move(statements), OnLostAnswer::retry);
  if (sets.back().empty()) co_return Failure(not_found("user"));
  dispatch_mirror(request);
  co_return no_content();
}

}  // namespace isthmus::peerloop
