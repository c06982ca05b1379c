#include "peerloop/webhooks/plugnmeet_event.h"

#include "base/strings.h"
#include "json/value.h"

namespace isthmus::peerloop {

namespace {

constexpr std::size_t longest_id = 128;

std::string text_at(JsonValue json, std::string_view object, std::string_view name, std::string_view or_name = {}) {
  const auto found = json.string_at({object, name});
  if (found || or_name.empty()) return std::string(found.value_or(""));
  return std::string(json.string_at({object, or_name}).value_or(""));
}

/// A moment in whole seconds, as a text or as a number; nothing where it is none of this century.
std::optional<Timestamp> seconds_of(std::optional<JsonValue> value) {
  if (!value) return std::nullopt;
  const auto seconds = value->string() ? to_integer(*value->string()) : value->integer();
  if (!seconds || *seconds < 1'000'000'000 || *seconds > 9'999'999'999) return std::nullopt;
  return Timestamp{*seconds * second};
}

std::optional<Timestamp> created_at(JsonValue json) {
  const auto member = json.member("created_at");
  return seconds_of(member ? member : json.member("createdAt"));
}

RecordingReady read_recording(JsonValue json) {
  const std::string path = text_at(json, "recording_info", "file_path", "filePath");
  return {text_at(json, "recording_info", "record_id", "recordId"),
          path.ends_with(".webm") ? "video/webm" : "video/mp4"};
}

std::optional<ParticipantNews> read_participant(JsonValue json, std::string_view room_sid, bool has_left,
                                                Timestamp at) {
  ParticipantNews news{
      text_at(json, "participant", "sid"), std::string(room_sid), text_at(json, "participant", "identity"), {}, {}};
  if (news.participant_sid.empty() || news.participant_sid.size() > longest_id) return std::nullopt;
  const auto joined = json.at({"participant", "joined_at"});
  news.joined_at = seconds_of(joined ? joined : json.at({"participant", "joinedAt"}));
  if (has_left)
    news.left_at = at;
  else if (!news.joined_at)
    news.joined_at = at;
  return news;
}

}  // namespace

Result<PlugNmeetEvent> read_plugnmeet_event(std::string body, Timestamp now) {
  const auto json = parse_json(body);
  if (!json) return Failure(json.error());
  PlugNmeetEvent read;
  read.event.provider = "plugnmeet";
  read.event.id = std::string(json->string_at({"id"}).value_or(""));
  read.event.type = std::string(json->string_at({"event"}).value_or(""));
  if (read.event.id.empty() || read.event.type.empty()) return Failure(bad_request("This is no event of plugNmeet."));
  read.event.created_at = created_at(*json);
  const Timestamp at = read.event.created_at.value_or(now);
  read.room_id = text_at(*json, "room", "room_id", "roomId");
  if (read.room_id.empty()) read.room_id = text_at(*json, "room", "name");
  const std::string room_sid = text_at(*json, "room", "sid");
  const bool has_room = !room_sid.empty() && room_sid.size() <= longest_id;

  const std::string_view type = read.event.type;
  if (type == "recording_proceeded") {
    RecordingReady recording = read_recording(*json);
    if (!recording.record_id.empty() && recording.record_id.size() <= longest_id) read.news = std::move(recording);
  } else if (type == "room_finished" && has_room) {
    read.news = RoomNews(RoomEnd{room_sid, at});
  } else if ((type == "participant_joined" || type == "participant_left") && has_room) {
    if (auto news = read_participant(*json, room_sid, type == "participant_left", at))
      read.news = RoomNews(*std::move(news));
  }
  read.event.body = std::move(body);
  return read;
}

}  // namespace isthmus::peerloop
