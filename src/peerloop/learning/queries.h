#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "peerloop/learning/progress.h"
#include "ports/database.h"

/// All SQL about progress and completion.
namespace isthmus::peerloop {

// A row if the user is the enrollment's student, its teacher, or the creator of its course.
Statement select_learning_right(std::string_view enrollment_id, std::string_view user_id);
Statement select_teaching_right(std::string_view enrollment_id, std::string_view user_id);
Statement select_certifying_right(std::string_view enrollment_id, std::string_view user_id);

struct LessonPlace {
  std::string status;  ///< of the enrollment
  bool of_this_course = false;
};
/// The first result is a `LessonPlace`, the last the enrollment as JSON. Nothing changes where the lesson is not of the
/// course, or the enrollment is not under way.
std::vector<Statement> set_progress(std::string_view enrollment_id, std::string_view student_id,
                                    const LessonDone& lesson, Timestamp now);

struct EnrollmentFacts {
  std::string id;
  std::string student_id;
  std::string student_name;
  std::string course_id;
  std::string course_title;
  std::string creator_id;
};
/// One `CompletionState` and one `EnrollmentFacts`.
std::vector<Statement> select_completion(std::string_view enrollment_id);

/// "guard:state_changed" unless it was enrolled and not recommended.
std::vector<Statement> set_recommended(std::string_view enrollment_id, Timestamp now);
/// "guard:state_changed" unless it may be certified and has no live certificate.
std::vector<Statement> set_completed(std::string_view enrollment_id, Timestamp now);

}  // namespace isthmus::peerloop
