#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/counters.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "fuzz/sampler.h"
#include "fuzz/target.h"
#include "http/pipeline.h"
#include "native/marketplace.h"

/// Whole requests through the pipeline, on the native host. An input is a text, so that a corpus can be read and stays
/// right when the route table grows:
///
///   POST /api/courses/{courses.0}/enroll
///   as: student
///
///   {"instructorType":"student_teacher","studentTeacherId":"{users.1}"}
///   ~~~
///   GET /api/enrollments
///   as: student
///
/// "{users.1}" is the id of the second row of that table at the time. Besides HTTP's own headers there are `as` (who
/// sends it), `signed` (a webhook's signature counts as good), `wait` (so many seconds pass before) and `provider`
/// (what outside services answer from now on: a status and a body).
namespace isthmus::fuzz {

namespace {

constexpr std::string_view between_steps = "\n~~~\n";
constexpr std::size_t most_steps = 6;

struct Step {
  std::string method;
  std::string target;
  std::vector<Header> headers;
  std::string body;

  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  std::string header(std::string_view name) const {
    const auto found = std::ranges::find(headers, name, &Header::name);
    return found == headers.end() ? std::string() : found->value;
  }
};

std::string_view take_until(std::string_view& rest, std::string_view end) {
  const auto at = rest.find(end);
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + end.size());
  return taken;
}

Step read_step(std::string_view text) {
  Step step;
  std::string_view head = take_until(text, "\n\n");
  step.body = text;
  std::string_view first = take_until(head, "\n");
  step.method = take_until(first, " ");
  step.target = first;
  while (!head.empty()) {
    std::string_view line = take_until(head, "\n");
    const std::string_view name = take_until(line, ":");
    step.headers.push_back({to_lower_ascii(trim(name)), std::string(trim(line))});
  }
  return step;
}

std::vector<Step> read_steps(std::string_view text) {
  std::vector<Step> steps;
  while (!text.empty() && steps.size() < most_steps) steps.push_back(read_step(take_until(text, between_steps)));
  return steps;
}

std::string write_steps(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& step : steps) {
    if (!text.empty()) text += between_steps;
    text += step.method + ' ' + step.target;
    for (const auto& [name, value] : step.headers) text.append("\n").append(name).append(": ").append(value);
    if (!step.body.empty()) text.append("\n\n").append(step.body);
  }
  return text;
}

/// The row of the product's own table that a request leads to.
const Route* row_of(std::string_view method, std::string_view path) {
  static const Router router(app().routes);
  return router.find(method_named(method), path).route;
}

/// A signature counts as good where the input says so: the events behind it are what is looked at.
Result<void> verify_unless_signed(Request& request) {
  if (request.header("fuzz-signed")) return {};
  const Route* row = row_of(name_of(request.method()), request.incoming().path);
  return row && row->access.verify ? row->access.verify(request) : Result<void>();
}

Task<Result<Response>> answer_nothing(Request&) { co_return no_content(); }

/// The product with tokens that anybody can write.
const App& fuzzed_app() {
  static const std::vector<Route> rows = [] {
    std::vector<Route> copied(app().routes.begin(), app().routes.end());
    for (Route& row : copied)
      if (row.access.verify) row.access.verify = verify_unless_signed;
    return copied;
  }();
  static const App fuzzed = [] {
    App copied = app();
    copied.routes = rows;
    copied.authenticator = &native::test_authenticator;
    return copied;
  }();
  return fuzzed;
}

/// The product's table with nothing but its inputs: whoever sends it, it is decoded, and then nothing happens.
const App& inputs_only() {
  static const std::vector<Route> rows = [] {
    std::vector<Route> copied(app().routes.begin(), app().routes.end());
    for (Route& row : copied) {
      row.limit = flood_only;
      row.access = anyone;
      row.takes_idempotency_key = false;
      row.run = answer_nothing;
    }
    return copied;
  }();
  static const App bare{"inputs", "Inputs", rows};
  return bare;
}

/// A marketplace with an enrollment, put back to where it began before every input.
class Playground {
 public:
  Playground() : world_(market_.world) {
    world_.settings.values["RESEND_API_KEY"] = "re_test";
    world_.settings.values["RESEND_FROM_ADDRESS"] = "PeerLoop <noreply@example.org>";
    world_.settings.values["JWT_SECRET"] = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    callers_ = {{"student", market_.student.caller},
                {"teacher", market_.teacher.caller},
                {"creator", market_.creator.caller},
                {"admin", native::add_user(world_, "administrator", {"admin"}).caller},
                {"moderator", native::add_user(world_, "moderator", {"moderator"}).caller},
                {"newcomer", native::add_user(world_, "newcomer", {"student"}).caller}};
    market_.enroll_and_pay(market_.student);
    for (SqlValue& name :
         world_.database
             .execute("SELECT name FROM sqlite_schema t WHERE type = 'table' AND EXISTS (SELECT 1 FROM "
                      "pragma_table_info(t.name) WHERE name = 'id')")
             .cells)
      tables_.push_back(std::get<std::string>(std::move(name)));
    sampler_.emplace(fuzzed_app(), tables_);
    world_.database.mark();
    began_ = world_.now();
    objects_ = world_.bucket;
    world_.http.respond = [this](const OutgoingRequest& request) { return respond(request); };
  }

  const Sampler& sampler() const { return *sampler_; }
  std::vector<std::string> callers() const {
    std::vector<std::string> names;
    for (const auto& [name, caller] : callers_) names.push_back(name);
    return names;
  }

  void begin() {
    world_.database.return_to_mark();
    world_.scheduler.advance(began_ - world_.now());
    world_.scheduler.random().seed(2);
    world_.key_value.entries.clear();
    world_.bucket = objects_;
    world_.log.lines.clear();
    world_.log.errors.clear();
    world_.http.sent.clear();
    world_.rate_limiter.asked.clear();
    provider_ = {};
    frames_ = live().frames;
  }

  void send(const Step& step) {
    native::Outgoing outgoing{step.method, filled(step.target), {}, filled(step.body)};
    for (const auto& [name, value] : step.headers) {
      if (name == "as")
        append_caller(outgoing.headers, value);
      else if (name == "signed")
        outgoing.headers.push_back({"fuzz-signed", "1"});
      else if (name == "wait")
        world_.scheduler.advance(std::clamp<std::int64_t>(to_integer(value).value_or(0), 0, 40 * 86'400) * second);
      else if (name == "provider")
        provider_ = value;
      else
        outgoing.headers.push_back({name, filled(value)});
    }
    if (!outgoing.body.empty() && step.header("content-type").empty())
      outgoing.headers.push_back({"content-type", "application/json"});
    const std::size_t asked_before = world_.http.sent.size();
    native::Exchange exchange(world_, pipeline_, std::move(outgoing));
    world_.scheduler.run();
    world_.scheduler.advance(1);
    check(step, exchange.reply(), world_.http.sent.size() > asked_before);
  }

  void end() {
    holds(live().frames == frames_, "no coroutine is left alive");
    holds(world_.bucket.open_streams.empty(), "every opened stream was sent");
    holds(market_.count("SELECT count(*) FROM ledger_imbalances") == 0, "the ledger is in balance");
    holds(market_.count("SELECT count(*) FROM split_imbalances") == 0, "the splits are in balance");
    for (const std::string& line : world_.log.lines) {
      holds(Json::accept(line), "a line of the log is JSON");
      holds(!line.contains("@example.org"), "no address is in the log");
    }
  }

 private:
  void append_caller(std::vector<Header>& headers, const std::string& name) {
    const auto found = callers_.find(name);
    if (found == callers_.end()) return;
    for (const Header& header : found->second.headers) headers.push_back(header);
  }

  /// With ids in the place of "{table.number}".
  std::string filled(const std::string& text) {
    std::string out;
    std::string_view rest = text;
    while (true) {
      out += take_until_open(rest);
      if (rest.empty()) return out;
      const auto close = rest.find('}');
      const std::string_view inside = rest.substr(1, close == std::string_view::npos ? 0 : close - 1);
      const auto dot = inside.find('.');
      const auto number = dot == std::string_view::npos ? std::nullopt : to_integer(inside.substr(dot + 1));
      if (!number || *number < 0 || !std::ranges::contains(tables_, inside.substr(0, dot))) {
        out += '{';
        rest.remove_prefix(1);
        continue;
      }
      const std::string table(inside.substr(0, dot));
      out += world_.database.text("SELECT id FROM " + table + " ORDER BY id LIMIT 1 OFFSET CAST(?1 AS INTEGER)",
                                  {*number});
      rest.remove_prefix(close + 1);
    }
  }
  static std::string_view take_until_open(std::string_view& rest) {
    const auto open = std::min(rest.find('{'), rest.size());
    const std::string_view taken = rest.substr(0, open);
    rest.remove_prefix(open);
    return taken;
  }

  /// What the input says, or something that has what many services answer.
  Result<IncomingAnswer> respond(const OutgoingRequest&) {
    std::string_view said = provider_;
    const auto status = to_integer(take_until(said, " "));
    if (status && *status >= 100 && *status <= 599)
      return IncomingAnswer{static_cast<int>(*status), {{"content-type", "application/json"}}, std::string(said)};
    const std::string id = "fuzz_" + std::to_string(world_.http.sent.size());
    const Json answer = {{"id", id},
                         {"object", "checkout.session"},
                         {"url", "https://provider.example/" + id},
                         {"status", "open"},
                         {"token", id},
                         {"roomId", id},
                         {"created", world_.now().seconds()},
                         {"expires_at", (world_.now() + hour).seconds()}};
    return IncomingAnswer{200, {{"content-type", "application/json"}, {"request-id", "req_fuzz"}}, answer.dump()};
  }

  void check(const Step& step, const native::Reply& reply, bool asked_providers) const {
    const auto fail = [&](std::string_view what) {
      holds(false, std::string(what) + ": " + step.method + ' ' + step.target + " → " + std::to_string(reply.status) +
                       ' ' + reply.body + '\n' + (world_.log.lines.empty() ? "" : world_.log.lines.back()));
    };
    // A service that answers nonsense makes us unavailable, and nothing worse.
    if (reply.status >= 500 && (reply.status != 503 || !asked_providers)) fail("something went wrong on our side");
    const std::string id = reply.header("x-request-id");
    if (id.size() < 8 || id.size() > 64) fail("an answer has a request id");
    if (reply.header("x-content-type-options") != "nosniff") fail("an answer has security headers");
    for (const auto& [name, value] : reply.headers)
      if (value.find_first_of("\r\n") != std::string::npos || value.contains('\0')) fail("a header is one line");
    const bool is_json = reply.header("content-type").starts_with("application/json");
    if (is_json && !reply.body.empty() && !Json::accept(reply.body)) fail("an answer that says so is JSON");
    const Route* row = row_of(step.method, step.path());
    if (!row || step.method == "HEAD") return;
    const Operation* operation = sampler_->find(name_of(row->method), row->path);
    if (operation && !operation->document["responses"].contains(std::to_string(reply.status)))
      fail("an answer's status is declared");
  }

  native::Marketplace market_;
  native::World& world_;
  Pipeline pipeline_{fuzzed_app()};
  std::map<std::string, native::Caller> callers_;
  std::vector<std::string> tables_;
  std::optional<Sampler> sampler_;
  Timestamp began_;
  native::BucketContents objects_;
  std::string provider_;
  std::uint32_t frames_ = 0;
};

Playground& playground() {
  // Never destroyed: libFuzzer ends the process from its inside.
  static auto& made = *new Playground;
  return made;
}

Step sampled_step(const Operation& operation, Dice& dice) {
  const Sampler& sampler = playground().sampler();
  Step step{operation.method, sampler.target(operation, dice), {}, sampler.body(operation, dice)};
  if (!dice.one_in(8)) step.headers.push_back({"as", dice.pick(playground().callers())});
  if (operation.takes_bytes()) step.body = "\x89PNG\r\n\x1a\n";
  return step;
}

void change_headers(Step& step, Dice& dice) {
  constexpr std::array names = std::to_array<std::string_view>({"idempotency-key",
                                                                "authorization",
                                                                "range",
                                                                "if-none-match",
                                                                "if-modified-since",
                                                                "if-range",
                                                                "content-length",
                                                                "content-type",
                                                                "cf-connecting-ip",
                                                                "x-request-id",
                                                                "origin",
                                                                "cookie",
                                                                "accept-language",
                                                                "wait",
                                                                "provider",
                                                                "svix-id",
                                                                "svix-timestamp",
                                                                "svix-signature",
                                                                "stripe-signature",
                                                                "signed",
                                                                "access-control-request-method"});
  constexpr std::array values =
      std::to_array<std::string_view>({"1", "0", "a", "Bearer x", "bytes=0-1", "bytes=-1", "*", "application/json",
                                       "text/plain", "2001:db8::1", "86400", "500 {}", "200 {}", "200 null",
                                       "429 {\"error\":{\"type\":\"rate_limit\"}}", "t=1,v1=a", "v1,a", "null"});
  if (!step.headers.empty() && dice.one_in(2)) {
    Header& header = step.headers[dice.below(step.headers.size())];
    if (header.name == "as")
      header.value = dice.pick(playground().callers());
    else if (dice.one_in(3))
      std::erase_if(step.headers, [name = header.name](const Header& other) { return other.name == name; });
    else
      header.value = mutate_bytes(header.value);
  } else {
    step.headers.push_back({std::string(dice.pick(names)), std::string(dice.pick(values))});
  }
}

std::string mutate_among(std::string_view text, Dice& dice, const std::vector<const Operation*>& operations,
                         std::size_t most) {
  const Sampler& sampler = playground().sampler();
  std::vector<Step> steps = read_steps(text);
  const bool empty = steps.empty();
  if (empty || (steps.size() < most && dice.one_in(6))) {
    const std::size_t at = dice.below(steps.size() + 1);
    steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(at), sampled_step(*dice.pick(operations), dice));
    return write_steps(steps);
  }
  Step& step = steps[dice.below(steps.size())];
  const Route* row = row_of(step.method, step.path());
  const Operation* known = row ? sampler.find(name_of(row->method), row->path) : nullptr;
  const Operation& operation = known ? *known : *dice.pick(operations);
  switch (dice.below(9)) {
    case 0:
    case 1: step.body = sampler.change(step.body, dice); break;
    case 2: step.body = sampler.body(operation, dice); break;
    case 3: step.target = sampler.target(operation, dice); break;
    case 4:
    case 5: change_headers(step, dice); break;
    case 6: step.body = mutate_bytes(step.body); break;
    case 7:
      if (steps.size() > 1)
        steps.erase(steps.begin() + (&step - steps.data()));
      else
        step = sampled_step(operation, dice);
      break;
    default: step.target = mutate_bytes(step.target); break;
  }
  return write_steps(steps);
}

std::vector<const Operation*> operations_where(auto wanted) {
  std::vector<const Operation*> chosen;
  for (const Operation& operation : playground().sampler().operations())
    if (wanted(operation)) chosen.push_back(&operation);
  return chosen;
}

bool is_webhook(const Operation& operation) {
  return std::ranges::any_of(app().routes, [&](const Route& row) {
    return row.access.kind == Access::Kind::webhook && row.path == operation.path &&
           name_of(row.method) == operation.method;
  });
}

}  // namespace

void send_requests(std::string_view text) {
  Playground& ground = playground();
  ground.begin();
  for (const Step& step : read_steps(text)) ground.send(step);
  ground.end();
}

void send_webhook(std::string_view text) {
  Playground& ground = playground();
  ground.begin();
  for (Step& step : read_steps(text)) {
    step.headers.push_back({"signed", "1"});
    ground.send(step);
  }
  ground.end();
}

/// The inputs of every row, decoded for anybody.
void decode_input(std::string_view text) {
  static native::World world("peerloop");
  static const Pipeline pipeline(inputs_only());
  world.log.lines.clear();
  world.rate_limiter.asked.clear();
  for (const Step& step : read_steps(text)) {
    native::Outgoing outgoing{step.method, step.target, step.headers, step.body};
    if (step.header("content-type").empty()) outgoing.headers.push_back({"content-type", "application/json"});
    const native::Exchange exchange(world, pipeline, std::move(outgoing));
    const native::Reply& reply = exchange.reply();
    constexpr std::array known{204, 400, 404, 405, 411, 413, 415};
    holds(std::ranges::contains(known, reply.status), "an input is taken or refused: " + reply.body);
    if (reply.code() != "validation_failed") continue;
    const Json answer = Json::parse(reply.body, nullptr, false);
    holds(answer.is_object() && answer["details"]["formErrors"].is_array() &&
              answer["details"]["fieldErrors"].is_object(),
          "a refusal names what is wrong");
  }
}

std::string mutate_requests(std::string_view text, Dice& dice) {
  static const auto all = operations_where([](const Operation&) { return true; });
  return mutate_among(text, dice, all, most_steps);
}

std::string mutate_webhook(std::string_view text, Dice& dice) {
  static const auto webhooks = operations_where(is_webhook);
  return mutate_among(text, dice, webhooks, 3);
}

}  // namespace isthmus::fuzz
