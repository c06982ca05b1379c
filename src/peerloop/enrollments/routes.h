#pragma once

#include "peerloop/enrollments/enroll.h"
#include "peerloop/enrollments/show.h"

namespace isthmus::peerloop {

inline constexpr auto enrollment_routes = table(
    // clang-format off
    post("/api/courses/:id/enroll").summary("Start an enrollment: a payment page for a course").tag("enrollments")
        .limit(flood_only).body<Enroll>().open_to(signed_in)
        .conflicts("already_enrolled", "own_course", "course_not_published", "teacher_not_available")
        .takes_idempotency_key().answers<EnrollmentCheckout>(201).run<enroll>(),
    get("/api/enrollments").summary("Your enrollments, newest first").tag("enrollments")
        .limit(flood_only).query<EnrollmentsQuery>().open_to(signed_in).answers<Page<Enrollment>>().run<list_own_enrollments>(),
    get("/api/enrollments/:id").summary("One enrollment, for its student and its teacher").tag("enrollments")
        .limit(flood_only).no_input().open_to(owner_of("enrollment", participates)).answers<Enrollment>()
        .run<show_one_enrollment>()
    // clang-format on
);

}  // namespace isthmus::peerloop
