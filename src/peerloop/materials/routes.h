#pragma once

#include "peerloop/courses/authoring.h"
#include "peerloop/materials/material.h"

namespace isthmus::peerloop {

// clang-format off: a row reads as a sentence.
inline constexpr auto material_routes = table(
    post("/api/courses/:id/materials").summary("Add a file to your course: its bytes").tag("materials")
        .limit(flood_only).streamed_body<NewMaterial>(largest_material)
        .open_to(owner_in_role("creator", "course", owns_course)).answers<Material>(201).conflicts("too_many")
        .claims_idempotency_key().run<add_material>(),
    get("/api/courses/:id/materials").summary("The files of a course that you take part in").tag("materials")
        .limit(flood_only).query<MaterialsQuery>().open_to(owner_of("course", may_read_materials))
        .answers<Page<Material>>().run<list_materials>(),
    get("/api/courses/:id/materials/:materialId").summary("A file of a course that you take part in").tag("materials")
        .limit(flood_only).no_input().open_to(owner_of("course", may_read_materials)).answers_bytes("*/*")
        .run<get_material>(),
    del("/api/courses/:id/materials/:materialId").summary("Remove a file of your course").tag("materials")
        .limit(flood_only).no_input().open_to(owner_in_role("creator", "course", owns_course)).answers_nothing()
        .run<delete_material>());
// clang-format on

}  // namespace isthmus::peerloop
