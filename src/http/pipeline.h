#pragma once

#include <functional>

#include "http/app.h"
#include "http/header_blocks.h"
#include "http/router.h"

namespace isthmus {

/// Sends the answer of one request to the client. Called exactly once a request.
using Respond = std::function<void(Response)>;

/// Carries requests through the five stages of their row: rate limit, validation, authentication, authorization,
/// handler. Whatever goes wrong on the way becomes an answer and a line in the log.
class Pipeline {
 public:
  explicit Pipeline(const App& app);

  /// Answers one request, then does the work that its handler left for afterwards.
  Task<void> serve(Incoming& incoming, Host& host, Respond respond) const;

  /// Does what cron asks for.
  Task<void> run_scheduled(Host& host, std::string cron) const;

 private:
  /// Stages one to five of a row that was found.
  static Task<Result<Response>> pass_stages(Request& request);
  static Task<Result<void>> check_rate(Request& request);
  static Task<Result<void>> validate(Request& request);
  static Result<void> authenticate(Request& request);
  /// Revocation, roles, ownership, and the client's Idempotency-Key: what the database must be asked is one batch.
  /// Gives the remembered answer of an earlier try where there is one.
  static Task<Result<std::optional<Response>>> authorize(Request& request);
  static Task<Result<Response>> handle(Request& request);
  static Task<Result<Response>> fallback(Request& request, const Match& match);
  void finish(Request& request, Response& response, const Error* error) const;

  const App& app_;
  Router router_;
  mutable HeaderBlocks header_blocks_;  ///< made when they are first needed
};

}  // namespace isthmus
