#pragma once

#include <optional>
#include <string>

#include "http/app.h"
#include "http/pagination.h"
#include "peerloop/enrollments/show.h"

/// Sessions, as the two people in them see them.
namespace isthmus::peerloop {

// These describe what SQLite writes (see `queries.cpp`).

enum class SessionStatus { scheduled, completed, cancelled, no_show };
constexpr auto schema(SessionStatus*) {
  return one_of(EnumName{"scheduled", SessionStatus::scheduled}, EnumName{"completed", SessionStatus::completed},
                EnumName{"cancelled", SessionStatus::cancelled}, EnumName{"no_show", SessionStatus::no_show});
}

struct Session {
  std::string id, enrollmentId, courseId, studentId, teacherId;
  EnrolledCourse course;
  EnrollmentPerson student, teacher;
  Timestamp startsAt, endsAt;
  std::int64_t durationMinutes;
  SessionStatus status;
  std::optional<std::string> noShowBy, cancelledBy;
  std::optional<Timestamp> cancelledAt;
  std::string cancelReason;
  std::int64_t sequence;
  Timestamp createdAt, updatedAt;
};
constexpr auto schema(Session*) {
  return object("Session", field("id", &Session::id), field("enrollmentId", &Session::enrollmentId),
                field("courseId", &Session::courseId), field("studentId", &Session::studentId),
                field("teacherId", &Session::teacherId), field("course", &Session::course),
                field("student", &Session::student), field("teacher", &Session::teacher),
                field("startsAt", &Session::startsAt), field("endsAt", &Session::endsAt),
                field("durationMinutes", &Session::durationMinutes), field("status", &Session::status),
                field("noShowBy", &Session::noShowBy, described("student, teacher or both")),
                field("cancelledBy", &Session::cancelledBy, described("The user's id")),
                field("cancelledAt", &Session::cancelledAt), field("cancelReason", &Session::cancelReason),
                field("sequence", &Session::sequence, described("Rises whenever the time or the status changes")),
                field("createdAt", &Session::createdAt), field("updatedAt", &Session::updatedAt));
}
ISTHMUS_PAGE(Session)

enum class SessionsWhen { all, upcoming, past };
constexpr auto schema(SessionsWhen*) {
  return one_of(EnumName{"all", SessionsWhen::all}, EnumName{"upcoming", SessionsWhen::upcoming},
                EnumName{"past", SessionsWhen::past});
}
enum class SessionsRole { either, student, teacher };
constexpr auto schema(SessionsRole*) {
  return one_of(EnumName{"either", SessionsRole::either}, EnumName{"student", SessionsRole::student},
                EnumName{"teacher", SessionsRole::teacher});
}

struct BookedSessionsQuery {
  SessionsWhen when = SessionsWhen::all;
  SessionsRole role = SessionsRole::either;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(BookedSessionsQuery*) {
  return object("BookedSessionsQuery",
                field("when", &BookedSessionsQuery::when, or_default,
                      described("upcoming: those that are to take place, the next one first. past: those that took "
                                "place, and those that were cancelled or missed. Both it and all: the latest first.")),
                field("role", &BookedSessionsQuery::role, or_default, described("As whom you take part.")),
                field("limit", &BookedSessionsQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &BookedSessionsQuery::cursor, length(1, 500)));
}

Task<Result<Response>> list_booked_sessions(Request& request, BookedSessionsQuery query);
Task<Result<Response>> show_session(Request& request);

/// The session that the path names, for the two people in it.
Statement takes_part_in_session(const Request& request);

}  // namespace isthmus::peerloop
