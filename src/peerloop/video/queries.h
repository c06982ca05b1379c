#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "peerloop/video/attendance.h"
#include "ports/bucket.h"
#include "ports/database.h"

/// The SQL of rooms, attendance and recordings.
namespace isthmus::peerloop::video_queries {

/// A session as somebody sees it who stands at its door.
struct Door {
  std::string session_id;
  std::string status;
  Timestamp starts_at;
  Timestamp ends_at;
  std::optional<std::string> room_provider;
  bool is_teacher = false;
  std::string user_name;
  bool has_picture = false;
  std::string course_title;
};

/// Notes that the session's room is (about to be) open, where it may be and is not yet; then the `Door`, or no row for
/// who does not take part. Written before the provider is asked, so that news of the room always finds its session.
std::vector<Statement> open_door(std::string_view session_id, std::string_view user_id, std::string_view provider,
                                 Timestamp now);
/// The `Door` without opening it.
Statement door(std::string_view session_id, std::string_view user_id);
/// One row where the room is that of a session in which the user takes part.
Statement takes_part_in_room(std::string_view room_id, std::string_view user_id);
/// Who runs a room; no row where it is none of ours.
Statement provider_of_room(std::string_view room_id);

/// What is known of a session when there is news of its room. All that decides anything is here, so that a guard can
/// ask whether it is still so.
struct SessionFacts {
  std::string id;
  std::string status;
  std::optional<std::string> no_show_by;
  Timestamp starts_at;
  Timestamp ends_at;
  std::string student_id;
  std::string teacher_id;
  std::string student_name;
  std::string teacher_name;
  std::string course_title;
  std::int64_t stays = 0;
  std::int64_t early_stays = 0;  ///< that were over by the start
  std::int64_t ended_rooms = 0;
};

/// One `SessionFacts` or none, `StayRow`s, `EndedRoom`s.
std::vector<Statement> read_room(std::string_view provider, std::string_view room_id);
std::vector<Statement> read_session(std::string_view session_id);

struct StayRow {
  std::string participant_sid;
  std::string room_sid;
  std::string user_id;
  std::optional<Timestamp> joined_at;
  std::optional<Timestamp> left_at;
  std::string left_how;  ///< "" where it is open
};
struct EndedRoom {
  std::string room_sid;
  Timestamp ended_at;
};

/// Guards that nothing of the facts has changed since they were read.
std::vector<Statement> guard_facts(const SessionFacts& facts);

struct ParticipantNews {
  std::string participant_sid;
  std::string room_sid;
  std::string user_id;
  std::optional<Timestamp> joined_at;
  std::optional<Timestamp> left_at;  ///< of who left
};
std::vector<Statement> note_participant(std::string_view session_id, const ParticipantNews& news);
/// An opening of the room is over; the earliest news of it counts.
std::vector<Statement> note_room_end(std::string_view session_id, std::string_view room_sid, Timestamp at,
                                     Timestamp now);
/// Ends the stays that are open in rooms that are over.
Statement close_stays(std::string_view session_id);
/// Ends what is still open when nothing more is to be expected.
Statement assume_stays_over(std::string_view session_id, Timestamp at);
/// Sets what became of the session, with the facts that it was worked out from still standing.
std::vector<Statement> settle(const SessionFacts& facts, std::string_view status,
                              const std::optional<std::string>& no_show_by, Timestamp now);

/// Ids of sessions that are over and not settled, oldest first.
Statement overdue_sessions(Timestamp now, std::int64_t most);
/// Rooms that nobody ended: session id, provider, moment of opening.
struct StaleRoom {
  std::string session_id;
  std::string provider;
  std::string room_id;
  Timestamp created_at;
};
Statement stale_rooms(Timestamp now, std::int64_t most);
Statement note_stale_room_ended(const StaleRoom& room, Timestamp now);

struct NewRecording {
  std::string id;
  std::string provider;
  std::string record_id;  ///< the provider's
  std::string room_id;
  std::string content_type;
  Timestamp recorded_at;
};
/// Nothing where the room is none of ours, or neither of its two has an account any more. One that was given up begins
/// anew.
Statement insert_recording(const NewRecording& recording, Timestamp now);

struct WaitingRecording {
  std::string id;
  std::string session_id;
  std::string provider;
  std::string content_type;
  std::int64_t uploads = 0;
};
Statement waiting_recording(std::string_view provider, std::string_view record_id);
/// From waiting to copying. Nothing where another dispatcher was faster.
Statement begin_copy(std::string_view id, std::string_view object_key, std::string_view upload, Timestamp now);

/// A recording that somebody holds and copies.
struct Copy {
  std::string id;
  std::string session_id;
  std::string provider;
  std::string record_id;
  std::string object_key;
  std::string upload;
  std::optional<std::int64_t> size_bytes;
  std::string validator;
  std::int64_t parts_copied = 0;
  std::int64_t attempts = 0;
  std::int64_t uploads = 0;
};
/// Takes hold of the recording that waits longest: one `Copy` or none.
Statement claim_copy(std::string_view owner, Timestamp now, Timestamp locked_until);
/// Notes a part and holds on: one row, or none where somebody else holds the recording now.
std::vector<Statement> note_part(const Copy& copy, std::string_view owner, const UploadedPart& part,
                                 Timestamp locked_until);
Statement parts_of(std::string_view recording_id);
/// The object is whole. Refused with `guard:state_changed` where somebody else holds the recording.
std::vector<Statement> finish_copy(const Copy& copy, std::string_view owner, Timestamp now);
/// Lets go, to go on at `next`.
Statement release_copy(const Copy& copy, std::string_view owner, Timestamp next);
Statement note_failed_try(const Copy& copy, std::string_view owner, std::string_view error, Timestamp next);
/// Forgets the upload and its parts: `status` is waiting or failed.
std::vector<Statement> drop_upload(const Copy& copy, std::string_view owner, std::string_view status,
                                   std::string_view error, Timestamp now);
Statement audit_failed_recording(std::string_view row_id, const Copy& copy, std::string_view error, Timestamp now);

/// A recording of somebody's sessions in which the other has no account any more, either.
struct OrphanedRecording {
  std::string id;
  std::optional<std::string> object_key;
  std::optional<std::string> upload_id;
};
/// For who has none; a bounded number of them.
Statement recordings_of_nobody(std::string_view user_id, std::int64_t most);
/// Refused with `guard:state_changed` where its object became another.
std::vector<Statement> remove_recording(const OrphanedRecording& recording);

/// Who takes part in a recording's session, and its course.
struct RecordingAudience {
  std::string student_id;
  std::string teacher_id;
  std::string course_title;
};
Statement audience_of(std::string_view session_id);

struct StoredRecording {
  std::string status;
  std::optional<std::string> object_key;
};
/// A recording of the session: the one that is asked for, or the newest, one that is stored first.
Statement recording_of(std::string_view session_id, const std::optional<std::string>& recording_id);

}  // namespace isthmus::peerloop::video_queries
