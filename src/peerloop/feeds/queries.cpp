#include "peerloop/feeds/queries.h"

#include "peerloop/sql.h"

/// Of `posts p`, for the caller ?1.
#define POST \
  "json_object('id', p.id,"                                                                                         \
  " 'course', (SELECT json_object('id', c.id, 'slug', c.slug, 'title', c.title) FROM courses c"                     \
  "            WHERE c.id = p.course_id),"                                                                          \
  " 'author', (SELECT " PEERLOOP_PERSON("u") " FROM users u WHERE u.id = p.author_id),"                             \
  " 'authorRole', CASE"                                                                                             \
  "   WHEN EXISTS (SELECT 1 FROM courses c WHERE c.id = p.course_id AND c.creator_id = p.author_id) THEN 'creator'" \
  "   WHEN EXISTS (SELECT 1 FROM course_teachers t WHERE t.course_id = p.course_id AND t.teacher_id = p.author_id"  \
  "                AND t.status = 'approved') THEN 'studentTeacher'"                                                \
  "   ELSE 'student' END,"                                                                                          \
  " 'text', p.text, 'isMine', " PEERLOOP_BOOLEAN("p.author_id = ?1") ","                                            \
  " 'createdAt', " PEERLOOP_TIME("p.created_at") ")"
#define LISTED_POST "SELECT " POST ", 'post:' || p.created_at, p.id FROM posts p "
/// ?2 and ?3 are the place, ?4 how many.
#define PAGE_OF(post) PLACED_IN(post, "CAST(?4 AS INTEGER)")
#define PLACED_IN(post, most) \
  " AND " post ".status = 'published' AND (" post ".created_at, " post ".id) < (CAST(?2 AS INTEGER), ?3)"       \
  " AND EXISTS (SELECT 1 FROM users seen WHERE seen.id = " post ".author_id AND " PEERLOOP_IS_VISIBLE("seen") ")" \
  " ORDER BY " post ".created_at DESC, " post ".id DESC LIMIT " most
#define MAY_READ(course, user) "(" PEERLOOP_BELONGS_TO(course, user) " OR " PEERLOOP_MODERATES(user) ")"
/// Whether somebody made a course or teaches it.
#define TEACHES(course, user)                                                                                          \
  "(EXISTS (SELECT 1 FROM courses made WHERE made.id = " course " AND made.creator_id = " user                         \
  ")"                                                                                                                  \
  " OR EXISTS (SELECT 1 FROM course_teachers taught WHERE taught.course_id = " course " AND taught.teacher_id = " user \
  " AND taught.status = 'approved'))"
/// The courses that somebody made or teaches.
#define TAUGHT_BY(user)                                           \
  "(SELECT id AS course_id FROM courses WHERE creator_id = " user \
  " UNION SELECT course_id FROM course_teachers WHERE teacher_id = " user " AND status = 'approved')"
#define FLAG \
  "json_object('id', f.id, 'reason', f.reason, 'note', f.note, 'status', f.status,"                               \
  " 'reporter', (SELECT " PEERLOOP_PERSON("u") " FROM users u WHERE u.id = f.reporter_id),"                       \
  " 'post', " POST ", 'postStatus', p.status,"                                                                    \
  " 'openFlags', (SELECT count(*) FROM post_flags o WHERE o.post_id = f.post_id AND o.status = 'open'),"          \
  " 'resolution', f.resolution,"                                                                                  \
  " 'resolvedBy', (SELECT " PEERLOOP_PERSON("u") " FROM users u WHERE u.id = f.resolved_by),"                     \
  " 'resolvedAt', " PEERLOOP_TIME("f.resolved_at") ", 'createdAt', " PEERLOOP_TIME("f.created_at") ")"

namespace isthmus::peerloop {

namespace {

// How much one person may write in a minute, and object to in an hour: counted where it is kept.
#define MOST_A_MINUTE "10"
#define MOST_FLAGS_AN_HOUR "30"

}  // namespace

Statement select_course_access(std::string_view caller, std::string_view course) {
  return sql("SELECT " MAY_READ("c.id", "?1") R"(, c.status = 'published'
      FROM courses c WHERE c.id = ?2 OR c.slug = ?2)",
             caller, course);
}

Statement select_instructor_access(std::string_view caller, std::string_view instructor) {
  return sql("SELECT (" PEERLOOP_MODERATES("?1") " OR EXISTS (SELECT 1 FROM " TAUGHT_BY("?2") R"( taught
      WHERE )" PEERLOOP_BELONGS_TO("taught.course_id", "?1") R"()), 1 AS is_public
      FROM users u WHERE u.id = ?2 AND )" PEERLOOP_IS_VISIBLE("u") " AND EXISTS (SELECT 1 FROM " TAUGHT_BY("?2") ")",
             caller, instructor);
}

Statement select_course_feed(std::string_view caller, std::string_view course, const std::optional<Place>& after,
                             std::int64_t limit) {
  const Place place = after.value_or(above_all());
  // Who may not read has no course here, so that no row is looked at.
  return sql(LISTED_POST
             "WHERE p.course_id = (SELECT c.id FROM courses c WHERE (c.id = ?5 OR c.slug = ?5) AND " MAY_READ(
                 "c.id", "?1") ")" PAGE_OF("p"),
             caller, place.number, place.id, limit + 1, course);
}

Statement select_instructor_feed(std::string_view caller, std::string_view instructor,
                                 const std::optional<Place>& after, std::int64_t limit) {
  const Place place = after.value_or(above_all());
  return sql(LISTED_POST "WHERE p.author_id = ?5 AND " TEACHES("p.course_id", "?5") " AND " MAY_READ("p.course_id",
                                                                                                     "?1") PAGE_OF("p"),
             caller, place.number, place.id, limit + 1, instructor);
}

Statement select_timeline(std::string_view caller, const std::optional<Place>& after, std::int64_t limit) {
  const Place place = after.value_or(above_all());
  // A page of posts can not reach back behind the newest post of the course that comes last of as many as the page is
  // long, in the order of their newest: so that of most courses one post is looked at, and of the others few.
  return sql(
      "WITH newest AS MATERIALIZED (SELECT mine.course_id, (SELECT p.created_at FROM posts p"
      " WHERE p.course_id = mine.course_id" PLACED_IN("p", "1") ") AS at FROM " PEERLOOP_COURSES_OF("?1") R"( mine),
      bound AS MATERIALIZED (
        SELECT coalesce((SELECT at FROM newest ORDER BY at DESC LIMIT 1 OFFSET CAST(?4 AS INTEGER) - 1), 0) AS at),
      page AS MATERIALIZED (
        SELECT found.id, found.created_at FROM newest CROSS JOIN posts found ON found.id IN (
          SELECT p.id FROM posts p WHERE p.course_id = newest.course_id AND p.created_at >= (SELECT at FROM bound)
          )" PAGE_OF("p") R"()
        WHERE newest.at >= (SELECT at FROM bound)
        ORDER BY found.created_at DESC, found.id DESC LIMIT CAST(?4 AS INTEGER))
      SELECT )" POST R"(, 'post:' || p.created_at, p.id FROM page CROSS JOIN posts p ON p.id = page.id
      ORDER BY p.created_at DESC, p.id DESC)",
      caller, place.number, place.id, limit + 1);
}

std::vector<Statement> insert_post(std::string_view id, std::string_view author, std::string_view course,
                                   std::string text, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'not_found'
      WHERE NOT EXISTS (SELECT 1 FROM courses c WHERE (c.id = ?2 OR c.slug = ?2)
                        AND (c.status = 'published' OR )" MAY_READ("c.id", "?1") "))",
                      author, course));
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'not_enrolled'
      WHERE NOT EXISTS (SELECT 1 FROM courses c WHERE (c.id = ?2 OR c.slug = ?2)
                        AND )" PEERLOOP_BELONGS_TO("c.id", "?1") ")",
                      author, course));
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'too_many'
      WHERE (SELECT count(*) FROM (SELECT 1 FROM posts WHERE author_id = ?1 AND created_at > ?2
                                   LIMIT )" MOST_A_MINUTE ")) >= " MOST_A_MINUTE,
                      author, now - minute));
  batch.push_back(sql(R"(
      INSERT INTO posts (id, course_id, author_id, text, created_at)
      SELECT ?3, c.id, ?1, ?4, ?5 FROM courses c WHERE c.id = ?2 OR c.slug = ?2)",
                      author, course, id, std::move(text), now));
  return batch;
}

Statement select_post(std::string_view id, std::string_view caller) {
  return sql("SELECT " POST " FROM posts p WHERE p.id = ?2", caller, id);
}

Statement select_post_in_question(std::string_view id, std::string_view caller) {
  return sql(R"(
      SELECT p.status, p.author_id, p.course_id, c.title FROM posts p JOIN courses c ON c.id = p.course_id
      WHERE p.id = ?2 AND (p.author_id = ?1 OR )" MAY_READ("p.course_id", "?1") ")",
             caller, id);
}

std::vector<Statement> end_own_post(std::string_view id, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(
      "UPDATE posts SET status = 'deleted', text = '', ended_at = ?2 WHERE id = ?1 AND status = 'published'", id, now));
  batch.push_back(guard_written());
  batch.push_back(resolve_flags_of(id, FlagStatus::moot, std::nullopt, now));
  return batch;
}

std::vector<Statement> remove_post(std::string_view id, std::string_view moderator, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(
      sql("UPDATE posts SET status = 'removed', removed_by = ?2, ended_at = ?3 WHERE id = ?1 AND status = 'published'",
          id, moderator, now));
  batch.push_back(guard_written());
  batch.push_back(resolve_flags_of(id, FlagStatus::upheld, moderator, now));
  return batch;
}

std::vector<Statement> insert_flag(std::string_view new_id, std::string_view post, std::string_view reporter,
                                   const NewFlag& flag, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'not_found'
      WHERE NOT EXISTS (SELECT 1 FROM posts p WHERE p.id = ?2 AND p.status = 'published'
                        AND )" MAY_READ("p.course_id", "?1") ")",
                      reporter, post));
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'not_owner' FROM posts WHERE id = ?2 AND author_id = ?1)",
                      reporter, post));
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'too_many'
      WHERE NOT EXISTS (SELECT 1 FROM post_flags WHERE post_id = ?2 AND reporter_id = ?1)
        AND (SELECT count(*) FROM (SELECT 1 FROM post_flags WHERE reporter_id = ?1 AND created_at > ?3
                                   LIMIT )" MOST_FLAGS_AN_HOUR ")) >= " MOST_FLAGS_AN_HOUR,
                      reporter, post, now - hour));
  batch.push_back(sql(R"(
      INSERT INTO post_flags (id, post_id, reporter_id, reason, note, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT (post_id, reporter_id) DO NOTHING)",
                      new_id, post, reporter, name_of(flag.reason), flag.note.value_or(""), now));
  return batch;
}

Statement select_flags(std::string_view caller, const FlagsQuery& query, const std::optional<Place>& after) {
  return sql("SELECT " FLAG R"(, 'flag:' || f.created_at, f.id
      FROM post_flags f JOIN posts p ON p.id = f.post_id
      WHERE f.status = ?2 AND (f.created_at, f.id) > (CAST(?3 AS INTEGER), ?4)
      ORDER BY f.created_at, f.id LIMIT CAST(?5 AS INTEGER))",
             caller, name_of(query.status), after ? after->number : 0, after ? after->id : "", query.limit + 1);
}

Statement select_flag(std::string_view id, std::string_view caller) {
  return sql("SELECT " FLAG " FROM post_flags f JOIN posts p ON p.id = f.post_id WHERE f.id = ?2", caller, id);
}

Statement select_flag_in_question(std::string_view id) {
  return sql(R"(
      SELECT f.status, f.resolved_by, f.reason, p.id, p.author_id, p.course_id, c.title
      FROM post_flags f JOIN posts p ON p.id = f.post_id JOIN courses c ON c.id = p.course_id WHERE f.id = ?1)",
             id);
}

std::vector<Statement> resolve_one_flag(std::string_view id, FlagStatus status, std::string_view resolution,
                                        std::string_view moderator, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      UPDATE post_flags SET status = ?2, resolution = ?3, resolved_by = ?4, resolved_at = ?5
      WHERE id = ?1 AND status = 'open')",
                      id, name_of(status), resolution, moderator, now));
  batch.push_back(guard_written());
  return batch;
}

Statement resolve_flags_of(std::string_view post, FlagStatus status, std::optional<std::string_view> moderator,
                           Timestamp now) {
  return sql(R"(
      UPDATE post_flags SET status = ?2, resolved_by = ?3, resolved_at = ?4 WHERE post_id = ?1 AND status = 'open')",
             post, name_of(status), moderator, now);
}

}  // namespace isthmus::peerloop
