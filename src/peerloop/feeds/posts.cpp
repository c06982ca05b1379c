#include "peerloop/feeds/posts.h"

#include "http/rate_limit.h"
#include "peerloop/app.h"
#include "peerloop/audit.h"
#include "peerloop/feeds/mirror.h"
#include "peerloop/feeds/queries.h"
#include "peerloop/feeds/removal.h"

namespace isthmus::peerloop {

namespace {

Error not_enrolled() { return forbidden("This is for those who belong to the course.", "not_enrolled"); }

Task<Result<Response>> feed_page(Request& request, Statement access, Statement posts, std::int64_t limit,
                                 std::string_view object) {
  std::vector<Statement> questions;
  questions.push_back(std::move(access));
  questions.push_back(std::move(posts));
  auto sets = co_await request.db().batch(std::move(questions), OnLostAnswer::retry);
  const auto access_row = co_await std::move(sets[0]).first<FeedAccess>();
  const FeedAccess may = access_row.value_or(FeedAccess{});
  if (!may.may_read) co_return Failure(may.is_public ? not_enrolled() : not_found(object));
  auto rows = co_await std::move(sets[1]).as<ListedRow>();
  co_return ok(page_of<Post>(std::move(rows), limit));
}

}  // namespace

Task<Result<Response>> show_course_feed(Request& request, FeedQuery query) {
  const auto after = co_await decode_place(query.cursor, posts_order);
  const std::string& caller = request.user().user_id;
  const std::string_view course = request.param("id");
  co_return co_await feed_page(request, select_course_access(caller, course),
                               select_course_feed(caller, course, after, query.limit), query.limit, "course");
}

Task<Result<Response>> show_instructor_feed(Request& request, FeedQuery query) {
  const auto after = co_await decode_place(query.cursor, posts_order);
  const std::string& caller = request.user().user_id;
  const std::string_view instructor = request.param("id");
  co_return co_await feed_page(request, select_instructor_access(caller, instructor),
                               select_instructor_feed(caller, instructor, after, query.limit), query.limit,
                               "instructor");
}

Task<Result<Response>> show_timeline(Request& request, FeedQuery query) {
  const auto after = co_await decode_place(query.cursor, posts_order);
  auto rows = co_await request.db().all<ListedRow>(select_timeline(request.user().user_id, after, query.limit));
  co_return ok(page_of<Post>(std::move(rows), query.limit));
}

Task<Result<Response>> write_post(Request& request, NewPost body) {
  const std::string& author = request.user().user_id;
  const std::string id = request.host().random.uuid(request.now());
  auto statements = insert_post(id, author, request.param("id"), std::move(body.text), request.now());
  mirror_post(statements, request.host(), id, PostChange::published);
  auto written = co_await attempt(commit(request, std::move(statements), 201, select_post(id, author)));
  written = on_constraint(std::move(written), "guard:not_found", not_found("course"));
  written = on_constraint(std::move(written), "guard:not_enrolled", not_enrolled());
  written = on_constraint(std::move(written), "guard:too_many", too_many_requests(minute));
  if (written) dispatch_mirror(request);
  co_return written;
}

Task<Result<Response>> delete_post(Request& request) {
  const Principal& user = request.user();
  const std::string id(request.param("id"));
  const auto post = co_await request.db().first<PostInQuestion>(select_post_in_question(id, user.user_id));
  const bool is_own = post && post->author_id == user.user_id;
  const bool may = is_own || user.has_role("moderator") || user.has_role("admin");
  const bool is_there = post && post->status == "published";
  if (!post || (!is_there && !may)) co_return Failure(not_found("post"));
  if (!may) co_return Failure(forbidden("Only its author and moderators can delete a post.", "not_author"));
  if (!is_there) co_return no_content();

  std::vector<Statement> statements;
  if (is_own) {
    statements = end_own_post(id, request.now());
    mirror_post(statements, request.host(), id, PostChange::ended);
  } else {
    append_removal(statements, request,
                   {id, post->author_id, post->course_id, post->course_title, std::nullopt, std::nullopt});
  }
  auto done = co_await attempt(request.db().batch(std::move(statements), OnLostAnswer::retry));
  if (!done && !violates(done.error(), "guard:state_changed")) co_return Failure(std::move(done).error());
  if (done) dispatch_mirror(request);
  co_return no_content();
}

Task<Result<Response>> flag_post(Request& request, NewFlag body) {
  auto statements = insert_flag(request.host().random.uuid(request.now()), request.param("id"), request.user().user_id,
                                body, request.now());
  auto done = co_await attempt(request.db().batch(std::move(statements), OnLostAnswer::retry));
  done = on_constraint(std::move(done), "guard:not_found", not_found("post"));
  done = on_constraint(std::move(done), "guard:not_owner", conflict("This is your own post.", "own_post"));
  done = on_constraint(std::move(done), "guard:too_many", too_many_requests(hour));
  if (!done) co_return Failure(std::move(done).error());
  co_return no_content();
}

}  // namespace isthmus::peerloop
