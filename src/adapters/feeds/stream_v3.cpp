#include "adapters/feeds/stream_v3.h"

#include "adapters/feeds/stream_calls.h"

namespace isthmus {

namespace {

/// That a feed was made may be forgotten, and then it is made again. It must not be remembered for ever: somebody may
/// clear the app.
constexpr Millis remembered = 7 * day;

std::string key_of(const Feed& feed) { return "stream_feed:" + stream::full_name(feed); }

Result<void> outcome(std::expected<void, stream::Refusal> sent) {
  if (!sent) return Failure(std::move(sent).error().error);
  return {};
}

/// For what is to be gone: gone already is as good.
Result<void> outcome_of_removal(std::expected<void, stream::Refusal> sent) {
  if (!sent && sent.error().is_missing) return {};
  return outcome(std::move(sent));
}

}  // namespace

Task<Result<void>> StreamFeedsV3::ensure(Feed feed) {
  Host& host = client_.host();
  const auto known = co_await attempt(host.key_value.get(key_of(feed)));
  if (known && *known) co_return Result<void>();
  co_await outcome(co_await client_.send(stream::v3::get_or_create_feed(feed)));
  co_await attempt(host.key_value.put(key_of(feed), "1", remembered));
  co_return Result<void>();
}

Task<void> StreamFeedsV3::forget(Feed feed) { co_await attempt(client_.host().key_value.remove(key_of(feed))); }

Task<Result<void>> StreamFeedsV3::put_post(FeedPost post) {
  co_await ensure(post.feed);
  auto sent = co_await client_.send(stream::v3::put_post(post));
  if (!sent && sent.error().is_missing) {
    co_await forget(post.feed);
    co_await outcome(co_await client_.send(stream::v3::get_or_create_feed(post.feed)));
    sent = co_await client_.send(stream::v3::put_post(post));
  }
  co_return outcome(std::move(sent));
}

Task<Result<void>> StreamFeedsV3::remove_post(FeedPost post) {
  co_return outcome_of_removal(co_await client_.send(stream::v3::remove_post(post)));
}

Task<Result<void>> StreamFeedsV3::follow(Feed source, Feed target) {
  co_await ensure(source);
  co_await ensure(target);
  auto sent = co_await client_.send(stream::v3::follow(source, target));
  if (!sent && sent.error().is_missing) {
    co_await forget(source);
    co_await forget(target);
    co_await outcome(co_await client_.send(stream::v3::get_or_create_feed(source)));
    co_await outcome(co_await client_.send(stream::v3::get_or_create_feed(target)));
    sent = co_await client_.send(stream::v3::follow(source, target));
  }
  co_return outcome(std::move(sent));
}

Task<Result<void>> StreamFeedsV3::unfollow(Feed source, Feed target) {
  co_return outcome_of_removal(co_await client_.send(stream::v3::unfollow(source, target)));
}

}  // namespace isthmus
