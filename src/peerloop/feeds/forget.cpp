#include "peerloop/feeds/forget.h"

#include "peerloop/feeds/mirror.h"

namespace isthmus::peerloop {

std::vector<Statement> forget_writing(Host& host, std::string_view user_id, Timestamp now) {
  std::vector<Statement> batch;
  mirror_end_of_posts(batch, host, user_id, now);
  mirror_departure(batch, host, user_id, now);
  batch.push_back(sql(R"(
      UPDATE post_flags SET status = 'moot', resolved_at = ?2
      WHERE status = 'open' AND post_id IN (SELECT id FROM posts WHERE author_id = ?1))",
                      user_id, now));
  batch.push_back(sql(R"(
      UPDATE posts SET status = 'deleted', text = '', removed_by = NULL, ended_at = coalesce(ended_at, ?2)
      WHERE author_id = ?1 AND status <> 'deleted')",
                      user_id, now));
  batch.push_back(sql("UPDATE post_flags SET note = '' WHERE reporter_id = ?1 AND note <> ''", user_id));
  batch.push_back(sql("DELETE FROM blocks WHERE blocker_id = ?1", user_id));
  batch.push_back(sql("DELETE FROM blocks WHERE blocked_id = ?1", user_id));
  return batch;
}

}  // namespace isthmus::peerloop
