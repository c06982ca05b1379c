#include "peerloop/video/forget.h"

#include "json/value.h"
#include "json/writer.h"
#include "peerloop/privacy/privacy.h"
#include "peerloop/video/queries.h"

namespace isthmus::peerloop {

namespace {

/// A batch holds a few statements for each recording; what is more waits for the next delivery.
constexpr std::int64_t most_recordings = 10;
/// By then nobody copies any more who held the recording when it was removed.
constexpr Millis copy_ends_within = 10 * minute;

}  // namespace

Statement forget_recordings(Host& host, std::string_view user_id) {
  const Timestamp now = host.clock.now();
  JsonWriter payload;
  payload.begin_object().member("userId", user_id).end_object();
  return enqueue(host, recordings_forgetting_handler.kind, "recordings.forget:" + host.random.uuid(now),
                 std::move(payload).text(), now);
}

/// A recording whose copy moves on meanwhile refuses the batch, and the row is tried again.
Task<Result<Delivery>> deliver_forgetting_of_recordings(Host& host, const OutboxItem& item) {
  std::string user_id;
  {
    const auto payload = co_await parse_json(item.payload);
    user_id = payload.string_at({"userId"}).value_or("");
  }
  const Timestamp now = host.clock.now();
  const auto recordings = co_await host.database.all<video_queries::OrphanedRecording>(
      video_queries::recordings_of_nobody(user_id, most_recordings + 1));
  Delivery delivery;
  for (std::size_t i = 0; i < recordings.size() && i < most_recordings; ++i) {
    const video_queries::OrphanedRecording& recording = recordings[i];
    append(delivery.statements, video_queries::remove_recording(recording));
    if (!recording.object_key) continue;
    // Once more when none can be on its way any more.
    for (const Timestamp moment : {now, now + copy_ends_within})
      delivery.statements.push_back(enqueue_object_removal(host, *recording.object_key, moment));
    // What this leaves of it in the bucket goes by itself after a week.
    if (recording.upload_id) co_await attempt(host.bucket.abort_upload(*recording.object_key, *recording.upload_id));
  }
  if (recordings.size() > most_recordings) delivery.statements.push_back(forget_recordings(host, user_id));
  co_return delivery;
}

}  // namespace isthmus::peerloop
