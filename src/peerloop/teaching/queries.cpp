#include "peerloop/teaching/queries.h"

#include "peerloop/sql.h"

// Certificates that hold, of a course and a holder.
#define HOLDING(course, holder)                                                                  \
  "FROM certificates k JOIN enrollments e ON e.id = k.enrollment_id WHERE k.course_id = " course \
  " AND k.holder_id = " holder " AND " PEERLOOP_HOLDS("k", "e")

// `t` is the application, `c` its course, `u` who applied.
#define APPLICATION \
  "json_object('course', json_object('id', c.id, 'slug', c.slug, 'title', c.title),"                               \
  " 'applicant', json_object('id', u.id, 'name', u.name, 'handle', u.handle, 'avatarUrl', " PEERLOOP_AVATAR_URL(   \
      "u") ", " PEERLOOP_TEACHING_RATING("u") "),"                                                                 \
  " 'status', t.status, 'message', t.message, 'note', t.note,"                                                     \
  " 'certificateId', (SELECT k.id " HOLDING("t.course_id", "t.teacher_id") " ORDER BY k.issued_at DESC LIMIT 1),"  \
  " 'appliedAt', " PEERLOOP_TIME("t.applied_at") ", 'decidedAt', " PEERLOOP_TIME("t.decided_at") ")"
#define APPLICATIONS "course_teachers t JOIN courses c ON c.id = t.course_id JOIN users u ON u.id = t.teacher_id"

namespace isthmus::peerloop {

std::vector<Statement> select_application(std::string_view course, std::string_view applicant_id) {
  std::vector<Statement> batch;
  batch.push_back(
      sql("SELECT c.status AS course_status, c.creator_id = ?2, EXISTS (SELECT 1 " HOLDING("c.id", "?2") R"(),
             t.status, t.decided_at
      FROM courses c LEFT JOIN course_teachers t ON t.course_id = c.id AND t.teacher_id = ?2
      WHERE c.id = ?1 OR c.slug = ?1)",
          course, applicant_id));
  batch.push_back(sql(R"(
      SELECT c.id, c.title, c.creator_id, u.name FROM courses c JOIN users u ON u.id = ?2 WHERE c.id = ?1 OR c.slug = ?1)",
                      course, applicant_id));
  batch.push_back(sql("SELECT " APPLICATION " FROM " APPLICATIONS
                      " WHERE (c.id = ?1 OR c.slug = ?1) AND t.teacher_id = ?2",
                      course, applicant_id));
  return batch;
}

std::vector<Statement> insert_application(std::string_view course_id, std::string_view applicant_id,
                                          std::string message, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO course_teachers (course_id, teacher_id, status, message, applied_at)
      VALUES (?1, ?2, 'applied', ?3, ?4)
      ON CONFLICT (course_id, teacher_id) DO UPDATE SET status = 'applied', message = excluded.message, note = '',
        applied_at = excluded.applied_at, decided_at = NULL, decided_by = NULL
      WHERE status IN ('declined', 'withdrawn'))",
                      course_id, applicant_id, std::move(message), now));
  batch.push_back(guard_written());
  batch.push_back(require_certificate(course_id, applicant_id));
  return batch;
}

std::vector<Statement> set_status(std::string_view course_id, std::string_view applicant_id, TeachingStatus status,
                                  std::string_view from, std::string_view by, std::string note, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      UPDATE course_teachers SET status = ?3, note = ?4, decided_at = ?5, decided_by = ?6
      WHERE course_id = ?1 AND teacher_id = ?2 AND status IN (SELECT value FROM json_each(?7)))",
                      course_id, applicant_id, name_of(status), std::move(note), now, by, from));
  batch.push_back(guard_written());
  return batch;
}

Statement require_certificate(std::string_view course_id, std::string_view applicant_id) {
  return sql(
      "INSERT INTO batch_guard (reason) SELECT 'not_certified' WHERE NOT EXISTS (SELECT 1 " HOLDING("?1", "?2") ")",
      course_id, applicant_id);
}

Statement grant_student_teacher(std::string_view user_id, std::string_view by, Timestamp now) {
  return sql(R"(
      INSERT INTO user_roles (user_id, role, granted_by, granted_at) VALUES (?1, 'studentTeacher', ?2, ?3)
      ON CONFLICT (user_id, role) DO NOTHING)",
             user_id, by, now);
}

Statement show_application(std::string_view course_id, std::string_view applicant_id) {
  return sql("SELECT " APPLICATION " FROM " APPLICATIONS " WHERE t.course_id = ?1 AND t.teacher_id = ?2", course_id,
             applicant_id);
}

Statement select_applications(std::string_view course_id, TeachingStatus status, const std::optional<Place>& after,
                              std::int64_t limit) {
  return sql("SELECT " APPLICATION ", 'application:' || t.applied_at, u.id FROM " APPLICATIONS R"(
      WHERE t.course_id = ?1 AND t.status = ?2 AND (t.applied_at, t.teacher_id) > (?3, ?4)
      ORDER BY t.applied_at, t.teacher_id LIMIT ?5)",
             course_id, name_of(status), after ? after->number : 0, after ? std::string_view(after->id) : "",
             limit + 1);
}

Statement select_teaching(std::string_view applicant_id, const std::optional<Cursor>& after, std::int64_t limit) {
  return sql("SELECT " APPLICATION ", t.status, c.id FROM " APPLICATIONS R"(
      WHERE t.teacher_id = ?1 AND (t.status, t.course_id) > (?2, ?3) ORDER BY t.status, t.course_id LIMIT ?4)",
             applicant_id, after ? std::string_view(after->value) : "", after ? std::string_view(after->id) : "",
             limit + 1);
}

Statement select_deciding_right(std::string_view course_id, std::string_view applicant_id, std::string_view creator) {
  return sql(R"(
      SELECT 1 FROM course_teachers t JOIN courses c ON c.id = t.course_id
      WHERE t.course_id = ?1 AND t.teacher_id = ?2 AND c.creator_id = ?3)",
             course_id, applicant_id, creator);
}

}  // namespace isthmus::peerloop
