#include "peerloop/enrollments/show.h"

#include "base/strings.h"
#include "peerloop/enrollments/queries.h"

namespace isthmus::peerloop {

Task<Result<Response>> list_own_enrollments(Request& request, EnrollmentsQuery query) {
  const auto after = co_await decode_cursor(query.cursor);
  if (after && !to_integer(after->value))
    co_return Failure(bad_request("This cursor is not one of ours.", "invalid_cursor"));
  auto rows =
      co_await request.db().all<ListedRow>(list_enrollments(request.user().user_id, after, query.limit, request.now()));
  co_return ok(page_of<Enrollment>(std::move(rows), query.limit));
}

Task<Result<Response>> show_one_enrollment(Request& request) {
  auto rows = co_await request.db().read(show_enrollment(request.param("id"), request.user().user_id, request.now()));
  std::string json = std::move(rows).text();
  if (json.empty()) co_return Failure(not_found("enrollment"));
  co_return json_response(200, std::move(json));
}

Statement participates(const Request& request) { return enrollment_for(request.param("id"), request.user().user_id); }

}  // namespace isthmus::peerloop
