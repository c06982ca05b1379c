#include "fuzz/playground.h"

#include <algorithm>

#include "base/counters.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "native/sums.h"

namespace isthmus::fuzz {

namespace {

/// A signature counts as good where the input says so: the events behind it are what is looked at.
Result<void> verify_unless_signed(Request& request) {
  if (request.header("fuzz-signed")) return {};
  const Route* row = row_of(name_of(request.method()), request.incoming().path);
  return row && row->access.verify ? row->access.verify(request) : Result<void>();
}

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

std::string_view take_until_open(std::string_view& rest) {
  const auto open = std::min(rest.find('{'), rest.size());
  const std::string_view taken = rest.substr(0, open);
  rest.remove_prefix(open);
  return taken;
}

}  // namespace

const Route* row_of(std::string_view method, std::string_view path) {
  static const Router router(app().routes);
  return router.find(method_named(method), path).route;
}

Playground::Playground() : world_(market_.world), pipeline_(fuzzed_app()) {
  world_.settings.values.insert({{"RESEND_API_KEY", "re_test"},
                                 {"RESEND_FROM_ADDRESS", "PeerLoop <noreply@example.org>"},
                                 {"RESEND_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
                                 {"JWT_SECRET", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="},
                                 {"PLUGNMEET_URL", "https://video.test"},
                                 {"PLUGNMEET_API_KEY", "fuzz"},
                                 {"PLUGNMEET_API_SECRET", "a secret of plugNmeet that is long enough"},
                                 {"BIGBLUEBUTTON_URL", "https://bbb.test/bigbluebutton/"},
                                 {"BIGBLUEBUTTON_SECRET", "639259d4-9dd8-4b25-bf01-95f9567eaf4b"},
                                 {"STREAM_API_KEY", "key"},
                                 {"STREAM_API_SECRET", "a secret of Stream"},
                                 {"STREAM_URL", "https://stream.test/"}});
  callers_ = {{"student", market_.student.caller},
              {"teacher", market_.teacher.caller},
              {"creator", market_.creator.caller},
              {"admin", market_.admin.caller},
              {"moderator", native::add_user(world_, "moderator", {"moderator"}).caller},
              {"graduate", native::add_user(world_, "graduate", {"student"}).caller},
              {"newcomer", native::add_user(world_, "newcomer", {"student"}).caller}};
  furnish();
  for (SqlValue& name : world_.database
                            .execute("SELECT name FROM sqlite_schema t WHERE type = 'table' AND EXISTS (SELECT 1 FROM "
                                     "pragma_table_info(t.name) WHERE name = 'id')")
                            .cells)
    tables_.push_back(std::get<std::string>(std::move(name)));
  sampler_.emplace(fuzzed_app(), tables_, callers());
  world_.database.mark();
  began_ = world_.now();
  objects_ = world_.bucket;
  world_.http.respond = [this](const OutgoingRequest& request) { return respond(request); };
}

/// Most operations need something to work on: what can be had by asking is asked for.
void Playground::furnish() {
  const auto id_of = [](const native::Json& answer) { return answer["id"].get<std::string>(); };
  const std::string course = "/api/courses/" + market_.course_id;
  market_.onboard(market_.teacher);
  market_.enroll_and_pay(market_.student);
  market_.enroll_and_pay(callers_.find("graduate")->second);
  const auto enrollment_of = [&](const char* handle) {
    return market_.text(
        "SELECT e.id FROM enrollments e JOIN users u ON u.id = e.student_id WHERE u.handle = ?1 AND e.status = "
        "'enrolled'",
        {std::string(handle)});
  };
  world_.http.respond = [this](const OutgoingRequest& request) { return respond(request); };

  native::Json hours{{"timezone", "Europe/Lisbon"}, {"rules", native::Json::array()}};
  for (const char* weekday : {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
    hours["rules"].push_back({{"weekday", weekday}, {"from", "09:00"}, {"to", "17:00"}});
  ask("teacher", "PUT", "/api/availability", hours);
  const native::Json booking{{"enrollmentId", enrollment_of("student")},
                             {"teacherId", market_.teacher.id},
                             {"startsAt", "2026-09-23T10:00:00Z"},
                             {"durationMinutes", 60}};
  const std::string held = id_of(ask("student", "POST", "/api/sessions", booking));
  native::Json second = booking;
  second["startsAt"] = "2026-09-24T10:00:00Z";
  ask("student", "POST", "/api/sessions", second);
  // As if it had taken place.
  world_.database.execute(
      "UPDATE sessions SET status = 'completed', settled_at = ends_at, updated_at = ends_at WHERE id = ?1", {held});
  ask("student", "POST", "/api/sessions/" + held + "/review", {{"rating", 5}, {"comment", "Clear and patient."}});
  ask("student", "POST", "/api/conversations", {{"userId", market_.teacher.id}, {"text", "Hello"}});
  const std::string post = id_of(ask("student", "POST", "/api/feeds/course/" + market_.course_id, {{"text", "Hello"}}));
  ask("teacher", "POST", "/api/feeds/posts/" + post + "/flag", {{"reason", "other"}});
  ask("student", "POST", "/api/users/" + market_.teacher.id + "/follow");
  ask("student", "POST", "/api/calendar/token");
  const std::string graduated = "/api/enrollments/" + enrollment_of("graduate");
  ask("teacher", "POST", graduated + "/recommend");
  ask("creator", "POST", graduated + "/certify");
  ask("graduate", "POST", course + "/teach");
  ask("creator", "POST", "/api/courses",
      {{"title", "A draft"},
       {"categoryId", market_.text("SELECT id FROM categories")},
       {"level", "beginner"},
       {"priceCents", 20000},
       {"modules", {{{"title", "One"}, {"lessons", {{{"title", "Begin"}}}}}}}});
  // Names that an event in a corpus can say.
  world_.database.execute(
      "UPDATE transactions SET stripe_payment_intent_id = 'pi_student', stripe_charge_id = 'ch_student' WHERE "
      "enrollment_id = ?1",
      {enrollment_of("student")});
  world_.database.execute("UPDATE users SET stripe_account_id = 'acct_teacher' WHERE id = ?1", {market_.teacher.id});
  world_.database.execute(
      "UPDATE sessions SET room_provider = 'plugnmeet', room_id = id, room_created_at = ?1 WHERE status = 'scheduled'",
      {world_.now().ms});
  native::Outgoing file{"POST", course + "/materials?name=notes.txt", {}, "some notes"};
  file.headers = {{"content-type", "application/octet-stream"}};
  append_caller(file.headers, "creator");
  const native::Exchange added(world_, pipeline_, std::move(file));
  world_.scheduler.run();
  holds(added.reply().status == 201, "a material is added: " + added.reply().body);
}

native::Json Playground::ask(std::string_view who, std::string method, std::string target, const native::Json& body) {
  const bool has_body = !body.empty();
  native::Outgoing outgoing{std::move(method), std::move(target), {}, has_body ? body.dump() : std::string()};
  if (has_body) outgoing.headers.push_back({"content-type", "application/json"});
  append_caller(outgoing.headers, who);
  const std::string what = outgoing.method + ' ' + outgoing.target;
  const native::Exchange exchange(world_, pipeline_, std::move(outgoing));
  world_.scheduler.run();
  world_.scheduler.advance(1);
  const native::Reply& reply = exchange.reply();
  holds(reply.status >= 200 && reply.status < 300, what + ": " + reply.body);
  return reply.body.empty() ? native::Json() : reply.json();
}

std::vector<std::string> Playground::callers() const {
  std::vector<std::string> names;
  for (const auto& [name, caller] : callers_) names.push_back(name);
  return names;
}

void Playground::begin() {
  world_.database.return_to_mark();
  world_.scheduler.advance(began_ - world_.now());
  world_.scheduler.random().seed(2);
  world_.key_value.entries.clear();
  world_.bucket = objects_;
  world_.log.lines.clear();
  world_.log.errors.clear();
  world_.http.sent.clear();
  world_.rate_limiter.asked.clear();
  world_.circuits = {};
  provider_ = {};
  frames_ = live().frames;
}

void Playground::send(const Step& step) {
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

void Playground::end() {
  holds(live().frames == frames_, "no coroutine is left alive");
  holds(world_.bucket.open_streams.empty(), "every opened stream was sent");
  holds(market_.count("SELECT count(*) FROM ledger_imbalances") == 0, "the ledger is in balance");
  holds(market_.count("SELECT count(*) FROM split_imbalances") == 0, "the splits are in balance");
  const std::string wrong = native::wrong_sums(world_.database);
  holds(wrong.empty(), "the sums that are kept are those of their rows: " + wrong);
  for (const std::string& line : world_.log.lines) {
    holds(Json::accept(line), "a line of the log is JSON");
    holds(!line.contains("@example.org"), "no address is in the log");
  }
}

void Playground::append_caller(std::vector<Header>& headers, std::string_view name) const {
  const auto found = callers_.find(name);
  if (found == callers_.end()) return;
  for (const Header& header : found->second.headers) headers.push_back(header);
}

std::string Playground::filled(const std::string& text) {
  std::string out;
  std::string_view rest = text;
  while (true) {
    out += take_until_open(rest);
    if (rest.empty()) return out;
    const auto close = rest.find('}');
    const std::string_view inside = rest.substr(1, close == std::string_view::npos ? 0 : close - 1);
    const auto dot = inside.find('.');
    if (inside.substr(0, dot) == "users" && dot != std::string_view::npos &&
        callers_.contains(inside.substr(dot + 1))) {
      out += market_.text("SELECT id FROM users WHERE handle = ?1", {std::string(inside.substr(dot + 1))});
      rest.remove_prefix(close + 1);
      continue;
    }
    const auto number = dot == std::string_view::npos ? std::nullopt : to_integer(inside.substr(dot + 1));
    if (!number || *number < 0 || !std::ranges::contains(tables_, inside.substr(0, dot))) {
      out += '{';
      rest.remove_prefix(1);
      continue;
    }
    const std::string table(inside.substr(0, dot));
    // Whatever the number, it is one of those that are there.
    std::string sql = "SELECT id FROM ";
    sql.append(table).append(" ORDER BY id LIMIT 1 OFFSET CAST(?1 AS INTEGER) % (SELECT max(1, count(*)) FROM ");
    out += world_.database.text(sql.append(table).append(")"), {*number});
    rest.remove_prefix(close + 1);
  }
}

/// What the input says, or something that has what many services answer.
Result<IncomingAnswer> Playground::respond(const OutgoingRequest&) {
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

void Playground::check(const Step& step, const native::Reply& reply, bool asked_providers) const {
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

}  // namespace isthmus::fuzz
