#pragma once

#include "adapters/feeds/stream_client.h"

namespace isthmus {

/// Stream's Feeds v2, for apps that have it: their feed groups are made on the dashboard, their feeds by themselves.
class StreamFeedsV2 final : public FeedProvider {
 public:
  StreamFeedsV2(Host& host, StreamSettings settings) : client_(host, std::move(settings)) {}

  Task<Result<void>> put_post(FeedPost post) override;
  Task<Result<void>> remove_post(FeedPost post) override;
  Task<Result<void>> follow(Feed source, Feed target) override;
  Task<Result<void>> unfollow(Feed source, Feed target) override;

 private:
  stream::Client client_;
};

}  // namespace isthmus
