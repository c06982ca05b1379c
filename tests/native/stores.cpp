#include "native/stores.h"

#include <algorithm>

namespace isthmus::native {

namespace {

Fate fate_of(const Fates& fates, std::string_view port, std::string_view operation) {
  return fates ? fates({port, operation}) : Fate{};
}

/// Waits as the fate says and does `work`, or does not, or does not tell.
template <class Work>
auto carry_out(Scheduler& scheduler, Fate fate, std::string_view port, Work work) -> Task<decltype(work())> {
  co_await scheduler.wait(fate.before);
  if (fate.fault == Fate::Fault::not_done) co_return Failure(unavailable(std::string(port) + " did not answer"));
  auto outcome = work();
  co_await scheduler.wait(fate.after);
  if (fate.fault == Fate::Fault::answer_lost) co_return Failure(unavailable(std::string(port) + " broke off"));
  co_return outcome;
}

struct Part {
  std::uint64_t offset;
  std::uint64_t length;
};

/// What a range means for an object of that size; nothing where it begins behind the end.
std::optional<Part> resolve_range(const ByteRange& range, std::uint64_t size) {
  const std::uint64_t rest = range.start < size ? size - range.start : 0;
  Part part{0, size};
  switch (range.kind) {
    case ByteRange::Kind::whole: return part;
    case ByteRange::Kind::from_to: part = {range.start, std::min(range.length, rest)}; break;
    case ByteRange::Kind::from: part = {range.start, rest}; break;
    case ByteRange::Kind::last:
      part.length = std::min(range.length, size);
      part.offset = size - part.length;
      break;
  }
  if (part.length == 0) return std::nullopt;
  return part;
}

}  // namespace

Task<Result<std::optional<std::string>>> MemoryKeyValue::get(std::string key) {
  return carry_out(scheduler_, fate_of(fates_, "key_value", "get"), "key_value",
                   [this, key = std::move(key)] -> Result<std::optional<std::string>> {
                     const auto found = entries.find(key);
                     if (found == entries.end() || found->second.expires <= scheduler_.now())
                       return std::optional<std::string>();
                     return found->second.value;
                   });
}

Task<Result<void>> MemoryKeyValue::put(std::string key, std::string value, Millis life) {
  return carry_out(scheduler_, fate_of(fates_, "key_value", "put"), "key_value",
                   [this, key = std::move(key), value = std::move(value), life] -> Result<void> {
                     entries[key] = {value, scheduler_.now() + std::max(life, shortest_life)};
                     return {};
                   });
}

Task<Result<void>> MemoryKeyValue::remove(std::string key) {
  return carry_out(scheduler_, fate_of(fates_, "key_value", "remove"), "key_value",
                   [this, key = std::move(key)] -> Result<void> {
                     entries.erase(key);
                     return {};
                   });
}

Task<Result<std::optional<StoredObject>>> MemoryBucket::open(std::string key, ReadConditions conditions) {
  return carry_out(
      scheduler_, fate_of(fates_, "bucket", "open"), "bucket",
      [this, key = std::move(key), conditions = std::move(conditions)] -> Result<std::optional<StoredObject>> {
        const auto found = contents_.objects.find(key);
        if (found == contents_.objects.end()) return std::optional<StoredObject>();
        const auto& object = found->second;
        StoredObject opened{object.etag, object.content_type, object.bytes.size(), 0, object.bytes.size(), 0};
        const std::string& known = conditions.if_none_match;
        // R2 fails as well.
        if (!known.empty() && known != "*" && !known.contains('"'))
          return Failure(unavailable("Invalid ETag in if-none-match header"));
        if (known == "*" || known.contains(object.etag)) return opened;
        const auto range = resolve_range(conditions.range, object.bytes.size());
        if (!range) return Failure(Error(416, "range_not_satisfiable", ClientText("There is no such part.")));
        opened.offset = range->offset;
        opened.length = range->length;
        opened.stream = ++contents_.last_stream;
        contents_.open_streams[opened.stream] = object.bytes.substr(range->offset, range->length);
        return opened;
      });
}

Task<Result<StoredObject>> MemoryBucket::put_request_body(std::string key, std::string content_type) {
  if (std::cmp_not_equal(request_body_.size(), announced_length_))
    co_return Failure(bad_request("The body is not as long as it said.", "length_mismatch"));
  co_return co_await put(std::move(key), std::move(content_type), request_body_);
}

Task<Result<StoredObject>> MemoryBucket::put(std::string key, std::string content_type, std::string bytes) {
  return carry_out(scheduler_, fate_of(fates_, "bucket", "put"), "bucket",
                   [this, key = std::move(key), content_type = std::move(content_type),
                    bytes = std::move(bytes)] -> Result<StoredObject> {
                     const std::string etag = "\"etag-" + std::to_string(++contents_.last_etag) + "\"";
                     contents_.objects[key] = {content_type, bytes, etag, scheduler_.now()};
                     return StoredObject{etag, content_type, bytes.size(), 0, bytes.size(), 0};
                   });
}

Task<Result<void>> MemoryBucket::remove(std::string key) {
  return carry_out(scheduler_, fate_of(fates_, "bucket", "remove"), "bucket",
                   [this, key = std::move(key)] -> Result<void> {
                     contents_.objects.erase(key);
                     return {};
                   });
}

Task<Result<std::string>> MemoryBucket::begin_upload(std::string key, std::string content_type) {
  return carry_out(scheduler_, fate_of(fates_, "bucket", "begin_upload"), "bucket",
                   [this, key = std::move(key), content_type = std::move(content_type)] -> Result<std::string> {
                     std::string name = "upload-" + std::to_string(++contents_.last_upload);
                     contents_.uploads[name] = {key, content_type, {}};
                     return name;
                   });
}

Task<Result<CopiedPart>> MemoryBucket::copy_part(std::string key, std::string upload, std::uint32_t number,
                                                 PartSource source) {
  return carry_out(scheduler_, fate_of(fates_, "bucket", "copy_part"), "bucket",
                   [this, key = std::move(key), upload = std::move(upload), number,
                    source = std::move(source)] -> Result<CopiedPart> {
                     auto answer = contents_.source ? contents_.source(source) : BucketContents::SourceAnswer{};
                     CopiedPart part{answer.status, answer.size, answer.bytes.size(), answer.validator, {}};
                     if (answer.bytes.empty()) return part;
                     const auto found = contents_.uploads.find(upload);
                     if (found == contents_.uploads.end() || found->second.key != key) return CopiedPart{};
                     part.etag = "part-" + std::to_string(++contents_.last_etag);
                     found->second.parts[number] = {"", std::move(answer.bytes), part.etag, scheduler_.now()};
                     return part;
                   });
}

Task<Result<std::optional<StoredObject>>> MemoryBucket::finish_upload(std::string key, std::string upload,
                                                                      std::vector<UploadedPart> parts) {
  return carry_out(scheduler_, fate_of(fates_, "bucket", "finish_upload"), "bucket",
                   [this, key = std::move(key), upload = std::move(upload),
                    parts = std::move(parts)] -> Result<std::optional<StoredObject>> {
                     const auto found = contents_.uploads.find(upload);
                     if (found == contents_.uploads.end() || found->second.key != key)
                       return std::optional<StoredObject>();
                     std::string bytes;
                     for (const UploadedPart& part : parts) {
                       const auto stored = found->second.parts.find(part.number);
                       if (stored == found->second.parts.end() || stored->second.etag != part.etag)
                         return std::optional<StoredObject>();
                       const bool is_last = &part == &parts.back();
                       const std::size_t wanted = found->second.parts.begin()->second.bytes.size();
                       // As R2 refuses them: parts of different sizes, and small ones before the last.
                       if (!is_last && (stored->second.bytes.size() != wanted || wanted < smallest_part))
                         return Failure(unavailable("completeMultipartUpload: parts must be of one size (10048)"));
                       bytes += stored->second.bytes;
                     }
                     const std::string etag = "\"etag-" + std::to_string(++contents_.last_etag) + "\"";
                     StoredObject object{etag, found->second.content_type, bytes.size(), 0, bytes.size(), 0};
                     contents_.objects[key] = {found->second.content_type, std::move(bytes), etag, scheduler_.now()};
                     contents_.uploads.erase(found);
                     return object;
                   });
}

Task<Result<void>> MemoryBucket::abort_upload(std::string, std::string upload) {
  return carry_out(scheduler_, fate_of(fates_, "bucket", "abort_upload"), "bucket",
                   [this, upload = std::move(upload)] -> Result<void> {
                     contents_.uploads.erase(upload);
                     return {};
                   });
}

Task<Result<IncomingAnswer>> ScriptedHttpClient::send(OutgoingRequest request) {
  const Fate fate = fate_of(fates_, "http", request.method);
  return carry_out(scheduler_, fate, "http", [this, request = std::move(request)] -> Result<IncomingAnswer> {
    sent.push_back(request);
    if (!answers.empty()) {
      IncomingAnswer answer = std::move(answers.front());
      answers.pop_front();
      return answer;
    }
    if (respond) return respond(request);
    return Failure(Error(503, "unreachable", ClientText("The service is busy. Please try again."),
                         LogText("no answer was scripted for " + request.url)));
  });
}

}  // namespace isthmus::native
