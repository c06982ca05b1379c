#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/app.h"
#include "http/pagination.h"

/// How a student becomes a student-teacher: who holds a certificate of a course applies, its creator decides.
///
///   applied  → approved | declined | withdrawn (by the applicant)
///   approved → withdrawn (by either; or because the certificate does not hold any more)
///   declined → approved (the creator thinks again) | applied (after a while)
///   withdrawn → applied
///
/// The role `studentTeacher` comes with the first approval and stays: what was earned hangs on it. What may be taught
/// is in `course_teachers` alone.
namespace isthmus::peerloop {

// These describe what SQLite writes (see `queries.cpp`).

enum class TeachingStatus { applied, approved, declined, withdrawn };
constexpr auto schema(TeachingStatus*) {
  return one_of(EnumName{"applied", TeachingStatus::applied}, EnumName{"approved", TeachingStatus::approved},
                EnumName{"declined", TeachingStatus::declined}, EnumName{"withdrawn", TeachingStatus::withdrawn});
}

struct TaughtCourse {
  std::string id, slug, title;
};
constexpr auto schema(TaughtCourse*) {
  return object("TaughtCourse", field("id", &TaughtCourse::id), field("slug", &TaughtCourse::slug),
                field("title", &TaughtCourse::title));
}

struct Applicant {
  std::string id, name, handle;
  std::optional<std::string> avatarUrl;
  std::optional<double> rating;
  std::int64_t ratingCount = 0;
};
constexpr auto schema(Applicant*) {
  return object("Applicant", field("id", &Applicant::id), field("name", &Applicant::name),
                field("handle", &Applicant::handle), field("avatarUrl", &Applicant::avatarUrl),
                field("rating", &Applicant::rating, described("As a teacher; null before the first review")),
                field("ratingCount", &Applicant::ratingCount));
}

struct TeachingApplication {
  TaughtCourse course;
  Applicant applicant;
  TeachingStatus status = TeachingStatus::applied;
  std::string message, note;
  std::optional<std::string> certificateId;
  Timestamp appliedAt;
  std::optional<Timestamp> decidedAt;
};
constexpr auto schema(TeachingApplication*) {
  return object("TeachingApplication", field("course", &TeachingApplication::course),
                field("applicant", &TeachingApplication::applicant), field("status", &TeachingApplication::status),
                field("message", &TeachingApplication::message, described("The applicant's")),
                field("note", &TeachingApplication::note, described("The creator's")),
                field("certificateId", &TeachingApplication::certificateId,
                      described("Of the certificate on which the application rests, while it is valid")),
                field("appliedAt", &TeachingApplication::appliedAt),
                field("decidedAt", &TeachingApplication::decidedAt));
}
ISTHMUS_PAGE(TeachingApplication)

struct NewApplication {
  std::string message;
};
constexpr auto schema(NewApplication*) {
  return object("NewApplication", field("message", &NewApplication::message, or_default, trimmed, length(0, 2000)));
}
constexpr std::string_view example_of(NewApplication*) {
  return R"({"message":"I would like to pass on what I learnt"})";
}

struct TeachingQuery {
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(TeachingQuery*) {
  return object("TeachingQuery", field("limit", &TeachingQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &TeachingQuery::cursor, length(1, 500)));
}

/// Who was declined may apply again after so long.
inline constexpr Millis wait_after_decline = 30 * day;

/// What decides about an application.
struct ApplicationState {
  std::string course_status;
  bool own_course = false;
  bool certified = false;
  std::optional<std::string> status;  ///< of the application that there is
  std::optional<Timestamp> decided_at;
};
enum class Applying {
  goes_on,  ///< it is to be written
  is_done   ///< it waits for the creator already
};
/// 404 for a course that is not there for strangers; 409 `own_course`, `course_not_published`, `not_certified`,
/// `already_decided` with the state.
Result<Applying> may_apply(const ApplicationState& state, Timestamp now);

/// Applies. 201 with the application; asked again while it waits, 200 with the same.
Task<Result<Response>> apply_to_teach(Request& request, NewApplication application);
Task<Result<Response>> show_own_application(Request& request);
/// Withdraws the application, or ends the teaching of the course. Once more changes nothing.
Task<Result<Response>> stop_teaching(Request& request);
/// What the caller teaches or applied for.
Task<Result<Response>> list_own_teaching(Request& request, TeachingQuery query);

}  // namespace isthmus::peerloop
