#include "simulation/weather.h"

#include <array>

namespace isthmus::simulation {

namespace {

constexpr Timestamp beginning{1'790'000'000'000};
constexpr std::array<std::string_view, 7> ports{"database", "key_value", "bucket", "stripe",
                                                "resend",   "video",     "stream"};
constexpr auto of_database = std::to_array({Fault::not_done, Fault::not_done, Fault::answer_lost, Fault::answer_lost,
                                            Fault::done_late, Fault::slow, Fault::slow, Fault::death});
constexpr auto of_key_value =
    std::to_array({Fault::not_done, Fault::not_done, Fault::answer_lost, Fault::slow, Fault::death});
constexpr auto of_bucket =
    std::to_array({Fault::not_done, Fault::answer_lost, Fault::answer_lost, Fault::slow, Fault::death});
constexpr auto of_rate_limiter = std::to_array({Fault::not_done, Fault::answer_lost, Fault::slow, Fault::death});
/// The client's side of the network, which may stop in the middle of an upload.
constexpr auto of_body = std::to_array({Fault::not_done, Fault::slow, Fault::death});
constexpr auto of_provider =
    std::to_array({Fault::not_done, Fault::answer_lost, Fault::answer_lost, Fault::done_late, Fault::slow,
                   Fault::strange_answer, Fault::strange_answer, Fault::strange_answer, Fault::death});

}  // namespace

Weather::Weather(const Plan& plan, Dice dice) : plan_(plan) {
  constexpr std::array<std::uint64_t, 6> storms{0, 400, 120, 60, 30, 15};
  storm_ = dice.pick(storms);
  for (std::uint64_t i = dice.below(4); storm_ != 0 && i > 0; --i) {
    const std::string_view port = dice.pick(ports);
    const bool is_long = port != "database" && dice.one_in(3);
    const Timestamp from = beginning + dice.between(0, is_long ? 30 * hour : 8 * hour);
    outages_.push_back(
        {outages_.size(), port, from, from + dice.between(10 * second, is_long ? 6 * hour : 20 * minute)});
  }
  // Longer than a key is remembered.
  if (storm_ != 0 && dice.one_in(8)) {
    const Timestamp from = beginning + dice.between(0, 8 * hour);
    outages_.push_back({outages_.size(), "stripe", from, from + dice.between(20 * hour, 60 * hour), true});
  }
  if (dice.one_in(4)) undelivered_ = 2;
}

bool Weather::note(Fault fault, std::uint64_t place) {
  const auto identity = static_cast<std::uint32_t>(Dice(place).fork("fault", static_cast<std::uint64_t>(fault)).seed());
  if (plan_.faults && !plan_.faults->contains(identity)) return false;
  ++struck_[identity];
  ++count_;
  return true;
}

bool Weather::strikes(Fault fault, std::uint64_t place, std::uint64_t times, Dice& dice) {
  const bool drawn = dice.one_in(times);
  return drawn && !calm_ && storm_ != 0 && note(fault, place);
}

Fortune Weather::draw(std::string_view port, std::uint64_t place, Timestamp now, Dice& dice) {
  Fortune fortune;
  fortune.before = dice.between(0, 12);
  fortune.after = dice.between(1, 12);
  const bool drawn = dice.one_in(storm_);
  fortune.variant = dice.next();
  fortune.is_done = (fortune.variant >> 20) % 2 == 0;
  if (calm_) return fortune;
  for (const Outage& outage : outages_) {
    if (outage.port != port || now < outage.from || outage.until < now) continue;
    // A deaf one lets something through at times.
    if (outage.is_deaf && (fortune.variant >> 40) % 4 == 0) continue;
    if (!note(Fault::outage, outage.place)) continue;
    fortune.struck = true;
    fortune.fault = outage.is_deaf ? Fault::answer_lost : Fault::not_done;
    return fortune;
  }
  if (!drawn) return fortune;
  const std::uint64_t which = fortune.variant >> 32;
  fortune.fault = port == "database"       ? of_database[which % of_database.size()]
                  : port == "key_value"    ? of_key_value[which % of_key_value.size()]
                  : port == "bucket"       ? of_bucket[which % of_bucket.size()]
                  : port == "rate_limiter" ? of_rate_limiter[which % of_rate_limiter.size()]
                  : port == "body"         ? of_body[which % of_body.size()]
                                           : of_provider[which % of_provider.size()];
  // Copies are put right by what comes behind; of a call that is done behind that, nobody would know.
  if (port == "stream" && fortune.fault == Fault::done_late) fortune.fault = Fault::answer_lost;
  fortune.struck = note(fortune.fault, place);
  // An overloaded database often stays so for seconds, longer than it is asked again.
  if (port == "database" && fortune.is(Fault::not_done) && (fortune.variant >> 12) % 2 == 0)
    outages_.push_back({place, port, now, now + dice.between(second, 5 * second)});
  if (fortune.is(Fault::slow)) (fortune.is_done ? fortune.after : fortune.before) += dice.between(second, 15 * second);
  return fortune;
}

}  // namespace isthmus::simulation
