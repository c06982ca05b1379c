#pragma once

#include "peerloop/courses/authoring.h"
#include "peerloop/enrollments/enroll.h"
#include "peerloop/enrollments/show.h"

namespace isthmus::peerloop {

inline constexpr auto enrollment_routes = table(
    // clang-format off
    post("/api/courses/:id/enroll").summary("Start an enrollment: a payment page for a course").tag("enrollments")
        .limit(flood_only).body<Enroll>().open_to(signed_in)
        .conflicts("already_enrolled", "own_course", "course_not_published", "teacher_not_available", "state_changed")
        .claims_idempotency_key().answers<EnrollmentCheckout>(201).or_existing().run<enroll>(),
    get("/api/enrollments").summary("Your enrollments, or those of your students, newest first").tag("enrollments")
        .limit(flood_only).query<EnrollmentsQuery>().open_to(signed_in).answers<Page<Enrollment>>().run<list_own_enrollments>(),
    get("/api/courses/:id/enrollments").summary("Who is enrolled in your course").tag("enrollments")
        .limit(flood_only).query<CourseEnrollmentsQuery>().open_to(owner_in_role("creator", "course", owns_course))
        .answers<Page<Enrollment>>().run<list_enrollments_of_course>(),
    get("/api/enrollments/:id").summary("One enrollment, for its student, its teacher and the course's creator")
        .tag("enrollments").limit(flood_only).no_input().open_to(owner_of("enrollment", may_see_enrollment))
        .never_from_replica().answers<Enrollment>().run<show_one_enrollment>()
    // clang-format on
);

}  // namespace isthmus::peerloop
