#pragma once

#include "adapters/feeds/stream_client.h"

namespace isthmus {

/// Stream's Feeds v3: what apps that are made today have.
class StreamFeedsV3 final : public FeedProvider {
 public:
  StreamFeedsV3(Host& host, StreamSettings settings) : client_(host, std::move(settings)) {}

  Task<Result<void>> put_post(FeedPost post) override;
  Task<Result<void>> remove_post(FeedPost post) override;
  Task<Result<void>> follow(Feed source, Feed target) override;
  Task<Result<void>> unfollow(Feed source, Feed target) override;

 private:
  /// Makes a feed that was not made before, as far as is remembered.
  Task<Result<void>> ensure(Feed feed);
  /// Forgets that a feed was made.
  Task<void> forget(Feed feed);

  stream::Client client_;
};

}  // namespace isthmus
