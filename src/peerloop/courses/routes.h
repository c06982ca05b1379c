#pragma once

#include "http/app.h"
#include "peerloop/courses/authoring.h"
#include "peerloop/courses/catalogue.h"
#include "peerloop/courses/thumbnail.h"

namespace isthmus::peerloop {

// clang-format off: a row reads as a sentence.
inline constexpr auto course_routes = table(
    get("/api/categories").summary("What courses are about").tag("courses")
        .limit(flood_only).query<CategoriesQuery>().open_to(anyone).answers<Page<Category>>().run<list_categories>(),
    get("/api/courses").summary("Find courses").tag("courses")
        .limit(flood_only).query<CoursesQuery>().open_to(anyone).answers<Page<CourseSummary>>().run<list_courses>(),
    get("/api/courses/:id").summary("A course, by id or slug").tag("courses")
        .limit(flood_only).no_input().open_to(anyone_or_user).answers<Course>().run<show_course>(),

    post("/api/courses").summary("Begin a course").tag("courses")
        .limit(flood_only).body<NewCourse>(largest_course_body).open_to(role("creator")).answers<Course>(201)
        .takes_idempotency_key().run<create_course>(),
    patch("/api/courses/:id").summary("Change your course").tag("courses")
        .limit(flood_only).body<CourseChange>(largest_course_body)
        .open_to(owner_in_role("creator", "course", owns_course)).answers<Course>()
        .conflicts("course_incomplete").run<change_course>(),
    post("/api/courses/:id/publish").summary("Publish your course").tag("courses")
        .limit(flood_only).no_input().open_to(owner_in_role("creator", "course", owns_course)).answers<Course>()
        .conflicts("course_incomplete").run<publish_course>(),

    put("/api/courses/:id/thumbnail").summary("Set your course's picture: the bytes of a PNG, JPEG, WebP or GIF")
        .tag("courses").limit(flood_only).streamed_body(largest_thumbnail)
        .open_to(owner_in_role("creator", "course", owns_course)).answers<Thumbnail>().run<put_thumbnail>(),
    get("/api/courses/:id/thumbnail").summary("A course's picture").tag("courses")
        .limit(flood_only).no_input().open_to(anyone).answers_bytes("image/*").run<get_thumbnail>(),
    del("/api/courses/:id/thumbnail").summary("Remove your course's picture").tag("courses")
        .limit(flood_only).no_input().open_to(owner_in_role("creator", "course", owns_course)).answers_nothing()
        .run<delete_thumbnail>());
// clang-format on

}  // namespace isthmus::peerloop
