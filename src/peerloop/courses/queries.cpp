#include "peerloop/courses/queries.h"

#include "peerloop/sql.h"

// Pieces of the statements below; `c` is the course. D1 allows 32 arguments a function, which is 16 members of an
// object.

#define PERSON_OF(condition) \
  "(SELECT json_object('id', u.id, 'name', u.name, 'handle', u.handle, 'avatarUrl', " PEERLOOP_AVATAR_URL("u") ")" \
  " FROM users u WHERE " condition ")"

#define TEACHER_OF(condition)                                                                              \
  "(SELECT json_object('id', u.id, 'name', u.name, 'handle', u.handle, 'avatarUrl', " PEERLOOP_AVATAR_URL( \
      "u") ", " PEERLOOP_TEACHING_RATING("u") ") FROM users u WHERE " condition ")"
// How ?2 stands with the course: no row for who is not enrolled.
#define OWN_ENROLLMENT                                                                                               \
  "SELECT json_object('id', e.id, 'status', e.status,"                                                               \
  " 'completedLessons', (SELECT count(*) FROM lesson_progress WHERE enrollment_id = e.id),"                          \
  " 'totalLessons', (SELECT count(*) FROM modules m JOIN lessons l ON l.module_id = m.id WHERE m.course_id = c.id)," \
  " 'certificateId', (SELECT id FROM certificates WHERE enrollment_id = e.id AND revoked_at IS NULL))"               \
  " FROM enrollments e WHERE e.student_id = ?2 AND e.course_id = c.id"                                               \
  " AND e.status IN ('pending', 'enrolled', 'completed')"

#define SUMMARY \
  "json_object('id', c.id, 'slug', c.slug, 'title', c.title, 'summary', substr(c.description, 1, 280),"               \
  " 'level', c.level,"                                                                                                \
  " 'category', (SELECT json_object('id', id, 'slug', slug, 'name', name) FROM categories WHERE id = c.category_id)," \
  " 'creator', " PERSON_OF("u.id = c.creator_id") ","                                                                 \
  " 'priceCents', c.price_cents, 'currency', c.currency,"                                                             \
  " 'rating', CASE WHEN c.rating_count > 0 THEN c.rating_hundredths / 100.0 END,"                                     \
  " 'ratingCount', c.rating_count, 'enrollmentCount', c.enrollment_count,"                                            \
  " 'thumbnailUrl', CASE WHEN c.thumbnail_key IS NOT NULL THEN '/api/courses/' || c.id || '/thumbnail' END,"          \
  " 'publishedAt', " PEERLOOP_TIME("c.published_at") ")"

// What a course lacks to be published, as a JSON list.
#define MISSING                                                                                              \
  "(SELECT json_group_array(part) FROM ("                                                                    \
  "SELECT 'description' AS part WHERE trim(c.description, char(9, 10, 13, 32)) = ''"                         \
  " UNION ALL SELECT 'objectives' WHERE NOT EXISTS (SELECT 1 FROM course_objectives WHERE course_id = c.id)" \
  " UNION ALL SELECT 'modules' WHERE NOT EXISTS (SELECT 1 FROM modules WHERE course_id = c.id)"              \
  " UNION ALL SELECT 'lessons' WHERE EXISTS (SELECT 1 FROM modules m WHERE m.course_id = c.id"               \
  " AND NOT EXISTS (SELECT 1 FROM lessons WHERE module_id = m.id))))"

// The first of ?2, "?2-2", "?2-3", … that no course but ?1 has; ?3 where twenty are taken.
#define WITH_FREE_SLUG                                                                          \
  "WITH RECURSIVE candidate (n, slug) AS ("                                                     \
  "SELECT 1, ?2 UNION ALL SELECT n + 1, CASE WHEN n < 20 THEN ?2 || '-' || (n + 1) ELSE ?3 END" \
  " FROM candidate WHERE n <= 20"                                                               \
  " AND EXISTS (SELECT 1 FROM courses WHERE courses.slug = candidate.slug AND courses.id <> ?1)) "
#define FREE_SLUG "(SELECT slug FROM candidate ORDER BY n DESC LIMIT 1)"

namespace isthmus::peerloop {

namespace {

/// A query that grows by the filters that were asked for; the `?` are bound in the order in which they are written.
class Selection {
 public:
  explicit Selection(std::string_view text) { statement_.sql = text; }

  template <class... Values>
  Selection& add(std::string_view text, Values... values) {
    statement_.sql += text;
    (statement_.values.push_back(to_sql(std::move(values))), ...);
    return *this;
  }
  Selection& add_filters(const CoursesQuery& query) {
    if (query.category)
      add(" AND c.category_id = (SELECT id FROM categories WHERE id = ? OR slug = ?)", *query.category,
          *query.category);
    if (query.creator)
      add(" AND c.creator_id = (SELECT id FROM users WHERE id = ? OR handle = ?)", *query.creator, *query.creator);
    if (query.level) add(" AND c.level = ?", name_of(*query.level));
    return *this;
  }
  Statement done() && { return std::move(statement_); }

 private:
  Statement statement_;
};

/// One order of the list of courses. The texts are written out, since each has its index.
struct Order {
  CourseSort sort;
  std::string_view select;
  std::string_view behind;
  std::string_view by;
};

#define ORDER(sort, name, column, behind, direction)                                                             \
  Order{sort, "SELECT " SUMMARY ", '" name ":' || " column ", c.id FROM courses c WHERE c.status = 'published'", \
        " AND (" column ", c.id) " behind " (?, ?)", " ORDER BY " column " " direction ", c.id " direction " LIMIT ?"}
constexpr Order orders[] = {
    ORDER(CourseSort::newest, "newest", "c.published_at", "<", "DESC"),
    ORDER(CourseSort::price, "price", "c.price_cents", ">", "ASC"),
    ORDER(CourseSort::price_descending, "-price", "c.price_cents", "<", "DESC"),
    ORDER(CourseSort::rating, "rating", "c.rating_hundredths", "<", "DESC"),
    ORDER(CourseSort::popular, "popular", "c.enrollment_count", "<", "DESC"),
};
#undef ORDER

const Order& order_of(CourseSort sort) {
  for (const Order& order : orders)
    if (order.sort == sort) return order;
  return orders[0];
}

}  // namespace

Statement select_categories(const std::optional<Place>& after, std::int64_t limit) {
  return sql(R"(
      SELECT json_object('id', g.id, 'slug', g.slug, 'name', g.name, 'description', g.description, 'courseCount',
               (SELECT count(*) FROM courses WHERE category_id = g.id AND status = 'published')),
             'category:' || g.position, g.id
      FROM categories g WHERE (g.position, g.id) > (?1, ?2) ORDER BY g.position, g.id LIMIT ?3)",
             after ? after->number : -1, after ? std::string_view(after->id) : std::string_view(), limit + 1);
}

Statement select_courses(const CoursesQuery& query, std::string words, CourseSort sort,
                         const std::optional<Place>& after) {
  const Order& order = order_of(sort);
  Selection selection(order.select);
  selection.add_filters(query);
  if (!words.empty())
    selection.add(
        " AND c.id IN (SELECT d.course_id FROM course_search s JOIN course_documents d ON d.id = s.rowid"
        " WHERE course_search MATCH ?)",
        std::move(words));
  if (after) selection.add(order.behind, after->number, after->id);
  return std::move(selection.add(order.by, query.limit + 1)).done();
}

Statement select_best_courses(const CoursesQuery& query, std::string words, std::int64_t skip) {
  Selection selection("SELECT " SUMMARY
                      ", '', c.id FROM course_search s JOIN course_documents d ON d.id = s.rowid"
                      " JOIN courses c ON c.id = d.course_id WHERE c.status = 'published'");
  selection.add(" AND course_search MATCH ?", std::move(words)).add_filters(query);
  // A word of the title counts for ten in the description, one of the objectives for four.
  selection.add(" ORDER BY bm25(course_search, 10.0, 1.0, 4.0), c.id LIMIT ? OFFSET ?", query.limit + 1, skip);
  return std::move(selection).done();
}

// Whoever learns in an archived course is found by the index `enrollments_one_live`, whose own condition must be said.
Statement select_course(std::string_view id_or_slug, std::optional<std::string> caller) {
  return sql("SELECT json_patch(" SUMMARY R"(, json_object(
      'description', c.description, 'status', c.status,
      'objectives', (SELECT json_group_array(text)
                     FROM (SELECT text FROM course_objectives WHERE course_id = c.id ORDER BY position)),
      'modules', (
        SELECT json_group_array(json(module)) FROM (
          SELECT json_object('id', m.id, 'title', m.title, 'description', m.description, 'lessons', (
            SELECT json_group_array(json(lesson)) FROM (
              SELECT json_object('id', l.id, 'title', l.title, 'description', l.description,
                                 'durationMinutes', l.duration_minutes) AS lesson
              FROM lessons l WHERE l.module_id = m.id ORDER BY l.position, l.id))) AS module
          FROM modules m WHERE m.course_id = c.id ORDER BY m.position, m.id)),
      'studentTeachers', (
        SELECT json_group_array(json(teacher)) FROM (
          SELECT )" TEACHER_OF("u.id = t.teacher_id AND " PEERLOOP_IS_VISIBLE("u")) R"( AS teacher
          FROM course_teachers t WHERE t.course_id = c.id AND t.status = 'approved'
          ORDER BY t.decided_at, t.teacher_id LIMIT 100)
        WHERE teacher IS NOT NULL),
      'materialCount', (SELECT count(*) FROM course_materials WHERE course_id = c.id AND status = 'stored'),
      'enrollment', json(()" OWN_ENROLLMENT R"()),
      'teaching', (SELECT t.status FROM course_teachers t WHERE t.course_id = c.id AND t.teacher_id = ?2),
      'createdAt', )" PEERLOOP_TIME("c.created_at") ", 'updatedAt', " PEERLOOP_TIME("c.updated_at") R"())
      FROM courses c WHERE (c.id = ?1 OR c.slug = ?1) AND (c.status = 'published' OR c.creator_id = ?2
        OR c.status = 'archived' AND EXISTS (
          SELECT 1 FROM enrollments e WHERE e.student_id = ?2 AND e.course_id = c.id
            AND e.status IN ('pending', 'enrolled', 'completed') AND e.status <> 'pending')))",
             id_or_slug, std::move(caller));
}

Statement select_ownership(std::string_view id, std::string_view creator) {
  return sql("SELECT 1 FROM courses WHERE id = ?1 AND creator_id = ?2", id, creator);
}

Statement insert_course(std::string_view id, std::string_view creator, const NewCourse& course,
                        const SlugChoices& slugs, Timestamp now) {
  return sql(WITH_FREE_SLUG R"(
      INSERT INTO courses (id, slug, creator_id, category_id, title, description, level, price_cents, currency,
                           created_at, updated_at)
      SELECT ?1, )" FREE_SLUG ", ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11",
             id, slugs.plain, slugs.distinct, creator, course.categoryId, course.title, course.description,
             name_of(course.level), course.priceCents, course.currency, now);
}

Statement update_course(std::string_view id, const CourseChange& change, Timestamp now) {
  return sql(R"(
      UPDATE courses SET title = coalesce(?2, title), description = coalesce(?3, description),
                         category_id = coalesce(?4, category_id), level = coalesce(?5, level),
                         price_cents = coalesce(?6, price_cents), currency = coalesce(?7, currency), updated_at = ?8
      WHERE id = ?1)",
             id, change.title, change.description, change.categoryId,
             change.level ? std::optional(name_of(*change.level)) : std::nullopt, change.priceCents, change.currency,
             now);
}

Statement rename_draft(std::string_view id, const SlugChoices& slugs) {
  return sql(WITH_FREE_SLUG "UPDATE courses SET slug = " FREE_SLUG " WHERE id = ?1 AND published_at IS NULL", id,
             slugs.plain, slugs.distinct);
}

Statement set_thumbnail(std::string_view id, std::string key, std::string etag, Timestamp now) {
  return sql("UPDATE courses SET thumbnail_key = ?2, thumbnail_etag = ?3, updated_at = ?4 WHERE id = ?1", id,
             std::move(key), std::move(etag), now);
}

Statement clear_thumbnail(std::string_view id, Timestamp now) {
  return sql("UPDATE courses SET thumbnail_key = NULL, thumbnail_etag = NULL, updated_at = ?2 WHERE id = ?1", id, now);
}

Statement insert_objectives(std::string_view id, const std::vector<std::string>& objectives) {
  return sql("INSERT INTO course_objectives (course_id, position, text) SELECT ?1, key, value FROM json_each(?2)", id,
             encode(objectives));
}

Statement delete_objectives(std::string_view id) {
  return sql("DELETE FROM course_objectives WHERE course_id = ?1", id);
}

std::vector<Statement> place_curriculum(std::string_view id, const Curriculum& plan) {
  std::vector<Statement> statements;
  if (!plan.kept_modules.empty() || !plan.kept_lessons.empty())
    statements.push_back(sql(R"(
        INSERT INTO batch_guard (reason) SELECT 'not_found'
        WHERE EXISTS (SELECT 1 FROM json_each(?2) kept WHERE NOT EXISTS (
                        SELECT 1 FROM modules WHERE id = kept.value AND course_id = ?1))
           OR EXISTS (SELECT 1 FROM json_each(?3) kept WHERE NOT EXISTS (
                        SELECT 1 FROM lessons l JOIN modules m ON m.id = l.module_id
                        WHERE l.id = kept.value AND m.course_id = ?1)))",
                             id, encode(plan.kept_modules), encode(plan.kept_lessons)));
  statements.push_back(sql(R"(
      INSERT INTO modules (id, course_id, position, title, description)
      SELECT value ->> 'id', ?1, key, value ->> 'title', value ->> 'description' FROM json_each(?2) WHERE TRUE
      ON CONFLICT (id) DO UPDATE SET position = excluded.position, title = excluded.title,
                                     description = excluded.description)",
                           id, plan.modules_json));
  statements.push_back(sql(R"(
      INSERT INTO lessons (id, module_id, position, title, description, duration_minutes)
      SELECT l.value ->> 'id', m.value ->> 'id', l.key, l.value ->> 'title', l.value ->> 'description',
             l.value ->> 'durationMinutes'
      FROM json_each(?1) m, json_each(m.value, '$.lessons') l WHERE TRUE
      ON CONFLICT (id) DO UPDATE SET module_id = excluded.module_id, position = excluded.position,
                                     title = excluded.title, description = excluded.description,
                                     duration_minutes = excluded.duration_minutes)",
                           plan.modules_json));
  return statements;
}

std::vector<Statement> prune_curriculum(std::string_view id, const Curriculum& plan) {
  std::vector<Statement> statements;
  // Lessons first: a lesson that moved must not go with the module that it left.
  statements.push_back(sql(R"(
      DELETE FROM lessons WHERE module_id IN (SELECT id FROM modules WHERE course_id = ?1) AND id NOT IN (
        SELECT l.value ->> 'id' FROM json_each(?2) m, json_each(m.value, '$.lessons') l))",
                           id, plan.modules_json));
  statements.push_back(sql(R"(
      DELETE FROM modules WHERE course_id = ?1 AND id NOT IN (SELECT value ->> 'id' FROM json_each(?2)))",
                           id, plan.modules_json));
  return statements;
}

Statement refuse_incomplete(std::string_view id) {
  return sql(
      "INSERT INTO batch_guard (reason) SELECT 'course_incomplete' FROM courses c"
      " WHERE c.id = ?1 AND c.status = 'published' AND " MISSING " <> '[]'",
      id);
}

std::vector<Statement> publish_if_complete(std::string_view id, std::string_view creator, Timestamp now) {
  std::vector<Statement> statements;
  statements.push_back(
      sql("UPDATE courses AS c SET status = 'published', published_at = coalesce(published_at, ?2),"
          " updated_at = ?2 WHERE c.id = ?1 AND c.status <> 'published' AND " MISSING " = '[]'",
          id, now));
  statements.push_back(sql("SELECT " MISSING " FROM courses c WHERE c.id = ?1", id));
  statements.push_back(select_course(id, std::string(creator)));
  return statements;
}

}  // namespace isthmus::peerloop
