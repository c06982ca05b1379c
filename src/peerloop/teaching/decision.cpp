#include "peerloop/teaching/decision.h"

#include "peerloop/app.h"
#include "peerloop/audit.h"
#include "peerloop/feeds/mirror.h"
#include "peerloop/mail/mail.h"
#include "peerloop/notifications/notify.h"
#include "peerloop/teaching/facts.h"

namespace isthmus::peerloop {

namespace {

/// What each decision is called, where it leads and from where.
struct Kind {
  Decision decision;
  TeachingStatus leads_to;
  std::string_view from;  ///< statuses, as a JSON list
  std::string_view action;
  std::string_view mailed;  ///< the section of the mail
};
constexpr auto kinds = std::to_array<Kind>({
    {Decision::approve, TeachingStatus::approved, R"(["applied","declined"])", "teaching.approve", "approved"},
    {Decision::decline, TeachingStatus::declined, R"(["applied"])", "teaching.decline", "declined"},
    {Decision::end, TeachingStatus::withdrawn, R"(["approved"])", "teaching.end", "ended"},
});
const Kind& kind_of(Decision decision) { return kinds[static_cast<std::size_t>(decision)]; }

Task<Result<std::vector<ResultSet>>> write_decision(Request& request, const Kind& kind, const FoundApplication& found,
                                                    std::string applicant, std::string note) {
  const ApplicationFacts& facts = found.facts;
  const std::string& creator = request.user().user_id;
  const std::string cause = teaching_cause(facts.course_id, applicant, request.now());
  JsonWriter told = about_course(facts);
  told.member("status", name_of(kind.leads_to)).end_object();
  JsonWriter mailed = about_course(facts);
  mailed.member(kind.mailed, true);
  if (!note.empty()) mailed.member("note", note);
  mailed.end_object();

  std::vector<Statement> batch =
      set_status(facts.course_id, applicant, kind.leads_to, kind.from, creator, std::move(note), request.now());
  if (kind.decision == Decision::approve) {
    batch.push_back(require_certificate(facts.course_id, applicant));
    batch.push_back(grant_student_teacher(applicant, creator, request.now()));
  }
  if (kind.decision != Decision::decline)
    mirror_membership(batch, request.host(), facts.course_id, applicant,
                      std::string(kind.mailed) + std::to_string(request.now().ms));
  batch.push_back(queue_mail(request.host(), Mail::teaching_decided, applicant, cause, std::move(mailed).text()));
  const Notice notice = kind.decision == Decision::end ? Notice::teaching_ended : Notice::teaching_decided;
  batch.push_back(notify(request.host(), notice, applicant, cause, std::move(told).text()));
  JsonWriter details;
  details.begin_object().member("courseId", facts.course_id).end_object();
  batch.push_back(audit(request, kind.action, "user", applicant, std::move(details).text()));
  batch.push_back(show_application(facts.course_id, applicant));
  return request.db().batch(std::move(batch), OnLostAnswer::retry);
}

Task<Result<Response>> decide(Request& request, Decision decision, std::string note) {
  const std::string applicant(request.param("userId"));
  for (int tries = 1;; ++tries) {
    FoundApplication found = co_await find_application(request, std::string(request.param("id")), applicant);
    const auto status = value_named<TeachingStatus>(found.state.status.value_or(""));
    if (!status) co_return Failure(not_found("application"));
    if (co_await may_decide(decision, *status, found.state.certified) == Deciding::is_done)
      co_return json_response(200, std::move(found.json));
    auto written = co_await attempt(write_decision(request, kind_of(decision), found, applicant, note));
    if (written) {
      dispatch_after(request);
      co_return json_response(200, std::move(written->back()).text());
    }
    if (!is_overtaken(written.error()) || tries == most_decisions)
      co_return on_constraint<Response>(Failure(std::move(written).error()), "guard:not_certified", not_certified());
  }
}

}  // namespace

Result<Deciding> may_decide(Decision decision, TeachingStatus status, bool certified) {
  const Kind& kind = kind_of(decision);
  if (status == kind.leads_to) return Deciding::is_done;
  if (!kind.from.contains('"' + std::string(name_of(status)) + '"')) return Failure(already_decided(name_of(status)));
  if (decision == Decision::approve && !certified) return Failure(not_certified());
  return Deciding::goes_on;
}

Task<Result<Response>> list_applications(Request& request, ApplicationsQuery query) {
  const auto after = co_await decode_place(query.cursor, "application");
  auto rows =
      co_await request.db().all<ListedRow>(select_applications(request.param("id"), query.status, after, query.limit));
  co_return ok(page_of<TeachingApplication>(std::move(rows), query.limit));
}

Task<Result<Response>> approve_teacher(Request& request) { return decide(request, Decision::approve, ""); }
Task<Result<Response>> decline_teacher(Request& request, DecisionNote note) {
  return decide(request, Decision::decline, std::move(note.note));
}
Task<Result<Response>> end_teacher(Request& request, DecisionNote note) {
  return decide(request, Decision::end, std::move(note.note));
}

Statement decides_about(const Request& request) {
  return select_deciding_right(request.param("id"), request.param("userId"), request.user().user_id);
}

}  // namespace isthmus::peerloop
