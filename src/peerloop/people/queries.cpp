#include "peerloop/people/queries.h"

#include "peerloop/notifications/notify.h"
#include "peerloop/sql.h"

#define EXPERTISE \
  "(SELECT json_group_array(label) FROM (SELECT label FROM expertise WHERE user_id = u.id ORDER BY position))"
#define OWN_COURSES "(SELECT count(*) FROM courses WHERE creator_id = u.id AND status = 'published')"
#define TAUGHT_COURSES                                                             \
  "(SELECT count(*) FROM course_teachers ct JOIN courses c ON c.id = ct.course_id" \
  " WHERE ct.teacher_id = u.id AND ct.status = 'approved' AND c.status = 'published')"
#define TEACHER(course_count)                                                                                    \
  "json_object('id', u.id, 'name', u.name, 'handle', u.handle, 'bio', u.bio, 'avatarUrl', " PEERLOOP_AVATAR_URL( \
      "u") ", 'expertise', " EXPERTISE ", 'followerCount', u.follower_count, 'courseCount', " course_count       \
           ", " PEERLOOP_TEACHING_RATING("u") ")"

namespace isthmus::peerloop {

Statement select_profile(std::string_view id_or_handle, std::optional<std::string> caller) {
  return sql(R"(
      SELECT json_patch(
        json_object('id', u.id, 'name', u.name, 'handle', u.handle, 'bio', u.bio,
          'avatarUrl', )" PEERLOOP_AVATAR_URL("u") R"(,
          'roles', (SELECT json_group_array(role) FROM user_roles WHERE user_id = u.id),
          'expertise', )" EXPERTISE R"(,
          'followerCount', u.follower_count, 'followingCount', u.following_count,
          'courseCount', )" OWN_COURSES ", " PEERLOOP_TEACHING_RATING("u") R"(,
          'createdAt', )" PEERLOOP_TIME("u.created_at") R"(),
        CASE
          WHEN ?2 IS NULL THEN '{}'
          WHEN ?2 = u.id THEN json_object(
            'email', u.email, 'emailVerified', )" PEERLOOP_BOOLEAN("u.email_verified_at IS NOT NULL") R"(,
            'timezone', u.timezone, 'marketingOptOut', )" PEERLOOP_BOOLEAN("u.marketing_opt_out") R"()
          ELSE json_object('isFollowing', )" PEERLOOP_BOOLEAN(
                 "EXISTS (SELECT 1 FROM follows WHERE follower_id = ?2 AND followee_id = u.id)") R"()
        END)
      FROM users u WHERE (u.id = ?1 OR u.handle = ?1) AND )" PEERLOOP_IS_VISIBLE("u"),
             id_or_handle, std::move(caller));
}

std::vector<Statement> update_profile(std::string_view user_id, const ProfileChange& change, Timestamp now) {
  std::vector<Statement> statements;
  statements.push_back(sql(R"(
      UPDATE users SET name = coalesce(?2, name), handle = coalesce(?3, handle), bio = coalesce(?4, bio),
                       timezone = coalesce(?5, timezone), marketing_opt_out = coalesce(?6, marketing_opt_out),
                       updated_at = ?7
      WHERE id = ?1)",
                           user_id, change.name, change.handle, change.bio, change.timezone, change.marketingOptOut,
                           now));
  if (change.expertise) {
    statements.push_back(sql("DELETE FROM expertise WHERE user_id = ?1", user_id));
    // Labels that differ in case only are one.
    statements.push_back(sql(R"(
        INSERT INTO expertise (user_id, label, position) SELECT ?1, value, key FROM json_each(?2) WHERE TRUE
        ON CONFLICT (user_id, label) DO NOTHING)",
                             user_id, encode(*change.expertise)));
  }
  return statements;
}

Statement set_avatar(std::string_view user_id, std::string key, std::string etag, Timestamp now) {
  return sql("UPDATE users SET avatar_key = ?2, avatar_etag = ?3, updated_at = ?4 WHERE id = ?1", user_id,
             std::move(key), std::move(etag), now);
}

Statement clear_avatar(std::string_view user_id, Timestamp now) {
  return sql("UPDATE users SET avatar_key = NULL, avatar_etag = NULL, updated_at = ?2 WHERE id = ?1", user_id, now);
}

Statement insert_follow(std::string_view follower, std::string_view followee, Timestamp now) {
  return sql(
      "INSERT INTO follows (follower_id, followee_id, created_at) "
      "SELECT ?1, u.id, ?3 FROM users u WHERE u.id = ?2 AND " PEERLOOP_IS_VISIBLE(
          "u") " ON CONFLICT (follower_id, followee_id) DO NOTHING",
      follower, followee, now);
}

Statement delete_follow(std::string_view follower, std::string_view followee) {
  return sql("DELETE FROM follows WHERE follower_id = ?1 AND followee_id = ?2", follower, followee);
}

Statement tell_of_follower(Host& host, std::string_view follower, std::string_view followee, Timestamp now) {
  return sql(R"(
      INSERT INTO notifications (id, user_id, kind, cause, data, created_at)
      SELECT ?3, f.followee_id, ?4, 'follower:' || f.follower_id,
             json_object('userId', f.follower_id), ?5
      FROM follows f
      WHERE f.follower_id = ?1 AND f.followee_id = ?2
      ON CONFLICT (user_id, kind, cause) DO NOTHING)",
             follower, followee, host.random.uuid(now), name_of(Notice::new_follower), now);
}

Statement select_visible(std::string_view user_id) {
  return sql("SELECT 1 FROM users u WHERE u.id = ?1 AND " PEERLOOP_IS_VISIBLE("u"), user_id);
}

Statement select_known(std::string_view user_id) { return sql("SELECT 1 FROM users WHERE id = ?1", user_id); }

Statement select_creators(const std::optional<Place>& after, std::int64_t limit) {
  return sql("SELECT " TEACHER(OWN_COURSES) R"(, 'creator:0', u.id
      FROM user_roles r JOIN users u ON u.id = r.user_id
      WHERE r.role = 'creator' AND r.user_id < ?1 AND )" PEERLOOP_IS_VISIBLE("u") R"(
      ORDER BY r.user_id DESC LIMIT ?2)",
             after.value_or(above_all()).id, limit + 1);
}

Statement select_student_teachers(const std::optional<Place>& after, std::int64_t limit) {
  return sql("SELECT " TEACHER(TAUGHT_COURSES) R"(, 'studentTeacher:0', u.id
      FROM user_roles r JOIN users u ON u.id = r.user_id
      WHERE r.role = 'studentTeacher' AND r.user_id < ?1 AND )" PEERLOOP_IS_VISIBLE("u") R"(
        AND EXISTS (SELECT 1 FROM course_teachers t WHERE t.teacher_id = u.id AND t.status = 'approved')
      ORDER BY r.user_id DESC LIMIT ?2)",
             after.value_or(above_all()).id, limit + 1);
}

Statement select_teachers_of_course(std::string_view course_id, const std::optional<Place>& after, std::int64_t limit) {
  const Place place = after.value_or(Place{});
  return sql("SELECT " TEACHER(TAUGHT_COURSES) R"(, 'course:' || t.decided_at, u.id
      FROM course_teachers t JOIN users u ON u.id = t.teacher_id
      WHERE t.course_id = ?1 AND t.status = 'approved' AND (t.decided_at, t.teacher_id) > (?2, ?3)
        AND EXISTS (SELECT 1 FROM courses WHERE id = ?1 AND status = 'published') AND )" PEERLOOP_IS_VISIBLE("u") R"(
      ORDER BY t.decided_at, t.teacher_id LIMIT ?4)",
             course_id, place.number, place.id, limit + 1);
}

}  // namespace isthmus::peerloop
