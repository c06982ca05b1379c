#pragma once

#include <optional>
#include <string>

#include "http/app.h"
#include "http/pagination.h"

/// One-to-one messages. A pair of people has one conversation.
///
/// Who may begin one: people who belong to the same course (enrolled, its creator, its student-teachers); anyone with
/// who offers a published course, since questions come before buying; who is followed with who follows them; moderators
/// and admins with anybody. Once begun, a conversation goes on until one of the two blocks the other, or is suspended
/// or gone.
namespace isthmus::peerloop {

// These describe what SQLite writes (see `queries.cpp`).

struct PersonInList {
  std::string id, name, handle;
  std::optional<std::string> avatarUrl;
};
constexpr auto schema(PersonInList*) {
  return object("PersonInList", field("id", &PersonInList::id), field("name", &PersonInList::name),
                field("handle", &PersonInList::handle), field("avatarUrl", &PersonInList::avatarUrl));
}

struct Message {
  std::string id, conversationId, senderId, text;
  std::int64_t position = 0;
  Timestamp createdAt;
};
constexpr auto schema(Message*) {
  return object("Message", field("id", &Message::id), field("conversationId", &Message::conversationId),
                field("senderId", &Message::senderId), field("text", &Message::text),
                field("position", &Message::position, described("Its place in the conversation, from 1, without gaps")),
                field("createdAt", &Message::createdAt));
}
ISTHMUS_PAGE(Message)

struct Conversation {
  std::string id;
  PersonInList with;
  Message lastMessage;
  std::int64_t unreadCount = 0, readPosition = 0, theirReadPosition = 0;
  bool canWrite = false, isBlocked = false;
  Timestamp activeAt, createdAt;
};
constexpr auto schema(Conversation*) {
  return object(
      "Conversation", field("id", &Conversation::id), field("with", &Conversation::with),
      field("lastMessage", &Conversation::lastMessage), field("unreadCount", &Conversation::unreadCount),
      field("readPosition", &Conversation::readPosition, described("Up to which message you have read")),
      field("theirReadPosition", &Conversation::theirReadPosition, described("Up to which message the other has read")),
      field("canWrite", &Conversation::canWrite,
            described("False where one of you blocked the other, or the other account is closed")),
      field("isBlocked", &Conversation::isBlocked, described("Whether you blocked the other")),
      field("activeAt", &Conversation::activeAt, described("When the last message came")),
      field("createdAt", &Conversation::createdAt));
}
ISTHMUS_PAGE(Conversation)

struct ConversationsQuery {
  std::optional<std::string> userId;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(ConversationsQuery*) {
  return object("ConversationsQuery",
                field("userId", &ConversationsQuery::userId, uuid, described("Only the one with this person")),
                field("limit", &ConversationsQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &ConversationsQuery::cursor));
}

struct MessagesQuery {
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(MessagesQuery*) {
  return object("MessagesQuery", field("limit", &MessagesQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &MessagesQuery::cursor));
}

struct NewConversation {
  std::string userId, text;
};
constexpr auto schema(NewConversation*) {
  return object("NewConversation", field("userId", &NewConversation::userId, uuid),
                field("text", &NewConversation::text, trimmed, length(1, 4000)));
}
constexpr std::string_view example_of(NewConversation*) {
  return R"({"userId":"01a20dab-5158-7194-84ff-14472e2a1fb6","text":"Is there time for a question before Thursday?"})";
}

struct NewMessage {
  std::string text;
};
constexpr auto schema(NewMessage*) {
  return object("NewMessage", field("text", &NewMessage::text, trimmed, length(1, 4000)));
}
constexpr std::string_view example_of(NewMessage*) { return R"({"text":"Thursday at six, then"})"; }

struct ReadMarker {
  std::int64_t position = 0;
};
constexpr auto schema(ReadMarker*) {
  return object("ReadMarker", field("position", &ReadMarker::position, range(1, 1'000'000'000),
                                    described("Of the last message that you have seen")));
}
constexpr std::string_view example_of(ReadMarker*) { return R"({"position":12})"; }

struct UnreadMessages {
  std::int64_t unreadCount = 0, readPosition = 0;
};
constexpr auto schema(UnreadMessages*) {
  return object("UnreadMessages", field("unreadCount", &UnreadMessages::unreadCount),
                field("readPosition", &UnreadMessages::readPosition));
}

/// The one with the newest message first.
Task<Result<Response>> list_conversations(Request& request, ConversationsQuery query);
/// Sends a message to a person: into the conversation of the two, which is begun where there is none. 403 `not_allowed`
/// by the rule above, 409 `recipient_gone` for who is not there, 409 `own_account`, 429 for who sends too many.
Task<Result<Response>> begin_conversation(Request& request, NewConversation body);

/// Newest first.
Task<Result<Response>> list_messages(Request& request, MessagesQuery query);
/// 403 `not_allowed` where one blocked the other, 409 `recipient_gone`, 429 for who sends too many.
Task<Result<Response>> send_message(Request& request, NewMessage body);
/// Idempotent; a marker never goes back.
Task<Result<Response>> read_messages(Request& request, ReadMarker body);

/// Nobody who is blocked can write to who blocked them, nor the other way round. Idempotent, and nobody is told.
Task<Result<Response>> block(Request& request);
Task<Result<Response>> unblock(Request& request);

/// The conversation that the path names, for the two whose it is.
Statement takes_part_in_conversation(const Request& request);

}  // namespace isthmus::peerloop
