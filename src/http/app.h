#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "http/input.h"
#include "http/request.h"
#include "http/route.h"

namespace isthmus {

/// How a product knows its users.
struct Authenticator {
  /// What the access token says; no I/O. Fails with 401.
  Result<Principal> (*identify)(Host&, std::string_view token, Timestamp now);
  /// Whether the session was ended, as far as is known here: may lag by a minute. Null: a token holds until it expires.
  Task<Result<bool>> (*is_revoked)(Host&, const Principal&) = nullptr;
  /// A query that gives one row (the roles as a JSON list, the session's id) if the session is live at this moment,
  /// else none. Null: there are no sessions, and what the token says is all there is.
  Statement (*live_session)(const Principal&, Timestamp now) = nullptr;
};

/// A program: its routes, and what else it does.
struct App {
  std::string_view name;
  std::string_view title;
  std::span<const Route> routes;
  const Authenticator* authenticator = nullptr;
  /// What cron does. `cron` is the pattern that fired.
  Task<Result<void>> (*scheduled)(Host&, std::string_view cron, Timestamp now) = nullptr;
  /// Whether the settings are complete and usable: asked by the health check, so that a deployment without its secrets
  /// shows at once. The error's log text says which is not.
  Result<void> (*check_settings)(const Settings&) = nullptr;
};

/// The program of this module. Each product defines it once.
const App& app();

}  // namespace isthmus
