#include "adapters/video/plugnmeet.h"

#include "adapters/video/repeatable_call.h"
#include "base/encoding.h"
#include "base/id.h"
#include "base/strings.h"
#include "crypto/hmac.h"
#include "json/value.h"
#include "json/writer.h"

namespace isthmus {

namespace {

constexpr std::string_view provider = "plugnmeet";
/// The two, and room for who comes back on another device before the first has gone, and for a recorder.
constexpr int most_participants = 4;

std::string room_json(const RoomRequest& request) {
  JsonWriter json;
  json.begin_object().member("room_id", request.room_id).member("max_participants", most_participants);
  json.member("empty_timeout", request.empty_minutes * 60).key("metadata").begin_object();
  json.member("room_title", request.title).member("logout_url", request.leave_url);
  if (request.webhook_url) json.member("webhook_url", *request.webhook_url);
  json.key("room_features").begin_object();
  json.member("allow_webcams", true).member("mute_on_start", false).member("allow_screen_share", true);
  json.member("allow_rtmp", false).member("admin_only_webcams", false);
  json.member("allow_view_other_webcams", true).member("allow_view_other_users_list", true);
  json.member("room_duration", request.minutes).member("enable_analytics", false);
  json.member("allow_virtual_bg", true).member("allow_raise_hand", true);
  json.key("recording_features").begin_object();
  json.member("is_allow", true).member("is_allow_cloud", true).member("is_allow_local", false);
  json.member("enable_auto_cloud_recording", true).end_object();
  json.key("chat_features").begin_object().member("allow_chat", true).member("allow_file_upload", true).end_object();
  json.key("shared_note_pad_features").begin_object().member("allowed_shared_note_pad", true).end_object();
  json.key("whiteboard_features").begin_object().member("allowed_whiteboard", true).end_object();
  return std::move(json.end_object().end_object().end_object()).text();
}

std::string token_json(std::string_view room_id, const VideoParticipant& participant) {
  JsonWriter json;
  json.begin_object().member("room_id", room_id).key("user_info").begin_object();
  json.member("name", participant.name).member("user_id", participant.user_id);
  json.member("is_admin", participant.role == VideoParticipant::Role::moderator).member("is_hidden", false);
  json.key("user_metadata").begin_object();
  if (participant.picture_url) json.member("profile_pic", *participant.picture_url);
  json.member("record_webcam", true).end_object();
  return std::move(json.end_object().end_object()).text();
}

std::string one_member(std::string_view name, std::string_view value) {
  JsonWriter json;
  json.begin_object().member(name, value).end_object();
  return std::move(json).text();
}

/// Why an answer of status 200 says no. Older servers send no `status_code`, only words.
Error refusal(JsonValue answer, std::string_view path) {
  const std::string code(answer.string_at({"status_code"}).value_or(""));
  const std::string words = to_lower_ascii(answer.string_at({"msg"}).value_or(""));
  const std::string log = "plugnmeet refused " + std::string(path) + ": " +
                          (code.empty() ? std::string(std::string_view(words).substr(0, 80)) : code.substr(0, 80));
  const bool is_absent = code == "ROOM_NOT_ACTIVE" || code == "ROOM_NOT_FOUND" || code == "NOT_FOUND" ||
                         words.contains("not active") || words.contains("not found") || words.contains("not exist") ||
                         words.contains("no info found");
  if (is_absent) return video_call::no_room(log);
  if (code == "INTERNAL_SERVER_ERROR") return video_call::unavailable(log);
  return video_call::refused(log);
}

}  // namespace

Result<PlugNmeet> PlugNmeet::create(Host& host) {
  const auto key = host.settings.find("PLUGNMEET_API_KEY");
  const auto secret = host.settings.find("PLUGNMEET_API_SECRET");
  if (!key || !secret)
    return Failure(video_call::not_configured("PLUGNMEET_API_KEY or PLUGNMEET_API_SECRET is not set"));
  auto url = video_call::base_url(host.settings, "PLUGNMEET_URL");
  if (!url) return Failure(std::move(url).error());
  return PlugNmeet(host, *std::move(url), std::string(trim(*key)), std::string(trim(*secret)));
}

Task<Result<std::string>> PlugNmeet::call(std::string path, std::string json) {
  OutgoingRequest request;
  request.method = "POST";
  request.url = url_ + "/auth" + path;
  request.headers = {{"content-type", "application/json"},
                     {"api-key", key_},
                     {"hash-signature", hex_encode(crypto::hmac_sha256(secret_, json))}};
  request.body = std::move(json);
  auto answer = co_await video_call::send(host_, provider, std::move(request));
  if (answer.status == 401 || answer.status == 403)
    co_return Failure(video_call::not_configured("plugnmeet does not accept our key at " + path));
  const auto read = parse_json(answer.body);
  // What is no JSON was not written by the server but by something on the way to it.
  const auto says_yes = read ? read->member("status") : std::nullopt;
  if (answer.status != 200 || !says_yes || !says_yes->boolean())
    co_return Failure(video_call::unavailable("plugnmeet answered " + std::to_string(answer.status) +
                                              " without a status at " + path));
  if (!*says_yes->boolean()) co_return Failure(refusal(*read, path));
  co_return std::move(answer.body);
}

Task<Result<VideoRoom>> PlugNmeet::create_room(RoomRequest request) {
  const std::string body = co_await call("/room/create", room_json(request));
  const auto answer = parse_json(body);
  if (!answer || answer->string_at({"room_info", "room_id"}) != request.room_id)
    co_return Failure(video_call::unavailable("plugnmeet made a room of another name"));
  co_return VideoRoom{std::move(request.room_id), url_};
}

Task<Result<void>> PlugNmeet::end_room(std::string room_id) {
  const auto ended = co_await attempt(call("/room/endRoom", one_member("room_id", room_id)));
  if (!ended && ended.error().code != video_error::no_room) co_return Failure(ended.error());
  co_return Result<void>();
}

Task<Result<VideoToken>> PlugNmeet::join_token(std::string room_id, VideoParticipant participant) {
  const std::string body = co_await call("/room/getJoinToken", token_json(room_id, participant));
  const auto answer = parse_json(body);
  const auto token = answer ? answer->string_at({"token"}) : std::nullopt;
  if (!token || token->empty()) co_return Failure(video_call::unavailable("plugnmeet gave no token"));
  co_return VideoToken{std::string(*token), url_ + "/?access_token=" + percent_encode(*token)};
}

Task<Result<VideoRoomStatus>> PlugNmeet::room_status(std::string room_id) {
  auto body = co_await attempt(call("/room/getActiveRoomInfo", one_member("room_id", room_id)));
  if (!body && body.error().code == video_error::no_room) co_return VideoRoomStatus{};
  if (!body) co_return Failure(std::move(body).error());
  VideoRoomStatus status;
  const auto answer = parse_json(*body);
  const auto info = answer ? answer->at({"room", "room_info"}) : std::nullopt;
  if (!info) co_return Failure(video_call::unavailable("plugnmeet told nothing of an active room"));
  status.is_active = true;
  status.is_recording = info->is_true_at({"is_recording"});
  if (const auto people = answer->at({"room", "participants_info"}); people && !people->is_null())
    people->for_each_element([&](JsonValue participant) {
      if (!is_machine(participant.string_at({"identity"}).value_or(""))) ++status.participants;
    });
  co_return status;
}

Task<Result<std::string>> PlugNmeet::recording_url(std::string record_id) {
  const std::string body = co_await call("/recording/getDownloadToken", one_member("record_id", record_id));
  const auto answer = parse_json(body);
  const auto token = answer ? answer->string_at({"token"}) : std::nullopt;
  if (!token || token->empty()) co_return Failure(video_call::unavailable("plugnmeet gave no download token"));
  co_return url_ + "/download/recording/" + percent_encode(*token);
}

bool PlugNmeet::is_machine(std::string_view identity) { return !is_uuid(identity); }

}  // namespace isthmus
