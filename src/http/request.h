#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.h"
#include "base/time.h"
#include "http/message.h"
#include "http/route.h"
#include "ports/host.h"

namespace isthmus {

struct App;

/// Who is calling, as the access token says and, where the route changes state, as the database confirmed.
struct Principal {
  std::string user_id;
  std::string token_id;  ///< the access token's jti
  std::vector<std::string> roles;
  std::string session_id;    ///< known once the database confirmed the session
  std::int64_t version = 0;  ///< of the account when the token was made: the database knows whether it still is

  bool has_role(std::string_view role) const;
};

/// One request on its way through the pipeline. It owns all that handlers may keep across a `co_await`; it lives until
/// the answer was sent and the work queued with `after` is done.
class Request {
 public:
  Request(const App& app, Incoming& incoming, Host& host, std::string id);

  Host& host() { return host_; }
  Database& db() { return host_.database; }
  const Settings& settings() const { return host_.settings; }
  const App& app() const { return app_; }
  /// The row of the table that is being answered.
  const Route& route() const { return *route_; }
  Incoming& incoming() { return incoming_; }

  const std::string& id() const { return id_; }
  Timestamp now() const { return started_; }  ///< when the request came in; one moment for all of it
  Method method() const { return incoming_.method; }
  std::optional<std::string> header(HeaderName name) { return incoming_.header(name); }
  /// The client's address as Cloudflare states it; IPv6 cut to its /64, which is what one subscriber has.
  std::string client_network();

  /// A part of the path, percent-decoded: `req.param("id")`.
  std::string_view param(std::string_view name) const;
  /// The raw body of a route that takes one.
  const std::string& body() const { return body_; }

  /// The caller. Only on routes that are not open to anyone.
  const Principal& user() const { return *user_; }
  const std::optional<Principal>& maybe_user() const { return user_; }

  /// Runs after the answer was sent, in order. A failure is logged.
  void after(Task<Result<void>> work) { after_.push_back(std::move(work)); }

  /// The statement that remembers this answer under the client's Idempotency-Key, if it sent one: put it into the batch
  /// that has the effect, so that both happen or none.
  std::optional<Statement> remember(const Response& response);
  /// The same, where the answer is the JSON text that `answer` selects.
  std::optional<Statement> remember(int status, const Statement& answer);
  bool is_remembered() const { return remembered_; }
  /// The statement that frees the key again.
  std::optional<Statement> forget() const;
  /// The same, behind a `remember` whose answer turned out to be none.
  std::optional<Statement> forget_unanswered() const;
  /// The statements that claim a key and read what is known of it.
  Result<std::vector<Statement>> claim_key(std::string key);
  /// The key is another try's, or is free again: there is nothing to settle.
  void disclaim_key() { idempotency_.reset(); }
  /// What tells this request from another under the same key.
  std::string request_hash() const;

 private:
  friend class Pipeline;

  const App& app_;
  Incoming& incoming_;
  Host& host_;
  std::string id_;
  Timestamp started_;
  const Route* route_ = nullptr;
  std::vector<std::pair<std::string_view, std::string>> params_;
  std::string body_;
  std::shared_ptr<void> input_;
  std::optional<Principal> user_;
  std::vector<Task<Result<void>>> after_;
  struct IdempotencyKey {
    std::string scope;
    std::string key;
    std::string owner;  ///< of the claim: this try, and no other with the same key
  };
  std::optional<IdempotencyKey> idempotency_;
  bool remembered_ = false;

  template <class T, auto handler>
  friend struct RouteThunks;
};

/// What the first batch of a handler gave whose route `claims_idempotency_key()`.
struct Claimed {
  std::vector<ResultSet> sets;      ///< one a statement
  std::optional<Response> earlier;  ///< what an earlier try with this key answered: now nothing happened
};

/// Runs a batch whose second time is harmless together with the claim of the client's Idempotency-Key: both happen or
/// none. Fails with 409 where the key is another request's, and, where the route left that question to it, with 401
/// where the caller's session was ended.
Task<Result<Claimed>> claim(Request& request, std::vector<Statement> statements);

/// Runs a batch that creates or pays, and remembers the answer with it under the client's Idempotency-Key.
Task<Result<Response>> commit(Request& request, std::vector<Statement> statements, Response response);
/// The same, where the database writes the answer: the JSON text that `answer` selects behind the statements.
Task<Result<Response>> commit(Request& request, std::vector<Statement> statements, int status, Statement answer);

}  // namespace isthmus
