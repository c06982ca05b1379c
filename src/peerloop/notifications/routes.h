#pragma once

#include "peerloop/notifications/list.h"

namespace isthmus::peerloop {

// clang-format off: a row reads as a sentence.
inline constexpr auto notification_routes = table(
    get("/api/notifications").summary("What you were told, newest first").tag("notifications")
        .limit(flood_only).query<NotificationsQuery>().open_to(signed_in).answers<NotificationPage>()
        .run<list_notifications>(),
    post("/api/notifications/read").summary("You have seen these").tag("notifications")
        .limit(flood_only).body<NotificationsRead>().open_to(signed_in).answers<UnreadNotifications>()
        .run<read_notifications>());
// clang-format on

}  // namespace isthmus::peerloop
