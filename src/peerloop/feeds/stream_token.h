#pragma once

#include <string>

#include "http/app.h"

/// What a client needs to read the copy of the feeds at the provider with the provider's SDK.
namespace isthmus::peerloop {

struct StreamToken {
  std::string token, apiKey, userId;
  Timestamp expiresAt;
};
constexpr auto schema(StreamToken*) {
  return object("StreamToken", field("token", &StreamToken::token), field("apiKey", &StreamToken::apiKey),
                field("userId", &StreamToken::userId),
                field("expiresAt", &StreamToken::expiresAt,
                      described("Ask again before: the answer is kept for an "
                                "hour, the token is good for a day.")));
}

/// 503 `feed_provider_not_configured` where there is no provider.
Task<Result<Response>> issue_stream_token(Request& request);

}  // namespace isthmus::peerloop
