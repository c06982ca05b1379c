#include "native/server.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/strings.h"
#include "native/sums.h"

namespace isthmus::native {

namespace {

const std::string* find_header(const std::vector<Header>& headers, std::string_view name) {
  const auto found =
      std::ranges::find_if(headers, [&](const Header& header) { return equal_ignoring_case(header.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

class TestIncoming final : public Incoming {
 public:
  explicit TestIncoming(const Outgoing& outgoing) : headers_(outgoing.headers), body_(outgoing.body) {
    const std::string_view target = outgoing.target;
    const auto mark = target.find('?');
    method = method_named(outgoing.method);
    path = target.substr(0, mark);
    if (mark != std::string_view::npos) query = target.substr(mark + 1);
    if (!find_header(headers_, "content-length") && !body_.empty())
      headers_.push_back({"content-length", std::to_string(body_.size())});
  }

  std::optional<std::string> header(HeaderName name) override {
    const std::string* value = find_header(headers_, name.text());
    return value ? std::optional(*value) : std::nullopt;
  }
  Task<Result<std::string>> read_body(std::uint32_t most) override {
    if (body_.size() > most) co_return Failure(payload_too_large(most));
    co_return body_;
  }
  Task<Result<std::string>> peek_body(std::uint32_t count) override { co_return body_.substr(0, count); }

  const std::string& body() const { return body_; }
  std::int64_t announced_length() const {
    const std::string* length = find_header(headers_, "content-length");
    return length ? to_integer(*length).value_or(0) : 0;
  }

 private:
  std::vector<Header> headers_;
  std::string body_;
};

/// Whether clients are told of a conflict. A constraint of the database that no handler knows is somebody's who was
/// faster: any route may meet it.
bool declares(const Route& route, const std::string& code) {
  if (code.empty() || code == "constraint") return true;
  if (code == "idempotency_key_reused" || code == "idempotency_key_in_use") return route.takes_idempotency_key;
  return std::ranges::contains(route.conflicts, code);
}

}  // namespace

/// What the host keeps of a request while it is served.
class Exchange::Request {
 public:
  Request(World& world, const Outgoing& outgoing)
      : incoming(outgoing),
        bucket(world.scheduler, world.fates, world.bucket, incoming.body(), incoming.announced_length()),
        database(world.database),
        host{database,  world.key_value,    bucket,         world.http, world.clock,   world.random,
             world.log, world.rate_limiter, world.settings, world.cpu,  world.circuits} {}

  TestIncoming incoming;
  MemoryBucket bucket;
  CountedDatabase database;
  Host host;
  const Route* route = nullptr;
};

Exchange::Exchange(World& world, const Pipeline& pipeline, const Router& router, std::string_view app,
                   Outgoing outgoing)
    : Exchange(world, pipeline, std::move(outgoing)) {
  app_ = app;
  const Match match = router.find(request_->incoming.method, request_->incoming.path);
  request_->route = match.route;
  if (match.route) route_ = std::string(name_of(match.route->method)) + ' ' + std::string(match.route->path);
}

Exchange::Exchange(World& world, const Pipeline& pipeline, Outgoing outgoing)
    : world_(world), request_(std::make_unique<Request>(world, outgoing)) {
  task_ = pipeline.serve(request_->incoming, request_->host, [this](Response response) {
    CHECK_MESSAGE(!reply_.has_value(), "a request is answered once");
    Reply reply{response.status, std::move(response.headers), std::move(response.body)};
    if (response.shared_headers)
      reply.headers.insert(reply.headers.end(), response.shared_headers->begin(), response.shared_headers->end());
    if (response.stream != 0) {
      const auto stream = world_.bucket.open_streams.extract(response.stream);
      REQUIRE_MESSAGE(!stream.empty(), "an answer names a stream that is not open");
      if (request_->incoming.method != Method::head) reply.body = std::move(stream.mapped());
    }
    reply_ = std::move(reply);
    request_->database.answered();
  });
  task_.resume();
}

Exchange::~Exchange() {
  if (!reply_ || route_.empty()) return;
  judge_round_trips(app_, route_, reply_->status, request_->database.round_trips());
  if (reply_->status == 409)
    CHECK_MESSAGE(declares(*request_->route, reply_->code()), route_ << " does not declare " << reply_->code());
}

const RoundTrips& Exchange::round_trips() const { return request_->database.round_trips(); }

ReadFrom Exchange::read_from() const { return request_->database.copy(); }

const Reply& Exchange::reply() const {
  REQUIRE_MESSAGE(reply_.has_value(), "the request was not answered");
  return *reply_;
}

TestServer::TestServer(const App& app, std::string_view product, std::uint64_t seed)
    : world(product, seed), pipeline_(app), router_(app.routes), app_(app.name), frames_before_(live().frames) {}

TestServer::~TestServer() {
  CHECK_MESSAGE(live().frames == frames_before_, "coroutine frames are left alive");
  CHECK_MESSAGE(world.bucket.open_streams.empty(), "a stream was opened and not sent");
  const std::string wrong = wrong_sums(world.database);
  CHECK_MESSAGE(wrong.empty(), "kept sums are not those of their rows: " << wrong);
}

std::unique_ptr<Exchange> TestServer::begin(Outgoing outgoing) {
  return std::make_unique<Exchange>(world, pipeline_, router_, app_, std::move(outgoing));
}

Reply TestServer::send(Outgoing outgoing) {
  const auto exchange = begin(std::move(outgoing));
  world.scheduler.run();
  world.scheduler.advance(1);
  return exchange->reply();
}

Reply TestServer::get(std::string target, const Caller& caller) {
  return send({"GET", std::move(target), caller.headers, {}});
}

Reply TestServer::head(std::string target, const Caller& caller) {
  return send({"HEAD", std::move(target), caller.headers, {}});
}

Reply TestServer::del(std::string target, const Caller& caller) {
  return send({"DELETE", std::move(target), caller.headers, {}});
}

Reply TestServer::post(std::string target, const Caller& caller) {
  return send({"POST", std::move(target), caller.headers, {}});
}

Reply TestServer::post(std::string target, const Json& body, const Caller& caller) {
  return send(with_json("POST", std::move(target), body, caller));
}

Reply TestServer::patch(std::string target, const Json& body, const Caller& caller) {
  return send(with_json("PATCH", std::move(target), body, caller));
}

Reply TestServer::put(std::string target, const Json& body, const Caller& caller) {
  return send(with_json("PUT", std::move(target), body, caller));
}

Outgoing with_json(std::string method, std::string target, const Json& body, const Caller& caller) {
  Outgoing outgoing{std::move(method), std::move(target), caller.headers, body.dump()};
  outgoing.headers.push_back({"content-type", "application/json"});
  return outgoing;
}

Caller Caller::with(std::string name, std::string value) const {
  Caller more = *this;
  more.headers.push_back({std::move(name), std::move(value)});
  return more;
}

std::string Reply::header(std::string_view name) const {
  const std::string* value = find_header(headers, name);
  return value ? *value : std::string();
}

bool Reply::has_header(std::string_view name) const { return find_header(headers, name) != nullptr; }

Json Reply::json() const {
  Json parsed = Json::parse(body, nullptr, false);
  REQUIRE_MESSAGE(!parsed.is_discarded(), body);
  return parsed;
}

std::string Reply::code() const {
  const Json parsed = Json::parse(body, nullptr, false);
  return parsed.is_object() ? parsed.value("code", "") : std::string();
}

Json Reply::problems(std::string_view field) const {
  const Json parsed = Json::parse(body, nullptr, false);
  const Json::json_pointer place("/details/fieldErrors/" + std::string(field));
  return parsed.is_object() && parsed.contains(place) ? parsed[place] : Json();
}

}  // namespace isthmus::native
