#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/task.h"
#include "base/time.h"
#include "json/schema.h"
#include "ports/host.h"

/// What a product asks of whoever runs the rooms. Every call can be made again: a room of one id is there once, and
/// ending what has ended changes nothing.
namespace isthmus {

/// How a call ends that did not succeed; the code of its error.
namespace video_error {
/// 503: no answer, or one that says "later". The same call may succeed in a while.
inline constexpr std::string_view unavailable = "video_provider_unavailable";
/// 409: there is no such room now. It may never have been made, or be over.
inline constexpr std::string_view no_room = "video_room_not_active";
/// 500: understood and refused. It will not get better by itself.
inline constexpr std::string_view refused = "video_provider_refused";
/// 500: our address or key is missing or not accepted. It gets better when someone repairs the settings.
inline constexpr std::string_view not_configured = "video_provider_not_configured";
}  // namespace video_error

/// A room for two. All of it follows from what the room is for, so that asking twice asks for the same.
struct RoomRequest {
  std::string room_id;  ///< ours: letters, digits, '-' and '_'
  std::string title;
  std::int64_t minutes = 60;               ///< the room ends by itself after so many
  std::int64_t empty_minutes = 10;         ///< and when nobody was in it for so many
  std::string leave_url;                   ///< where the browser goes afterwards
  std::optional<std::string> webhook_url;  ///< where this room's events go, besides what the server is set to
};

struct VideoRoom {
  std::string room_id;
  std::string meeting_url;  ///< of no use without a token
};

struct VideoParticipant {
  enum class Role { moderator, attendee };
  std::string user_id;  ///< comes back in the events about this person
  std::string name;
  Role role = Role::attendee;
  std::optional<std::string> picture_url;
};

/// Lets one person into one room, for as long as the provider honours it: minutes, or the life of that room.
struct VideoToken {
  std::string token;
  std::string join_url;
};

struct VideoRoomStatus {
  bool is_active = false;
  std::int64_t participants = 0;  ///< people: no recorders, no agents
  bool is_recording = false;
};

class VideoProvider {
 public:
  virtual ~VideoProvider() = default;

  /// Makes the room, or finds it where it is there already.
  virtual Task<Result<VideoRoom>> create_room(RoomRequest request) = 0;
  /// Sends everybody out and ends the room; one that is over is over.
  virtual Task<Result<void>> end_room(std::string room_id) = 0;
  /// Fails with `no_room` where the room is not there.
  virtual Task<Result<VideoToken>> join_token(std::string room_id, VideoParticipant participant) = 0;
  virtual Task<Result<VideoRoomStatus>> room_status(std::string room_id) = 0;
  /// An address on the provider's own host from which the recording can be read for some minutes, in ranges. Fails with
  /// `no_room` where there is no such recording (yet).
  virtual Task<Result<std::string>> recording_url(std::string record_id) = 0;
};

/// Who runs the rooms, by the setting `VIDEO_PROVIDER`.
enum class VideoProviderKind { plugnmeet, bigbluebutton };
constexpr auto schema(VideoProviderKind*) {
  return one_of(EnumName{"plugnmeet", VideoProviderKind::plugnmeet},
                EnumName{"bigbluebutton", VideoProviderKind::bigbluebutton});
}

/// `VIDEO_PROVIDER`: "plugnmeet", which is the default, or "bigbluebutton".
Result<VideoProviderKind> video_provider_kind(const Settings& settings);
/// Fails with `not_configured` where a setting is missing.
Result<std::unique_ptr<VideoProvider>> video_provider(Host& host, VideoProviderKind kind);

}  // namespace isthmus
