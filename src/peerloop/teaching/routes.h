#pragma once

#include "peerloop/courses/authoring.h"
#include "peerloop/teaching/decision.h"

namespace isthmus::peerloop {

// clang-format off: a row reads as a sentence.
inline constexpr auto teaching_routes = table(
    post("/api/courses/:id/teach").summary("Ask to teach a course that you completed").tag("teaching")
        .limit(flood_only).optional_body<NewApplication>().open_to(signed_in).answers<TeachingApplication>(201).or_existing()
        .conflicts("not_certified", "already_decided", "own_course", "course_not_published").run<apply_to_teach>(),
    get("/api/courses/:id/teach").summary("Your own application").tag("teaching")
        .limit(flood_only).no_input().open_to(signed_in).answers<TeachingApplication>().run<show_own_application>(),
    del("/api/courses/:id/teach").summary("Withdraw your application, or stop teaching").tag("teaching")
        .limit(flood_only).no_input().open_to(signed_in).answers_nothing().run<stop_teaching>(),
    get("/api/teaching").summary("What you teach, or asked to teach").tag("teaching")
        .limit(flood_only).query<TeachingQuery>().open_to(signed_in).answers<Page<TeachingApplication>>()
        .run<list_own_teaching>(),

    get("/api/courses/:id/teachers").summary("Who teaches your course, or asked to").tag("teaching")
        .limit(flood_only).query<ApplicationsQuery>().open_to(owner_in_role("creator", "course", owns_course))
        .answers<Page<TeachingApplication>>().run<list_applications>(),
    post("/api/courses/:id/teachers/:userId/approve").summary("Let somebody teach your course").tag("teaching")
        .limit(flood_only).no_input().open_to(owner_in_role("creator", "application", decides_about))
        .answers<TeachingApplication>().conflicts("already_decided", "not_certified").run<approve_teacher>(),
    post("/api/courses/:id/teachers/:userId/decline").summary("Decline an application").tag("teaching")
        .limit(flood_only).optional_body<DecisionNote>().open_to(owner_in_role("creator", "application", decides_about))
        .answers<TeachingApplication>().conflicts("already_decided").run<decline_teacher>(),
    post("/api/courses/:id/teachers/:userId/withdraw").summary("End somebody's teaching of your course").tag("teaching")
        .limit(flood_only).optional_body<DecisionNote>().open_to(owner_in_role("creator", "application", decides_about))
        .answers<TeachingApplication>().conflicts("already_decided").run<end_teacher>());
// clang-format on

}  // namespace isthmus::peerloop
