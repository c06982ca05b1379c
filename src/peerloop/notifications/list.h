#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/app.h"
#include "http/pagination.h"
#include "peerloop/notifications/notify.h"

/// What a person was told, and what of it they have seen.
namespace isthmus::peerloop {

/// What SQLite writes (see `queries.cpp`).
struct Notification {
  std::string id;
  Notice kind;
  RawJson data;
  std::optional<Timestamp> readAt;
  Timestamp createdAt;
};
constexpr auto schema(Notification*) {
  return object(
      "Notification", field("id", &Notification::id), field("kind", &Notification::kind),
      field("data", &Notification::data, described("An object of ids for links, and of titles as they were.")),
      field("readAt", &Notification::readAt), field("createdAt", &Notification::createdAt));
}

struct NotificationPage {
  RawList<Notification> items;
  std::optional<std::string> nextCursor;
  std::int64_t unreadCount = 0;
};
constexpr auto schema(NotificationPage*) {
  return object(
      "NotificationPage", field("items", &NotificationPage::items), field("nextCursor", &NotificationPage::nextCursor),
      field("unreadCount", &NotificationPage::unreadCount, described("Of all pages; 1000 means that many or more.")));
}

struct NotificationsQuery {
  bool unread = false;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(NotificationsQuery*) {
  return object("NotificationsQuery",
                field("unread", &NotificationsQuery::unread, or_default, described("Only those not read yet")),
                field("limit", &NotificationsQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &NotificationsQuery::cursor));
}

struct NotificationsRead {
  std::optional<std::vector<std::string>> ids;
  bool all = false;
};
constexpr auto schema(NotificationsRead*) {
  return object("NotificationsRead",
                field("ids", &NotificationsRead::ids, items(1, 100), each(uuid), described("Either these …")),
                field("all", &NotificationsRead::all, or_default, described("… or all that there are.")));
}
constexpr std::string_view example_of(NotificationsRead*) {
  return R"({"ids":["01a20daa-f2a3-75d8-984a-862541814e39"]})";
}

struct UnreadNotifications {
  std::int64_t unreadCount = 0;
};
constexpr auto schema(UnreadNotifications*) {
  return object("UnreadNotifications", field("unreadCount", &UnreadNotifications::unreadCount));
}

Task<Result<Response>> list_notifications(Request& request, NotificationsQuery query);
/// Idempotent. Ids of others, and unknown ones, change nothing.
Task<Result<Response>> read_notifications(Request& request, NotificationsRead body);

}  // namespace isthmus::peerloop
