#include "simulation/life.h"

#include <algorithm>

#include "base/counters.h"
#include "peerloop/app.h"
#include "simulation/host.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

/// What the shim grants a request, with the work behind its answer.
constexpr Millis request_deadline = 30 * second;
/// Longer than a run of cron takes that nothing holds up.
constexpr Millis longest_cron = 2 * minute;

struct Arrival {
  Visit& visit;
  bool await_ready() const { return visit.is_over; }
  void await_suspend(std::coroutine_handle<> self) const { visit.waiting = self; }
  void await_resume() const {}
};

std::uint64_t extended(std::uint64_t hash, std::string_view text) {
  for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
  return hash;
}

}  // namespace

Life::Life(const Plan& of) : plan(of), dice(plan.seed), weather(plan, dice.fork("weather")), pipeline_(app()) {
  is_close_ = dice.fork("look").one_in(10);
  frames_before_ = live().frames;
  stripe.keys_kept = day;
  world.settings.values.insert({{"JWT_SECRET", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="},
                                {"APP_URL", "https://app.example.org"},
                                {"RESEND_URL", "https://resend.test"},
                                {"RESEND_API_KEY", "re_test"},
                                {"RESEND_FROM_ADDRESS", "PeerLoop <noreply@peerloop.test>"},
                                {"RESEND_WEBHOOK_SECRET", std::string(MailProvider::webhook_secret)}});
  for (const char* name : {"lisbon", "frankfurt"}) locations.emplace_back().name = name;
}

Life::~Life() = default;

void Life::run() {
  for (const Part* part : parts())
    if (part->prepare) part->prepare(*this);
  people_move_in();
  spawn(cron());
  go_on();
  if (!stopped()) settle();
  // Scripts refer to people and exchanges to the world.
  scripts_.clear();
  exchanges_.clear();
  cron_runs_.clear();
  if (live().frames != frames_before_ && !stopped())
    violate("no frame outlives its request", std::to_string(live().frames - frames_before_) + " are left");
  if (!world.bucket.open_streams.empty() && !stopped())
    violate("no stream outlives its request", std::to_string(world.bucket.open_streams.size()) + " are left");
}

void Life::people_move_in() {
  Dice drawn = dice.fork("people");
  const int crowd = static_cast<int>(3 + drawn.below(5));
  for (int number = 0; number < crowd; ++number) {
    auto person = std::make_unique<Person>(*this, number);
    person->creator = number == 0 || drawn.one_in(4);
    person->intruder = number != 0 && drawn.one_in(4);
    people_.push_back(std::move(person));
  }
  for (const auto& person : people_) {
    if (plan.people && !plan.people->contains(person->number)) continue;
    ++living_;
    spawn([](Life& life, Person& somebody) -> Script<> {
      co_await somebody.live();
      --life.living_;
    }(*this, *person));
  }
}

void Life::violate(std::string_view law, std::string_view detail) {
  if (!violation_.empty()) return;
  violation_ = std::string(law);
  if (!detail.empty()) violation_ += ": " + std::string(detail);
  note("law", "broken: " + violation_);
}

void Life::note(std::string_view who, std::string text) {
  std::string line = to_rfc3339(now()).substr(5, 18);
  line[5] = ' ';
  line.append("  ").append(who);
  if (who.size() < 10) line.append(10 - who.size(), ' ');
  line.append("  ").append(text);
  fingerprint_ = extended(fingerprint_, line);
  trace_.push_back(std::move(line));
}

void Life::spawn(Script<> script) {
  script.start();
  if (!script.done()) scripts_.push_back(std::move(script));
}

void Life::check_laws(Law::When when) {
  // What nobody wrote to is as it was.
  if (when == Law::When::always && world.database.changes() == changes_seen_) return;
  changes_seen_ = world.database.changes();
  for (const Part* part : parts()) {
    for (const Law& law : part->laws) {
      if (stopped() || (law.when != Law::When::always && law.when != when)) continue;
      if (!law.problem && when == Law::When::always && !may_have_changed(law)) continue;
      check(law);
    }
  }
}

void Life::check(const Law& law) {
  const std::string problem = law.problem ? law.problem(*this) : find(law.no_row);
  if (!problem.empty()) violate(law.says, problem);
}

void Life::look_after_batch() {
  if (!is_close_) return;
  for (const Part* part : parts()) {
    if (!part->keeps_books) continue;
    for (const Law& law : part->laws)
      if (!stopped() && law.when == Law::When::always && !law.problem && may_have_changed(law)) check(law);
  }
}

bool Life::may_have_changed(const Law& law) {
  const std::uint64_t written = world.database.written_at(std::string(law.no_row)) + 1;
  return std::exchange(held_at_[&law], written) != written;
}

std::string Life::find(std::string_view sql, std::vector<SqlValue> values) {
  const ResultSet rows = world.database.execute(sql, std::move(values));
  std::string text;
  for (std::size_t i = 0; i < rows.columns && i < rows.cells.size(); ++i) {
    if (i > 0) text += " | ";
    if (const auto* number = std::get_if<std::int64_t>(&rows.cells[i]))
      text += std::to_string(*number);
    else if (const auto* words = std::get_if<std::string>(&rows.cells[i]))
      text += *words;
    else
      text += "?";
  }
  return text;
}

std::size_t Life::eagerness(const Part& part) const {
  constexpr auto degrees = std::to_array<std::size_t>({0, 1, 1, 2, 4});
  Dice drawn = dice.fork("eagerness").fork(part.name);
  const std::size_t degree = drawn.pick(degrees);
  return part.is_needed ? std::max<std::size_t>(degree, 1) : degree;
}

std::int64_t Life::count(std::string_view sql, std::vector<SqlValue> values) {
  return world.database.count(sql, std::move(values));
}

Result<IncomingAnswer> Life::answer_outside(const OutgoingRequest& request) {
  const auto has_key = std::ranges::any_of(
      request.headers, [](const auto& header) { return header.first == "idempotency-key" && !header.second.empty(); });
  const bool needs_key = provider_of(request.url) == "stripe" || provider_of(request.url) == "resend";
  if (request.method == "POST" && needs_key && !has_key)
    violate("each call of a provider has an idempotency key", request.url);
  if (request.url.starts_with("https://resend.test/")) return resend.answer(request);
  return world.http.respond(request);
}

Script<std::optional<Reply>> Life::send(std::string who, Dice from, Outgoing outgoing) {
  Location& location = locations[from.below(locations.size())];
  Dice client = from.fork("client");
  co_await wait(client.between(1, 40));
  if (weather.strikes(Fault::lost_request, from.seed(), 60, client)) {
    note(who, "the request is lost");
    co_await wait(30 * second);
    co_return std::nullopt;
  }
  const auto visit = std::make_shared<Visit>();
  if (weather.strikes(Fault::twice, from.seed(), 40, client)) {
    note(who, "the request arrives twice");
    exchanges_.push_back(std::make_unique<Exchange>(*this, location, from.fork("again"), who + "b", outgoing,
                                                    std::make_shared<Visit>()));
    exchanges_.back()->start();
  }
  exchanges_.push_back(
      std::make_unique<Exchange>(*this, location, from.fork("served"), who, std::move(outgoing), visit));
  Exchange& exchange = *exchanges_.back();
  ++requests_;
  exchange.start();
  if (weather.strikes(Fault::hangup, from.seed(), 60, client)) {
    co_await wait(client.between(1, 200));
    if (!visit->is_over) {
      const auto mine = std::ranges::find_if(exchanges_, [&](const auto& one) { return &one->visit() == visit.get(); });
      note(who, "the client hangs up");
      // Nobody may be destroyed who is just being resumed; this script is not.
      if (mine != exchanges_.end()) exchanges_.erase(mine);
      co_await wait(client.between(1, 5 * second));
      co_return std::nullopt;
    }
  }
  co_await Arrival{*visit};
  co_await wait(client.between(1, 40));
  if (visit->reply && weather.strikes(Fault::lost_reply, from.seed(), 60, client)) {
    note(who, "the answer is lost");
    co_return std::nullopt;
  }
  co_return std::move(visit->reply);
}

bool Life::came_too_often(Method method, std::string_view path) {
  const auto routes = app().routes;
  const auto route =
      std::ranges::find_if(routes, [&](const Route& one) { return one.method == method && one.path == path; });
  return route != routes.end() && route->limit.kind == Limit::Kind::exact &&
         count("SELECT count(*) FROM rate_limits WHERE substr(key, -length(?1)) = ?1 AND count > ?2",
               {':' + std::string(path), std::int64_t{route->limit.most}}) > 0;
}

void Life::hand_over(Visit& visit) {
  visit.is_over = true;
  if (visit.waiting) ready_.push_back(std::exchange(visit.waiting, nullptr));
}

void Life::resume_woken() {
  // Who goes on may wake others: the list grows meanwhile. NOLINTNEXTLINE(modernize-loop-convert)
  for (std::size_t next = 0; next < ready_.size(); ++next) ready_[next].resume();
  ready_.clear();
}

void Life::sweep() {
  resume_woken();
  const auto leave = [&](Exchange& exchange, std::string_view why) {
    if (exchange.answered()) return;
    note(exchange.name(), std::string(why));
    hand_over(exchange.visit());
  };
  const auto hangs = [&](const auto& running, Millis longest) {
    if (running.errand().waiting == 0) return true;
    return now() - running.began() - running.errand().delayed > longest;
  };
  for (Location& location : locations) {
    if (!location.doomed) continue;
    location.doomed = false;
    location.circuits = {};
    std::erase_if(exchanges_, [&](const auto& exchange) {
      if (&exchange->location() != &location) return false;
      leave(*exchange, "is gone with its instance");
      return true;
    });
    std::erase_if(cron_runs_, [&](const auto& run) { return &run->location() == &location; });
  }
  bool any_done = false;
  std::erase_if(exchanges_, [&](const auto& exchange) {
    if (exchange->done()) {
      any_done = true;
      if (!exchange->answered()) violate("each request is answered", exchange->name());
      if (exchange->keeps_stream_open()) violate("what is opened is sent", exchange->name());
      return true;
    }
    if (hangs(*exchange, request_deadline)) violate("no request hangs", exchange->name());
    const bool is_late = now() - exchange->began() > request_deadline;
    if (is_late) {
      if (!exchange->answered()) exchange->visit().reply = Reply{503, {}, "{}"};
      leave(*exchange, "took too long and is ended");
    }
    return is_late;
  });
  std::erase_if(cron_runs_, [&](const auto& run) {
    if (!run->done() && hangs(*run, longest_cron)) violate("cron does not hang", run->name());
    return run->done();
  });
  std::erase_if(scripts_, [](const Script<>& script) { return script.done(); });
  resume_woken();
  if (any_done && exchanges_.empty() && cron_runs_.empty() && live().frames != frames_before_)
    violate("no frame outlives its request", std::to_string(live().frames - frames_before_) + " are left");
}

void Life::go_on() {
  while (!world.scheduler.idle() && !stopped()) {
    world.scheduler.step();
    sweep();
  }
  if (!stopped() && !exchanges_.empty()) violate("no request hangs", exchanges_.front()->name());
  if (!stopped() && !cron_runs_.empty()) violate("cron does not hang", cron_runs_.front()->name());
}

Script<> Life::run_cron_once(std::string name, Dice from) {
  Location& location = locations[from.below(locations.size())];
  note(name, "runs in " + location.name);
  cron_runs_.push_back(std::make_unique<CronRun>(*this, location, from.fork("served"), std::move(name)));
  cron_runs_.back()->start();
  co_return;
}

Script<> Life::cron() {
  Dice from = dice.fork("cron");
  // Some still mean to come to a session days later. Then little happens, and cron runs less often.
  // Twenty such runs outlast whatever was booked.
  int left = 20;
  const auto goes_on = [&] { return living_ > 0 || (scripts_.size() > 1 && --left > 0); };
  // While nobody asks for anything, at night, pauses grow, as far as an hour.
  int requests_before = 0;
  Millis slowness = 1;
  for (std::uint64_t number = 1; goes_on(); ++number) {
    co_await wait(from.between(1, 10) * (living_ > 0 ? slowness * minute : hour));
    if (!goes_on()) break;
    slowness = std::exchange(requests_before, requests_) == requests_ ? std::min<Millis>(slowness * 2, 6) : 1;
    Dice mine = dice.fork("a run of cron", number);
    const std::string name = "cron." + std::to_string(number);
    if (weather.strikes(Fault::cron_skipped, mine.seed(), 8, mine)) continue;
    if (weather.strikes(Fault::clock, mine.seed(), 15, mine)) {
      Location& location = locations[mine.below(locations.size())];
      location.skew = mine.between(-3 * second, 3 * second);
      note("clock", "of " + location.name + " is off by " + std::to_string(location.skew) + " ms");
    }
    const bool twice = weather.strikes(Fault::cron_twice, mine.seed(), 8, mine);
    spawn(run_cron_once(name, mine.fork("first")));
    if (twice) spawn(run_cron_once(name + "b", mine.fork("again")));
    co_await wait(minute);
    check_laws(Law::When::always);
  }
}

void Life::post_event(Json event) {
  std::string name = text_of(event["id"]);
  note(name, "Stripe has news: " + text_of(event["type"]));
  // Events of connected accounts and of the other mode are in no list that we look through.
  const bool is_listed = !event.contains("account") && !event["livemode"].get<bool>();
  post(std::move(name), [this, event = std::move(event)] { return stripe.delivery(event); }, is_listed);
}

void Life::post_video_event(Json event) {
  std::string name = text_of(event["id"]);
  note(name, "plugNmeet has news: " + text_of(event["event"]));
  post(std::move(name), [this, event = std::move(event)] { return video.delivery(event); });
}

void Life::post_events_of_calls() {
  for (Json& event : std::exchange(stripe.events_of_calls, {})) post_event(std::move(event));
  for (Json& event : std::exchange(video.events_of_calls, {})) post_video_event(std::move(event));
}

void Life::post(std::string name, std::function<Outgoing()> delivery, bool is_listed) {
  const std::size_t place = letters_.size();
  Dice mine = dice.fork(name);
  Letter letter{std::move(name), std::move(delivery)};
  const bool never = weather.strikes(Fault::event_never, mine.seed(), weather.undelivered(), mine);
  letter.is_lost = never && is_listed && mine.one_in(2);
  // News of the same moment often arrives at the same moment.
  const Millis usual = mine.one_in(2) ? mine.between(50, 80) : mine.between(50, 3 * second);
  const Millis delay =
      weather.strikes(Fault::event_late, mine.seed(), 4, mine) ? mine.between(minute, 5 * hour) : usual;
  const bool twice = weather.strikes(Fault::event_twice, mine.seed(), 4, mine);
  letters_.push_back(std::move(letter));
  if (never || settling_) return;
  spawn(deliver(place, mine.fork("first"), delay, 4));
  if (twice) spawn(deliver(place, mine.fork("again"), mine.one_in(2) ? delay : mine.between(0, 3 * hour), 1));
}

Script<> Life::deliver(std::size_t letter, Dice from, Millis delay, int most_tries) {
  co_await wait(delay);
  for (int tried = 1; tried <= most_tries; ++tried) {
    const std::string who = letters_[letter].name + '#' + std::to_string(tried);
    note(who, "is delivered");
    const bool was_believed = letters_[letter].is_believed;
    const auto reply =
        co_await send(who, from.fork("try", static_cast<std::uint64_t>(tried)), letters_[letter].delivery());
    if (stopped()) co_return;
    check_laws(Law::When::always);
    if (reply && reply->status == 200) {
      letters_[letter].is_believed = true;
      if (was_believed && reply->json()["outcome"] == "processed")
        violate("an event has its effect once", who + ": " + reply->body);
      co_return;
    }
    // Others may have been faster once; what is refused again will never be believed.
    const bool busy = reply && (reply->status == 503 || reply->status == 429);
    const bool foreseen = !reply || (busy && !weather.calm()) || (reply->status == 409 && tried == 1);
    if (!foreseen)
      violate("only foreseen answers come", who + " got " + std::to_string(reply->status) + ' ' + reply->body);
    co_await wait(from.between(second, 20 * minute));
  }
}

void Life::settle() {
  settling_ = true;
  weather.clear_up();
  for (Location& location : locations) location.skew = 0;
  constexpr int most_rounds = 40;
  for (int round = 0; round < most_rounds && !stopped(); ++round) {
    Dice mine = dice.fork("settling", static_cast<std::uint64_t>(round));
    const std::string cron_name = "cron.settling." + std::to_string(round);
    // Longer than any lease, and than any pause between two tries; now and then than providers remember a key.
    world.scheduler.advance(round == 0 && mine.one_in(3) ? 30 * hour : 7 * hour);
    std::vector<std::size_t> waiting;
    for (std::size_t i = 0; i < letters_.size(); ++i)
      if (!letters_[i].is_believed && !letters_[i].is_lost) waiting.push_back(i);
    for (std::size_t i = waiting.size(); i > 1; --i) std::swap(waiting[i - 1], waiting[mine.below(i)]);
    // Some come alone, some meet each other, and some meet cron.
    for (std::size_t next = 0; next < waiting.size();) {
      const std::size_t together = mine.one_in(2) ? 1 : 2 + mine.below(5);
      const std::size_t end = std::min(next + together, waiting.size());
      if (mine.one_in(6))
        spawn(run_cron_once(cron_name + "." + std::to_string(next), mine.fork("cron beside letters", next)));
      for (; next < end; ++next) spawn(deliver(waiting[next], mine.fork("letter", waiting[next]), 0, 1));
      go_on();
    }
    spawn(run_cron_once(cron_name, mine.fork("cron")));
    go_on();
    for (const Part* part : parts())
      if (part->settle && !stopped()) part->settle(*this);
    go_on();
    post_events_of_calls();
    for (Letter& letter : letters_) letter.is_believed = letter.is_believed || (letter.is_lost && is_known(letter));
    const bool all_believed = std::ranges::all_of(letters_, &Letter::is_believed);
    const bool is_quiet = find("SELECT id FROM outbox WHERE delivered_at IS NULL AND dead_at IS NULL").empty() &&
                          find("SELECT id FROM recordings WHERE status = 'copying'").empty();
    if (all_believed && is_quiet) break;
  }
  if (stopped()) return;
  for (const Letter& letter : letters_)
    if (!letter.is_believed) violate("each webhook is believed in the end", letter.name);
  check_laws(Law::When::in_the_end);
  if (!stopped() && dice.fork("long after").one_in(8)) let_time_pass();
}

bool Life::is_known(const Letter& letter) {
  return count("SELECT count(*) FROM webhook_events WHERE provider = 'stripe' AND event_id = ?1", {letter.name}) > 0;
}

void Life::let_time_pass() {
  world.scheduler.advance(400 * day);
  // A run removes so many rows of a kind.
  for (int run = 1; run <= 4 && !stopped(); ++run) {
    spawn(run_cron_once("cron.long_after." + std::to_string(run),
                        dice.fork("long after", static_cast<std::uint64_t>(run))));
    go_on();
    world.scheduler.advance(hour);
  }
  if (!stopped()) check_laws(Law::When::long_after);
}

}  // namespace isthmus::simulation
