#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "native/fake_plugnmeet.h"
#include "native/fake_stream.h"
#include "native/fake_stripe.h"
#include "native/server.h"
#include "simulation/dice.h"
#include "simulation/mail_provider.h"
#include "simulation/part.h"
#include "simulation/plan.h"
#include "simulation/reach.h"
#include "simulation/weather.h"

namespace isthmus::simulation {

using native::Json;
using native::Outgoing;
using native::Reply;

/// The text that a value of JSON is, "" for any other.
inline std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

class Exchange;
class CronRun;
class Person;

/// "stripe" of "https://stripe.test/v1/refunds".
inline std::string_view provider_of(std::string_view url) {
  constexpr std::string_view scheme = "https://";
  if (url.starts_with(scheme)) url.remove_prefix(scheme.size());
  return url.substr(0, url.find('.'));
}

/// A place where an instance of the program runs, with its own clock and its own view of the key-value store.
struct Location {
  struct Seen {
    std::optional<std::string> value;
    Timestamp until;
  };
  std::string name;
  Millis skew = 0;
  /// The instance ended in the middle of a call: whatever it was doing is gone.
  bool doomed = false;
  std::map<std::string, Seen> seen;
  /// What this instance has seen of the providers.
  Circuits circuits;
};

/// Things of which parts keep one each.
class Belongings {
 public:
  template <class T>
  T& of() {
    auto& thing = things_[&key<T>];
    if (!thing) thing = std::make_shared<T>();
    return *static_cast<T*>(thing.get());
  }

 private:
  template <class T>
  static constexpr char key = 0;
  // Looked up, never walked: addresses decide nothing.
  std::map<const void*, std::shared_ptr<void>> things_;
};

/// A client's side of a request.
struct Visit {
  std::optional<Reply> reply;
  bool is_over = false;
  std::coroutine_handle<> waiting;
};

/// One run of the simulated world, from one seed: the program in its locations, the providers, cron, and people who
/// live with it. `run` ends when everybody is done and the world has settled, or at the first law that is broken.
class Life {
 public:
  explicit Life(const Plan& of);
  ~Life();
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  void run();

  /// What is wrong, "" for nothing.
  const std::string& violation() const { return violation_; }
  const std::vector<std::string>& trace() const { return trace_; }
  /// A number that two runs have in common only if they went the same way.
  std::uint64_t fingerprint() const { return fingerprint_; }
  int requests() const { return requests_; }

  // For the parts:

  /// Ends the run: something must not be.
  void violate(std::string_view law, std::string_view detail = "");
  void check_laws(Law::When when);
  /// A line of the trace.
  void note(std::string_view who, std::string text);
  void spawn(Script<> script);
  native::Scheduler::Wait wait(Millis length) { return world.scheduler.wait(length); }
  Timestamp now() const { return world.now(); }
  bool stopped() const { return !violation_.empty(); }
  /// Everybody is done; what is still under way comes to its end.
  bool settling() const { return settling_; }

  /// Sends a request to a location of the dice's choice. Awaits its answer, or nothing where none came.
  Script<std::optional<Reply>> send(std::string who, Dice from, Outgoing outgoing);
  /// Delivers an event of Stripe as webhooks are: perhaps late, twice, or never before the end.
  void post_event(Json event);
  /// The same for one of plugNmeet.
  void post_video_event(Json event);
  /// Sends what the providers have to say about calls that we made.
  void post_events_of_calls();
  /// A delivery of any provider's webhook, tried until it is believed.
  void post(std::string name, std::function<Outgoing()> delivery, bool is_listed = false);

  /// The text of a query's first row, "" where there is none.
  std::string find(std::string_view sql, std::vector<SqlValue> values = {});
  std::int64_t count(std::string_view sql, std::vector<SqlValue> values = {});
  std::vector<std::unique_ptr<Person>>& people() { return people_; }
  /// How much people are drawn to a part in this run: each run is about other things.
  std::size_t eagerness(const Part& part) const;
  /// What had its success.
  Reach reach;
  Plan plan;
  Dice dice;
  Weather weather;
  native::World world{"peerloop"};
  native::FakeStripe stripe{world};
  native::FakePlugNmeet video{world};
  native::FakeStream stream{world};
  MailProvider resend{world.scheduler};
  Belongings belongings;

  // For the host:
  Result<IncomingAnswer> answer_outside(const OutgoingRequest& request);
  std::vector<Location> locations;
  std::map<std::string, native::MemoryKeyValue::Entry>& key_value() { return world.key_value.entries; }
  void hand_over(Visit& visit);
  /// In some runs the books are looked at after each batch that was committed.
  void look_after_batch();
  /// Whether somebody has used up what a route allows in a while.
  bool came_too_often(Method method, std::string_view path);
  /// Goes on with a script once whatever runs now has come to its next wait.
  void resume_soon(std::coroutine_handle<> waiting) { ready_.push_back(waiting); }
  const Pipeline& pipeline() const { return pipeline_; }

 private:
  struct Letter {
    std::string name;
    std::function<Outgoing()> delivery;
    bool is_believed = false;
    bool is_lost = false;  ///< never delivered: the list of events has it
  };

  void people_move_in();
  void check(const Law& law);
  void go_on();
  void sweep();
  void resume_woken();
  void settle();
  bool is_known(const Letter& letter);
  void let_time_pass();
  Script<> cron();
  Script<> deliver(std::size_t letter, Dice from, Millis delay, int most_tries);
  Script<> run_cron_once(std::string name, Dice from);
  void run_to_quiet();
  /// Whether a table that a law reads was written to since it was last looked at.
  bool may_have_changed(const Law& law);

  Pipeline pipeline_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::vector<std::unique_ptr<CronRun>> cron_runs_;
  std::vector<std::unique_ptr<Person>> people_;
  std::vector<Script<>> scripts_;
  std::vector<std::coroutine_handle<>> ready_;
  std::vector<Letter> letters_;
  std::string violation_;
  std::vector<std::string> trace_;
  std::uint64_t fingerprint_ = 0xcbf29ce484222325;
  std::int64_t changes_seen_ = 0;
  /// Looked up, never walked.
  std::unordered_map<const Law*, std::uint64_t> held_at_;
  int living_ = 0;
  int requests_ = 0;
  bool settling_ = false;
  bool is_close_ = false;  ///< the books are looked at after each batch
  std::uint32_t frames_before_ = 0;
};

}  // namespace isthmus::simulation
