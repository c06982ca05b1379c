#include "peerloop/enrollments/show.h"

#include "base/strings.h"
#include "peerloop/enrollments/queries.h"

namespace isthmus::peerloop {

namespace {

/// A cursor by a time.
Result<std::optional<Cursor>> decode_moment(const std::optional<std::string>& text) {
  auto cursor = decode_cursor(text);
  if (cursor && *cursor && !to_integer((*cursor)->value)) return Failure(invalid_cursor());
  return cursor;
}

}  // namespace

Task<Result<Response>> list_own_enrollments(Request& request, EnrollmentsQuery query) {
  const auto after = co_await decode_moment(query.cursor);
  auto rows = co_await request.db().all<ListedRow>(
      list_enrollments(query.as, request.user().user_id, after, query.limit, request.now()));
  co_return ok(page_of<Enrollment>(std::move(rows), query.limit));
}

Task<Result<Response>> list_enrollments_of_course(Request& request, CourseEnrollmentsQuery query) {
  const auto after = co_await decode_moment(query.cursor);
  const auto list = query.recommended ? list_recommended : list_course_enrollments;
  auto rows = co_await request.db().all<ListedRow>(
      list(request.param("id"), request.user().user_id, after, query.limit, request.now()));
  co_return ok(page_of<Enrollment>(std::move(rows), query.limit));
}

Task<Result<Response>> show_one_enrollment(Request& request) {
  auto rows = co_await request.db().read(show_enrollment(request.param("id"), request.user().user_id, request.now()));
  std::string json = std::move(rows).text();
  if (json.empty()) co_return Failure(not_found("enrollment"));
  co_return json_response(200, std::move(json));
}

Statement may_see_enrollment(const Request& request) {
  return visible_enrollment(request.param("id"), request.user().user_id);
}

}  // namespace isthmus::peerloop
