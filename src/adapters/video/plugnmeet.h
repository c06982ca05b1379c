#pragma once

#include "adapters/video/video_provider.h"

namespace isthmus {

/// plugNmeet (https://www.plugnmeet.org/docs/api/intro). Settings:
///
///   PLUGNMEET_URL           "https://video.example.org": of the API, of the rooms and of the recordings
///   PLUGNMEET_API_KEY, PLUGNMEET_API_SECRET
class PlugNmeet final : public VideoProvider {
 public:
  static Result<PlugNmeet> create(Host& host);

  Task<Result<VideoRoom>> create_room(RoomRequest request) override;
  Task<Result<void>> end_room(std::string room_id) override;
  Task<Result<VideoToken>> join_token(std::string room_id, VideoParticipant participant) override;
  Task<Result<VideoRoomStatus>> room_status(std::string room_id) override;
  Task<Result<std::string>> recording_url(std::string record_id) override;

  /// Whether a participant's identity is that of a machine: a recorder, an agent, an ingress. Our people's are UUIDs.
  static bool is_machine(std::string_view identity);

 private:
  PlugNmeet(Host& host, std::string url, std::string key, std::string secret)
      : host_(host), url_(std::move(url)), key_(std::move(key)), secret_(std::move(secret)) {}

  /// Gives the JSON of an answer that says yes.
  Task<Result<std::string>> call(std::string path, std::string json);

  Host& host_;
  std::string url_;
  std::string key_;
  std::string secret_;
};

}  // namespace isthmus
