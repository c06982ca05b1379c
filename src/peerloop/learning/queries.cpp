#include "peerloop/learning/queries.h"

#include "peerloop/enrollments/queries.h"
#include "peerloop/sql.h"

// Of the enrollment `e` and its course `c`.
#define CREATOR_TEACHES "e.teacher_id = c.creator_id"
#define TEACHER_LEFT                                                                           \
  "NOT EXISTS (SELECT 1 FROM course_teachers t JOIN users w ON w.id = t.teacher_id"            \
  " WHERE t.course_id = e.course_id AND t.teacher_id = e.teacher_id AND t.status = 'approved'" \
  " AND " PEERLOOP_IS_VISIBLE("w") ")"
#define LESSON_OF_COURSE                                                                 \
  "EXISTS (SELECT 1 FROM lessons l JOIN modules m ON m.id = l.module_id WHERE l.id = ?2" \
  " AND m.course_id = e.course_id)"

namespace isthmus::peerloop {

Statement select_learning_right(std::string_view enrollment_id, std::string_view user_id) {
  return sql("SELECT 1 FROM enrollments WHERE id = ?1 AND student_id = ?2", enrollment_id, user_id);
}

Statement select_teaching_right(std::string_view enrollment_id, std::string_view user_id) {
  return sql("SELECT 1 FROM enrollments WHERE id = ?1 AND teacher_id = ?2", enrollment_id, user_id);
}

Statement select_certifying_right(std::string_view enrollment_id, std::string_view user_id) {
  return sql("SELECT 1 FROM enrollments e JOIN courses c ON c.id = e.course_id WHERE e.id = ?1 AND c.creator_id = ?2",
             enrollment_id, user_id);
}

std::vector<Statement> set_progress(std::string_view enrollment_id, std::string_view student_id,
                                    const LessonDone& lesson, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(
      sql("SELECT e.status, " LESSON_OF_COURSE " FROM enrollments e WHERE e.id = ?1", enrollment_id, lesson.lessonId));
  if (lesson.completed)
    batch.push_back(sql(
        "INSERT INTO lesson_progress (enrollment_id, lesson_id, completed_at) SELECT e.id, ?2, ?3 FROM enrollments e"
        " WHERE e.id = ?1 AND e.status IN ('enrolled', 'completed') AND " LESSON_OF_COURSE
        " ON CONFLICT (enrollment_id, lesson_id) DO NOTHING",
        enrollment_id, lesson.lessonId, now));
  else
    batch.push_back(sql(R"(
        DELETE FROM lesson_progress WHERE enrollment_id = ?1 AND lesson_id = ?2 AND EXISTS (
          SELECT 1 FROM enrollments WHERE id = ?1 AND status IN ('enrolled', 'completed')))",
                        enrollment_id, lesson.lessonId));
  batch.push_back(show_enrollment(enrollment_id, student_id, now));
  return batch;
}

std::vector<Statement> select_completion(std::string_view enrollment_id) {
  std::vector<Statement> batch;
  batch.push_back(sql("SELECT e.status, e.recommended_at IS NOT NULL, " CREATOR_TEACHES ", " TEACHER_LEFT R"(,
             EXISTS (SELECT 1 FROM certificates WHERE enrollment_id = e.id AND revoked_at IS NULL)
      FROM enrollments e JOIN courses c ON c.id = e.course_id WHERE e.id = ?1)",
                      enrollment_id));
  batch.push_back(sql(R"(
      SELECT e.id AS enrollment_id, e.student_id, s.name, e.course_id, c.title, c.creator_id
      FROM enrollments e JOIN courses c ON c.id = e.course_id JOIN users s ON s.id = e.student_id WHERE e.id = ?1)",
                      enrollment_id));
  return batch;
}

std::vector<Statement> set_recommended(std::string_view enrollment_id, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      UPDATE enrollments SET recommended_at = ?2, updated_at = ?2
      WHERE id = ?1 AND status = 'enrolled' AND recommended_at IS NULL)",
                      enrollment_id, now));
  batch.push_back(guard_written());
  return batch;
}

std::vector<Statement> set_completed(std::string_view enrollment_id, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      UPDATE enrollments AS e SET status = 'completed', completed_at = coalesce(completed_at, ?2), updated_at = ?2
      WHERE e.id = ?1 AND e.status IN ('enrolled', 'completed')
        AND (e.recommended_at IS NOT NULL OR EXISTS (SELECT 1 FROM courses c WHERE c.id = e.course_id AND )" CREATOR_TEACHES
                      ") OR " TEACHER_LEFT R"()
        AND NOT EXISTS (SELECT 1 FROM certificates WHERE enrollment_id = e.id AND revoked_at IS NULL))",
                      enrollment_id, now));
  batch.push_back(guard_written());
  return batch;
}

}  // namespace isthmus::peerloop
