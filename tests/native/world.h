#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "native/scheduler.h"
#include "native/sqlite_database.h"
#include "native/stores.h"
#include "ports/host.h"

namespace isthmus::native {

class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(Scheduler& scheduler) : scheduler_(scheduler) {}
  Timestamp now() override { return scheduler_.now(); }
  Task<Result<void>> sleep(Millis length) override;

 private:
  Scheduler& scheduler_;
};

/// Bytes that look random and are the same at every run.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(Scheduler& scheduler) : scheduler_(scheduler) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  Scheduler& scheduler_;
};

class CollectedLog final : public Log {
 public:
  void write_line(Level level, std::string json_line) override;
  /// True where any line contains `text`.
  bool mentions(std::string_view text) const;

  std::vector<std::string> lines;
  std::vector<std::string> errors;  ///< the lines of level error, once more
};

/// Turns away the keys that a test names; counts nothing.
class ListedRateLimiter final : public RateLimiter {
 public:
  Task<Result<bool>> allow(std::string key) override;

  std::set<std::string> turned_away;
  std::vector<std::string> asked;
};

class MapSettings final : public Settings {
 public:
  std::optional<std::string_view> find(std::string_view name) const override;

  std::map<std::string, std::string, std::less<>> values;
};

class SwitchedCpuBudget final : public CpuBudget {
 public:
  bool nearly_used_up() const override { return used_up; }

  bool used_up = false;
};

/// All that a program can reach, in memory: the same at every run of the same seed.
class World {
 public:
  explicit World(std::string_view product, std::uint64_t seed = 1)
      : scheduler(seed), database(scheduler, fates, product) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Timestamp now() const { return scheduler.now(); }
  std::string new_id() { return random.uuid(now()); }

  Scheduler scheduler;
  /// What becomes of calls; empty: all succeed at once.
  Fates fates;
  SqliteDatabase database;
  MemoryKeyValue key_value{scheduler, fates};
  BucketContents bucket;
  ScriptedHttpClient http{scheduler, fates};
  SimulatedClock clock{scheduler};
  SeededRandom random{scheduler};
  CollectedLog log;
  ListedRateLimiter rate_limiter;
  MapSettings settings;
  SwitchedCpuBudget cpu;
  Circuits circuits;
};

/// A host outside of any request, as cron has it.
class StandaloneHost {
 public:
  explicit StandaloneHost(World& world);
  Host& host() { return host_; }

 private:
  std::string no_body_;
  MemoryBucket bucket_;
  Host host_;
};

/// Runs a task to its end on the world's scheduler.
template <class T>
T run(World& world, Task<T> task) {
  task.resume();
  world.scheduler.run();
  return std::move(task).value();
}

}  // namespace isthmus::native
