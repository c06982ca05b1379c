#pragma once

#include "adapters/video/video_provider.h"

namespace isthmus {

/// BigBlueButton 2.4 and later (https://docs.bigbluebutton.org/development/api/). Settings:
///
///   BIGBLUEBUTTON_URL      "https://bbb.example.org/bigbluebutton"
///   BIGBLUEBUTTON_SECRET
///
/// A link to join names the meeting's time of creation, so it dies with the meeting. Its recordings are pages of the
/// server and no files: `recording_url` is refused.
class BigBlueButton final : public VideoProvider {
 public:
  static Result<BigBlueButton> create(Host& host);

  Task<Result<VideoRoom>> create_room(RoomRequest request) override;
  Task<Result<void>> end_room(std::string room_id) override;
  Task<Result<VideoToken>> join_token(std::string room_id, VideoParticipant participant) override;
  Task<Result<VideoRoomStatus>> room_status(std::string room_id) override;
  Task<Result<std::string>> recording_url(std::string record_id) override;

  /// "api/{call}?{query}&checksum=…": SHA-256 over call, query and secret.
  static std::string signed_path(std::string_view call, std::string query, std::string_view secret);

 private:
  BigBlueButton(Host& host, std::string url, std::string secret)
      : host_(host), url_(std::move(url)), secret_(std::move(secret)) {}

  /// Gives the XML of an answer that says SUCCESS.
  Task<Result<std::string>> call(std::string_view name, std::string query);
  std::string password(std::string_view role, std::string_view room_id) const;

  Host& host_;
  std::string url_;
  std::string secret_;
};

}  // namespace isthmus
