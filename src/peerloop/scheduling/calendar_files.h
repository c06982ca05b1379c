#pragma once

#include <string>

#include "http/app.h"
#include "peerloop/auth/secret_token.h"

/// Sessions as files for calendar programs: one at a time, and all of a person's behind a secret link.
namespace isthmus::peerloop {

struct CalendarQuery {
  std::string token;
};
constexpr auto schema(CalendarQuery*) {
  return object("CalendarQuery", field("token", &CalendarQuery::token, length(1, longest_secret_token),
                                       described("Of the link that POST /api/calendar/token gave")));
}

struct CalendarLink {
  std::string token, url;
};
constexpr auto schema(CalendarLink*) {
  return object("CalendarLink", field("token", &CalendarLink::token),
                field("url", &CalendarLink::url, described("Without the origin, which is that of this API")));
}

Task<Result<Response>> download_session(Request& request);
/// For whoever has the link: no sign-in, since calendar programs have none.
Task<Result<Response>> subscribe_to_calendar(Request& request, CalendarQuery query);
/// A new link; the one before is no link any more.
Task<Result<Response>> renew_calendar_link(Request& request);
Task<Result<Response>> end_calendar_link(Request& request);

}  // namespace isthmus::peerloop
