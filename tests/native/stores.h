#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "native/scheduler.h"
#include "ports/bucket.h"
#include "ports/http_client.h"
#include "ports/key_value.h"

namespace isthmus::native {

class MemoryKeyValue final : public KeyValue {
 public:
  MemoryKeyValue(Scheduler& scheduler, const Fates& fates) : scheduler_(scheduler), fates_(fates) {}

  Task<Result<std::optional<std::string>>> get(std::string key) override;
  Task<Result<void>> put(std::string key, std::string value, Millis life) override;
  Task<Result<void>> remove(std::string key) override;

  struct Entry {
    std::string value;
    Timestamp expires;
  };
  std::map<std::string, Entry> entries;

 private:
  Scheduler& scheduler_;
  const Fates& fates_;
};

/// What all requests share of a bucket: its objects, and the streams that were opened and not yet sent.
struct BucketContents {
  struct Object {
    std::string content_type;
    std::string bytes;
    std::string etag;
    Timestamp uploaded;
  };
  /// Begun and not finished.
  struct Upload {
    std::string key;
    std::string content_type;
    std::map<std::uint32_t, Object> parts;
  };
  std::map<std::string, Object> objects;
  std::map<std::string, Upload> uploads;
  /// The servers from which parts are copied: what they answer to "bytes={offset}-{offset + most - 1}".
  struct SourceAnswer {
    int status = 404;
    std::uint64_t size = 0;
    std::string validator;
    std::string bytes;
  };
  std::function<SourceAnswer(const PartSource&)> source;
  std::map<std::uint32_t, std::string> open_streams;
  std::uint32_t last_stream = 0;
  std::uint32_t last_etag = 0;
  std::uint32_t last_upload = 0;
};

/// A bucket as one request sees it: it can store that request's body.
class MemoryBucket final : public Bucket {
 public:
  /// `request_body` and `announced_length` belong to the request; the length is what its Content-Length says.
  MemoryBucket(Scheduler& scheduler, const Fates& fates, BucketContents& contents, const std::string& request_body,
               std::int64_t announced_length)
      : scheduler_(scheduler),
        fates_(fates),
        contents_(contents),
        request_body_(request_body),
        announced_length_(announced_length) {}

  Task<Result<std::optional<StoredObject>>> open(std::string key, ReadConditions conditions) override;
  Task<Result<StoredObject>> put_request_body(std::string key, std::string content_type) override;
  Task<Result<StoredObject>> put(std::string key, std::string content_type, std::string bytes) override;
  Task<Result<void>> remove(std::string key) override;
  Task<Result<std::string>> begin_upload(std::string key, std::string content_type) override;
  Task<Result<CopiedPart>> copy_part(std::string key, std::string upload, std::uint32_t number,
                                     PartSource source) override;
  Task<Result<std::optional<StoredObject>>> finish_upload(std::string key, std::string upload,
                                                          std::vector<UploadedPart> parts) override;
  Task<Result<void>> abort_upload(std::string key, std::string upload) override;

 private:
  Scheduler& scheduler_;
  const Fates& fates_;
  BucketContents& contents_;
  const std::string& request_body_;
  std::int64_t announced_length_;
};

/// Answers outgoing requests from a script, and records what was sent.
class ScriptedHttpClient final : public HttpClient {
 public:
  ScriptedHttpClient(Scheduler& scheduler, const Fates& fates) : scheduler_(scheduler), fates_(fates) {}

  Task<Result<IncomingAnswer>> send(OutgoingRequest request) override;

  /// What was sent, in order.
  std::vector<OutgoingRequest> sent;
  /// The next answers. When they are used up, `respond` is asked; where that is empty too, nobody is reachable.
  std::deque<IncomingAnswer> answers;
  std::function<Result<IncomingAnswer>(const OutgoingRequest&)> respond;

 private:
  Scheduler& scheduler_;
  const Fates& fates_;
};

}  // namespace isthmus::native
