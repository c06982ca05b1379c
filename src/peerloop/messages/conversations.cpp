#include "peerloop/messages/conversations.h"

#include "http/rate_limit.h"
#include "peerloop/messages/queries.h"

namespace isthmus::peerloop {

namespace {

template <class T>
Result<T> explain_refusal(Result<T> done) {
  for (const char* guard : {"guard:not_found", "guard:account_suspended"})
    done = on_constraint(std::move(done), guard, conflict("There is nobody of this id to write to.", "recipient_gone"));
  done = on_constraint(std::move(done), "guard:not_allowed",
                       forbidden("You can not write to this person.", "not_allowed"));
  return on_constraint(std::move(done), "guard:too_many", too_many_requests(minute));
}

}  // namespace

Task<Result<Response>> list_conversations(Request& request, ConversationsQuery query) {
  const auto after = co_await decode_place(query.cursor, conversations_order);
  auto rows = co_await request.db().all<ListedRow>(
      query.userId ? select_conversation_with(request.user().user_id, *query.userId)
                   : select_conversations(request.user().user_id, after, query.limit));
  co_return ok(page_of<Conversation>(std::move(rows), query.limit));
}

Task<Result<Response>> begin_conversation(Request& request, NewConversation body) {
  const std::string& sender = request.user().user_id;
  if (body.userId == sender) co_return Failure(conflict("Nobody writes to themselves.", "own_account"));
  Host& host = request.host();
  auto statements = open_conversation(sender, body.userId, host.random.uuid(request.now()), request.now());
  append(statements, insert_message(host, body.userId, host.random.uuid(request.now()), sender, std::move(body.text),
                                    request.now()));
  auto begun =
      co_await attempt(commit(request, std::move(statements), 201, select_conversation_of_pair(sender, body.userId)));
  co_return explain_refusal(std::move(begun));
}

Task<Result<Response>> list_messages(Request& request, MessagesQuery query) {
  const auto after = co_await decode_place(query.cursor, messages_order);
  auto rows = co_await request.db().all<ListedRow>(select_messages(request.param("id"), after, query.limit));
  co_return ok(page_of<Message>(std::move(rows), query.limit));
}

Task<Result<Response>> send_message(Request& request, NewMessage body) {
  const std::string id(request.param("id"));
  const std::string message_id = request.host().random.uuid(request.now());
  auto statements =
      insert_message(request.host(), id, message_id, request.user().user_id, std::move(body.text), request.now());
  auto sent = co_await attempt(commit(request, std::move(statements), 201, select_message(message_id)));
  co_return explain_refusal(std::move(sent));
}

Task<Result<Response>> read_messages(Request& request, ReadMarker body) {
  auto sets = co_await request.db().batch(
      mark_messages_read(request.param("id"), request.user().user_id, body.position, request.now()),
      OnLostAnswer::retry);
  const auto left = co_await std::move(sets.back()).first<UnreadMessages>();
  co_return ok(left.value_or(UnreadMessages{}));
}

Task<Result<Response>> block(Request& request) {
  const std::string& blocker = request.user().user_id;
  if (request.param("id") == blocker) co_return Failure(conflict("Nobody blocks their own account.", "own_account"));
  auto sets =
      co_await request.db().batch(insert_block(blocker, request.param("id"), request.now()), OnLostAnswer::retry);
  if (sets.back().empty()) co_return Failure(not_found("user"));
  co_return no_content();
}

Task<Result<Response>> unblock(Request& request) {
  auto sets =
      co_await request.db().batch(delete_block(request.user().user_id, request.param("id")), OnLostAnswer::retry);
  if (sets.back().empty()) co_return Failure(not_found("user"));
  co_return no_content();
}

Statement takes_part_in_conversation(const Request& request) {
  return select_membership(request.param("id"), request.user().user_id);
}

}  // namespace isthmus::peerloop
