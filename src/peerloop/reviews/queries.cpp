#include "peerloop/reviews/queries.h"

#include "peerloop/sql.h"

// `r` is the review.
#define REVIEW_PERSON(user)                                               \
  "json_object('id', " user ".id, 'name', " user ".name, 'handle', " user \
  ".handle, 'avatarUrl', " PEERLOOP_AVATAR_URL(user) ")"
#define REVIEW \
  "json_object('id', r.id, 'writtenBy', r.written_by, 'author', " REVIEW_PERSON("a") ", 'subject', " REVIEW_PERSON( \
      "s") ", 'course', json_object('id', c.id, 'slug', c.slug, 'title', c.title), 'rating', r.rating,"            \
  " 'courseRating', r.course_rating, 'comment', r.comment, 'createdAt', " PEERLOOP_TIME("r.created_at") ")"
#define REVIEWS                                                                            \
  " FROM reviews r JOIN users a ON a.id = r.author_id JOIN users s ON s.id = r.subject_id" \
  " JOIN courses c ON c.id = r.course_id"
#define LISTED "SELECT " REVIEW ", 'review:' || r.created_at, r.id" REVIEWS
#define IN_ORDER " AND (r.created_at, r.id) < (?2, ?3) ORDER BY r.created_at DESC, r.id DESC LIMIT ?4"

namespace isthmus::peerloop {

namespace {

Statement list(std::string_view text, std::string_view of, const std::optional<Place>& after, std::int64_t limit) {
  const Place place = after.value_or(above_all());
  return sql(text, of, place.number, place.id, limit + 1);
}

}  // namespace

Statement select_attendance_right(std::string_view session_id, std::string_view user_id) {
  return sql("SELECT 1 FROM sessions WHERE id = ?1 AND ?2 IN (student_id, teacher_id)", session_id, user_id);
}

Statement select_reviewed_session(std::string_view session_id, std::string_view author_id) {
  return sql(R"(
      SELECT s.status AS session_status, c.id, c.title, iif(s.student_id = ?2, s.teacher_id, s.student_id),
             s.student_id = ?2, EXISTS (SELECT 1 FROM reviews WHERE session_id = s.id AND author_id = ?2)
      FROM sessions s JOIN courses c ON c.id = s.course_id WHERE s.id = ?1)",
             session_id, author_id);
}

std::vector<Statement> insert_review(const ReviewText& review, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO reviews (id, session_id, enrollment_id, course_id, author_id, subject_id, written_by, rating,
                           course_rating, comment, created_at)
      SELECT ?1, s.id, s.enrollment_id, s.course_id, ?3, iif(s.student_id = ?3, s.teacher_id, s.student_id),
             iif(s.student_id = ?3, 'student', 'teacher'), ?4, ?5, ?6, ?7
      FROM sessions s WHERE s.id = ?2 AND s.status = 'completed' AND ?3 IN (s.student_id, s.teacher_id))",
                      review.id, review.session_id, review.author_id, review.rating, review.course_rating,
                      review.comment, now));
  batch.push_back(guard_written());
  return batch;
}

Statement select_review(std::string_view id) { return sql("SELECT " REVIEW REVIEWS " WHERE r.id = ?1", id); }

Statement select_reviews_of_session(std::string_view session_id, const std::optional<Place>& after,
                                    std::int64_t limit) {
  return list(LISTED " WHERE r.session_id = ?1" IN_ORDER, session_id, after, limit);
}

Statement select_reviews_of_course(std::string_view id_or_slug, const std::optional<Place>& after, std::int64_t limit) {
  return list(
      LISTED
      " WHERE r.course_id = (SELECT id FROM courses WHERE id = ?1 OR slug = ?1) AND r.written_by = 'student'" IN_ORDER,
      id_or_slug, after, limit);
}

Statement select_reviews_of_teacher(std::string_view id_or_handle, const std::optional<Place>& after,
                                    std::int64_t limit) {
  return list(LISTED
              " WHERE r.subject_id = (SELECT id FROM users WHERE (id = ?1 OR handle = ?1) AND deleted_at IS NULL)"
              " AND r.written_by = 'student'" IN_ORDER,
              id_or_handle, after, limit);
}

}  // namespace isthmus::peerloop
