#pragma once

#include "peerloop/certificates/certificate.h"
#include "peerloop/enrollments/show.h"
#include "peerloop/learning/completion.h"
#include "peerloop/learning/progress.h"

namespace isthmus::peerloop {

// clang-format off: a row reads as a sentence.
inline constexpr auto learning_routes = table(
    post("/api/enrollments/:id/progress").summary("Mark a lesson as done, or not done").tag("learning")
        .limit(flood_only).body<LessonDone>().open_to(owner_of("enrollment", learns)).answers<Enrollment>()
        .conflicts("not_enrolled").run<mark_lesson>(),
    post("/api/enrollments/:id/recommend").summary("Recommend your student for a certificate").tag("learning")
        .limit(flood_only).no_input().open_to(owner_of("enrollment", teaches)).answers<Enrollment>()
        .conflicts("not_enrolled", "already_certified").run<recommend>(),
    post("/api/enrollments/:id/certify").summary("Certify that a student completed your course").tag("learning")
        .limit(flood_only).no_input().open_to(owner_in_role("creator", "enrollment", is_in_own_course))
        .answers<Certificate>(201).or_existing().conflicts("not_enrolled", "not_recommended").run<certify>());
// clang-format on

}  // namespace isthmus::peerloop
