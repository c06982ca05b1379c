#pragma once

#include "peerloop/reviews/review.h"

namespace isthmus::peerloop {

// clang-format off: a row reads as a sentence.
inline constexpr auto review_routes = table(
    post("/api/sessions/:id/review").summary("Review a session that took place").tag("reviews")
        .limit(flood_only).body<NewReview>().open_to(owner_of("session", was_in_session)).answers<Review>(201)
        .conflicts("session_not_completed", "already_reviewed").takes_idempotency_key().run<review_session>(),
    get("/api/sessions/:id/reviews").summary("What the two people said of a session").tag("reviews")
        .limit(flood_only).query<ReviewsQuery>().open_to(owner_of("session", was_in_session)).answers<Page<Review>>()
        .run<list_session_reviews>(),
    get("/api/courses/:id/reviews").summary("What students say of a course").tag("reviews")
        .limit(flood_only).query<ReviewsQuery>().open_to(anyone).answers<Page<Review>>().run<list_course_reviews>(),
    get("/api/users/:id/reviews").summary("What students say of a teacher").tag("reviews")
        .limit(flood_only).query<ReviewsQuery>().open_to(anyone).answers<Page<Review>>().run<list_teacher_reviews>());
// clang-format on

}  // namespace isthmus::peerloop
