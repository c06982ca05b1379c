#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "native/scheduler.h"
#include "simulation/dice.h"
#include "simulation/plan.h"

namespace isthmus::simulation {

/// What becomes of one call of the host.
struct Fortune {
  Fault fault = Fault::slow;
  bool struck = false;
  Millis before = 0;    ///< how long until it is done
  Millis after = 0;     ///< how long until its answer is here
  bool is_done = true;  ///< for a death: whether the call had its effect before
  std::uint64_t variant = 0;

  bool is(Fault which) const { return struck && fault == which; }
};

/// How much goes wrong in a run, and what did.
class Weather {
 public:
  Weather(const Plan& plan, Dice dice);

  /// Whether a fault strikes that would strike once in `times`. `place` names the occasion.
  bool strikes(Fault fault, std::uint64_t place, std::uint64_t times, Dice& dice);
  /// The fortune of a call to `port`: "database", "key_value", "bucket", "rate_limiter", "body", or a provider's host.
  Fortune draw(std::string_view port, std::uint64_t place, Timestamp now, Dice& dice);
  /// True while nobody is allowed to fail: in runs without faults, and once the faults have ended.
  bool calm() const { return calm_ || storm_ == 0 || (plan_.faults && plan_.faults->empty()); }
  void clear_up() { calm_ = true; }
  /// A provider is away in that time as well.
  void take_away(std::string_view port, std::uint64_t place, Timestamp from, Timestamp until) {
    outages_.push_back({place, port, from, until});
  }
  /// One webhook in so many is not delivered before the end, or at all: in some runs many, as where an endpoint is set
  /// up wrongly.
  std::uint64_t undelivered() const { return undelivered_; }

  /// The identities of the faults that struck, with how often.
  const std::map<std::uint32_t, int>& struck() const { return struck_; }
  int count() const { return count_; }

 private:
  struct Outage {
    std::uint64_t place;
    std::string_view port;
    Timestamp from, until;
    /// What it is asked is done, and nobody hears of it.
    bool is_deaf = false;
  };

  bool note(Fault fault, std::uint64_t place);

  const Plan& plan_;
  bool calm_ = false;
  int count_ = 0;
  std::uint64_t storm_ = 0;  ///< one call in so many meets a fault
  std::vector<Outage> outages_;
  std::uint64_t undelivered_ = 12;
  std::map<std::uint32_t, int> struck_;
};

}  // namespace isthmus::simulation
