#include "peerloop/notifications/queries.h"

#include "peerloop/sql.h"

namespace isthmus::peerloop {

namespace {

#define NOTIFICATION                                                                        \
  "json_object('id', n.id, 'kind', n.kind, 'data', json(n.data), 'readAt', " PEERLOOP_TIME( \
      "n.read_at") ", 'createdAt', " PEERLOOP_TIME("n.created_at") "), 'notification:' || n.created_at, n.id"
#define NOTIFICATIONS_PAGE                                \
  " AND (n.created_at, n.id) < (CAST(?2 AS INTEGER), ?3)" \
  " ORDER BY n.created_at DESC, n.id DESC LIMIT CAST(?4 AS INTEGER)"

constexpr std::string_view every =
    "SELECT " NOTIFICATION " FROM notifications n WHERE n.user_id = ?1" NOTIFICATIONS_PAGE;
constexpr std::string_view unread =
    "SELECT " NOTIFICATION " FROM notifications n WHERE n.user_id = ?1 AND n.read_at IS NULL" NOTIFICATIONS_PAGE;

}  // namespace

Statement select_notifications(std::string_view user_id, const NotificationsQuery& query,
                               const std::optional<Place>& after) {
  const Place place = after.value_or(above_all());
  return sql(query.unread ? unread : every, user_id, place.number, place.id, query.limit + 1);
}

Statement count_unread(std::string_view user_id) {
  return sql(R"(
      SELECT count(*) FROM (SELECT 1 FROM notifications WHERE user_id = ?1 AND read_at IS NULL LIMIT 1000))",
             user_id);
}

Statement mark_read(std::string_view user_id, const std::vector<std::string>& ids, Timestamp now) {
  return sql(R"(
      UPDATE notifications SET read_at = ?3
      WHERE user_id = ?1 AND read_at IS NULL AND id IN (SELECT value FROM json_each(?2)))",
             user_id, encode(ids), now);
}

Statement mark_all_read(std::string_view user_id, Timestamp now) {
  return sql("UPDATE notifications SET read_at = ?2 WHERE user_id = ?1 AND read_at IS NULL", user_id, now);
}

}  // namespace isthmus::peerloop
