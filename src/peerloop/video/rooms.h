#pragma once

#include <string>

#include "http/app.h"
#include "json/schema.h"

/// The way into a session's room: for its two people, from ten minutes before the start to the end.
namespace isthmus::peerloop {

struct VideoSession {
  std::string sessionId;
};
constexpr auto schema(VideoSession*) {
  return object("VideoSession", field("sessionId", &VideoSession::sessionId, uuid));
}
constexpr std::string_view example_of(VideoSession*) {
  return R"({"sessionId":"01a20daa-f2a3-75d8-984a-862541814e39"})";
}

/// Lets its receiver in, and nobody else should see it.
struct RoomEntry {
  std::string token, joinUrl;
};
constexpr auto schema(RoomEntry*) {
  return object("RoomEntry",
                field("token", &RoomEntry::token,
                      described("The provider's own: for this person and this room, and "
                                "soon of no use.")),
                field("joinUrl", &RoomEntry::joinUrl, described("Leads the browser into the room.")));
}

struct OpenRoom {
  std::string roomId, meetingUrl;
  Timestamp expiresAt;
};
constexpr auto schema(OpenRoom*) {
  return object(
      "Room", field("roomId", &OpenRoom::roomId),
      field("meetingUrl", &OpenRoom::meetingUrl, described("Where the provider is. A token opens it.")),
      field("expiresAt", &OpenRoom::expiresAt, described("The end of the session: until then it can be joined.")));
}

struct RoomStatus {
  bool isActive;
  std::int64_t participantCount;
  bool recordingActive;
};
constexpr auto schema(RoomStatus*) {
  return object("RoomStatus", field("isActive", &RoomStatus::isActive),
                field("participantCount", &RoomStatus::participantCount),
                field("recordingActive", &RoomStatus::recordingActive));
}

/// Makes the room where it is not there, and lets the caller in. However many ask at once, and whichever answers are
/// lost, it is one room: its name is the session's, and the provider makes a name once.
Task<Result<Response>> join_session(Request& request);
Task<Result<Response>> join_room(Request& request, VideoSession body);
/// Makes the room where it is not there.
Task<Result<Response>> open_room(Request& request, VideoSession body);
Task<Result<Response>> show_room_status(Request& request);

/// The room that the path names, for who takes part in its session.
Statement takes_part_in_its_session(const Request& request);

}  // namespace isthmus::peerloop
