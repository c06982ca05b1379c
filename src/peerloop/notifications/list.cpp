#include "peerloop/notifications/list.h"

#include "peerloop/notifications/queries.h"

namespace isthmus::peerloop {

namespace {

Result<void> check_choice(const NotificationsRead& body) {
  if (body.ids.has_value() != body.all) return {};
  Problems problems;
  problems.add("give either ids or all");
  return Failure(problems.to_error());
}

}  // namespace

Task<Result<Response>> list_notifications(Request& request, NotificationsQuery query) {
  const auto after = co_await decode_place(query.cursor, notifications_order);
  const std::string& user_id = request.user().user_id;
  std::vector<Statement> questions;
  questions.push_back(select_notifications(user_id, query, after));
  questions.push_back(count_unread(user_id));
  auto sets = co_await request.db().batch(std::move(questions), OnLostAnswer::retry);
  auto page = page_of<Notification>(co_await std::move(sets[0]).as<ListedRow>(), query.limit);
  const auto unread = co_await std::move(sets[1]).first<UnreadNotifications>();
  co_return ok(NotificationPage{std::move(page.items), std::move(page.nextCursor), unread ? unread->unreadCount : 0});
}

Task<Result<Response>> read_notifications(Request& request, NotificationsRead body) {
  co_await check_choice(body);
  const std::string& user_id = request.user().user_id;
  std::vector<Statement> statements;
  statements.push_back(body.ids ? mark_read(user_id, *body.ids, request.now()) : mark_all_read(user_id, request.now()));
  statements.push_back(count_unread(user_id));
  auto sets = co_await request.db().batch(std::move(statements), OnLostAnswer::retry);
  const auto unread = co_await std::move(sets.back()).first<UnreadNotifications>();
  co_return ok(unread.value_or(UnreadNotifications{}));
}

}  // namespace isthmus::peerloop
