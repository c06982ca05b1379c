#include "peerloop/privacy/queries.h"

#include "peerloop/sql.h"

namespace isthmus::peerloop::privacy_queries {

namespace {

/// Counts of what ties the user ?1: students in the middle of a course, money on its way to or from them; and whether
/// nobody else could administer.
constexpr std::string_view ties = R"(
    WITH ties AS (
      SELECT (SELECT count(*) FROM enrollments WHERE teacher_id = ?1 AND status = 'enrolled') AS students,
             (SELECT count(*) FROM sessions WHERE teacher_id = ?1 AND status = 'scheduled') AS sessions,
             (SELECT count(*) FROM payment_splits WHERE recipient_id = ?1
              AND status IN ('pending', 'approved', 'frozen')) AS splits,
             coalesce((SELECT sum(abs(owed)) FROM (SELECT sum(amount_cents) AS owed FROM ledger_entries
                       WHERE account = 'payable:' || ?1 GROUP BY currency)), 0) AS balance,
             EXISTS (SELECT 1 FROM user_roles WHERE user_id = ?1 AND role = 'admin')
             AND NOT EXISTS (SELECT 1 FROM user_roles r JOIN users u ON u.id = r.user_id
                             WHERE r.role = 'admin' AND r.user_id <> ?1 AND u.suspended_at IS NULL
                               AND u.deleted_at IS NULL) AS last_admin)
)";

std::string with_ties(std::string_view rest) { return std::string(ties) + std::string(rest); }

}  // namespace

std::vector<Statement> guard_obligations(std::string_view user_id) {
  return {sql(with_ties(R"(
      INSERT INTO batch_guard (reason) SELECT 'state_changed' FROM ties
      WHERE students > 0 OR sessions > 0 OR splits > 0 OR balance <> 0 OR last_admin)"),
              user_id)};
}

Statement select_obligations(std::string_view user_id) {
  return sql(with_ties(R"(
      SELECT json_object('activeStudents', students, 'scheduledSessions', sessions, 'unsettledSplits', splits,
                         'unsettledCents', balance, 'isLastAdmin', )" PEERLOOP_BOOLEAN("last_admin") R"() FROM ties)"),
             user_id);
}

Statement release_open_pages(std::string_view user_id, Timestamp now) {
  return sql(R"(
      UPDATE enrollments SET status = 'released', released_at = ?2, updated_at = ?2
      WHERE status = 'pending' AND (student_id = ?1 OR teacher_id = ?1
                                    OR course_id IN (SELECT id FROM courses WHERE creator_id = ?1))
      RETURNING coalesce(checkout_session_id, ''))",
             user_id, now);
}

std::vector<Statement> forget(std::string_view user_id, Timestamp now) {
  std::vector<Statement> statements;
  const auto remove = [&](std::string_view text) { statements.push_back(sql(text, user_id)); };
  const auto change = [&](std::string_view text) { statements.push_back(sql(text, user_id, now)); };
  change("UPDATE courses SET status = 'archived', updated_at = ?2 WHERE creator_id = ?1 AND status <> 'archived'");
  remove("UPDATE course_teachers SET status = 'withdrawn', message = '' WHERE teacher_id = ?1");
  for (const std::string_view text :
       {"DELETE FROM expertise WHERE user_id = ?1", "DELETE FROM user_roles WHERE user_id = ?1",
        "DELETE FROM availability WHERE teacher_id = ?1", "DELETE FROM calendar_links WHERE user_id = ?1",
        "DELETE FROM follows WHERE follower_id = ?1", "DELETE FROM follows WHERE followee_id = ?1",
        "DELETE FROM one_time_tokens WHERE user_id = ?1", "DELETE FROM notifications WHERE user_id = ?1",
        "DELETE FROM idempotency_keys WHERE scope = 'user:' || ?1"})
    remove(text);
  change(R"(
      UPDATE users SET email = id || '@deleted.invalid', name = 'Deleted user',
                       handle = 'deleted_' || replace(id, '-', ''), bio = '', avatar_key = NULL, avatar_etag = NULL,
                       timezone = 'UTC', password_hash = NULL, email_verified_at = NULL, email_status = 'ok',
                       email_freed_at = NULL, marketing_opt_out = 1, token_version = token_version + 1,
                       deleted_at = ?2, updated_at = ?2
      WHERE id = ?1 AND deleted_at IS NULL)");
  return statements;
}

}  // namespace isthmus::peerloop::privacy_queries
