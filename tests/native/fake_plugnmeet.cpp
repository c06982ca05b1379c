#include "native/fake_plugnmeet.h"

#include <algorithm>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"
#include "crypto/jws.h"

namespace isthmus::native {

namespace {

IncomingAnswer answer_of(const Json& body, int status = 200) {
  return {status, {{"content-type", "application/json"}}, body.dump()};
}

IncomingAnswer refusal(std::string_view code, std::string_view message) {
  return answer_of({{"status", false}, {"msg", message}, {"status_code", code}});
}

std::string header_of(const OutgoingRequest& request, std::string_view name) {
  for (const auto& [header, value] : request.headers)
    if (header == name) return value;
  return {};
}

}  // namespace

FakePlugNmeet::FakePlugNmeet(World& world) : world_(world) {
  world.settings.values["PLUGNMEET_URL"] = url;
  world.settings.values["PLUGNMEET_API_KEY"] = key;
  world.settings.values["PLUGNMEET_API_SECRET"] = secret;
  world.http.respond = [this, others = world.http.respond](const OutgoingRequest& request) -> Result<IncomingAnswer> {
    if (request.url.starts_with(url)) return instead ? instead(request) : respond(request);
    if (others) return others(request);
    return IncomingAnswer{503, {}, "nobody"};
  };
  world.bucket.source = [this](const PartSource& source) { return serve(source); };
}

std::int64_t FakePlugNmeet::calls(std::string_view operation) const {
  return std::ranges::count_if(world_.http.sent, [&](const OutgoingRequest& request) {
    return request.url == std::string(url) + "/auth" + std::string(operation);
  });
}

IncomingAnswer FakePlugNmeet::respond(const OutgoingRequest& request) {
  if (header_of(request, "api-key") != key ||
      header_of(request, "hash-signature") != hex_encode(crypto::hmac_sha256(secret, request.body)))
    return answer_of({{"status", false}, {"msg", "no"}, {"status_code", "INVALID_TOKEN_OR_SIGNATURE"}}, 401);
  const std::string operation = request.url.substr(url.size() + std::string_view("/auth").size());
  const Json params = Json::parse(request.body);
  if (operation == "/recording/getDownloadToken") {
    const auto record = params["record_id"].get<std::string>();
    if (!recordings.contains(record)) return refusal("NOT_FOUND", "no info found");
    return answer_of({{"status", true}, {"msg", "success"}, {"token", "download-" + record}});
  }
  const auto id = params["room_id"].get<std::string>();
  if (operation == "/room/create") {
    if (!rooms.contains(id)) {
      rooms[id] = {"RM_" + std::to_string(++rooms_made), params, {}};
    }
    return answer_of({{"status", true}, {"room_info", {{"room_id", id}, {"sid", rooms[id].sid}}}});
  }
  const auto room = rooms.find(id);
  if (room == rooms.end()) return refusal("ROOM_NOT_ACTIVE", "room is not active");
  if (operation == "/room/getJoinToken")
    return answer_of({{"status", true}, {"token", "token-" + params["user_info"]["user_id"].get<std::string>()}});
  if (operation == "/room/endRoom") {
    events_of_calls.push_back(event("room_finished", id, room->second.sid));
    rooms.erase(room);
    return answer_of({{"status", true}, {"msg", "success"}});
  }
  Json people = Json::array();
  for (const std::string& identity : room->second.identities) people.push_back({{"identity", identity}});
  return answer_of(
      {{"status", true},
       {"room", {{"room_info", {{"room_id", id}, {"is_recording", true}}}, {"participants_info", people}}}});
}

std::string FakePlugNmeet::bytes_of(std::uint64_t from, std::uint64_t length) {
  // A prime period: no two parts of a recording begin at the same place of it.
  static const std::string pattern = [] {
    std::string made(65521, '\0');
    for (std::uint32_t i = 0; i < made.size(); ++i) made[i] = static_cast<char>(i * 2654435761U >> 13);
    return made;
  }();
  std::string bytes;
  bytes.reserve(length);
  while (bytes.size() < length) {
    const std::size_t at = (from + bytes.size()) % pattern.size();
    bytes.append(pattern, at, length - bytes.size());
  }
  return bytes;
}

BucketContents::SourceAnswer FakePlugNmeet::serve(const PartSource& source) {
  parts_asked.push_back(source);
  constexpr std::string_view path = "https://video.test/download/recording/download-";
  const auto found = source.url.starts_with(path) ? recordings.find(source.url.substr(path.size())) : recordings.end();
  if (found == recordings.end()) return {};
  const Recording& recording = found->second;
  if (!recording.knows_ranges) {
    const bool fits = source.offset == 0 && recording.bytes <= source.most;
    return {200, recording.bytes, recording.validator, fits ? bytes_of(0, recording.bytes) : std::string()};
  }
  if (source.offset >= recording.bytes) return {416, recording.bytes, recording.validator, {}};
  return {206, recording.bytes, recording.validator,
          bytes_of(source.offset, std::min(source.most, recording.bytes - source.offset))};
}

Json FakePlugNmeet::event(std::string_view type, std::string_view room_id, std::string_view room_sid, Json more) {
  more["event"] = type;
  more["room"] = {{"sid", room_sid}, {"room_id", room_id}, {"creation_time", std::to_string(world_.now().seconds())}};
  more["id"] = "ev-" + std::to_string(++last_id_);
  more["created_at"] = std::to_string(world_.now().seconds());
  return more;
}

Json FakePlugNmeet::participant_event(std::string_view type, std::string_view room_id, std::string_view room_sid,
                                      std::string_view participant_sid, std::string_view identity) {
  return event(type, room_id, room_sid,
               {{"participant", {{"sid", participant_sid}, {"identity", identity}, {"name", "somebody"}}}});
}

Outgoing FakePlugNmeet::delivery(const Json& event) const { return delivery_of_text(event.dump()); }

Outgoing FakePlugNmeet::delivery_of_text(const std::string& body, std::string_view with_secret) const {
  const std::int64_t now = world_.now().seconds();
  const Json claims{{"iss", key}, {"nbf", now}, {"exp", now + 300}, {"sha256", base64_encode(crypto::sha256(body))}};
  const std::string token =
      crypto::sign_jws(crypto::HmacSha256(with_secret), R"({"alg":"HS256","typ":"JWT"})", claims.dump());
  return {"POST",
          "/api/webhooks/plugnmeet",
          {{"content-type", "application/webhook+json"}, {"authorization", token}, {"hash-token", token}},
          body};
}

}  // namespace isthmus::native
