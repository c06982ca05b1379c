#include "peerloop/scheduling/calendar_files.h"

#include "peerloop/scheduling/session_news.h"

namespace isthmus::peerloop {

namespace {

Response calendar_response(std::string text, std::string_view filename) {
  Response response;
  response.headers = {{"content-type", "text/calendar; charset=utf-8"},
                      {"content-disposition", "attachment; filename=\"" + std::string(filename) + '"'},
                      {"cache-control", "private, no-cache"}};
  response.body = std::move(text);
  return response;
}

CalendarEvent event_for(const SessionFacts& session, std::string_view user_id, const Settings& settings) {
  const bool is_student = session.student_id == user_id;
  return event_of(session, is_student ? session.teacher_name : session.student_name, settings.get("APP_URL"));
}

}  // namespace

Task<Result<Response>> download_session(Request& request) {
  const auto session = co_await required(
      co_await request.db().first<SessionFacts>(select_session_facts(request.param("id"))), not_found("session"));
  const CalendarEvent event = event_for(session, request.user().user_id, request.settings());
  // To import it where it was cancelled takes it back.
  const CalendarMethod method = event.cancelled ? CalendarMethod::cancel : CalendarMethod::publish;
  co_return calendar_response(write_calendar(method, "", organizer_address(request.settings()), std::span(&event, 1)),
                              "session.ics");
}

Task<Result<Response>> subscribe_to_calendar(Request& request, CalendarQuery query) {
  const std::string hash = hash_of_secret_token(query.token);
  std::vector<Statement> reads;
  reads.push_back(select_calendar_owner(hash));
  reads.push_back(select_calendar_sessions(hash, request.now()));
  auto sets = co_await request.db().batch(std::move(reads), OnLostAnswer::retry);
  const auto owner = co_await required(co_await std::move(sets[0]).first<CalendarOwner>(), not_found("calendar"));
  std::vector<CalendarEvent> events;
  for (const SessionFacts& session : co_await std::move(sets[1]).as<SessionFacts>())
    events.push_back(event_for(session, owner.id, request.settings()));
  co_return calendar_response(
      write_calendar(CalendarMethod::publish, "PeerLoop: " + owner.name, organizer_address(request.settings()), events),
      "peerloop.ics");
}

Task<Result<Response>> renew_calendar_link(Request& request) {
  const std::string token = draw_secret_token(request.host());
  co_await request.db().batch(
      {replace_calendar_link(request.user().user_id, hash_of_secret_token(token), request.now())}, OnLostAnswer::retry);
  co_return created(CalendarLink{token, "/api/calendar.ics?token=" + token});
}

Task<Result<Response>> end_calendar_link(Request& request) {
  co_await request.db().batch({delete_calendar_link(request.user().user_id)}, OnLostAnswer::retry);
  co_return no_content();
}

}  // namespace isthmus::peerloop
