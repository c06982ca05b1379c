#pragma once

#include <optional>
#include <string>

#include "http/app.h"
#include "jobs/outbox.h"
#include "peerloop/webhooks/events.h"

/// Recordings: from the provider into the bucket, part by part, and from there to the two people of the session.
///
///   event ──► row, outbox ──► upload opened ──► parts, some a run of cron ──► object, both are told
///
/// No byte of a recording enters this program. What is known of an upload stands in the database, so that whoever comes
/// next goes on behind the last part, in whichever isolate.
namespace isthmus::peerloop {

/// The bytes of a part. An upload has at most 10,000 parts: a recording can be as large as 312 GB.
inline constexpr std::uint64_t recording_part = std::uint64_t{32} << 20;

/// Has the effect of the news that a recording can be fetched. Ignored where its room is none of ours.
Task<Result<WebhookOutcome>> take_recording(Host& host, WebhookEvent event, std::string room_id, std::string record_id,
                                            std::string content_type);

/// Opens an upload for a recording that waits.
Task<Result<Delivery>> deliver_recording(Host& host, const OutboxItem& item);
inline constexpr OutboxHandler recording_outbox_handler{"recording.copy", deliver_recording};

/// For cron: moves parts of the recordings that are under way, for less than a minute.
Task<Result<void>> copy_recordings(Host& host);

struct RecordingQuery {
  std::optional<std::string> recordingId;
};
constexpr auto schema(RecordingQuery*) {
  return object("RecordingQuery", field("recordingId", &RecordingQuery::recordingId, uuid,
                                        described("One of several; without it the newest.")));
}
Task<Result<Response>> get_recording(Request& request, RecordingQuery query);

}  // namespace isthmus::peerloop
