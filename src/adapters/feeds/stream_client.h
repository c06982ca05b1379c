#pragma once

#include <string>

#include "adapters/feeds/feed_provider.h"
#include "adapters/feeds/stream_settings.h"

/// Speaks HTTP with Stream, for both versions.
namespace isthmus::stream {

struct Call {
  std::string method;
  std::string path;   ///< from the first slash
  std::string query;  ///< what stands before the key, with an '&' at its end, or empty
  std::string json;   ///< the body, or empty
};

/// What Stream's refusal says. https://getstream.io/activity-feeds/docs/node/api-errors/
struct Refusal {
  int status = 0;
  bool is_missing = false;  ///< what was named does not exist
  Error error;
};

class Client {
 public:
  Client(Host& host, StreamSettings settings) : host_(host), settings_(std::move(settings)) {}

  /// Sends a call, again where that is promising: all calls made here may be repeated.
  Task<std::expected<void, Refusal>> send(Call call);

  Host& host() { return host_; }

 private:
  Host& host_;
  StreamSettings settings_;
};

}  // namespace isthmus::stream
