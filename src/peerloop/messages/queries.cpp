#include "peerloop/messages/queries.h"

#include "peerloop/notifications/notify.h"
#include "peerloop/sql.h"

#define MESSAGE                                                                                           \
  "json_object('id', s.id, 'conversationId', s.conversation_id, 'senderId', s.sender_id, 'text', s.text," \
  " 'position', s.position, 'createdAt', " PEERLOOP_TIME("s.created_at") ")"
#define IS_BLOCKED(one, other) "EXISTS (SELECT 1 FROM blocks WHERE blocker_id = " one " AND blocked_id = " other ")"
#define ARE_APART(one, other) "(" IS_BLOCKED(one, other) " OR " IS_BLOCKED(other, one) ")"
/// Of `conversation_members m`, as that member sees it.
#define CONVERSATION \
  "json_object('id', m.conversation_id,"                                                                          \
  " 'with', (SELECT " PEERLOOP_PERSON("u") " FROM users u WHERE u.id = m.other_id),"                              \
  " 'lastMessage', (SELECT " MESSAGE " FROM messages s WHERE s.conversation_id = m.conversation_id"               \
  "                 ORDER BY s.position DESC LIMIT 1),"                                                           \
  " 'unreadCount', m.unread_count, 'readPosition', m.read_position,"                                              \
  " 'theirReadPosition', (SELECT t.read_position FROM conversation_members t"                                     \
  "                       WHERE t.conversation_id = m.conversation_id AND t.user_id = m.other_id),"               \
  " 'canWrite', " PEERLOOP_BOOLEAN(                                                                               \
      "NOT " ARE_APART("m.user_id", "m.other_id") " AND EXISTS (SELECT 1 FROM users u WHERE u.id = m.other_id"    \
                                                  " AND " PEERLOOP_IS_VISIBLE("u") ")") ","                       \
  " 'isBlocked', " PEERLOOP_BOOLEAN(IS_BLOCKED("m.user_id", "m.other_id")) ","                                    \
  " 'activeAt', " PEERLOOP_TIME("m.active_at") ","                                                                \
  " 'createdAt', (SELECT " PEERLOOP_TIME("c.created_at") " FROM conversations c WHERE c.id = m.conversation_id))"
#define PAIR_OF(one, other) "first_user_id = min(" one ", " other ") AND second_user_id = max(" one ", " other ")"

namespace isthmus::peerloop {

namespace {

// How many one person may send in a minute, and begin in a day. They are counted where they are kept, so that the count
// is exact, costs no round trip, and follows the person from network to network.
#define MOST_A_MINUTE "30"
#define MOST_BEGUN_A_DAY "30"

/// The conversation that ?1 names, with its own id or, for the sender ?2, with the other's.
#define NAMED_CONVERSATION "(SELECT id FROM conversations WHERE id = ?1 OR " PAIR_OF("?1", "?2") ")"

}  // namespace

Statement select_conversations(std::string_view user_id, const std::optional<Place>& after, std::int64_t limit) {
  const Place place = after.value_or(above_all());
  return sql("SELECT " CONVERSATION R"(, 'active:' || m.active_at, m.conversation_id
      FROM conversation_members m
      WHERE m.user_id = ?1 AND (m.active_at, m.conversation_id) < (CAST(?2 AS INTEGER), ?3)
      ORDER BY m.active_at DESC, m.conversation_id DESC LIMIT CAST(?4 AS INTEGER))",
             user_id, place.number, place.id, limit + 1);
}

Statement select_messages(std::string_view conversation_id, const std::optional<Place>& after, std::int64_t limit) {
  return sql("SELECT " MESSAGE R"(, 'message:' || s.position, s.id FROM messages s
      WHERE s.conversation_id = ?1 AND s.position < CAST(?2 AS INTEGER)
      ORDER BY s.position DESC LIMIT CAST(?3 AS INTEGER))",
             conversation_id, after.value_or(above_all()).number, limit + 1);
}

Statement select_conversation_with(std::string_view user_id, std::string_view other_id) {
  return sql("SELECT " CONVERSATION R"(, 'active:' || m.active_at, m.conversation_id
      FROM conversations c JOIN conversation_members m ON m.conversation_id = c.id AND m.user_id = ?1
      WHERE c.)" PAIR_OF("?1", "?2"),
             user_id, other_id);
}

Statement select_conversation_of_pair(std::string_view user_id, std::string_view other_id) {
  return sql("SELECT " CONVERSATION R"(
      FROM conversations c JOIN conversation_members m ON m.conversation_id = c.id AND m.user_id = ?1
      WHERE c.)" PAIR_OF("?1", "?2"),
             user_id, other_id);
}

Statement select_message(std::string_view message_id) {
  return sql("SELECT " MESSAGE " FROM messages s WHERE s.id = ?1", message_id);
}

Statement select_membership(std::string_view conversation_id, std::string_view user_id) {
  return sql("SELECT 1 FROM conversation_members WHERE conversation_id = ?1 AND user_id = ?2", conversation_id,
             user_id);
}

std::vector<Statement> open_conversation(std::string_view sender, std::string_view recipient, std::string_view new_id,
                                         Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'not_found'
      WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = ?1 AND )" PEERLOOP_IS_VISIBLE("u") ")",
                      recipient));
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'not_allowed'
      WHERE NOT EXISTS (SELECT 1 FROM conversations WHERE )" PAIR_OF("?1", "?2") R"()
        AND NOT ()" PEERLOOP_MODERATES("?1") R"(
          OR EXISTS (SELECT 1 FROM follows WHERE follower_id = ?2 AND followee_id = ?1)
          OR EXISTS (SELECT 1 FROM courses WHERE creator_id = ?2 AND status = 'published')
          OR EXISTS (SELECT 1 FROM course_teachers ct JOIN courses c ON c.id = ct.course_id
                     WHERE ct.teacher_id = ?2 AND ct.status = 'approved' AND c.status = 'published')
          OR EXISTS (SELECT 1 FROM )" PEERLOOP_COURSES_OF("?1") R"( mine
                     WHERE )" PEERLOOP_BELONGS_TO("mine.course_id", "?2") "))",
                      sender, recipient));
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'too_many'
      WHERE NOT EXISTS (SELECT 1 FROM conversations WHERE )" PAIR_OF("?1", "?2") R"()
        AND (SELECT count(*) FROM (SELECT 1 FROM conversations WHERE begun_by = ?1 AND created_at > ?3
                                   LIMIT )" MOST_BEGUN_A_DAY ")) >= " MOST_BEGUN_A_DAY,
                      sender, recipient, now - day));
  batch.push_back(sql(R"(
      INSERT INTO conversations (id, first_user_id, second_user_id, begun_by, created_at)
      VALUES (?3, min(?1, ?2), max(?1, ?2), ?1, ?4) ON CONFLICT (first_user_id, second_user_id) DO NOTHING)",
                      sender, recipient, new_id, now));
  return batch;
}

std::vector<Statement> insert_message(Host& host, std::string_view conversation_or_other, std::string_view message_id,
                                      std::string_view sender, std::string text, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'account_suspended'
      WHERE NOT EXISTS (SELECT 1 FROM conversation_members m JOIN users u ON u.id = m.other_id
                        WHERE m.conversation_id = )" NAMED_CONVERSATION
                      " AND m.user_id = ?2 AND " PEERLOOP_IS_VISIBLE("u") ")",
                      conversation_or_other, sender));
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'not_allowed' FROM conversation_members m
      WHERE m.conversation_id = )" NAMED_CONVERSATION " AND m.user_id = ?2 AND " ARE_APART("m.user_id", "m.other_id"),
                      conversation_or_other, sender));
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'too_many'
      WHERE (SELECT count(*) FROM (SELECT 1 FROM messages WHERE sender_id = ?1 AND created_at > ?2
                                   LIMIT )" MOST_A_MINUTE ")) >= " MOST_A_MINUTE,
                      sender, now - minute));
  batch.push_back(sql(R"(
      INSERT INTO messages (id, conversation_id, position, sender_id, text, created_at)
      SELECT ?3, m.conversation_id,
             coalesce((SELECT max(position) FROM messages WHERE conversation_id = m.conversation_id), 0) + 1,
             ?2, ?4, ?5
      FROM conversation_members m WHERE m.conversation_id = )" NAMED_CONVERSATION " AND m.user_id = ?2",
                      conversation_or_other, sender, message_id, std::move(text), now));
  // Told once for all that comes before it is read: the cause names what was read last.
  batch.push_back(sql(R"(
      INSERT INTO notifications (id, user_id, kind, cause, data, created_at)
      SELECT ?3, t.user_id, ?4, 'conversation:' || t.conversation_id || ':' || t.read_position,
             json_object('conversationId', t.conversation_id, 'userId', t.other_id), ?5
      FROM conversation_members t
      WHERE t.conversation_id = )" NAMED_CONVERSATION R"( AND t.other_id = ?2
      ON CONFLICT (user_id, kind, cause) DO UPDATE SET read_at = NULL, created_at = excluded.created_at
      WHERE notifications.read_at IS NOT NULL)",
                      conversation_or_other, sender, host.random.uuid(now), name_of(Notice::new_message), now));
  return batch;
}

std::vector<Statement> mark_messages_read(std::string_view conversation_id, std::string_view user_id,
                                          std::int64_t position, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      UPDATE conversation_members
      SET read_position = CAST(?3 AS INTEGER),
          unread_count = (SELECT count(*) FROM messages s WHERE s.conversation_id = ?1
                          AND s.position > CAST(?3 AS INTEGER) AND s.sender_id <> ?2)
      WHERE conversation_id = ?1 AND user_id = ?2 AND read_position < CAST(?3 AS INTEGER)
        AND EXISTS (SELECT 1 FROM messages s WHERE s.conversation_id = ?1 AND s.position = CAST(?3 AS INTEGER)))",
                      conversation_id, user_id, position));
  // ';' is what follows ':'.
  batch.push_back(sql(R"(
      UPDATE notifications SET read_at = ?4
      WHERE user_id = ?2 AND kind = ?3 AND cause > 'conversation:' || ?1 || ':' AND cause < 'conversation:' || ?1 || ';'
        AND read_at IS NULL)",
                      conversation_id, user_id, name_of(Notice::new_message), now));
  batch.push_back(
      sql("SELECT unread_count, read_position FROM conversation_members WHERE conversation_id = ?1 AND user_id = ?2",
          conversation_id, user_id));
  return batch;
}

std::vector<Statement> insert_block(std::string_view blocker, std::string_view blocked, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO blocks (blocker_id, blocked_id, created_at) SELECT ?1, u.id, ?3 FROM users u
      WHERE u.id = ?2 AND )" PEERLOOP_IS_VISIBLE("u") " ON CONFLICT (blocker_id, blocked_id) DO NOTHING",
                      blocker, blocked, now));
  batch.push_back(sql("SELECT 1 FROM users u WHERE u.id = ?1 AND " PEERLOOP_IS_VISIBLE("u"), blocked));
  return batch;
}

std::vector<Statement> delete_block(std::string_view blocker, std::string_view blocked) {
  std::vector<Statement> batch;
  batch.push_back(sql("DELETE FROM blocks WHERE blocker_id = ?1 AND blocked_id = ?2", blocker, blocked));
  batch.push_back(sql("SELECT 1 FROM users WHERE id = ?1", blocked));
  return batch;
}

}  // namespace isthmus::peerloop
