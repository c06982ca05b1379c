#include "peerloop/feeds/moderation.h"

#include "peerloop/app.h"
#include "peerloop/audit.h"
#include "peerloop/feeds/mirror.h"
#include "peerloop/feeds/queries.h"
#include "peerloop/feeds/removal.h"

namespace isthmus::peerloop {

namespace {

constexpr FlagStatus outcome_of(FlagAction action) {
  return action == FlagAction::remove ? FlagStatus::upheld : FlagStatus::dismissed;
}

/// Whether there is something left to decide: nothing where the caller decided the same before, a conflict where the
/// flag was resolved otherwise.
Result<bool> is_undecided(const FlagInQuestion& flag, std::string_view moderator, FlagAction action) {
  if (flag.status == "open") return true;
  if (flag.status == name_of(outcome_of(action)) && flag.resolved_by == moderator) return false;
  return Failure(conflict("This flag is " + flag.status + " already.", "flag_resolved"));
}

std::vector<Statement> decide(Request& request, const FlagInQuestion& flag, Resolution resolution) {
  const std::string id(request.param("id"));
  auto statements = resolve_one_flag(id, outcome_of(resolution.action), resolution.note.value_or(""),
                                     request.user().user_id, request.now());
  if (resolution.action == FlagAction::remove) {
    append_removal(statements, request,
                   {flag.post_id, flag.author_id, flag.course_id, flag.course_title, id, flag.reason});
  } else {
    JsonWriter details;
    details.begin_object().member("postId", flag.post_id).end_object();
    statements.push_back(audit(request, "flag.dismiss", "flag", id, std::move(details).text()));
  }
  return statements;
}

}  // namespace

Task<Result<Response>> list_flags(Request& request, FlagsQuery query) {
  const auto after = co_await decode_place(query.cursor, flags_order);
  auto rows = co_await request.db().all<ListedRow>(select_flags(request.user().user_id, query, after));
  co_return ok(page_of<Flag>(std::move(rows), query.limit));
}

Task<Result<Response>> resolve_flag(Request& request, Resolution body) {
  const std::string id(request.param("id"));
  const std::string& moderator = request.user().user_id;
  const FlagAction action = body.action;
  std::vector<Statement> reads;
  reads.push_back(select_flag_in_question(id));
  reads.push_back(select_flag(id, moderator));
  auto found = co_await request.db().batch(std::move(reads), OnLostAnswer::retry);
  const auto flag = co_await required(co_await std::move(found[0]).first<FlagInQuestion>(), not_found("flag"));
  if (flag.author_id == moderator)
    co_return Failure(conflict("Somebody else decides about your own post.", "own_post"));
  if (!co_await is_undecided(flag, moderator, action)) co_return json_response(200, std::move(found[1]).text());
  std::vector<Statement> statements = decide(request, flag, std::move(body));
  statements.push_back(select_flag(id, moderator));

  auto done = co_await attempt(request.db().batch(std::move(statements), OnLostAnswer::retry));
  if (!done && violates(done.error(), "guard:state_changed")) {
    // Another moderator came first, or this very batch did and its answer was lost.
    const auto now =
        co_await required(co_await request.db().first<FlagInQuestion>(select_flag_in_question(id)), not_found("flag"));
    co_await is_undecided(now, moderator, action);
    done = co_await attempt(request.db().batch({select_flag(id, moderator)}, OnLostAnswer::retry));
  }
  auto sets = co_await std::move(done);
  dispatch_mirror(request);
  co_return json_response(200, std::move(sets.back()).text());
}

}  // namespace isthmus::peerloop
