#pragma once

#include <optional>
#include <string>

#include "http/app.h"

namespace isthmus::peerloop {

struct BookSession {
  std::string enrollmentId, teacherId;
  Timestamp startsAt;
  std::int64_t durationMinutes = 0;
};
constexpr auto schema(BookSession*) {
  return object("BookSession", field("enrollmentId", &BookSession::enrollmentId, uuid),
                field("teacherId", &BookSession::teacherId, uuid, described("Who teaches in that enrollment")),
                field("startsAt", &BookSession::startsAt, described("A beginning that the listing of slots has")),
                field("durationMinutes", &BookSession::durationMinutes, range(15, 240)));
}
constexpr std::string_view example_of(BookSession*) {
  return R"({"enrollmentId":"01a20daa-f2a3-75d8-984a-862541814e39","teacherId":"01a20dab-5158-7194-84ff-14472e2a1fb6",)"
         R"("startsAt":"2026-12-01T17:30:00.000Z","durationMinutes":60})";
}

struct MoveSession {
  Timestamp startsAt;
};
constexpr auto schema(MoveSession*) { return object("MoveSession", field("startsAt", &MoveSession::startsAt)); }
constexpr std::string_view example_of(MoveSession*) { return R"({"startsAt":"2026-12-03T18:00:00.000Z"})"; }

struct CancelSession {
  std::string reason;
};
constexpr auto schema(CancelSession*) {
  return object("CancelSession", field("reason", &CancelSession::reason, or_default, trimmed, length(0, 500),
                                       described("The other person reads it.")));
}
constexpr std::string_view example_of(CancelSession*) { return R"({"reason":"The train does not run today"})"; }

/// Books a session in an enrollment of the caller's that is paid and not over. What the listing has at that moment can
/// be booked, and nothing else; however many ask for one slot, one gets it.
Task<Result<Response>> book_session(Request& request, BookSession booking);

/// Moves a session to another beginning, by the rules of booking: either of the two may, until the teacher's notice for
/// changes. Asked to where it is already, it changes nothing.
Task<Result<Response>> move_session(Request& request, MoveSession move);

/// Cancels a session: its student until the teacher's notice for changes, its teacher until it begins. Who has
/// cancelled it already may say so again.
Task<Result<Response>> cancel_session(Request& request, CancelSession cancellation);

}  // namespace isthmus::peerloop
