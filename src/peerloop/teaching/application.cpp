#include "peerloop/teaching/application.h"

#include "peerloop/app.h"
#include "peerloop/feeds/mirror.h"
#include "peerloop/mail/mail.h"
#include "peerloop/notifications/notify.h"
#include "peerloop/teaching/facts.h"
#include "peerloop/teaching/queries.h"

namespace isthmus::peerloop {

namespace {

Task<Result<std::vector<ResultSet>>> write_application(Request& request, const FoundApplication& found,
                                                       std::string message) {
  const ApplicationFacts& facts = found.facts;
  const std::string& applicant = request.user().user_id;
  // One that comes after another was decided is told of again.
  const std::string cause = teaching_cause(facts.course_id, applicant, request.now());
  JsonWriter mailed = about_course(facts);
  mailed.member("applicantName", facts.applicant_name);
  if (!message.empty()) mailed.member("message", message);
  mailed.end_object();
  JsonWriter told = about_course(facts);
  told.member("applicantId", applicant).member("applicantName", facts.applicant_name).end_object();

  std::vector<Statement> batch = insert_application(facts.course_id, applicant, std::move(message), request.now());
  batch.push_back(
      queue_mail(request.host(), Mail::teaching_requested, facts.creator_id, cause, std::move(mailed).text()));
  batch.push_back(notify(request.host(), Notice::teaching_requested, facts.creator_id, cause, std::move(told).text()));
  batch.push_back(show_application(facts.course_id, applicant));
  return request.db().batch(std::move(batch), OnLostAnswer::retry);
}

Task<Result<std::vector<ResultSet>>> write_end(Request& request, const FoundApplication& found) {
  const ApplicationFacts& facts = found.facts;
  const std::string& teacher = request.user().user_id;
  std::vector<Statement> batch = set_status(facts.course_id, teacher, TeachingStatus::withdrawn,
                                            R"(["applied","approved"])", teacher, "", request.now());
  if (found.state.status == "approved") {
    mirror_membership(batch, request.host(), facts.course_id, teacher, "withdrawn" + std::to_string(request.now().ms));
    JsonWriter told = about_course(facts);
    told.member("teacherId", teacher).member("teacherName", facts.applicant_name).end_object();
    batch.push_back(notify(request.host(), Notice::teaching_ended, facts.creator_id,
                           teaching_cause(facts.course_id, teacher, request.now()), std::move(told).text()));
  }
  return request.db().batch(std::move(batch), OnLostAnswer::retry);
}

}  // namespace

Result<Applying> may_apply(const ApplicationState& state, Timestamp now) {
  if (state.course_status == "draft" && !state.own_course) return Failure(not_found("course"));
  if (state.own_course) return Failure(conflict("This is your own course.", "own_course"));
  if (state.status == "applied") return Applying::is_done;
  if (state.status == "approved") return Failure(already_decided("approved"));
  if (state.course_status != "published")
    return Failure(conflict("This course is not offered at present.", "course_not_published"));
  if (!state.certified) return Failure(not_certified());
  if (state.status == "declined" && state.decided_at && now < *state.decided_at + wait_after_decline)
    return Failure(already_decided("declined", *state.decided_at + wait_after_decline));
  return Applying::goes_on;
}

Task<Result<Response>> apply_to_teach(Request& request, NewApplication application) {
  for (int tries = 1;; ++tries) {
    FoundApplication found =
        co_await find_application(request, std::string(request.param("id")), request.user().user_id);
    if (co_await may_apply(found.state, request.now()) == Applying::is_done)
      co_return json_response(200, std::move(found.json));
    auto written = co_await attempt(write_application(request, found, application.message));
    if (written) {
      dispatch_after(request);
      co_return json_response(201, std::move(written->back()).text());
    }
    if (!is_overtaken(written.error()) || tries == most_decisions) co_return Failure(std::move(written).error());
  }
}

Task<Result<Response>> show_own_application(Request& request) {
  FoundApplication found = co_await find_application(request, std::string(request.param("id")), request.user().user_id);
  if (found.json.empty()) co_return Failure(not_found("application"));
  co_return json_response(200, std::move(found.json));
}

Task<Result<Response>> stop_teaching(Request& request) {
  for (int tries = 1;; ++tries) {
    const FoundApplication found =
        co_await find_application(request, std::string(request.param("id")), request.user().user_id);
    if (!found.state.status) co_return Failure(not_found("application"));
    if (found.state.status == "withdrawn" || found.state.status == "declined") co_return no_content();
    auto written = co_await attempt(write_end(request, found));
    if (written) {
      dispatch_after(request);
      co_return no_content();
    }
    if (!is_overtaken(written.error()) || tries == most_decisions) co_return Failure(std::move(written).error());
  }
}

Task<Result<Response>> list_own_teaching(Request& request, TeachingQuery query) {
  const auto after = co_await decode_cursor(query.cursor);
  auto rows = co_await request.db().all<ListedRow>(select_teaching(request.user().user_id, after, query.limit));
  co_return ok(page_of<TeachingApplication>(std::move(rows), query.limit));
}

}  // namespace isthmus::peerloop
