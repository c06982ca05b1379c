#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/app.h"
#include "peerloop/teaching/queries.h"

/// What applying and deciding have in common.
namespace isthmus::peerloop {

struct FoundApplication {
  ApplicationState state;
  ApplicationFacts facts;
  std::string json;  ///< the application, or empty
};
/// Of a course by id or slug. 404 where there is no such course.
Task<Result<FoundApplication>> find_application(Request& request, std::string course, std::string applicant_id);

/// What another request was faster with is decided anew this often.
inline constexpr int most_decisions = 3;
bool is_overtaken(const Error& error);

/// 409 with the state, and with the moment from which one may apply again.
Error already_decided(std::string_view status, std::optional<Timestamp> again_at = {});
Error not_certified();

/// `{"courseId", "courseTitle"`, still open.
JsonWriter about_course(const ApplicationFacts& facts);
/// What is told once about an application and moment.
std::string teaching_cause(std::string_view course_id, std::string_view applicant_id, Timestamp at);

}  // namespace isthmus::peerloop
