#include "simulation/host.h"

#include <algorithm>

#include "base/error.h"
#include "base/strings.h"

namespace isthmus::simulation {

namespace {

/// Nobody comes back to who waits for this.
struct Never {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};

/// The instance ends here. What it was doing is destroyed as soon as nothing of it runs.
Never die(Errand& errand, std::string_view when) {
  errand.location.doomed = true;
  errand.note("the instance in " + errand.location.name + " dies " + std::string(when));
  return {};
}

Script<> perform_later(Life& life, Millis delay, std::function<void()> work) {
  co_await life.wait(delay);
  work();
}

/// Says what became of a call.
void tell(Errand& errand, std::string_view port, std::string_view what) {
  errand.note(std::string(port) + ": " + std::string(what));
}

Error not_done(std::string_view port) {
  return unavailable(port == "database" ? "D1_ERROR: D1 DB is overloaded." : std::string(port) + " did not answer");
}
Error lost(std::string_view port) {
  return unavailable(port == "database" ? "D1_ERROR: Network connection lost." : std::string(port) + " broke off");
}

/// Performs `work` on the other side, as fortune has it.
template <class Work>
auto carry_out(Errand& errand, std::string_view port, Fortune fortune, Work work) -> Task<decltype(work())> {
  if (fortune.is(Fault::slow)) errand.delayed += fortune.before + fortune.after;
  co_await errand.wait(fortune.before);
  if (fortune.is(Fault::not_done)) {
    tell(errand, port, "not done");
    co_return Failure(not_done(port));
  }
  if (fortune.is(Fault::death) && !fortune.is_done) co_await die(errand, "before " + std::string(port));
  if (fortune.is(Fault::done_late)) {
    tell(errand, port, "failed, and is done later");
    errand.life.spawn(perform_later(errand.life, static_cast<Millis>(1 + (fortune.variant >> 8) % 5000),
                                    [work]() mutable { static_cast<void>(work()); }));
    co_return Failure(lost(port));
  }
  auto outcome = work();
  if (fortune.is(Fault::death)) co_await die(errand, "behind " + std::string(port));
  co_await errand.wait(fortune.after);
  if (fortune.is(Fault::answer_lost)) {
    tell(errand, port, "done, answer lost");
    co_return Failure(lost(port));
  }
  if (fortune.is(Fault::slow)) tell(errand, port, "slow");
  co_return outcome;
}

class SimulatedDatabase final : public Database {
 public:
  explicit SimulatedDatabase(Errand& errand) : errand_(errand) {}

  Task<Result<std::vector<ResultSet>>> batch(std::vector<Statement> statements, OnLostAnswer on_lost_answer) override {
    constexpr int most_tries = 3;
    for (int tries = 1;; ++tries) {
      auto sets =
          co_await attempt(carry_out(errand_, "database", errand_.draw("database"), [life = &errand_.life, statements] {
            auto done = life->world.database.run_as_transaction(statements);
            if (!done && done.error().status == 500)
              life->violate("the database takes every statement", done.error().log.value);
            if (done) life->look_after_batch();
            return done;
          }));
      const bool again =
          !sets && sets.error().status == 503 && on_lost_answer == OnLostAnswer::retry && tries < most_tries;
      if (!again) co_return sets;
      co_await errand_.wait(errand_.dice.between(1, Millis{50} << tries));
    }
  }

 private:
  Errand& errand_;
};

/// A location keeps what it read for up to a minute, also that there was nothing; what it wrote itself it sees at once.
class StaleKeyValue final : public KeyValue {
 public:
  explicit StaleKeyValue(Errand& errand) : errand_(errand) {}

  Task<Result<std::optional<std::string>>> get(std::string key) override {
    const Fortune fortune = errand_.draw("key_value");
    const bool keeps = errand_.life.weather.strikes(Fault::stale, fortune.variant, 2, errand_.dice);
    const Millis kept = keeps ? errand_.dice.between(1, minute) : 0;
    return carry_out(errand_, "key_value", fortune,
                     [errand = &errand_, key = std::move(key), kept] -> Result<std::optional<std::string>> {
                       Life& life = errand->life;
                       auto& seen = errand->location.seen;
                       if (const auto known = seen.find(key); known != seen.end() && life.now() < known->second.until)
                         return known->second.value;
                       const auto entry = life.key_value().find(key);
                       std::optional<std::string> value;
                       if (entry != life.key_value().end() && life.now() < entry->second.expires)
                         value = entry->second.value;
                       if (kept > 0) seen[key] = {value, life.now() + kept};
                       return value;
                     });
  }
  Task<Result<void>> put(std::string key, std::string value, Millis length) override {
    return carry_out(errand_, "key_value", errand_.draw("key_value"),
                     [life = &errand_.life, location = &errand_.location, key = std::move(key),
                      value = std::move(value), length] -> Result<void> {
                       life->key_value()[key] = {value, life->now() + std::max(length, shortest_life)};
                       location->seen.erase(key);
                       return {};
                     });
  }
  Task<Result<void>> remove(std::string key) override {
    return carry_out(errand_, "key_value", errand_.draw("key_value"),
                     [life = &errand_.life, location = &errand_.location, key = std::move(key)] -> Result<void> {
                       life->key_value().erase(key);
                       location->seen.erase(key);
                       return {};
                     });
  }

 private:
  Errand& errand_;
};

/// What a provider, or something on the way to it, answers instead.
Result<IncomingAnswer> strange(Result<IncomingAnswer> answer, std::uint64_t variant) {
  switch (variant % 6) {
    case 0: return IncomingAnswer{429, {{"retry-after", "2"}}, R"({"error":{"type":"rate_limit_error"}})"};
    case 1: return IncomingAnswer{500, {}, R"({"error":{"type":"api_error"}})"};
    case 2: return IncomingAnswer{200, {}, "<html>Welcome to this hotel</html>"};
    case 3: return IncomingAnswer{502, {}, "<html>Bad gateway</html>"};
    case 4:
      if (answer) answer->body.resize(answer->body.size() / 2);
      return answer;
    default: return IncomingAnswer{200, {}, ""};
  }
}

class SimulatedHttp final : public HttpClient {
 public:
  explicit SimulatedHttp(Errand& errand) : errand_(errand) {}

  Task<Result<IncomingAnswer>> send(OutgoingRequest request) override {
    const std::string_view port = provider_of(request.url);
    const Fortune fortune = errand_.draw(port);
    const Millis patience = request.timeout;
    errand_.note(request.method + ' ' + request.url);
    const bool in_vain = fortune.is(Fault::strange_answer) && (fortune.variant >> 16) % 2 == 0;
    const auto work = [life = &errand_.life, request = std::move(request), in_vain] -> Result<IncomingAnswer> {
      if (in_vain) return IncomingAnswer{};
      auto answer = life->answer_outside(request);
      life->post_events_of_calls();
      return answer;
    };
    if (times_out(fortune, patience)) {
      errand_.delayed += patience;
      if (const auto done_after = done_in_silence(port, fortune, patience))
        errand_.life.spawn(perform_later(errand_.life, *done_after, [work] { static_cast<void>(work()); }));
      co_await errand_.wait(patience);
      co_return Failure(failure("timeout", "no whole answer in time"));
    }
    auto answer = co_await attempt(carry_out(errand_, port, fortune, work));
    if (!answer) {
      answer = Failure(failure("unreachable", answer.error().log.value));
    } else if (fortune.is(Fault::strange_answer)) {
      answer = strange(std::move(answer), fortune.variant);
      errand_.note("a strange answer, " + std::string(in_vain ? "nothing done" : "and it was done"));
    }
    co_return answer;
  }

 private:
  static Error failure(std::string_view code, std::string_view log) {
    return Error(503, code, ClientText("The service is busy."), LogText(std::string(log)));
  }

  /// A failure shows at once, or by silence.
  static bool times_out(const Fortune& fortune, Millis patience) {
    const bool fails = fortune.is(Fault::not_done) || fortune.is(Fault::answer_lost) || fortune.is(Fault::done_late);
    const bool takes_too_long = fortune.is(Fault::slow) && fortune.before + fortune.after > patience;
    return takes_too_long || (fails && (fortune.variant >> 44) % 2 == 0);
  }

  /// When a call is done that nobody hears of, if it is. What is slow may be done, or not, long after it was given up.
  std::optional<Millis> done_in_silence(std::string_view port, const Fortune& fortune, Millis patience) {
    std::optional<Millis> after = fortune.before;
    if (fortune.is(Fault::not_done)) after.reset();
    if (fortune.is(Fault::done_late)) after = patience + static_cast<Millis>(1 + (fortune.variant >> 8) % 5000);
    const bool is_dropped = port == "stream" || (fortune.variant >> 48) % 2 == 0;
    if (fortune.is(Fault::slow) && fortune.before > patience && is_dropped) after.reset();
    tell(errand_, port,
         after ? *after > patience ? "no answer in time, and is done later" : "done, no answer in time"
               : "not done, no answer in time");
    return after;
  }

  Errand& errand_;
};

/// The bucket, whose every call meets its fortune. What is not done in time is never done: R2 has no half objects.
class SimulatedBucket final : public Bucket {
 public:
  SimulatedBucket(Errand& errand, const std::string& body, std::int64_t announced_length)
      : errand_(errand),
        bucket_(errand.life.world.scheduler, errand.life.world.fates, errand.life.world.bucket, body,
                announced_length) {}

  Task<Result<std::optional<StoredObject>>> open(std::string key, ReadConditions conditions) override {
    auto& streams = errand_.streams;
    const std::size_t before = streams.size();
    auto opened = co_await attempt(done([this, key = std::move(key), conditions = std::move(conditions)] {
      auto object = at_once(bucket_.open(key, conditions));
      if (object && *object && (*object)->stream != 0) errand_.streams.push_back((*object)->stream);
      return object;
    }));
    // The host closes what it could not hand over.
    for (; !opened && streams.size() > before; streams.pop_back())
      errand_.life.world.bucket.open_streams.erase(streams.back());
    co_return opened;
  }
  Task<Result<StoredObject>> put_request_body(std::string key, std::string content_type) override {
    return done([this, key = std::move(key), content_type = std::move(content_type)] {
      return at_once(bucket_.put_request_body(key, content_type));
    });
  }
  Task<Result<StoredObject>> put(std::string key, std::string content_type, std::string bytes) override {
    return done([this, key = std::move(key), content_type = std::move(content_type), bytes = std::move(bytes)] {
      return at_once(bucket_.put(key, content_type, bytes));
    });
  }
  Task<Result<void>> remove(std::string key) override {
    return done([this, key = std::move(key)] { return at_once(bucket_.remove(key)); });
  }
  Task<Result<std::string>> begin_upload(std::string key, std::string content_type) override {
    return done([this, key = std::move(key), content_type = std::move(content_type)] {
      return at_once(bucket_.begin_upload(key, content_type));
    });
  }
  Task<Result<CopiedPart>> copy_part(std::string key, std::string upload, std::uint32_t number,
                                     PartSource source) override {
    return done([this, key = std::move(key), upload = std::move(upload), number, source = std::move(source)] {
      return at_once(bucket_.copy_part(key, upload, number, source));
    });
  }
  Task<Result<std::optional<StoredObject>>> finish_upload(std::string key, std::string upload,
                                                          std::vector<UploadedPart> parts) override {
    return done([this, key = std::move(key), upload = std::move(upload), parts = std::move(parts)] {
      return at_once(bucket_.finish_upload(key, upload, parts));
    });
  }
  Task<Result<void>> abort_upload(std::string key, std::string upload) override {
    return done([this, key = std::move(key), upload = std::move(upload)] {
      return at_once(bucket_.abort_upload(key, upload));
    });
  }

 private:
  template <class Work>
  auto done(Work work) -> Task<decltype(work())> {
    return carry_out(errand_, "bucket", errand_.draw("bucket"), std::move(work));
  }
  /// The bucket in memory waits for nothing.
  template <class T>
  static T at_once(Task<T> task) {
    task.resume();
    return std::move(task).value();
  }

  Errand& errand_;
  native::MemoryBucket bucket_;
};

class LocalClock final : public Clock {
 public:
  explicit LocalClock(Errand& errand) : errand_(errand) {}
  Timestamp now() override { return errand_.now(); }
  Task<Result<void>> sleep(Millis length) override {
    co_await errand_.wait(length);
    co_return Result<void>();
  }

 private:
  Errand& errand_;
};

class DrawnRandom final : public Random {
 public:
  explicit DrawnRandom(Errand& errand) : dice_(errand.dice.fork("random")) {}
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(dice_.next());
  }

 private:
  Dice dice_;
};

class WatchedLog final : public Log {
 public:
  explicit WatchedLog(Errand& errand) : errand_(errand) {}
  void write_line(Level, std::string line) override {
    if (line.contains("@example.org") || line.contains("eyJ"))
      errand_.life.violate("no address or token is logged", line);
  }

 private:
  Errand& errand_;
};

/// Answers at once, but for its fortune; what it counts is not of this world.
class SimulatedRateLimiter final : public RateLimiter {
 public:
  explicit SimulatedRateLimiter(Errand& errand) : errand_(errand) {}

  Task<Result<bool>> allow(std::string) override {
    const Fortune fortune = errand_.draw("rate_limiter");
    errand_.turned_away = errand_.life.weather.strikes(Fault::flood, fortune.variant, 400, errand_.dice);
    if (!fortune.struck) co_return !errand_.turned_away;
    co_return co_await carry_out(errand_, "rate_limiter", fortune,
                                 [errand = &errand_] -> Result<bool> { return !errand->turned_away; });
  }

 private:
  Errand& errand_;
};

}  // namespace

Fortune Errand::draw(std::string_view port) { return life.weather.draw(port, dice.seed() + ++calls, life.now(), dice); }

struct ErrandHost::Ports {
  Ports(Errand& errand, const std::string& body, std::int64_t announced_length)
      : database(errand),
        key_value(errand),
        bucket(errand, body, announced_length),
        http(errand),
        clock(errand),
        random(errand),
        log(errand),
        limiter(errand),
        host{database,
             key_value,
             bucket,
             http,
             clock,
             random,
             log,
             limiter,
             errand.life.world.settings,
             errand.life.world.cpu,
             errand.location.circuits} {}

  SimulatedDatabase database;
  StaleKeyValue key_value;
  SimulatedBucket bucket;
  SimulatedHttp http;
  LocalClock clock;
  DrawnRandom random;
  WatchedLog log;
  SimulatedRateLimiter limiter;
  Host host;
};

ErrandHost::ErrandHost(Life& life, Location& location, Dice dice, std::string name, const std::string& body,
                       std::int64_t announced_length)
    : errand_{life, location, dice, std::move(name)},
      ports_(std::make_unique<Ports>(errand_, body, announced_length)) {}
ErrandHost::~ErrandHost() = default;
Host& ErrandHost::host() { return ports_->host; }

class Exchange::Wire final : public Incoming {
 public:
  explicit Wire(Outgoing outgoing) : outgoing_(std::move(outgoing)) {
    const std::string_view target = outgoing_.target;
    const auto mark = target.find('?');
    method = method_named(outgoing_.method);
    path = target.substr(0, mark);
    if (mark != std::string_view::npos) query = target.substr(mark + 1);
    outgoing_.headers.push_back({"content-length", std::to_string(outgoing_.body.size())});
  }
  std::optional<std::string> header(HeaderName name) override {
    for (const Header& one : outgoing_.headers)
      if (equal_ignoring_case(one.name, name.text())) return one.value;
    return std::nullopt;
  }
  Task<Result<std::string>> read_body(std::uint32_t most) override {
    if (outgoing_.body.size() > most) co_return Failure(payload_too_large(most));
    co_return co_await arrived(outgoing_.body);
  }
  Task<Result<std::string>> peek_body(std::uint32_t count) override { return arrived(outgoing_.body.substr(0, count)); }
  const std::string& body() const { return outgoing_.body; }
  void belongs_to(Errand& errand) { errand_ = &errand; }

 private:
  /// Most bodies come with the request; some take their time, or stop in the middle.
  Task<Result<std::string>> arrived(std::string bytes) {
    const Fortune fortune = errand_->draw("body");
    if (!fortune.struck) co_return bytes;
    co_return co_await carry_out(*errand_, "body", fortune,
                                 [bytes = std::move(bytes)] -> Result<std::string> { return bytes; });
  }

  Outgoing outgoing_;
  Errand* errand_ = nullptr;
};

Exchange::Exchange(Life& life, Location& location, Dice dice, std::string name, Outgoing outgoing,
                   std::shared_ptr<Visit> visit)
    : life_(life),
      began_(life.now()),
      wire_(std::make_unique<Wire>(std::move(outgoing))),
      host_(std::make_unique<ErrandHost>(life, location, dice, std::move(name), wire_->body(),
                                         static_cast<std::int64_t>(wire_->body().size()))),
      visit_(std::move(visit)) {
  wire_->belongs_to(host_->errand());
  task_ = life.pipeline().serve(*wire_, host_->host(), [this](Response response) { answer(std::move(response)); });
}

Exchange::~Exchange() {
  for (const std::uint32_t stream : errand().streams) life_.world.bucket.open_streams.erase(stream);
}

bool Exchange::keeps_stream_open() const {
  return std::ranges::any_of(errand().streams,
                             [&](std::uint32_t stream) { return life_.world.bucket.open_streams.contains(stream); });
}

void Exchange::answer(Response response) {
  if (answered_) life_.violate("a request is answered once", name());
  answered_ = true;
  std::string body = std::move(response.body);
  if (response.stream != 0) {
    auto stream = life_.world.bucket.open_streams.extract(response.stream);
    if (stream.empty())
      life_.violate("an answer is a stream that is open", name());
    else
      body = std::move(stream.mapped());
  }
  std::string text = "answered " + std::to_string(response.status);
  if (response.status >= 400) text += ' ' + body.substr(0, 160);
  life_.note(name(), std::move(text));
  if (response.status == 500) life_.violate("nothing is an internal error", name() + ": " + body);
  if (response.status == 429 && !errand().turned_away && !life_.came_too_often(wire_->method, response.route))
    life_.violate("nobody is turned away who did not come too often", name() + ": " + body);
  if (response.status >= 200 && response.status < 300)
    life_.reach.add("route", std::string(name_of(wire_->method)).append(1, ' ').append(response.route));
  visit_->reply = Reply{response.status, std::move(response.headers), std::move(body)};
  life_.hand_over(*visit_);
}

CronRun::CronRun(Life& life, Location& location, Dice dice, std::string name)
    : began_(life.now()), host_(life, location, dice, std::move(name)) {
  task_ = life.pipeline().run_scheduled(host_.host(), "* * * * *");
}

}  // namespace isthmus::simulation
