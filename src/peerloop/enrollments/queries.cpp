#include "peerloop/enrollments/queries.h"

#include "base/strings.h"
#include "peerloop/sql.h"

/// Of an enrollment: it is to be paid, and the page where it is paid was not opened yet.
#define WAITS_FOR_PAGE "status = 'pending' AND checkout_session_id IS NULL"

namespace isthmus::peerloop {

namespace {

/// What is on offer for ?1 course, ?2 student, ?3 instructor type, ?4 student-teacher: a row, or none where it may not
/// be bought like that.
constexpr std::string_view offer = R"(
    WITH offer AS (
      SELECT c.id AS course_id, t.id AS teacher_id, c.price_cents, c.currency
      FROM courses c JOIN users t ON t.id = CASE ?3 WHEN 'creator' THEN c.creator_id ELSE ?4 END
      WHERE (c.id = ?1 OR c.slug = ?1) AND c.status = 'published' AND c.creator_id <> ?2 AND t.id <> ?2
        AND t.deleted_at IS NULL AND t.suspended_at IS NULL
        AND (?3 = 'creator'
             OR t.id <> c.creator_id AND EXISTS (SELECT 1 FROM course_teachers ct WHERE ct.course_id = c.id
                                                 AND ct.teacher_id = t.id AND ct.status = 'approved')))
)";

std::string with_offer(std::string_view statement) { return std::string(offer) + std::string(statement); }

/// The columns are those of `enrollments e`; ?1 is who looks, ?2 the moment. D1 takes at most 32 arguments a function,
/// and json_insert, unlike json_patch, keeps what is null.
constexpr std::string_view as_json = R"(
    json_insert(json_object(
      'id', e.id, 'status', e.status, 'instructorType', e.instructor_type,
      'courseId', e.course_id, 'studentId', e.student_id, 'teacherId', e.teacher_id,
      'course', (SELECT json_object('id', c.id, 'slug', c.slug, 'title', c.title) FROM courses c WHERE c.id = e.course_id),
      'student', (SELECT json_object('id', u.id, 'handle', u.handle, 'name', u.name) FROM users u WHERE u.id = e.student_id),
      'teacher', (SELECT json_object('id', u.id, 'handle', u.handle, 'name', u.name) FROM users u WHERE u.id = e.teacher_id),
      'priceCents', e.price_cents, 'currency', e.currency,
      'checkoutUrl', CASE WHEN e.status = 'pending' AND e.student_id = ?1 AND e.checkout_expires_at > ?2
                          THEN e.checkout_url END,
      'progress', (
        SELECT json_object('completedLessons', done, 'totalLessons', lessons,
                           'percent', CASE lessons WHEN 0 THEN 0 ELSE 100 * done / lessons END)
        FROM (SELECT (SELECT count(*) FROM lesson_progress p WHERE p.enrollment_id = e.id) AS done,
                     (SELECT count(*) FROM modules m JOIN lessons l ON l.module_id = m.id WHERE m.course_id = e.course_id)
                       AS lessons)),
      'enrolledAt', )" PEERLOOP_TIME("e.enrolled_at") R"(,
      'completedAt', )" PEERLOOP_TIME("e.completed_at") R"(,
      'createdAt', )" PEERLOOP_TIME("e.created_at") R"(),
      '$.recommendedAt', )" PEERLOOP_TIME("e.recommended_at") R"(,
      '$.certificate', json((
        SELECT json_object('id', k.id, 'issuedAt', )" PEERLOOP_TIME("k.issued_at") R"(,
                           'valid', )" PEERLOOP_BOOLEAN(PEERLOOP_HOLDS("k", "e")) R"()
        FROM certificates k WHERE k.enrollment_id = e.id ORDER BY k.issued_at DESC, k.id DESC LIMIT 1))))";

}  // namespace

std::vector<Statement> place_enrollment(const Choice& choice, std::string_view new_id, Timestamp now) {
  const std::string_view type = name_of(choice.instructor_type);
  std::vector<Statement> batch;
  // A page without an address was never shown to anyone, and one that can not be opened any more never will be.
  batch.push_back(sql(with_offer(R"(
      UPDATE enrollments SET status = 'released', released_at = ?5, updated_at = ?5
      WHERE student_id = ?2 AND status = 'pending' AND course_id = (SELECT course_id FROM offer)
        AND (teacher_id <> (SELECT teacher_id FROM offer)
             OR checkout_expires_at < CASE WHEN checkout_session_id IS NULL THEN ?7 ELSE ?6 END)
      RETURNING checkout_session_id)"),
                      choice.course, choice.student_id, type, choice.teacher_id, now, now + shortest_visit,
                      now + shortest_opening));
  batch.push_back(sql(with_offer(R"(
      INSERT INTO enrollments (id, course_id, student_id, teacher_id, instructor_type, price_cents, currency,
                               checkout_expires_at, created_at, updated_at)
      SELECT ?5, course_id, ?2, teacher_id, ?3, price_cents, currency, ?6, ?7, ?7 FROM offer
      WHERE NOT EXISTS (SELECT 1 FROM enrollments e WHERE e.student_id = ?2 AND e.course_id = offer.course_id
                        AND e.status IN ('pending', 'enrolled', 'completed'))
      ON CONFLICT DO NOTHING
      RETURNING id)"),
                      choice.course, choice.student_id, type, choice.teacher_id, new_id, now + checkout_life, now));
  batch.push_back(sql(with_offer(R"(
      SELECT c.id AS course_id, c.status AS course_status, c.title, c.creator_id = ?2, EXISTS (SELECT 1 FROM offer),
             u.email, e.id, e.status, e.price_cents, e.currency, e.checkout_session_id, e.checkout_url, e.checkout_expires_at
      FROM courses c JOIN users u ON u.id = ?2
      LEFT JOIN enrollments e ON e.student_id = ?2 AND e.course_id = c.id
                             AND e.status IN ('pending', 'enrolled', 'completed')
      WHERE c.id = ?1 OR c.slug = ?1)"),
                      choice.course, choice.student_id, type, choice.teacher_id));
  return batch;
}

Statement open_checkout(std::string_view enrollment_id, std::string_view session_id, std::string_view url,
                        Timestamp now) {
  return sql(R"(
      UPDATE enrollments SET checkout_session_id = iif()" WAITS_FOR_PAGE R"(, ?2, checkout_session_id),
                             checkout_url = iif()" WAITS_FOR_PAGE R"(, ?3, checkout_url),
                             updated_at = iif()" WAITS_FOR_PAGE R"(, ?4, updated_at)
      WHERE id = ?1 RETURNING status, checkout_session_id, checkout_url)",
             enrollment_id, session_id, url, now);
}

Statement checkout_as_json(std::string_view enrollment_id) {
  return sql(R"(
      SELECT json_object('enrollmentId', id, 'status', status, 'checkoutUrl', checkout_url,
                         'checkoutSessionId', checkout_session_id)
      FROM enrollments WHERE id = ?1 AND status = 'pending' AND checkout_url IS NOT NULL)",
             enrollment_id);
}

Statement release_unopened(std::string_view enrollment_id, Timestamp now) {
  return sql(R"(
      UPDATE enrollments SET status = 'released', released_at = ?2, updated_at = ?2
      WHERE id = ?1 AND )" WAITS_FOR_PAGE,
             enrollment_id, now);
}

Statement release_unpaid(Timestamp now) {
  // Stripe's own event comes first as a rule; this is for those that never come.
  return sql(R"(
      UPDATE enrollments SET status = 'released', released_at = ?1, updated_at = ?1
      WHERE status = 'pending' AND id IN (SELECT id FROM enrollments WHERE status = 'pending' AND checkout_expires_at <= ?2
                                          ORDER BY checkout_expires_at LIMIT 500))",
             now, now - 10 * minute);
}

Statement visible_enrollment(std::string_view enrollment_id, std::string_view user_id) {
  return sql(R"(
      SELECT 1 FROM enrollments e JOIN courses c ON c.id = e.course_id
      WHERE e.id = ?1 AND (?2 IN (e.student_id, e.teacher_id)
                           OR c.creator_id = ?2 AND e.status IN ('enrolled', 'completed', 'refunded')))",
             enrollment_id, user_id);
}

Statement show_enrollment(std::string_view enrollment_id, std::string_view user_id, Timestamp now) {
  // Which lessons are done would be too much for a list.
  return sql("SELECT json_insert(" + std::string(as_json) + R"(, '$.progress.completedLessonIds', json((
        SELECT json_group_array(lesson_id) FROM lesson_progress WHERE enrollment_id = e.id)))
      FROM enrollments e WHERE e.id = ?3)",
             user_id, now, enrollment_id);
}

namespace {

/// Those enrollments that `of` finds by ?3, newest first.
Statement list_of(std::string_view of, std::string_view whose, std::string_view user_id,
                  const std::optional<Cursor>& after, std::int64_t limit, Timestamp now) {
  const Place place = after ? Place{to_integer(after->value).value_or(0), after->id} : above_all();
  return sql("SELECT " + std::string(as_json) + ", CAST(e.created_at AS TEXT), e.id FROM enrollments e WHERE " +
                 std::string(of) +
                 " AND (e.created_at, e.id) < (?4, ?5) ORDER BY e.created_at DESC, e.id DESC LIMIT ?6",
             user_id, now, whose, place.number, place.id, limit + 1);
}

}  // namespace

Statement list_enrollments(EnrollmentRole role, std::string_view user_id, const std::optional<Cursor>& after,
                           std::int64_t limit, Timestamp now) {
  return role == EnrollmentRole::student
             ? list_of("e.student_id = ?3", user_id, user_id, after, limit, now)
             : list_of("e.teacher_id = ?3 AND e.status IN ('enrolled', 'completed', 'refunded')", user_id, user_id,
                       after, limit, now);
}

Statement list_course_enrollments(std::string_view course_id, std::string_view user_id,
                                  const std::optional<Cursor>& after, std::int64_t limit, Timestamp now) {
  return list_of("e.course_id = ?3 AND e.status IN ('enrolled', 'completed', 'refunded')", course_id, user_id, after,
                 limit, now);
}

Statement list_recommended(std::string_view course_id, std::string_view user_id, const std::optional<Cursor>& after,
                           std::int64_t limit, Timestamp now) {
  return sql("SELECT " + std::string(as_json) + R"(, CAST(e.recommended_at AS TEXT), e.id FROM enrollments e
      WHERE e.course_id = ?3 AND e.status = 'enrolled' AND e.recommended_at IS NOT NULL
        AND (e.recommended_at, e.id) > (?4, ?5) ORDER BY e.recommended_at, e.id LIMIT ?6)",
             user_id, now, course_id, after ? to_integer(after->value).value_or(0) : 0,
             after ? std::string_view(after->id) : "", limit + 1);
}

}  // namespace isthmus::peerloop
