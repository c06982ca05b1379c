#include "peerloop/certificates/certificate.h"

#include "peerloop/audit.h"
#include "peerloop/certificates/queries.h"
#include "peerloop/feeds/mirror.h"
#include "peerloop/notifications/notify.h"

namespace isthmus::peerloop {

namespace {

Result<Response> certificate_or_missing(std::string json) {
  if (json.empty()) return Failure(not_found("certificate"));
  return json_response(200, std::move(json));
}

std::string what_was_revoked(const std::string& certificate_id, const CertificateFacts& facts) {
  JsonWriter json;
  json.begin_object().member("certificateId", certificate_id).member("courseId", facts.course_id);
  json.member("courseTitle", facts.course_title).end_object();
  return std::move(json).text();
}

}  // namespace

Task<Result<Response>> show_certificate(Request& request) {
  auto found = co_await request.db().read(select_certificate(request.param("id")));
  co_return certificate_or_missing(std::move(found).text());
}

Task<Result<Response>> list_certificates(Request& request, CertificatesQuery query) {
  const auto after = co_await decode_place(query.cursor, "certificate");
  auto rows = co_await request.db().all<ListedRow>(select_valid_certificates(request.param("id"), after, query.limit));
  co_return ok(page_of<Certificate>(std::move(rows), query.limit));
}

Task<Result<Response>> revoke_certificate(Request& request, Revocation revocation) {
  const std::string id(request.param("id"));
  std::vector<Statement> reads;
  reads.push_back(select_certificate_facts(id));
  reads.push_back(select_certificate(id));
  auto found = co_await request.db().batch(std::move(reads), OnLostAnswer::retry);
  const CertificateFacts facts =
      co_await required(co_await std::move(found[0]).first<CertificateFacts>(), not_found("certificate"));
  if (facts.revoked) co_return certificate_or_missing(std::move(found[1]).text());
  std::vector<Statement> batch = set_revoked(id, request.user().user_id, std::move(revocation.reason), request.now());
  // Teaching the course rested on it.
  mirror_membership(batch, request.host(), facts.course_id, facts.holder_id, "revoked:" + id);
  batch.push_back(audit(request, "certificate.revoke", "certificate", id));
  batch.push_back(notify(request.host(), Notice::certificate_revoked, facts.holder_id, "certificate:" + id,
                         what_was_revoked(id, facts)));
  batch.push_back(select_certificate(id));
  auto sets = co_await attempt(request.db().batch(std::move(batch), OnLostAnswer::retry));
  // Somebody was faster, or it was this request, whose answer was lost.
  if (!sets && violates(sets.error(), "guard:state_changed")) co_return co_await show_certificate(request);
  if (!sets) co_return Failure(std::move(sets).error());
  dispatch_mirror(request);
  co_return certificate_or_missing(std::move(sets->back()).text());
}

Statement is_of_own_course(const Request& request) {
  return select_issuing_right(request.param("id"), request.user().user_id);
}

}  // namespace isthmus::peerloop
