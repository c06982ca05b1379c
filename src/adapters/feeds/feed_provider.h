#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/task.h"
#include "base/time.h"

/// What a product asks of whoever keeps its feeds for clients that read them directly. Every call says how things are
/// to be, so that one whose answer was lost can be made again.
namespace isthmus {

/// How a call ends that did not succeed; the code of its error.
namespace feed_error {
/// 503: no answer, or one that says "later". The same call may succeed in a while.
inline constexpr std::string_view unavailable = "feed_provider_unavailable";
/// 500: understood and refused. It will not get better by itself.
inline constexpr std::string_view refused = "feed_provider_refused";
/// 503: a setting is missing, or our key is not accepted. It gets better when someone repairs the settings.
inline constexpr std::string_view not_configured = "feed_provider_not_configured";
}  // namespace feed_error

enum class FeedGroup {
  course,    ///< what is written in a course: to be read by its followers only
  user,      ///< what anyone may know of a person
  timeline,  ///< what a person follows, for that person
};
std::string_view name_of(FeedGroup group);

struct Feed {
  FeedGroup group = FeedGroup::user;
  std::string id;
  std::string owner_id;  ///< the user whose it is
};

struct FeedPost {
  std::string id;  ///< ours: the same post never stands there twice
  std::string author_id;
  std::string text;
  Feed feed;
  Timestamp created_at;
};

class FeedProvider {
 public:
  virtual ~FeedProvider() = default;

  virtual Task<Result<void>> put_post(FeedPost post) = 0;
  /// Also where it is not there.
  virtual Task<Result<void>> remove_post(FeedPost post) = 0;
  virtual Task<Result<void>> follow(Feed source, Feed target) = 0;
  /// Also where it does not follow. What came by following goes.
  virtual Task<Result<void>> unfollow(Feed source, Feed target) = 0;
};

}  // namespace isthmus
