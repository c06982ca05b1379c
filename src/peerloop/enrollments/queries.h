#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/pagination.h"
#include "peerloop/enrollments/show.h"
#include "peerloop/money/splits.h"
#include "ports/database.h"

/// The SQL of enrollments.
namespace isthmus::peerloop {

/// What a student wants: this course, taught by that person.
struct Choice {
  std::string course;  ///< id or slug
  std::string student_id;
  InstructorType instructor_type = InstructorType::creator;
  std::optional<std::string> teacher_id;  ///< of a student-teacher; the creator is known from the course
};

/// How long a payment page stays open.
inline constexpr Millis checkout_life = hour;
/// A page that closes within this time is not worth showing again.
inline constexpr Millis shortest_visit = 2 * minute;
/// The payment provider opens no page that closes in less than half an hour.
inline constexpr Millis shortest_opening = 31 * minute;

/// Makes the choice the student's live enrollment in that course, if it may be, and tells how things stand then. One
/// batch, which may run twice: a pending enrollment that is over, or of another choice, is released
/// (row by row: the id of its checkout, if any); a pending one is inserted where none is live (its id, as
/// proof); and how things stand is one `Standing`, or no row where there is no such course.
std::vector<Statement> place_enrollment(const Choice& choice, std::string_view new_id, Timestamp now);

struct Standing {
  std::string course_id;
  std::string course_status;
  std::string course_title;
  bool own_course = false;
  bool teacher_available = false;
  std::string student_email;
  // The live enrollment:
  std::optional<std::string> enrollment_id;
  std::optional<std::string> status;
  std::optional<std::int64_t> price_cents;
  std::optional<std::string> currency;
  std::optional<std::string> checkout_session_id;
  std::optional<std::string> checkout_url;
  std::optional<Timestamp> checkout_expires_at;
};

/// Writes down the page that the provider opened, where the enrollment is pending and has none, and tells what stands
/// then: one `OpenCheckout`. May run twice.
Statement open_checkout(std::string_view enrollment_id, std::string_view session_id, std::string_view url,
                        Timestamp now);

struct OpenCheckout {
  std::string status;
  std::optional<std::string> session_id;
  std::optional<std::string> url;
};
/// The page of a pending enrollment as an `EnrollmentCheckout`; no row where there is none.
Statement checkout_as_json(std::string_view enrollment_id);

/// Frees the place of an enrollment for which no page was opened.
Statement release_unopened(std::string_view enrollment_id, Timestamp now);
/// Frees the places of those whose page closed unpaid some time ago, oldest first, a bounded number of them.
Statement release_unpaid(Timestamp now);

/// One row where the user may see the enrollment: its student and its teacher, and the creator of its course once it
/// was paid.
Statement visible_enrollment(std::string_view enrollment_id, std::string_view user_id);
/// The enrollment as JSON, as `user_id` may see it.
Statement show_enrollment(std::string_view enrollment_id, std::string_view user_id, Timestamp now);

// Lists: up to `limit` + 1 rows of `ListedRow`.

/// What the user learns or teaches, newest first; of what is taught, what was paid.
Statement list_enrollments(EnrollmentRole role, std::string_view user_id, const std::optional<Cursor>& after,
                           std::int64_t limit, Timestamp now);
/// What was paid of a course, newest first.
Statement list_course_enrollments(std::string_view course_id, std::string_view user_id,
                                  const std::optional<Cursor>& after, std::int64_t limit, Timestamp now);
/// What awaits the creator's certificate, who waits longest first.
Statement list_recommended(std::string_view course_id, std::string_view user_id, const std::optional<Cursor>& after,
                           std::int64_t limit, Timestamp now);

}  // namespace isthmus::peerloop
