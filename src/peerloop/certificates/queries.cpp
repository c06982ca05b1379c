#include "peerloop/certificates/queries.h"

#include "peerloop/sql.h"

// `k` is the certificate, `e` its enrollment, `u` the holder, `i` the issuer, `c` the course.
#define CERTIFICATE \
  "json_object('id', k.id, 'valid', " PEERLOOP_BOOLEAN(PEERLOOP_HOLDS("k", "e")) ", 'type', k.type,"                 \
  " 'holder', json_object('id', u.id, 'handle', u.handle, 'name', k.holder_name),"                                   \
  " 'course', json_object('id', c.id, 'slug', c.slug, 'title', k.course_title),"                                     \
  " 'issuer', json_object('id', i.id, 'handle', i.handle, 'name', i.name),"                                          \
  " 'issuedAt', " PEERLOOP_TIME("k.issued_at") ", 'revokedAt', " PEERLOOP_TIME("k.revoked_at") ")"
#define WITH_ITS_PEOPLE                                                              \
  " JOIN enrollments e ON e.id = k.enrollment_id JOIN users u ON u.id = k.holder_id" \
  " JOIN users i ON i.id = k.issued_by JOIN courses c ON c.id = k.course_id"

namespace isthmus::peerloop {

Statement insert_certificate(const NewCertificate& certificate, Timestamp now) {
  return sql(R"(
      INSERT INTO certificates (id, enrollment_id, course_id, holder_id, holder_name, course_title, issued_by, issued_at)
      SELECT ?1, e.id, e.course_id, e.student_id, iif(u.deleted_at IS NULL, u.name, ''), c.title, ?3, ?4
      FROM enrollments e JOIN users u ON u.id = e.student_id JOIN courses c ON c.id = e.course_id WHERE e.id = ?2)",
             certificate.id, certificate.enrollment_id, certificate.issued_by, now);
}

Statement select_certificate(std::string_view id) {
  return sql("SELECT " CERTIFICATE " FROM certificates k" WITH_ITS_PEOPLE " WHERE k.id = ?1 AND u.deleted_at IS NULL",
             id);
}

Statement select_live_certificate(std::string_view enrollment_id) {
  return sql("SELECT " CERTIFICATE " FROM certificates k" WITH_ITS_PEOPLE
             " WHERE k.enrollment_id = ?1 AND k.revoked_at IS NULL",
             enrollment_id);
}

Statement select_valid_certificates(std::string_view holder_id_or_handle, const std::optional<Place>& after,
                                    std::int64_t limit) {
  const Place place = after.value_or(above_all());
  return sql("SELECT " CERTIFICATE ", 'certificate:' || k.issued_at, k.id FROM certificates k" WITH_ITS_PEOPLE R"(
      WHERE k.holder_id = (SELECT id FROM users h WHERE (h.id = ?1 OR h.handle = ?1) AND )" PEERLOOP_IS_VISIBLE(
                 "h") R"()
        AND )" PEERLOOP_HOLDS("k", "e") R"( AND (k.issued_at, k.id) < (?2, ?3)
      ORDER BY k.issued_at DESC, k.id DESC LIMIT ?4)",
             holder_id_or_handle, place.number, place.id, limit + 1);
}

Statement select_issuing_right(std::string_view id, std::string_view creator) {
  return sql("SELECT 1 FROM certificates k JOIN courses c ON c.id = k.course_id WHERE k.id = ?1 AND c.creator_id = ?2",
             id, creator);
}

Statement select_certificate_facts(std::string_view id) {
  return sql("SELECT holder_id, course_id, course_title, revoked_at IS NOT NULL FROM certificates WHERE id = ?1", id);
}

std::vector<Statement> set_revoked(std::string_view id, std::string_view by, std::string reason, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      UPDATE certificates SET revoked_at = ?2, revoked_by = ?3, revoke_reason = ?4 WHERE id = ?1 AND revoked_at IS NULL)",
                      id, now, by, std::move(reason)));
  batch.push_back(guard_written());
  return batch;
}

}  // namespace isthmus::peerloop
