#include "peerloop/materials/queries.h"

#include "peerloop/materials/material.h"
#include "peerloop/privacy/privacy.h"
#include "peerloop/sql.h"

#define MATERIAL_KEY "'courses/' || f.course_id || '/materials/' || f.id"
#define MATERIAL                                                                                      \
  "json_object('id', f.id, 'name', f.name, 'contentType', f.content_type, 'sizeBytes', f.size_bytes," \
  " 'url', '/api/courses/' || f.course_id || '/materials/' || f.id, 'createdAt', " PEERLOOP_TIME("f.created_at") ")"

namespace isthmus::peerloop {

namespace {

/// Removes the rows `f` for which `condition` holds. An object's row in the outbox has the id of the file, since SQL
/// draws none, and each is removed once.
template <class... Values>
std::vector<Statement> remove_where(std::string_view condition, Timestamp now, Values... values) {
  std::vector<Statement> batch;
  batch.push_back(
      sql("INSERT INTO outbox (id, kind, dedupe_key, payload, next_attempt_at, created_at)"
          " SELECT f.id, ?1, ?1 || ':' || f.id, json_object('key', " MATERIAL_KEY
          "), ?2, ?2 FROM course_materials f WHERE " +
              std::string(condition) + " ON CONFLICT DO NOTHING",
          object_removal_handler.kind, now, values...));
  batch.push_back(sql("DELETE FROM course_materials AS f WHERE " + std::string(condition), object_removal_handler.kind,
                      now, values...));
  return batch;
}

}  // namespace

Statement select_reading_right(std::string_view course, std::string_view user_id) {
  return sql(R"(
      SELECT 1 FROM courses c WHERE (c.id = ?1 OR c.slug = ?1) AND (
        c.creator_id = ?2
        OR EXISTS (SELECT 1 FROM enrollments e WHERE e.student_id = ?2 AND e.course_id = c.id
                   AND e.status IN ('enrolled', 'completed'))
        OR EXISTS (SELECT 1 FROM course_teachers t WHERE t.course_id = c.id AND t.teacher_id = ?2
                   AND t.status = 'approved')))",
             course, user_id);
}

std::vector<Statement> reserve_material(const MaterialRow& material, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO course_materials (id, course_id, uploaded_by, name, content_type, size_bytes, created_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO NOTHING)",
                      material.id, material.course_id, material.uploaded_by, material.name, material.content_type,
                      material.size_bytes, now));
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'too_many'
      WHERE (SELECT count(*) > ?2 OR sum(size_bytes) > ?3 FROM course_materials WHERE course_id = ?1))",
                      material.course_id, most_materials, most_material_bytes));
  return batch;
}

std::vector<Statement> finish_material(std::string_view id, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(
      "UPDATE course_materials SET status = 'stored', stored_at = ?2 WHERE id = ?1 AND status = 'uploading'", id, now));
  batch.push_back(guard_written());
  return batch;
}

std::vector<Statement> remove_material(std::string_view course_id, std::string_view id, Timestamp now) {
  return remove_where("f.id = ?4 AND f.course_id = ?3", now, course_id, id);
}

std::vector<Statement> remove_unfinished(Timestamp begun_before, Timestamp now) {
  return remove_where(
      "f.id IN (SELECT id FROM course_materials WHERE status = 'uploading' AND created_at < ?3"
      " ORDER BY created_at LIMIT 100)",
      now, begun_before);
}

Statement select_material(std::string_view id) {
  return sql("SELECT " MATERIAL " FROM course_materials f WHERE f.id = ?1", id);
}

Statement select_stored_material(std::string_view course, std::string_view id) {
  return sql("SELECT " MATERIAL_KEY R"(, f.name FROM course_materials f JOIN courses c ON c.id = f.course_id
      WHERE f.id = ?2 AND f.status = 'stored' AND (c.id = ?1 OR c.slug = ?1))",
             course, id);
}

Statement select_materials(std::string_view course, const std::optional<Cursor>& after, std::int64_t limit) {
  return sql("SELECT " MATERIAL R"(, '', f.id FROM course_materials f
      WHERE f.course_id = (SELECT id FROM courses WHERE id = ?1 OR slug = ?1) AND f.status = 'stored' AND f.id > ?2
      ORDER BY f.id LIMIT ?3)",
             course, after ? std::string_view(after->id) : "", limit + 1);
}

}  // namespace isthmus::peerloop
