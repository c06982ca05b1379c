#include "peerloop/learning/completion.h"

#include "peerloop/app.h"
#include "peerloop/audit.h"
#include "peerloop/certificates/queries.h"
#include "peerloop/enrollments/queries.h"
#include "peerloop/learning/queries.h"
#include "peerloop/mail/mail.h"
#include "peerloop/money/approval.h"
#include "peerloop/notifications/notify.h"

namespace isthmus::peerloop {

namespace {

/// A step that another request was faster with is decided anew this often.
constexpr int most_tries = 3;

Error wrong_state(std::string text, std::string_view code, std::string_view status) {
  JsonWriter details;
  details.begin_object().member("status", status).end_object();
  return conflict(std::move(text), code).with_details(std::move(details).text());
}

struct Found {
  EnrollmentFacts facts;
  CompletionState state;
  std::string answer;  ///< JSON, of a step that was done already
};

Task<Result<Found>> find_enrollment(Request& request, Statement answer) {
  auto batch = select_completion(request.param("id"));
  batch.push_back(std::move(answer));
  auto sets = co_await request.db().batch(std::move(batch), OnLostAnswer::retry);
  auto state = co_await std::move(sets[0]).first<CompletionState>();
  auto facts = co_await std::move(sets[1]).first<EnrollmentFacts>();
  if (!state || !facts) co_return Failure(not_found("enrollment"));
  co_return Found{*std::move(facts), *std::move(state), std::move(sets[2]).text()};
}

JsonWriter about(const EnrollmentFacts& facts) {
  JsonWriter json;
  json.begin_object().member("enrollmentId", facts.id).member("courseId", facts.course_id);
  json.member("courseTitle", facts.course_title);
  return json;
}

Task<Result<std::vector<ResultSet>>> write_recommendation(Request& request, const Found& found) {
  const EnrollmentFacts& facts = found.facts;
  std::vector<Statement> batch = set_recommended(facts.id, request.now());
  if (!found.state.creator_teaches) {
    JsonWriter json = about(facts);
    json.member("studentId", facts.student_id).member("studentName", facts.student_name).end_object();
    batch.push_back(notify(request.host(), Notice::completion_recommended, facts.creator_id, "enrollment:" + facts.id,
                           std::move(json).text()));
  }
  batch.push_back(show_enrollment(facts.id, request.user().user_id, request.now()));
  return request.db().batch(std::move(batch), OnLostAnswer::retry);
}

Task<Result<std::vector<ResultSet>>> write_certificate(Request& request, const Found& found) {
  const EnrollmentFacts& facts = found.facts;
  const Timestamp now = request.now();
  const NewCertificate certificate{request.host().random.uuid(now), facts.id, request.user().user_id};
  const std::string cause = "certificate:" + certificate.id;
  JsonWriter told = about(facts);
  told.member("certificateId", certificate.id).end_object();

  std::vector<Statement> batch = set_completed(facts.id, now);
  batch.push_back(insert_certificate(certificate, now));
  batch.push_back(approve_splits(facts.id, now));
  batch.push_back(queue_mail(request.host(), Mail::certificate_issued, facts.student_id, cause, told.text()));
  batch.push_back(notify(request.host(), Notice::certificate_issued, facts.student_id, cause, told.text()));
  batch.push_back(audit(request, "enrollment.certify", "enrollment", facts.id));
  batch.push_back(select_live_certificate(facts.id));
  return request.db().batch(std::move(batch), OnLostAnswer::retry);
}

/// Whether the database refused because the enrollment is not as it was when it was read: somebody was faster, or it
/// was this request, whose answer was lost.
bool has_moved_on(const Error& error) {
  return violates(error, "guard:state_changed") || violates(error, "certificates.enrollment_id");
}

}  // namespace

bool is_learning(std::string_view enrollment_status) {
  return enrollment_status == "enrolled" || enrollment_status == "completed";
}

Error not_enrolled(std::string_view enrollment_status) {
  return wrong_state("This enrollment is not under way.", "not_enrolled", enrollment_status);
}

Result<Step> may_recommend(const CompletionState& state) {
  if (!is_learning(state.status)) return Failure(not_enrolled(state.status));
  if (state.recommended) return Step::is_done;
  if (state.status == "completed")
    return Failure(wrong_state("This student is certified already.", "already_certified", state.status));
  return Step::take;
}

Result<Step> may_certify(const CompletionState& state) {
  if (!is_learning(state.status)) return Failure(not_enrolled(state.status));
  if (state.certified) return Step::is_done;
  if (!state.recommended && !state.creator_teaches && !state.teacher_left)
    return Failure(
        wrong_state("Who teaches this student has not recommended them yet.", "not_recommended", state.status));
  return Step::take;
}

Task<Result<Response>> recommend(Request& request) {
  for (int tries = 1;; ++tries) {
    Found found =
        co_await find_enrollment(request, show_enrollment(request.param("id"), request.user().user_id, request.now()));
    if (co_await may_recommend(found.state) == Step::is_done) co_return json_response(200, std::move(found.answer));
    auto written = co_await attempt(write_recommendation(request, found));
    if (written) co_return json_response(200, std::move(written->back()).text());
    if (!has_moved_on(written.error()) || tries == most_tries) co_return Failure(std::move(written).error());
  }
}

Task<Result<Response>> certify(Request& request) {
  for (int tries = 1;; ++tries) {
    Found found = co_await find_enrollment(request, select_live_certificate(request.param("id")));
    if (co_await may_certify(found.state) == Step::is_done) co_return json_response(200, std::move(found.answer));
    auto written = co_await attempt(write_certificate(request, found));
    if (written) {
      dispatch_after(request);
      co_return json_response(201, std::move(written->back()).text());
    }
    if (!has_moved_on(written.error()) || tries == most_tries) co_return Failure(std::move(written).error());
  }
}

Statement teaches(const Request& request) { return select_teaching_right(request.param("id"), request.user().user_id); }

Statement is_in_own_course(const Request& request) {
  return select_certifying_right(request.param("id"), request.user().user_id);
}

}  // namespace isthmus::peerloop
