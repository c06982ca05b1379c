#include "peerloop/scheduling/sessions.h"

#include "peerloop/scheduling/queries.h"

namespace isthmus::peerloop {

Task<Result<Response>> list_booked_sessions(Request& request, BookedSessionsQuery query) {
  const auto after = co_await decode_place(query.cursor, name_of(query.when));
  const auto rows = co_await request.db().all<SessionRow>(
      select_sessions(request.user().user_id, query.when, query.role, after, query.limit, request.now()));
  std::vector<ListedRow> listed;
  for (const auto& [json, starts_at, id] : rows)
    listed.push_back({json, std::string(name_of(query.when)) + ':' + std::to_string(starts_at.ms), id});
  co_return ok(page_of<Session>(std::move(listed), query.limit));
}

Task<Result<Response>> show_session(Request& request) {
  auto found = co_await request.db().read(select_session(request.param("id")));
  co_return json_response(200, std::move(found).text());
}

Statement takes_part_in_session(const Request& request) {
  return session_for(request.param("id"), request.user().user_id);
}

}  // namespace isthmus::peerloop
