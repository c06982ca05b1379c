#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/app.h"
#include "http/pagination.h"
#include "peerloop/money/splits.h"

/// What a student sees of the own enrollments, and a teacher of those taught.
namespace isthmus::peerloop {

// These describe what SQLite writes (see `queries.cpp`).

enum class EnrollmentStatus { pending, enrolled, completed, refunded, released };
constexpr auto schema(EnrollmentStatus*) {
  return one_of(EnumName{"pending", EnrollmentStatus::pending}, EnumName{"enrolled", EnrollmentStatus::enrolled},
                EnumName{"completed", EnrollmentStatus::completed}, EnumName{"refunded", EnrollmentStatus::refunded},
                EnumName{"released", EnrollmentStatus::released});
}

struct EnrolledCourse {
  std::string id, slug, title;
};
constexpr auto schema(EnrolledCourse*) {
  return object("EnrolledCourse", field("id", &EnrolledCourse::id), field("slug", &EnrolledCourse::slug),
                field("title", &EnrolledCourse::title));
}

struct EnrollmentPerson {
  std::string id, handle, name;
};
constexpr auto schema(EnrollmentPerson*) {
  return object("EnrollmentPerson", field("id", &EnrollmentPerson::id), field("handle", &EnrollmentPerson::handle),
                field("name", &EnrollmentPerson::name));
}

struct EnrollmentProgress {
  std::int64_t completedLessons, totalLessons, percent;
  std::optional<std::vector<std::string>> completedLessonIds;
};
constexpr auto schema(EnrollmentProgress*) {
  return object(
      "EnrollmentProgress", field("completedLessons", &EnrollmentProgress::completedLessons),
      field("totalLessons", &EnrollmentProgress::totalLessons), field("percent", &EnrollmentProgress::percent),
      field("completedLessonIds", &EnrollmentProgress::completedLessonIds, or_absent, described("Not in lists")));
}

struct EnrollmentCertificate {
  std::string id;
  Timestamp issuedAt;
  bool valid;
};
constexpr auto schema(EnrollmentCertificate*) {
  return object("EnrollmentCertificate", field("id", &EnrollmentCertificate::id),
                field("issuedAt", &EnrollmentCertificate::issuedAt), field("valid", &EnrollmentCertificate::valid));
}

struct Enrollment {
  std::string id;
  EnrollmentStatus status;
  InstructorType instructorType;
  std::string courseId, studentId, teacherId;
  EnrolledCourse course;
  EnrollmentPerson student, teacher;
  std::int64_t priceCents;
  std::string currency;
  std::optional<std::string> checkoutUrl;
  EnrollmentProgress progress;
  std::optional<Timestamp> enrolledAt, recommendedAt, completedAt;
  std::optional<EnrollmentCertificate> certificate;
  Timestamp createdAt;
};
constexpr auto schema(Enrollment*) {
  return object("Enrollment", field("id", &Enrollment::id), field("status", &Enrollment::status),
                field("instructorType", &Enrollment::instructorType), field("courseId", &Enrollment::courseId),
                field("studentId", &Enrollment::studentId), field("teacherId", &Enrollment::teacherId),
                field("course", &Enrollment::course), field("student", &Enrollment::student),
                field("teacher", &Enrollment::teacher), field("priceCents", &Enrollment::priceCents),
                field("currency", &Enrollment::currency),
                field("checkoutUrl", &Enrollment::checkoutUrl, described("The student's, while it can be paid.")),
                field("progress", &Enrollment::progress), field("enrolledAt", &Enrollment::enrolledAt),
                field("recommendedAt", &Enrollment::recommendedAt,
                      described("When who teaches recommended the student for a certificate")),
                field("completedAt", &Enrollment::completedAt),
                field("certificate", &Enrollment::certificate, described("The newest, if there is one")),
                field("createdAt", &Enrollment::createdAt));
}
ISTHMUS_PAGE(Enrollment)

/// As whom somebody has a part in enrollments.
enum class EnrollmentRole { student, teacher };
constexpr auto schema(EnrollmentRole*) {
  return one_of(EnumName{"student", EnrollmentRole::student}, EnumName{"teacher", EnrollmentRole::teacher});
}

struct EnrollmentsQuery {
  EnrollmentRole as = EnrollmentRole::student;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(EnrollmentsQuery*) {
  return object("EnrollmentsQuery",
                field("as", &EnrollmentsQuery::as, or_default, described("What you learn, or whom you teach")),
                field("limit", &EnrollmentsQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &EnrollmentsQuery::cursor, length(1, 500)));
}

struct CourseEnrollmentsQuery {
  bool recommended = false;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(CourseEnrollmentsQuery*) {
  return object("CourseEnrollmentsQuery",
                field("recommended", &CourseEnrollmentsQuery::recommended, or_default,
                      described("Only those who await your certificate, who waits longest first")),
                field("limit", &CourseEnrollmentsQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &CourseEnrollmentsQuery::cursor, length(1, 500)));
}

Task<Result<Response>> list_own_enrollments(Request& request, EnrollmentsQuery query);
Task<Result<Response>> list_enrollments_of_course(Request& request, CourseEnrollmentsQuery query);
Task<Result<Response>> show_one_enrollment(Request& request);

/// The enrollment that the path names, for those who take part in it and for the creator of its course.
Statement may_see_enrollment(const Request& request);

}  // namespace isthmus::peerloop
