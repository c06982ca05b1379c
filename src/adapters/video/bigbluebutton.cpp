#include "adapters/video/bigbluebutton.h"

#include "adapters/video/flat_xml.h"
#include "adapters/video/repeatable_call.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"

namespace isthmus {

namespace {

constexpr std::string_view provider = "bigbluebutton";

class Query {
 public:
  Query& add(std::string_view name, std::string_view value) {
    if (!text_.empty()) text_ += '&';
    text_ += name;
    text_ += '=';
    text_ += percent_encode(value);
    return *this;
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

Result<BigBlueButton> BigBlueButton::create(Host& host) {
  const auto secret = host.settings.find("BIGBLUEBUTTON_SECRET");
  if (!secret) return Failure(video_call::not_configured("BIGBLUEBUTTON_SECRET is not set"));
  auto url = video_call::base_url(host.settings, "BIGBLUEBUTTON_URL");
  if (!url) return Failure(std::move(url).error());
  return BigBlueButton(host, *std::move(url), std::string(trim(*secret)));
}

std::string BigBlueButton::signed_path(std::string_view call, std::string query, std::string_view secret) {
  std::string signed_text(call);
  signed_text += query;
  signed_text += secret;
  std::string path = "api/" + std::string(call) + '?' + std::move(query);
  if (!path.ends_with('?')) path += '&';
  return path + "checksum=" + hex_encode(crypto::sha256(signed_text));
}

/// Whoever makes a meeting of the same id with other passwords is refused; these are the same at each try.
std::string BigBlueButton::password(std::string_view role, std::string_view room_id) const {
  return hex_encode(crypto::hmac_sha256(secret_, std::string(role) + ':' + std::string(room_id))).substr(0, 32);
}

Task<Result<std::string>> BigBlueButton::call(std::string_view name, std::string query) {
  OutgoingRequest request;
  request.url = url_ + '/' + signed_path(name, std::move(query), secret_);
  const std::string path = "bigbluebutton's " + std::string(name);
  auto answer = co_await video_call::send(host_, provider, std::move(request));
  const auto code = child_text(answer.body, "returncode");
  if (answer.status != 200 || !code)
    co_return Failure(video_call::unavailable(path + " answered " + std::to_string(answer.status) + " without a code"));
  if (*code == "SUCCESS") co_return std::move(answer.body);
  const std::string key = child_text(answer.body, "messageKey").value_or("").substr(0, 80);
  if (key == "notFound" || key == "invalidMeetingIdentifier") co_return Failure(video_call::no_room(path + ": " + key));
  if (key == "checksumError") co_return Failure(video_call::not_configured(path + " does not accept our secret"));
  co_return Failure(video_call::refused(path + " was refused: " + key));
}

Task<Result<VideoRoom>> BigBlueButton::create_room(RoomRequest request) {
  // Its recordings are pages of that server, to which nobody would find: what nobody can watch is not recorded.
  Query query;
  query.add("allowStartStopRecording", "false")
      .add("attendeePW", password("attendee", request.room_id))
      .add("autoStartRecording", "false")
      .add("duration", std::to_string(request.minutes))
      .add("logoutURL", request.leave_url)
      .add("meetingExpireWhenLastUserLeftInMinutes", std::to_string(request.empty_minutes))
      .add("meetingID", request.room_id);
  if (request.webhook_url) query.add("meta_analytics-callback-url", *request.webhook_url);
  query.add("moderatorPW", password("moderator", request.room_id)).add("name", request.title).add("record", "false");
  const std::string body = co_await call("create", std::move(query).text());
  if (child_text(body, "meetingID") != request.room_id)
    co_return Failure(video_call::unavailable("bigbluebutton made a meeting of another name"));
  co_return VideoRoom{std::move(request.room_id), url_};
}

Task<Result<void>> BigBlueButton::end_room(std::string room_id) {
  Query query;
  query.add("meetingID", room_id).add("password", password("moderator", room_id));
  const auto ended = co_await attempt(call("end", std::move(query).text()));
  if (!ended && ended.error().code != video_error::no_room) co_return Failure(ended.error());
  co_return Result<void>();
}

Task<Result<VideoToken>> BigBlueButton::join_token(std::string room_id, VideoParticipant participant) {
  Query meeting;
  meeting.add("meetingID", room_id);
  const std::string body = co_await call("getMeetingInfo", std::move(meeting).text());
  const auto created = child_text(body, "createTime");
  if (!created || !to_integer(*created))
    co_return Failure(video_call::unavailable("bigbluebutton told no time of creation"));
  Query query;
  if (participant.picture_url) query.add("avatarURL", *participant.picture_url);
  query.add("createTime", *created)
      .add("fullName", participant.name)
      .add("meetingID", room_id)
      .add("role", participant.role == VideoParticipant::Role::moderator ? "MODERATOR" : "VIEWER")
      .add("userID", participant.user_id);
  const std::string path = signed_path("join", std::move(query).text(), secret_);
  co_return VideoToken{path.substr(path.rfind('=') + 1), url_ + '/' + path};
}

Task<Result<VideoRoomStatus>> BigBlueButton::room_status(std::string room_id) {
  Query query;
  query.add("meetingID", room_id);
  auto body = co_await attempt(call("getMeetingInfo", std::move(query).text()));
  if (!body && body.error().code == video_error::no_room) co_return VideoRoomStatus{};
  if (!body) co_return Failure(std::move(body).error());
  VideoRoomStatus status;
  status.is_active = child_text(*body, "hasBeenForciblyEnded") != "true";
  status.participants = to_integer(child_text(*body, "participantCount").value_or("")).value_or(0);
  status.is_recording = status.participants > 0 && child_text(*body, "recording") == "true";
  co_return status;
}

Task<Result<std::string>> BigBlueButton::recording_url(std::string) {
  co_return Failure(video_call::refused("bigbluebutton's recordings are no files"));
}

}  // namespace isthmus
