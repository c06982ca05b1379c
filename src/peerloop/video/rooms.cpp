#include "peerloop/video/rooms.h"

#include "adapters/video/video_provider.h"
#include "base/web_address.h"
#include "peerloop/return_addresses.h"
#include "peerloop/video/queries.h"

namespace isthmus::peerloop {

namespace {

using video_queries::Door;

/// How long a room is believed to be there. Only a hint, which saves a call: a room that is gone is made again.
constexpr Millis hint_life = 2 * hour;

std::string hint_key(std::string_view session_id) { return "room:" + std::string(session_id); }

std::string with_status(std::string_view status) {
  JsonWriter json;
  json.begin_object().member("status", status).end_object();
  return std::move(json).text();
}

std::string with_hours(const Door& door) {
  JsonWriter json;
  json.begin_object().member("status", door.status);
  json.member("opensAt", to_rfc3339(door.starts_at - doors_open_before)).member("closesAt", to_rfc3339(door.ends_at));
  return std::move(json.end_object()).text();
}

Result<Door> enterable(std::optional<Door> door, Timestamp now) {
  if (!door) return Failure(not_found("session"));
  // What its rooms told so far may have settled it; until its end the two may come back, and what they do then counts.
  if (door->status == "cancelled")
    return Failure(conflict("This session is not to be held any more: it is " + door->status + ".", "session_not_open")
                       .with_details(with_status(door->status)));
  if (now >= door->ends_at)
    return Failure(conflict("This session is over.", "session_ended").with_details(with_hours(*door)));
  if (now < door->starts_at - doors_open_before)
    return Failure(conflict("The room opens ten minutes before the session starts.", "outside_join_window")
                       .with_details(with_hours(*door)));
  return *std::move(door);
}

Task<Result<Door>> stand_at_door(Request& request, std::string session_id) {
  const VideoProviderKind kind = co_await video_provider_kind(request.settings());
  // Running twice is harmless: the second run finds the door open.
  auto sets = co_await request.db().batch(
      video_queries::open_door(session_id, request.user().user_id, name_of(kind), request.now()), OnLostAnswer::retry);
  co_return co_await enterable(co_await std::move(sets[1]).first<Door>(), request.now());
}

/// Whoever made the room runs it to its end, also when the setting has changed since.
Result<std::unique_ptr<VideoProvider>> provider_of(Request& request, std::string_view name) {
  const auto kind = value_named<VideoProviderKind>(name);
  if (!kind) return Failure(internal_error("a room without a provider"));
  return video_provider(request.host(), *kind);
}

/// An address of this API as others reach it, where the deployment says what that is.
std::optional<std::string> own_address(const Settings& settings, std::string_view path) {
  const std::string_view url = without_slash_at_end(settings.get("API_URL"));
  if (url.empty()) return std::nullopt;
  return std::string(url) + std::string(path);
}

RoomRequest room_for(const Door& door, const Settings& settings) {
  RoomRequest room;
  room.room_id = door.session_id;
  room.title = door.course_title;
  // The room may open early and the two may run over; then cron ends it.
  room.minutes = (door.ends_at - door.starts_at + doors_open_before + overtime) / minute;
  room.empty_minutes = patience / minute;
  room.leave_url = page_of_client(settings, "/sessions/" + door.session_id + "/complete");
  room.webhook_url = own_address(settings, "/api/webhooks/" + door.room_provider.value_or(""));
  return room;
}

VideoParticipant participant_at(const Door& door, const Request& request, const Settings& settings) {
  VideoParticipant participant;
  participant.user_id = request.user().user_id;
  participant.name = door.user_name;
  participant.role = door.is_teacher ? VideoParticipant::Role::moderator : VideoParticipant::Role::attendee;
  if (door.has_picture)
    participant.picture_url = own_address(settings, "/api/users/" + participant.user_id + "/avatar");
  return participant;
}

Task<Result<void>> remember_room(Host& host, std::string session_id) {
  co_await host.key_value.put(hint_key(session_id), "open", hint_life);
  co_return Result<void>();
}

Task<Result<RoomEntry>> enter(Request& request, std::string session_id) {
  const Door door = co_await stand_at_door(request, std::move(session_id));
  const auto provider = co_await provider_of(request, door.room_provider.value_or(""));
  const VideoParticipant participant = participant_at(door, request, request.settings());
  const auto hint = co_await attempt(request.host().key_value.get(hint_key(door.session_id)));
  if (hint && *hint) {
    auto token = co_await attempt(provider->join_token(door.session_id, participant));
    if (token) co_return RoomEntry{std::move(token->token), std::move(token->join_url)};
    if (token.error().code != video_error::no_room) co_return Failure(std::move(token).error());
  }
  co_await provider->create_room(room_for(door, request.settings()));
  auto token = co_await provider->join_token(door.session_id, participant);
  request.after(remember_room(request.host(), door.session_id));
  co_return RoomEntry{std::move(token.token), std::move(token.join_url)};
}

}  // namespace

Task<Result<Response>> join_session(Request& request) {
  co_return ok(co_await enter(request, std::string(request.param("id"))));
}

Task<Result<Response>> join_room(Request& request, VideoSession body) {
  co_return ok(co_await enter(request, std::move(body.sessionId)));
}

Task<Result<Response>> open_room(Request& request, VideoSession body) {
  const Door door = co_await stand_at_door(request, std::move(body.sessionId));
  const auto provider = co_await provider_of(request, door.room_provider.value_or(""));
  VideoRoom room = co_await provider->create_room(room_for(door, request.settings()));
  request.after(remember_room(request.host(), door.session_id));
  co_return created(OpenRoom{std::move(room.room_id), std::move(room.meeting_url), door.ends_at});
}

Task<Result<Response>> show_room_status(Request& request) {
  struct Runner {
    std::string provider;
  };
  const auto runner = co_await request.db().first<Runner>(video_queries::provider_of_room(request.param("id")));
  if (!runner) co_return Failure(not_found("room"));
  const auto provider = co_await provider_of(request, runner->provider);
  const VideoRoomStatus status = co_await provider->room_status(std::string(request.param("id")));
  co_return ok(RoomStatus{status.is_active, status.participants, status.is_recording});
}

Statement takes_part_in_its_session(const Request& request) {
  return video_queries::takes_part_in_room(request.param("id"), request.user().user_id);
}

}  // namespace isthmus::peerloop
