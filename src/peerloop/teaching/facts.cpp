#include "peerloop/teaching/facts.h"

namespace isthmus::peerloop {

Task<Result<FoundApplication>> find_application(Request& request, std::string course, std::string applicant_id) {
  auto sets = co_await request.db().batch(select_application(course, applicant_id), OnLostAnswer::retry);
  auto state = co_await std::move(sets[0]).first<ApplicationState>();
  auto facts = co_await std::move(sets[1]).first<ApplicationFacts>();
  if (!state || !facts) co_return Failure(not_found("course"));
  co_return FoundApplication{*std::move(state), *std::move(facts), std::move(sets[2]).text()};
}

bool is_overtaken(const Error& error) { return violates(error, "guard:state_changed"); }

Error already_decided(std::string_view status, std::optional<Timestamp> again_at) {
  JsonWriter details;
  details.begin_object().member("status", status);
  if (again_at) details.member("mayApplyAt", to_rfc3339(*again_at));
  details.end_object();
  return conflict("This was decided already.", "already_decided").with_details(std::move(details).text());
}

Error not_certified() { return conflict("A valid certificate of this course is needed to teach it.", "not_certified"); }

JsonWriter about_course(const ApplicationFacts& facts) {
  JsonWriter json;
  json.begin_object().member("courseId", facts.course_id).member("courseTitle", facts.course_title);
  return json;
}

std::string teaching_cause(std::string_view course_id, std::string_view applicant_id, Timestamp at) {
  return "teaching:" + std::string(course_id) + ':' + std::string(applicant_id) + ':' + std::to_string(at.ms);
}

}  // namespace isthmus::peerloop
