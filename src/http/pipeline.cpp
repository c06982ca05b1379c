#include "http/pipeline.h"

#include <algorithm>

#include "base/strings.h"
#include "http/idempotency.h"
#include "http/rate_limit.h"

namespace isthmus {

namespace {

/// What clients may choose as the id of their request; anything else gets one of ours.
bool is_request_id(std::string_view text) {
  return text.size() >= 8 && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; });
}

std::string choose_request_id(Incoming& incoming, Host& host) {
  auto sent = incoming.header("x-request-id");
  if (sent && is_request_id(*sent)) return *std::move(sent);
  return host.random.uuid(host.clock.now());
}

/// True for "application/json" with an optional charset of UTF-8.
bool is_json_type(std::string_view content_type) {
  const auto semicolon = content_type.find(';');
  if (!equal_ignoring_case(trim(content_type.substr(0, semicolon)), "application/json")) return false;
  if (semicolon == std::string_view::npos) return true;
  const std::string_view parameter = trim(content_type.substr(semicolon + 1));
  return equal_ignoring_case(parameter, "charset=utf-8") || equal_ignoring_case(parameter, "charset=\"utf-8\"");
}

Error wrong_media_type() {
  return Error(415, "unsupported_media_type", ClientText("Send the body as application/json."));
}

/// The token of an `Authorization: Bearer …` header.
std::optional<std::string> bearer_token(Request& request) {
  const auto header = request.header("authorization");
  if (!header) return std::nullopt;
  constexpr std::string_view scheme = "bearer ";
  if (header->size() <= scheme.size() ||
      !equal_ignoring_case(std::string_view(*header).substr(0, scheme.size()), scheme))
    return std::string();
  return std::string(trim(std::string_view(*header).substr(scheme.size())));
}

Error wrong_role() { return forbidden("This is not for your role.", "wrong_role"); }

struct LiveSession {
  std::string roles;  ///< a JSON list
  std::string id;
};

std::vector<std::string> read_roles(std::string_view json) {
  std::vector<std::string> roles;
  if (const auto list = parse_json(json))
    list->for_each_element([&](JsonValue role) { roles.emplace_back(role.string().value_or("")); });
  return roles;
}

}  // namespace

Pipeline::Pipeline(const App& app) : app_(app), router_(app.routes) {}

Task<void> Pipeline::serve(Incoming& incoming, Host& host, Respond respond) const {
  Request request(app_, incoming, host, choose_request_id(incoming, host));
  Match match = router_.find(incoming.method, incoming.path);
  request.route_ = match.route;
  request.params_ = std::move(match.params);

  if (match.route) host.database.read_from(read_from(*match.route, request.header("authorization").has_value()));
  auto outcome = co_await attempt(match.route ? pass_stages(request) : fallback(request, match));

  const Error* error = outcome ? nullptr : &outcome.error();
  Response response = outcome ? *std::move(outcome) : error_response(outcome.error(), request.id());
  finish(request, response, error);
  respond(std::move(response));

  // By index: work may leave further work.
  for (std::size_t next = 0; next < request.after_.size(); ++next) {
    const auto done = co_await attempt(std::move(request.after_[next]));
    if (!done)
      LogLine(host, Log::Level::error, "work after the answer failed")
          .with("requestId", request.id())
          .with("cause", done.error().log.value);
  }
}

Task<void> Pipeline::run_scheduled(Host& host, std::string cron) const {
  if (!app_.scheduled) co_return;
  const auto done = co_await attempt(app_.scheduled(host, cron, host.clock.now()));
  if (!done)
    LogLine(host, Log::Level::error, "scheduled work failed").with("cron", cron).with("cause", done.error().log.value);
}

Task<Result<Response>> Pipeline::fallback(Request& request, const Match& match) {
  if (match.allowed.empty()) co_return Failure(not_found("page"));
  if (request.method() == Method::options) {
    Response response = no_content();
    response.headers.push_back({"allow", match.allowed});
    if (request.header("access-control-request-method"))
      response.headers.push_back({"access-control-allow-methods", match.allowed});
    co_return response;
  }
  Error error(405, "method_not_allowed",
              ClientText("This page does not know the method " + std::string(name_of(request.method())) + "."));
  error.allow = match.allowed;
  co_return Failure(std::move(error));
}

Task<Result<Response>> Pipeline::pass_stages(Request& request) {
  co_await check_rate(request);
  co_await validate(request);
  co_await authenticate(request);
  auto admitted = co_await attempt(authorize(request));
  if (!admitted) {
    Result<Response> refused = Failure(std::move(admitted).error());
    co_await settle_idempotent(request, refused);
    co_return refused;
  }
  if (auto remembered = *std::move(admitted)) co_return *std::move(remembered);
  co_return co_await handle(request);
}

Task<Result<void>> Pipeline::check_rate(Request& request) {
  const Route& route = *request.route_;
  const std::string key = "rate:" + request.client_network() + ":" + std::string(route.path);
  if (route.limit.kind == Limit::Kind::exact)
    co_await take_exactly(request.db(), key, route.limit, request.now());
  else if (!co_await request.host().rate_limiter.allow(key))
    co_return Failure(too_many_requests(minute));
  co_return Result<void>();
}

Task<Result<void>> Pipeline::validate(Request& request) {
  const Input& input = request.route_->input;
  switch (input.kind) {
    case Input::Kind::json: {
      const auto type = request.header("content-type");
      const bool may_be_absent = input.optional && !type;
      if (!may_be_absent && !is_json_type(type.value_or(""))) co_return Failure(wrong_media_type());
      request.body_ = co_await request.incoming_.read_body(input.most_bytes);
      if (may_be_absent && !request.body_.empty()) co_return Failure(wrong_media_type());
      if (may_be_absent) request.body_ = "{}";
      break;
    }
    case Input::Kind::raw: request.body_ = co_await request.incoming_.read_body(input.most_bytes); break;
    case Input::Kind::stream: {
      const auto length = to_integer(request.header("content-length").value_or(""));
      if (!length || *length <= 0)
        co_return Failure(Error(411, "length_required", ClientText("Say how long the body is, with Content-Length.")));
      if (*length > std::int64_t{input.most_bytes}) co_return Failure(payload_too_large(input.most_bytes));
      if (request.route_->takes_idempotency_key && request.header("idempotency-key"))
        request.body_ = co_await summary_of_streamed_body(request.incoming_);
      break;
    }
    case Input::Kind::query:
    case Input::Kind::none: break;
  }
  if (input.decode) co_await input.decode(request);
  co_return Result<void>();
}

Result<void> Pipeline::authenticate(Request& request) {
  const Access& access = request.route_->access;
  if (access.kind == Access::Kind::webhook) return access.verify(request);
  if (access.kind == Access::Kind::anyone) return {};
  const auto token = bearer_token(request);
  if (!token) {
    if (!access.needs_user()) return {};
    return Failure(unauthorized("Sign in first: send Authorization: Bearer <access token>.", "not_signed_in"));
  }
  auto principal = request.app().authenticator->identify(request.host(), *token, request.now());
  if (!principal) return Failure(std::move(principal).error());
  request.user_ = *std::move(principal);
  return {};
}

Task<Result<std::optional<Response>>> Pipeline::authorize(Request& request) {
  const Route& route = *request.route_;
  const Access& access = route.access;
  const auto may = [&](const Principal& user) {
    return !access.needs_role() || std::ranges::any_of(access.roles, [&](std::string_view role) {
      return !role.empty() && user.has_role(role);
    });
  };
  if (!access.self.empty() && request.param(access.self) != request.user_->user_id)
    co_return Failure(not_found(access.object));

  // What changes state, and what only some roles may see, asks the database, where a session ends at once.
  std::vector<Statement> questions;
  const Authenticator* knows = request.user_ ? request.app().authenticator : nullptr;
  const bool left_to_claim = claim_asks_session(request);
  const bool asks_session =
      !left_to_claim && knows && knows->live_session && (route.changes_state || access.needs_role());
  if (asks_session) {
    questions.push_back(knows->live_session(*request.user_, request.now()));
  } else if (knows && !left_to_claim) {
    if (knows->is_revoked && co_await knows->is_revoked(request.host(), *request.user_))
      co_return Failure(session_ended());
    if (!may(*request.user_)) co_return Failure(wrong_role());
  }
  if (access.owned) questions.push_back(access.owned(request));
  const std::size_t idempotency_at = questions.size();
  if (route.takes_idempotency_key && !route.handler_claims_key) {
    append(questions, co_await begin_idempotent(request));
  }
  if (questions.empty()) co_return std::optional<Response>();

  const bool claims_key = questions.size() > idempotency_at;
  auto answers = co_await request.db().batch(std::move(questions), OnLostAnswer::retry);
  std::size_t next = 0;
  if (asks_session) {
    auto session = co_await std::move(answers[next++]).first<LiveSession>();
    if (!session) co_return Failure(session_ended());
    request.user_->roles = read_roles(session->roles);
    request.user_->session_id = std::move(session->id);
    if (!may(*request.user_)) co_return Failure(wrong_role());
  }
  if (access.owned && answers[next++].empty()) co_return Failure(not_found(access.object));
  if (claims_key) co_return earlier_answer(request, answers[idempotency_at], std::move(answers[idempotency_at + 1]));
  co_return std::optional<Response>();
}

Task<Result<Response>> Pipeline::handle(Request& request) {
  auto outcome = co_await attempt(request.route_->run(request));
  if (request.idempotency_) co_await settle_idempotent(request, outcome);
  co_return outcome;
}

void Pipeline::finish(Request& request, Response& response, const Error* error) const {
  Host& host = request.host();
  if (request.method() == Method::head) response.body.clear();
  const CorsGrant grant = cors_grant(request);
  header_blocks_.add_to(response, grant);
  if (request.method() == Method::options) append_preflight_headers(response.headers, grant);
  response.headers.push_back({"x-request-id", request.id()});
  if (request.route_) response.route = request.route_->path;
  if (error) response.code = error->code;
  const Millis took = host.clock.now() - request.now();
  if (host.settings.in_development()) response.headers.push_back({"server-timing", "app;dur=" + std::to_string(took)});

  const auto level = response.status >= 500 ? Log::Level::error : Log::Level::info;
  LogLine line(host, level, "request");
  line.with("requestId", request.id()).with("method", name_of(request.method()));
  line.with("route", request.route_ ? request.route_->path : std::string_view("none"));
  line.with("status", response.status).with("ms", took);
  if (request.user_) line.with("userId", request.user_->user_id);
  if (error) {
    line.with("code", error->code);
    if (!error->log.value.empty()) line.with("cause", error->log.value);
  }
}

}  // namespace isthmus
