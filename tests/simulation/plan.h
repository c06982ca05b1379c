#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace isthmus::simulation {

/// What can go wrong. Each of them can be left out of a run by its name.
enum class Fault : std::uint8_t {
  not_done,        ///< a call of the host does not reach the other side
  answer_lost,     ///< it does, and nobody hears of it
  done_late,       ///< its failure was reported, and then it happens
  slow,            ///< it takes seconds
  death,           ///< the instance ends at this call, with all that it was doing
  outage,          ///< a provider is away for minutes or hours, the database for seconds or minutes
  strange_answer,  ///< a provider answers 429, 500, a proxy's page, or half a body
  lost_request,    ///< a request never reaches us
  lost_reply,      ///< an answer never reaches its client
  hangup,          ///< the client goes away in the middle
  twice,           ///< a client sends a request twice at the same time
  event_twice,     ///< a webhook comes more than once
  event_late,      ///< a webhook comes hours later, behind others
  event_never,     ///< a webhook does not come until the end, or at all where its provider has a list of events
  event_forged,    ///< somebody sends a webhook with a wrong signature
  cron_skipped,
  cron_twice,
  clock,  ///< the clock of an instance jumps
  stale,  ///< the key-value store answers what was true a minute ago
  flood,  ///< the limiter of floods turns somebody away, for what others of their network did
};
inline constexpr auto fault_names = std::to_array<std::string_view>(
    {"not_done",     "answer_lost",  "done_late",  "slow",  "death",       "outage",     "strange_answer",
     "lost_request", "lost_reply",   "hangup",     "twice", "event_twice", "event_late", "event_never",
     "event_forged", "cron_skipped", "cron_twice", "clock", "stale",       "flood"});

/// Everything that a run depends on: the same plan gives the same run.
struct Plan {
  std::uint64_t seed = 1;
  /// Who takes part, by number; everybody where it is absent.
  std::optional<std::set<int>> people;
  /// How much each person does at most.
  int deeds = 1000;
  /// The faults that may strike, by their identity; all where it is absent.
  std::optional<std::set<std::uint32_t>> faults;

  /// As options of the command: "--seed 4 --people 0,2 --deeds 3 --faults 1f,a09".
  std::string options() const;
};

}  // namespace isthmus::simulation
