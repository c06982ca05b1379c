#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/pagination.h"
#include "peerloop/teaching/application.h"
#include "ports/database.h"

/// All SQL about who teaches what besides its creator.
namespace isthmus::peerloop {

struct ApplicationFacts {
  std::string course_id;
  std::string course_title;
  std::string creator_id;
  std::string applicant_name;
};

/// Course (by id or slug) and applicant. The results: one `ApplicationState`, one `ApplicationFacts`, and the
/// application as JSON, if there is one.
std::vector<Statement> select_application(std::string_view course, std::string_view applicant_id);

/// "guard:state_changed" where one waits or was approved, or nobody is certified.
std::vector<Statement> insert_application(std::string_view course_id, std::string_view applicant_id,
                                          std::string message, Timestamp now);
/// Sets one of these statuses where the present one is of `from`, a JSON list; else "guard:state_changed".
std::vector<Statement> set_status(std::string_view course_id, std::string_view applicant_id, TeachingStatus status,
                                  std::string_view from, std::string_view by, std::string note, Timestamp now);
/// "guard:not_certified" where there is no certificate that holds.
Statement require_certificate(std::string_view course_id, std::string_view applicant_id);
Statement grant_student_teacher(std::string_view user_id, std::string_view by, Timestamp now);

/// The application as one JSON text.
Statement show_application(std::string_view course_id, std::string_view applicant_id);
// `ListedRow`s, and one more than `limit`.
Statement select_applications(std::string_view course_id, TeachingStatus status, const std::optional<Place>& after,
                              std::int64_t limit);
Statement select_teaching(std::string_view applicant_id, const std::optional<Cursor>& after, std::int64_t limit);

/// A row if `creator` made the course and the other one applied for it.
Statement select_deciding_right(std::string_view course_id, std::string_view applicant_id, std::string_view creator);

}  // namespace isthmus::peerloop
