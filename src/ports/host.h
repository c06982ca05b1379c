#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/task.h"
#include "base/time.h"
#include "json/writer.h"
#include "ports/bucket.h"
#include "ports/circuits.h"
#include "ports/database.h"
#include "ports/http_client.h"
#include "ports/key_value.h"

namespace isthmus {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() = 0;
  virtual Task<Result<void>> sleep(Millis length) = 0;
};

class Random {
 public:
  virtual ~Random() = default;
  /// Bytes from a cryptographic source.
  virtual void fill(std::span<std::uint8_t> out) = 0;

  std::string bytes(std::size_t count);
  std::string uuid(Timestamp now);
};

/// Lines of JSON, one object each. No e-mail addresses, tokens, names or bodies may be given to it.
class Log {
 public:
  enum class Level { info, warning, error };
  virtual ~Log() = default;
  virtual void write_line(Level level, std::string json_line) = 0;
};

/// Turns floods away. Counts are kept per location and are approximate: what must be exact counts in the database.
class RateLimiter {
 public:
  virtual ~RateLimiter() = default;
  virtual Task<Result<bool>> allow(std::string key) = 0;
};

/// Text settings: variables and secrets of the deployment.
class Settings {
 public:
  virtual ~Settings() = default;
  /// The setting, or nothing where it is absent or empty.
  virtual std::optional<std::string_view> find(std::string_view name) const = 0;

  std::string_view get(std::string_view name, std::string_view otherwise = "") const;
  bool in_development() const { return get("ENVIRONMENT") == "development"; }
};

/// Tells whether the runtime is about to end this instance for using too much CPU time.
class CpuBudget {
 public:
  virtual ~CpuBudget() = default;
  virtual bool nearly_used_up() const = 0;
};

/// Everything that a program asks of where it runs.
struct Host {
  Database& database;
  KeyValue& key_value;
  Bucket& bucket;
  HttpClient& http;
  Clock& clock;
  Random& random;
  Log& log;
  RateLimiter& rate_limiter;
  const Settings& settings;
  const CpuBudget& cpu;
  Circuits& circuits;  ///< the instance's, shared by its requests
};

/// One line of the log, field by field.
class LogLine {
 public:
  LogLine(Host& host, Log::Level level, std::string_view message);
  ~LogLine();
  LogLine(const LogLine&) = delete;
  LogLine& operator=(const LogLine&) = delete;

  LogLine& with(std::string_view name, const auto& value) {
    json_.member(name, value);
    return *this;
  }

 private:
  Host& host_;
  Log::Level level_;
  JsonWriter json_;
};

}  // namespace isthmus
