#pragma once

#include <string>

#include "base/error.h"
#include "base/time.h"
#include "ports/host.h"

/// What both versions of Stream's API have in common: who we are there, and who our users are.
namespace isthmus {

/// Settings: `STREAM_API_KEY`, `STREAM_API_SECRET`; `STREAM_API_VERSION`: v3 (the default) for an app made for Feeds
/// v3, v2 for one of Feeds v2; `STREAM_URL`: another origin than Stream's own, for a region or a simulator.
struct StreamSettings {
  enum class Version { v2, v3 };

  Version version = Version::v3;
  std::string api_key;
  std::string api_secret;
  std::string url;  ///< an origin, without a slash at its end

  /// Fails with `feed_error::not_configured`.
  static Result<StreamSettings> read(const Settings& settings);
};

/// A token with which a client acts as this user, and as nobody else. Both versions take it.
std::string stream_user_token(std::string_view api_secret, std::string_view user_id, Timestamp issued,
                              Timestamp expires);
/// The token with which we act ourselves.
std::string stream_server_token(const StreamSettings& settings);

}  // namespace isthmus
