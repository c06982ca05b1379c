#pragma once

#include <coroutine>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/pipeline.h"
#include "simulation/life.h"

namespace isthmus::simulation {

/// On whose behalf the host is called: one request, or one run of cron.
struct Errand {
  Life& life;
  Location& location;
  Dice dice;
  std::string name;
  std::uint64_t calls = 0;
  /// How many of its coroutines are to be resumed. With none it will never go on.
  int waiting = 0;
  /// How long faults have held it up.
  Millis delayed = 0;
  /// What it opened in the bucket.
  std::vector<std::uint32_t> streams = {};
  /// The limiter of floods has had enough of its client.
  bool turned_away = false;

  class Pause;

  Timestamp now() const { return life.now() + location.skew; }
  Fortune draw(std::string_view port);
  void note(std::string text) const { life.note(name, std::move(text)); }
  Pause wait(Millis length);
};

/// Like a wait of the scheduler, and counted.
class [[nodiscard]] Errand::Pause {
 public:
  Pause(Errand& errand, Millis length) : errand_(errand), wait_(errand.life.wait(length)) {}
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;
  ~Pause() { end(); }

  bool await_ready() const noexcept { return wait_.await_ready(); }
  void await_suspend(std::coroutine_handle<> self) {
    wait_.await_suspend(self);
    ++errand_.waiting;
    waits_ = true;
  }
  void await_resume() noexcept {
    end();
    wait_.await_resume();
  }

 private:
  void end() {
    if (std::exchange(waits_, false)) --errand_.waiting;
  }

  Errand& errand_;
  native::Scheduler::Wait wait_;
  bool waits_ = false;
};

inline Errand::Pause Errand::wait(Millis length) { return {*this, length}; }

/// The host as one errand sees it: every call of it meets its own fortune.
class ErrandHost {
 public:
  ErrandHost(Life& life, Location& location, Dice dice, std::string name, const std::string& body = {},
             std::int64_t announced_length = 0);
  ~ErrandHost();
  ErrandHost(const ErrandHost&) = delete;
  ErrandHost& operator=(const ErrandHost&) = delete;

  Host& host();
  Errand& errand() { return errand_; }
  const Errand& errand() const { return errand_; }

 private:
  struct Ports;

  Errand errand_;
  std::unique_ptr<Ports> ports_;
};

/// A request while it is served. Destroying it is what a hang-up or the end of an instance does.
class Exchange {
 public:
  Exchange(Life& life, Location& location, Dice dice, std::string name, Outgoing outgoing,
           std::shared_ptr<Visit> visit);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void start() { task_.resume(); }
  bool done() const { return task_.done(); }
  bool answered() const { return answered_; }
  const Location& location() const { return host_->errand().location; }
  Timestamp began() const { return began_; }
  const std::string& name() const { return host_->errand().name; }
  const Errand& errand() const { return host_->errand(); }
  /// Whether something was opened and neither sent nor closed.
  bool keeps_stream_open() const;
  Visit& visit() { return *visit_; }

 private:
  class Wire;

  void answer(Response response);

  Life& life_;
  Timestamp began_;
  std::unique_ptr<Wire> wire_;
  std::unique_ptr<ErrandHost> host_;
  std::shared_ptr<Visit> visit_;
  bool answered_ = false;
  Task<void> task_;
};

/// A run of cron.
class CronRun {
 public:
  CronRun(Life& life, Location& location, Dice dice, std::string name);

  void start() { task_.resume(); }
  bool done() const { return task_.done(); }
  const Location& location() const { return host_.errand().location; }
  Timestamp began() const { return began_; }
  const std::string& name() const { return host_.errand().name; }
  const Errand& errand() const { return host_.errand(); }

 private:
  Timestamp began_;
  ErrandHost host_;
  Task<void> task_;
};

}  // namespace isthmus::simulation
