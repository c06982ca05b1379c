#include "adapters/feeds/stream_v2.h"

#include "adapters/feeds/stream.h"
#include "adapters/feeds/stream_calls.h"
#include "adapters/feeds/stream_v3.h"

namespace isthmus {

namespace {

Result<void> outcome(std::expected<void, stream::Refusal> sent) {
  if (!sent) return Failure(std::move(sent).error().error);
  return {};
}

}  // namespace

Task<Result<void>> StreamFeedsV2::put_post(FeedPost post) {
  co_return outcome(co_await client_.send(stream::v2::put_post(post)));
}

Task<Result<void>> StreamFeedsV2::remove_post(FeedPost post) {
  auto sent = co_await client_.send(stream::v2::remove_post(post));
  if (!sent && sent.error().is_missing) co_return Result<void>();
  co_return outcome(std::move(sent));
}

Task<Result<void>> StreamFeedsV2::follow(Feed source, Feed target) {
  co_return outcome(co_await client_.send(stream::v2::follow(source, target)));
}

Task<Result<void>> StreamFeedsV2::unfollow(Feed source, Feed target) {
  co_return outcome(co_await client_.send(stream::v2::unfollow(source, target)));
}

Result<std::unique_ptr<FeedProvider>> stream_feeds(Host& host) {
  auto settings = StreamSettings::read(host.settings);
  if (!settings) return Failure(std::move(settings).error());
  if (settings->version == StreamSettings::Version::v2)
    return std::unique_ptr<FeedProvider>(std::make_unique<StreamFeedsV2>(host, *std::move(settings)));
  return std::unique_ptr<FeedProvider>(std::make_unique<StreamFeedsV3>(host, *std::move(settings)));
}

}  // namespace isthmus
