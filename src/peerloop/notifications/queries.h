#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/pagination.h"
#include "peerloop/notifications/list.h"
#include "ports/database.h"

/// All SQL that reads notifications; `notify` writes them.
namespace isthmus::peerloop {

inline constexpr std::string_view notifications_order = "notification";

/// Newest first, one more than the query's limit: a `ListedRow` each.
Statement select_notifications(std::string_view user_id, const NotificationsQuery& query,
                               const std::optional<Place>& after);
/// One number, at most 1000.
Statement count_unread(std::string_view user_id);
Statement mark_read(std::string_view user_id, const std::vector<std::string>& ids, Timestamp now);
Statement mark_all_read(std::string_view user_id, Timestamp now);

}  // namespace isthmus::peerloop
