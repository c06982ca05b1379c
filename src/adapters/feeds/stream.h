#pragma once

#include "adapters/feeds/feed_provider.h"
#include "adapters/feeds/stream_settings.h"

namespace isthmus {

/// Stream (getstream.io), in the version that the settings name. Fails with `feed_error::not_configured`.
Result<std::unique_ptr<FeedProvider>> stream_feeds(Host& host);

}  // namespace isthmus
