#include "peerloop/video/recordings.h"

#include <algorithm>

#include "adapters/video/video_provider.h"
#include "base/strings.h"
#include "http/stored_object.h"
#include "peerloop/notifications/notify.h"
#include "peerloop/video/queries.h"

namespace isthmus::peerloop {

namespace {

using video_queries::Copy;

/// What one run of cron may move. Streams cost hardly any CPU time, so that the wall clock is what ends a run; the next
/// one begins a minute later.
constexpr Millis longest_run = 45 * second;
constexpr int parts_a_run = 32;
/// Then the recording that waits longest has its turn.
constexpr int parts_a_turn = 8;
/// A part that takes longer is tried again: 32 MiB in two minutes is 2 Mbit/s.
constexpr Millis part_timeout = 2 * minute;
/// Longer than anybody holds a recording without a sign: one part and what is around it.
constexpr Millis hold = 5 * minute;
/// Tries of one upload that fail in a row; uploads of one recording.
constexpr std::int64_t most_attempts = 12;
constexpr std::int64_t most_uploads = 5;
constexpr Millis longest_pause = hour;

Statement enqueue_copy(Host& host, std::string_view provider, std::string_view record_id, std::string_view cause) {
  JsonWriter json;
  json.begin_object().member("provider", provider).member("recordId", record_id).end_object();
  return enqueue(host, recording_outbox_handler.kind,
                 "recording:" + std::string(record_id).substr(0, 128) + ':' + std::string(cause).substr(0, 100),
                 std::move(json).text(), host.clock.now());
}

Result<std::unique_ptr<VideoProvider>> provider_named(Host& host, std::string_view name) {
  const auto kind = value_named<VideoProviderKind>(name);
  if (!kind) return Failure(bad_request("The recording names no provider.", "unknown_provider"));
  return video_provider(host, *kind);
}

/// What the part behind those that are there must be, and what it was.
struct NextPart {
  std::uint32_t number = 0;
  std::uint64_t offset = 0;
  std::uint64_t most = recording_part;
};
NextPart next_part(const Copy& copy) {
  NextPart part;
  part.number = static_cast<std::uint32_t>(copy.parts_copied) + 1;
  part.offset = static_cast<std::uint64_t>(copy.parts_copied) * recording_part;
  if (copy.size_bytes) part.most = std::min(part.most, static_cast<std::uint64_t>(*copy.size_bytes) - part.offset);
  return part;
}

bool is_whole(const Copy& copy) {
  return copy.size_bytes &&
         static_cast<std::uint64_t>(copy.parts_copied) * recording_part >= static_cast<std::uint64_t>(*copy.size_bytes);
}

/// Why an upload can not go on. `again`: with a new one it can.
struct Broken {
  enum class Way { retry, again, never } way;
  std::string why;
};

std::optional<Broken> problem_of(const Copy& copy, const NextPart& asked, const CopiedPart& got) {
  using enum Broken::Way;
  if (got.status == 0) return Broken{again, "the upload is not known any more"};
  const bool is_other_file = copy.size_bytes && !got.validator.empty() && got.validator != copy.validator;
  if (got.status == 416 || is_other_file) return Broken{again, "the source is another file now"};
  if (got.status == 200 && got.etag.empty()) return Broken{never, "the provider does not answer with ranges"};
  if (got.etag.empty()) return Broken{retry, "the source answered " + std::to_string(got.status)};
  if (copy.size_bytes && std::cmp_not_equal(got.size, *copy.size_bytes))
    return Broken{again, "the source has another size now"};
  const std::uint64_t wanted = std::min(asked.most, got.size - asked.offset);
  if (got.length != wanted) return Broken{retry, "the source sent another range"};
  if (got.size > recording_part * most_parts) return Broken{never, "the recording is too large"};
  return std::nullopt;
}

/// The functions below work on what their caller holds, who awaits each at once.
Task<Result<void>> give_up_upload(Host& host, const Copy& copy, const std::string& owner, const Broken& broken) {
  const Timestamp now = host.clock.now();
  const bool is_over = broken.way == Broken::Way::never || copy.uploads >= most_uploads;
  std::vector<Statement> batch =
      video_queries::drop_upload(copy, owner, is_over ? "failed" : "waiting", broken.why, now);
  if (is_over)
    batch.push_back(video_queries::audit_failed_recording(host.random.uuid(now), copy, broken.why, now));
  else
    batch.push_back(enqueue_copy(host, copy.provider, copy.record_id, "upload " + std::to_string(copy.uploads + 1)));
  LogLine(host, is_over ? Log::Level::error : Log::Level::warning, "an upload of a recording was given up")
      .with("recordingId", copy.id)
      .with("cause", broken.why);
  co_await host.database.batch(std::move(batch), OnLostAnswer::fail);
  // What is left of it in the bucket goes by itself after a week.
  co_await attempt(host.bucket.abort_upload(copy.object_key, copy.upload));
  co_return Result<void>();
}

Task<Result<void>> note_failure(Host& host, const Copy& copy, const std::string& owner, Broken broken) {
  if (broken.way == Broken::Way::retry && copy.attempts + 1 >= most_attempts) broken.way = Broken::Way::again;
  if (broken.way != Broken::Way::retry) {
    co_await give_up_upload(host, copy, owner, broken);
    co_return Result<void>();
  }
  const Millis pause = std::min((20 * second) << std::min<std::int64_t>(copy.attempts, 10), longest_pause);
  LogLine(host, Log::Level::warning, "a part of a recording was not copied")
      .with("recordingId", copy.id)
      .with("part", copy.parts_copied + 1)
      .with("cause", broken.why);
  co_await host.database.write(video_queries::note_failed_try(copy, owner, broken.why, host.clock.now() + pause));
  co_return Result<void>();
}

/// Moves parts until the recording is whole, its turn or the run is over, or something goes wrong.
Task<Result<std::optional<Broken>>> move_parts(Host& host, Copy& copy, const std::string& owner, Timestamp until) {
  using enum Broken::Way;
  const auto provider = provider_named(host, copy.provider);
  if (!provider) co_return Broken{retry, provider.error().log.value};
  const auto url = co_await attempt((*provider)->recording_url(copy.record_id));
  if (!url) co_return Broken{retry, url.error().log.value};
  for (int moved = 0; moved < parts_a_turn && host.clock.now() < until && !is_whole(copy); ++moved) {
    const NextPart asked = next_part(copy);
    const auto got = co_await attempt(host.bucket.copy_part(copy.object_key, copy.upload, asked.number,
                                                            {*url, asked.offset, asked.most, part_timeout}));
    if (!got) co_return Broken{retry, got.error().log.value};
    if (auto broken = problem_of(copy, asked, *got)) co_return broken;
    copy.size_bytes = static_cast<std::int64_t>(got->size);
    copy.validator = got->validator.substr(0, 500);
    auto held = co_await host.database.batch(
        video_queries::note_part(copy, owner, {asked.number, got->etag}, host.clock.now() + hold), OnLostAnswer::retry);
    // Somebody else holds it, who waited longer than we had any right to.
    if (held[1].empty()) co_return std::optional<Broken>();
    copy.parts_copied = asked.number;
    copy.attempts = 0;
  }
  co_return std::optional<Broken>();
}

/// Makes the object of its parts.
Task<Result<std::optional<Broken>>> join_parts(Host& host, const Copy& copy) {
  using enum Broken::Way;
  struct Part {
    std::int64_t number;
    std::string etag;
  };
  std::vector<UploadedPart> parts;
  for (auto& [number, etag] : co_await host.database.all<Part>(video_queries::parts_of(copy.id)))
    parts.push_back({static_cast<std::uint32_t>(number), std::move(etag)});
  const auto object = co_await attempt(host.bucket.finish_upload(copy.object_key, copy.upload, std::move(parts)));
  if (object && *object) co_return std::optional<Broken>();
  // Finished by a try whose answer was lost: then the object is there, and whole.
  ReadConditions only_head;
  only_head.if_none_match = "*";
  const auto there = co_await attempt(host.bucket.open(copy.object_key, std::move(only_head)));
  if (there && *there && std::cmp_equal((*there)->size, *copy.size_bytes)) co_return std::optional<Broken>();
  if (!object) co_return Broken{retry, object.error().log.value};
  // Whether it is there is not known: a new upload would leave it behind.
  if (!there) co_return Broken{retry, there.error().log.value};
  co_return Broken{again, "the bucket does not know the upload or its parts"};
}

/// The recording can be watched: both are told.
Task<Result<void>> finish(Host& host, const Copy& copy, const std::string& owner) {
  const auto audience =
      co_await host.database.first<video_queries::RecordingAudience>(video_queries::audience_of(copy.session_id));
  std::vector<Statement> batch = video_queries::finish_copy(copy, owner, host.clock.now());
  for (const std::string& person : {audience->student_id, audience->teacher_id}) {
    JsonWriter data;
    data.begin_object().member("sessionId", copy.session_id).member("recordingId", copy.id);
    data.member("courseTitle", audience->course_title).end_object();
    batch.push_back(notify(host, Notice::recording_ready, person, "recording:" + copy.id, std::move(data).text()));
  }
  co_await host.database.batch(std::move(batch), OnLostAnswer::retry);
  co_return Result<void>();
}

Task<Result<void>> take_turn(Host& host, Copy copy, std::string owner, Timestamp until) {
  std::optional<Broken> broken;
  if (!is_whole(copy)) broken = co_await move_parts(host, copy, owner, until);
  if (!broken && is_whole(copy)) broken = co_await join_parts(host, copy);
  if (broken)
    co_await note_failure(host, copy, owner, *std::move(broken));
  else if (is_whole(copy))
    co_await finish(host, copy, owner);
  else
    co_await host.database.write(video_queries::release_copy(copy, owner, host.clock.now()));
  co_return Result<void>();
}

}  // namespace

Task<Result<WebhookOutcome>> take_recording(Host& host, WebhookEvent event, std::string room_id, std::string record_id,
                                            std::string content_type) {
  const auto room = co_await host.database.read(video_queries::provider_of_room(room_id));
  if (room.empty()) co_return co_await record_ignored_event(host, std::move(event));
  const Timestamp now = host.clock.now();
  std::vector<Statement> effect;
  effect.push_back(
      video_queries::insert_recording({host.random.uuid(now), std::string(event.provider), record_id,
                                       std::move(room_id), std::move(content_type), event.created_at.value_or(now)},
                                      now));
  effect.push_back(ignored_unless_changed(event));
  effect.push_back(enqueue_copy(host, event.provider, record_id, event.id));
  co_return co_await record_event(host, std::move(event), std::move(effect));
}

Task<Result<Delivery>> deliver_recording(Host& host, const OutboxItem& item) {
  std::string provider_name, record_id;
  if (const auto payload = parse_json(item.payload)) {
    provider_name = payload->string_at({"provider"}).value_or("");
    record_id = payload->string_at({"recordId"}).value_or("");
  }
  const auto waiting = co_await host.database.first<video_queries::WaitingRecording>(
      video_queries::waiting_recording(provider_name, record_id));
  // Under way already, or of a room that was none of ours.
  if (!waiting) co_return Delivery{};
  const auto provider = co_await provider_named(host, provider_name);
  // Whether it can be fetched at all is asked first; the address itself will be too old.
  auto url = co_await attempt(provider->recording_url(record_id));
  if (!url) {
    Error error = std::move(url).error();
    // The server may not have it ready, or not yet be set up: worth waiting for.
    if (error.code == video_error::refused) error.status = 422;
    co_return Failure(std::move(error));
  }
  const std::string extension = waiting->content_type == "video/webm" ? ".webm" : ".mp4";
  const std::string key = "recordings/" + waiting->session_id + '/' + waiting->id +
                          (waiting->uploads == 0 ? "" : "-" + std::to_string(waiting->uploads + 1)) + extension;
  const std::string upload = co_await host.bucket.begin_upload(key, waiting->content_type);
  co_return Delivery{waiting->id, {video_queries::begin_copy(waiting->id, key, upload, host.clock.now())}};
}

Task<Result<void>> copy_recordings(Host& host) {
  const Timestamp until = host.clock.now() + longest_run;
  for (int turns = 0; turns < parts_a_run / parts_a_turn && host.clock.now() < until; ++turns) {
    const Timestamp now = host.clock.now();
    const std::string owner = host.random.uuid(now);
    auto claimed = co_await host.database.write(video_queries::claim_copy(owner, now, now + hold));
    auto copy = co_await std::move(claimed).first<Copy>();
    if (!copy) break;
    co_await take_turn(host, *std::move(copy), owner, until);
  }
  co_return Result<void>();
}

Task<Result<Response>> get_recording(Request& request, RecordingQuery query) {
  const auto recording = co_await request.db().first<video_queries::StoredRecording>(
      video_queries::recording_of(request.param("id"), query.recordingId));
  if (!recording) co_return Failure(not_found("recording"));
  if (recording->status != "stored") {
    JsonWriter details;
    details.begin_object().member("status", recording->status).end_object();
    co_return Failure(
        conflict("This recording is not ready yet.", "recording_not_ready").with_details(std::move(details).text()));
  }
  co_return co_await serve_object(request, *recording->object_key, "private, no-cache");
}

}  // namespace isthmus::peerloop
