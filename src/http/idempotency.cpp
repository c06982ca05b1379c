#include "http/idempotency.h"

#include <algorithm>
#include <iterator>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "http/app.h"

namespace isthmus {

namespace {

constexpr Millis kept = day;
/// How long a try may hold its key before another may take over: longer than any request lives.
constexpr Millis held = minute;

Error key_in_use() {
  return conflict("A request with this Idempotency-Key is still running.", "idempotency_key_in_use")
      .with_retry_after(1);
}

struct Known {
  std::string request_hash;
  std::string state;
  std::optional<std::int64_t> status;
  std::optional<std::string> response;
};

}  // namespace

Error session_ended() { return unauthorized("This session was ended. Please sign in again.", "session_ended"); }

bool claim_asks_session(const Request& request) {
  return request.route().asks_session_with_claim() && request.maybe_user() && request.app().authenticator->live_session;
}

Task<Result<std::string>> summary_of_streamed_body(Incoming& incoming) {
  const std::string beginning = co_await incoming.peek_body(compared_bytes);
  co_return incoming.header("content-length").value_or("") + '\n' + incoming.header("content-type").value_or("") +
      '\n' + hex_encode(crypto::sha256(beginning));
}

Result<std::vector<Statement>> begin_idempotent(Request& request) {
  auto key = request.header("idempotency-key");
  if (!key) return std::vector<Statement>();
  return request.claim_key(*std::move(key));
}

Result<std::optional<Response>> earlier_answer(Request& request, const ResultSet& claim, ResultSet known) {
  auto row = std::move(known).first<Known>();
  if (!row) return Failure(std::move(row).error());
  if (!*row) return Failure(internal_error("a claimed idempotency key is not there"));
  const Known& earlier = **row;
  if (earlier.request_hash != request.request_hash())
    return Failure(conflict("This Idempotency-Key was used for another request.", "idempotency_key_reused"));
  if (earlier.state == "done") {
    const int status = static_cast<int>(earlier.status.value_or(200));
    Response response = earlier.response ? json_response(status, *earlier.response) : Response{status, {}, {}, 0};
    response.headers.push_back({"idempotent-replayed", "true"});
    return std::optional(std::move(response));
  }
  if (claim.empty()) return Failure(key_in_use());
  return std::optional<Response>();
}

std::string Request::request_hash() const {
  const std::string query = incoming_.query.empty() ? "" : '?' + incoming_.query;
  return hex_encode(crypto::sha256(std::string(name_of(method())) + ' ' + incoming_.path + query + '\n' + body_));
}

Result<std::vector<Statement>> Request::claim_key(std::string key) {
  if (key.empty() || key.size() > 255) return Failure(bad_request("An Idempotency-Key has 1 to 255 characters."));
  idempotency_ = {user_ ? "user:" + user_->user_id : "network:" + client_network(), std::move(key),
                  host_.random.uuid(now())};
  const auto& [scope, name, owner] = *idempotency_;
  std::vector<Statement> statements;
  // A claim whose answer was lost is sent again, and finds itself.
  statements.push_back(sql(R"(
      INSERT INTO idempotency_keys (scope, key, route, request_hash, state, owner, locked_until, created_at, expires_at)
      VALUES (?1, ?2, ?3, ?4, 'running', ?5, ?6, ?7, ?8)
      ON CONFLICT (scope, key) DO UPDATE SET locked_until = ?6, owner = ?5
      WHERE state = 'running' AND request_hash = ?4 AND (locked_until <= ?7 OR owner = ?5)
      RETURNING key)",
                           scope, name, route_->path, request_hash(), owner, now() + held, now(), now() + kept));
  statements.push_back(sql(
      "SELECT request_hash, state, status, response FROM idempotency_keys WHERE scope = ?1 AND key = ?2", scope, name));
  return statements;
}

std::optional<Statement> Request::remember(const Response& response) {
  if (!idempotency_) return std::nullopt;
  remembered_ = true;
  return sql(R"(
      UPDATE idempotency_keys SET state = 'done', status = ?3, response = ?4, locked_until = NULL
      WHERE scope = ?1 AND key = ?2 AND state = 'running' AND owner = ?5)",
             idempotency_->scope, idempotency_->key, response.status,
             response.body.empty() ? std::optional<std::string>() : std::optional(response.body), idempotency_->owner);
}

std::optional<Statement> Request::remember(int status, const Statement& answer) {
  if (!idempotency_) return std::nullopt;
  remembered_ = true;
  Statement remembering = answer;
  // Its own values come behind those of the answer's statement, which keeps its numbers.
  const auto place = [&](auto value) {
    remembering.values.push_back(to_sql(std::move(value)));
    return '?' + std::to_string(remembering.values.size());
  };
  remembering.sql = "UPDATE idempotency_keys SET state = 'done', locked_until = NULL, status = " + place(status) +
                    ", response = (" + answer.sql + ") WHERE scope = " + place(idempotency_->scope) +
                    " AND key = " + place(idempotency_->key) +
                    " AND state = 'running' AND owner = " + place(idempotency_->owner);
  return remembering;
}

std::optional<Statement> Request::forget() const {
  if (!idempotency_) return std::nullopt;
  return sql("DELETE FROM idempotency_keys WHERE scope = ?1 AND key = ?2 AND state = 'running' AND owner = ?3",
             idempotency_->scope, idempotency_->key, idempotency_->owner);
}

std::optional<Statement> Request::forget_unanswered() const {
  if (!idempotency_) return std::nullopt;
  return sql("DELETE FROM idempotency_keys WHERE scope = ?1 AND key = ?2 AND response IS NULL AND owner = ?3",
             idempotency_->scope, idempotency_->key, idempotency_->owner);
}

namespace {

Task<Result<void>> settle(Request& request, Statement statement) {
  auto written = co_await attempt(request.db().write(std::move(statement)));
  // A key that stays claimed frees itself; the outcome of the request itself is what matters now.
  if (!written)
    LogLine(request.host(), Log::Level::warning, "an idempotency key was not settled").with("requestId", request.id());
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> settle_idempotent(Request& request, const Result<Response>& outcome) {
  if (!outcome) {
    if (auto freeing = request.forget()) request.after(settle(request, *std::move(freeing)));
  } else if (!request.is_remembered()) {
    if (auto remembering = request.remember(*outcome)) co_await settle(request, *std::move(remembering));
  }
  co_return Result<void>();
}

namespace {

/// Refuses the batch where the statement just before found the key to be another try's.
Statement key_guard() { return guard_written("idempotency_conflict"); }

/// Runs the batch together with what remembers its answer.
Task<Result<std::vector<ResultSet>>> commit_remembering(Request& request, std::vector<Statement> statements,
                                                        std::optional<Statement> remembering) {
  if (remembering) {
    statements.push_back(*std::move(remembering));
    // Whoever held its key for too long may have been overtaken by another try.
    statements.push_back(key_guard());
  }
  auto done = co_await attempt(request.db().batch(std::move(statements), OnLostAnswer::fail));
  co_return on_constraint(std::move(done), "guard:idempotency_conflict", key_in_use());
}

/// Refuses the batch where the session of the caller was ended.
Statement session_guard(Statement live_session) {
  live_session.sql =
      "INSERT INTO batch_guard (reason) SELECT 'session_ended' WHERE NOT EXISTS (" + live_session.sql + ')';
  return live_session;
}

}  // namespace

Task<Result<Claimed>> claim(Request& request, std::vector<Statement> statements) {
  std::vector<Statement> claiming;
  if (claim_asks_session(request))
    claiming.push_back(session_guard(request.app().authenticator->live_session(request.user(), request.now())));
  Statement known;
  auto claim_of_key = co_await begin_idempotent(request);
  if (!claim_of_key.empty()) {
    known = std::move(claim_of_key.back());
    claim_of_key.back() = key_guard();
    std::ranges::move(claim_of_key, std::back_inserter(claiming));
  }
  const auto own = static_cast<std::ptrdiff_t>(claiming.size());
  std::ranges::move(statements, std::back_inserter(claiming));
  auto done = co_await attempt(request.db().batch(std::move(claiming), OnLostAnswer::retry));
  if (done) {
    done->erase(done->begin(), done->begin() + own);
    co_return Claimed{*std::move(done), {}};
  }
  if (violates(done.error(), "guard:session_ended")) {
    request.disclaim_key();
    co_return Failure(session_ended());
  }
  if (!violates(done.error(), "guard:idempotency_conflict")) co_return Failure(std::move(done).error());

  // The guard says that the key is not ours, and not whose: an answer is there, or another try is still running.
  request.disclaim_key();
  auto row = co_await request.db().read(std::move(known));
  if (row.empty()) co_return Failure(key_in_use());
  co_return Claimed{{}, co_await earlier_answer(request, ResultSet(), std::move(row))};
}

Task<Result<Response>> commit(Request& request, std::vector<Statement> statements, Response response) {
  auto remembering = request.remember(response);
  co_await commit_remembering(request, std::move(statements), std::move(remembering));
  co_return response;
}

Task<Result<Response>> commit(Request& request, std::vector<Statement> statements, int status, Statement answer) {
  auto remembering = request.remember(status, answer);
  const std::size_t answer_at = statements.size();
  statements.push_back(std::move(answer));
  auto sets = co_await commit_remembering(request, std::move(statements), std::move(remembering));
  co_return json_response(status, std::move(sets.at(answer_at)).text());
}

}  // namespace isthmus
