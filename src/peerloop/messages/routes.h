#pragma once

#include "peerloop/messages/conversations.h"

namespace isthmus::peerloop {

// clang-format off: a row reads as a sentence.
inline constexpr auto message_routes = table(
    get("/api/conversations").summary("Your conversations, the liveliest first").tag("messages")
        .limit(flood_only).query<ConversationsQuery>().open_to(signed_in).answers<Page<Conversation>>()
        .run<list_conversations>(),
    post("/api/conversations").summary("Write to somebody").tag("messages")
        .limit(flood_only).body<NewConversation>().open_to(signed_in).takes_idempotency_key()
        .conflicts("own_account", "recipient_gone").answers<Conversation>(201).run<begin_conversation>(),
    get("/api/conversations/:id/messages").summary("The messages of a conversation, newest first").tag("messages")
        .limit(flood_only).query<MessagesQuery>().open_to(owner_of("conversation", takes_part_in_conversation))
        .answers<Page<Message>>().run<list_messages>(),
    post("/api/conversations/:id/messages").summary("Send a message").tag("messages")
        .limit(flood_only).body<NewMessage>().open_to(owner_of("conversation", takes_part_in_conversation)).takes_idempotency_key()
        .conflicts("recipient_gone").answers<Message>(201).run<send_message>(),
    post("/api/conversations/:id/read").summary("You have read up to here").tag("messages")
        .limit(flood_only).body<ReadMarker>().open_to(owner_of("conversation", takes_part_in_conversation))
        .answers<UnreadMessages>().run<read_messages>(),

    post("/api/users/:id/block").summary("Hear no more from somebody").tag("messages")
        .limit(flood_only).no_input().open_to(signed_in).answers_nothing().conflicts("own_account").run<block>(),
    del("/api/users/:id/block").summary("Hear from somebody again").tag("messages")
        .limit(flood_only).no_input().open_to(signed_in).answers_nothing().run<unblock>());
// clang-format on

}  // namespace isthmus::peerloop
