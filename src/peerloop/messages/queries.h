#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/pagination.h"
#include "ports/host.h"

/// All SQL of conversations.
namespace isthmus::peerloop {

inline constexpr std::string_view conversations_order = "active";
inline constexpr std::string_view messages_order = "message";

// Lists: a `ListedRow` each, and one more than `limit`.
Statement select_conversations(std::string_view user_id, const std::optional<Place>& after, std::int64_t limit);
Statement select_messages(std::string_view conversation_id, const std::optional<Place>& after, std::int64_t limit);
/// One `ListedRow`, or none.
Statement select_conversation_with(std::string_view user_id, std::string_view other_id);

/// One JSON text.
Statement select_conversation_of_pair(std::string_view user_id, std::string_view other_id);
Statement select_message(std::string_view message_id);
/// A row for the two whose conversation it is.
Statement select_membership(std::string_view conversation_id, std::string_view user_id);

/// The pair's conversation, found or begun. Guards: `not_found`, `not_allowed`, `too_many`.
std::vector<Statement> open_conversation(std::string_view sender, std::string_view recipient, std::string_view new_id,
                                         Timestamp now);
/// A message into the conversation of that id, or into the one with that person; and the other's notification. Guards:
/// `account_suspended`, `not_allowed`, `too_many`.
std::vector<Statement> insert_message(Host& host, std::string_view conversation_or_other, std::string_view message_id,
                                      std::string_view sender, std::string text, Timestamp now);
/// The last result is what is left unread.
std::vector<Statement> mark_messages_read(std::string_view conversation_id, std::string_view user_id,
                                          std::int64_t position, Timestamp now);

/// The last result has a row if there is such a user.
std::vector<Statement> insert_block(std::string_view blocker, std::string_view blocked, Timestamp now);
std::vector<Statement> delete_block(std::string_view blocker, std::string_view blocked);

}  // namespace isthmus::peerloop
