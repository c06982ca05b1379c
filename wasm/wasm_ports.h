#pragma once

#include <map>
#include <string>

#include "host_call.h"
#include "http/message.h"
#include "ports/host.h"

/// The ports over host calls. Each belongs to one request.
namespace isthmus {

class WasmDatabase final : public Database {
 public:
  WasmDatabase(std::uint32_t request, Clock& clock, Random& random)
      : request_(request), clock_(clock), random_(random) {}
  Task<Result<std::vector<ResultSet>>> batch(std::vector<Statement> statements, OnLostAnswer on_lost_answer) override;
  void read_from(ReadFrom copy) override { read_from_ = copy; }

 private:
  std::uint32_t request_;
  Clock& clock_;
  Random& random_;
  ReadFrom read_from_ = ReadFrom::untracked;
};

class WasmKeyValue final : public KeyValue {
 public:
  explicit WasmKeyValue(std::uint32_t request) : request_(request) {}
  Task<Result<std::optional<std::string>>> get(std::string key) override;
  Task<Result<void>> put(std::string key, std::string value, Millis life) override;
  Task<Result<void>> remove(std::string key) override;

 private:
  std::uint32_t request_;
};

class WasmBucket final : public Bucket {
 public:
  explicit WasmBucket(std::uint32_t request) : request_(request) {}
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
  std::uint32_t request_;
};

class WasmHttpClient final : public HttpClient {
 public:
  explicit WasmHttpClient(std::uint32_t request) : request_(request) {}
  Task<Result<IncomingAnswer>> send(OutgoingRequest request) override;

 private:
  std::uint32_t request_;
};

class WasmClock final : public Clock {
 public:
  explicit WasmClock(std::uint32_t request) : request_(request) {}
  Timestamp now() override;
  Task<Result<void>> sleep(Millis length) override;

 private:
  std::uint32_t request_;
};

class WasmRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

class WasmLog final : public Log {
 public:
  void write_line(Level level, std::string json_line) override;
};

class WasmRateLimiter final : public RateLimiter {
 public:
  explicit WasmRateLimiter(std::uint32_t request) : request_(request) {}
  Task<Result<bool>> allow(std::string key) override;

 private:
  std::uint32_t request_;
};

/// The deployment's variables and secrets, given once when the instance starts.
class WasmSettings final : public Settings {
 public:
  std::optional<std::string_view> find(std::string_view name) const override;
  void set(std::string name, std::string value) { values_.insert_or_assign(std::move(name), std::move(value)); }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

/// Reads the word that workerd writes to before a request's CPU time is used up.
class WasmCpuBudget final : public CpuBudget {
 public:
  bool nearly_used_up() const override;
};

class WasmIncoming final : public Incoming {
 public:
  explicit WasmIncoming(std::uint32_t request) : request_(request) {}
  /// The request as the host hands it over: method, target, and the values of `common_headers`, a line each.
  void take(std::string_view lines);
  /// A common header that is there but empty counts as absent.
  std::optional<std::string> header(HeaderName name) override;
  Task<Result<std::string>> read_body(std::uint32_t most) override;
  Task<Result<std::string>> peek_body(std::uint32_t count) override;

 private:
  std::optional<std::string> ask_for_header(std::string_view name) const;

  std::uint32_t request_;
  std::string common_values_;
};

}  // namespace isthmus
