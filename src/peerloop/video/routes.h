#pragma once

#include "peerloop/scheduling/sessions.h"
#include "peerloop/video/recordings.h"
#include "peerloop/video/rooms.h"

namespace isthmus::peerloop {

inline constexpr auto video_routes = table(
    // clang-format off
    post("/api/sessions/:id/join").summary("Join a session: from ten minutes before the start to the end").tag("video")
        .limit(flood_only).no_input().open_to(owner_of("session", takes_part_in_session))
        .conflicts("outside_join_window", "session_ended", "session_not_open", "video_room_not_active")
        .answers<RoomEntry>().run<join_session>(),
    get("/api/sessions/:id/recording").summary("A session's recording, for its student and its teacher").tag("video")
        .limit(flood_only).query<RecordingQuery>().open_to(owner_of("session", takes_part_in_session))
        .conflicts("recording_not_ready").answers_bytes("video/mp4").run<get_recording>(),
    post("/api/video/room").summary("Open a session's room").tag("video")
        .limit(flood_only).body<VideoSession>().open_to(signed_in)
        .conflicts("outside_join_window", "session_ended", "session_not_open").answers<OpenRoom>(201).run<open_room>(),
    get("/api/video/room/:id/status").summary("Whether a room is open, and how many are in it").tag("video")
        .limit(flood_only).no_input().open_to(owner_of("room", takes_part_in_its_session)).answers<RoomStatus>()
        .run<show_room_status>(),
    post("/api/video/token").summary("A token for a session's room").tag("video")
        .limit(flood_only).body<VideoSession>().open_to(signed_in)
        .conflicts("outside_join_window", "session_ended", "session_not_open", "video_room_not_active")
        .answers<RoomEntry>().run<join_room>(),
    post("/api/video/join").summary("Join a session's room").tag("video")
        .limit(flood_only).body<VideoSession>().open_to(signed_in)
        .conflicts("outside_join_window", "session_ended", "session_not_open", "video_room_not_active")
        .answers<RoomEntry>().run<join_room>()
    // clang-format on
);

}  // namespace isthmus::peerloop
