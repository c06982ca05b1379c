#pragma once

#include "adapters/feeds/stream_client.h"

/// What is sent to Stream for each operation, without sending it.
namespace isthmus::stream {

/// "course:0199…"
std::string full_name(const Feed& feed);

/// Feeds v3. https://getstream.io/activity-feeds/docs/node/
namespace v3 {
/// Feeds are made before anything is done with them; making one again changes nothing. A course's feed is read by its
/// followers, and who asks to follow it waits for a yes that is never given: we add followers ourselves.
Call get_or_create_feed(const Feed& feed);
Call put_post(const FeedPost& post);
Call remove_post(const FeedPost& post);
Call follow(const Feed& source, const Feed& target);
Call unfollow(const Feed& source, const Feed& target);
}  // namespace v3

/// Feeds v2, whose addresses say v1.0. https://getstream.io/activity-feeds/docs/node/v2/
namespace v2 {
/// `foreign_id` and `time` together are what makes a second time harmless.
Call put_post(const FeedPost& post);
Call remove_post(const FeedPost& post);
Call follow(const Feed& source, const Feed& target);
Call unfollow(const Feed& source, const Feed& target);
}  // namespace v2

}  // namespace isthmus::stream
