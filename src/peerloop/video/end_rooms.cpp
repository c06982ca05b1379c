#include "peerloop/video/end_rooms.h"

#include "adapters/video/video_provider.h"
#include "peerloop/video/queries.h"

namespace isthmus::peerloop {

namespace {

constexpr std::int64_t rooms_a_run = 40;

}  // namespace

Task<Result<void>> end_stale_rooms(Host& host, Timestamp now) {
  const auto rooms = co_await host.database.all<video_queries::StaleRoom>(video_queries::stale_rooms(now, rooms_a_run));
  if (rooms.empty()) co_return Result<void>();
  std::vector<Statement> batch;
  for (const video_queries::StaleRoom& room : rooms) {
    JsonWriter payload;
    payload.begin_object().member("provider", room.provider).member("roomId", room.room_id).end_object();
    batch.push_back(video_queries::note_stale_room_ended(room, now));
    // A room that was opened again is another one to end.
    batch.push_back(enqueue(host, room_end_outbox_handler.kind,
                            "room end:" + room.session_id + ':' + std::to_string(room.created_at.ms),
                            std::move(payload).text(), now));
  }
  co_await host.database.batch(std::move(batch), OnLostAnswer::retry);
  co_return Result<void>();
}

Task<Result<Delivery>> deliver_room_end(Host& host, const OutboxItem& item) {
  std::string room_id;
  std::optional<VideoProviderKind> kind;
  if (const auto payload = parse_json(item.payload)) {
    room_id = payload->string_at({"roomId"}).value_or("");
    kind = value_named<VideoProviderKind>(payload->string_at({"provider"}).value_or(""));
  }
  if (!kind || room_id.empty()) co_return Failure(bad_request("The row names no room.", "unknown_room"));
  const auto provider = co_await video_provider(host, *kind);
  auto ended = co_await attempt(provider->end_room(room_id));
  if (ended) co_return Delivery{};
  Error error = std::move(ended).error();
  if (error.code == video_error::refused) error.status = 422;
  co_return Failure(std::move(error));
}

}  // namespace isthmus::peerloop
