#pragma once

#include "http/app.h"
#include "peerloop/people/avatar.h"
#include "peerloop/people/directory.h"
#include "peerloop/people/profile.h"

namespace isthmus::peerloop {

// clang-format off: a row reads as a sentence.
inline constexpr auto people_routes = table(
    get("/api/users/:id").summary("A profile, by id or handle").tag("people")
        .limit(flood_only).no_input().open_to(anyone_or_user).answers<Profile>().run<show_profile>(),
    patch("/api/users/:id").summary("Change your profile").tag("people")
        .limit(flood_only).body<ProfileChange>().open_to(self("id")).answers<Profile>()
        .conflicts("handle_taken").run<change_profile>(),

    put("/api/users/:id/avatar").summary("Set your picture: the bytes of a PNG, JPEG, WebP or GIF").tag("people")
        .limit(flood_only).streamed_body(largest_avatar).open_to(self("id")).answers<Avatar>().run<put_avatar>(),
    get("/api/users/:id/avatar").summary("A user's picture").tag("people")
        .limit(flood_only).no_input().open_to(anyone).answers_bytes("image/*").run<get_avatar>(),
    del("/api/users/:id/avatar").summary("Remove your picture").tag("people")
        .limit(flood_only).no_input().open_to(self("id")).answers_nothing().run<delete_avatar>(),

    post("/api/users/:id/follow").summary("Follow somebody").tag("people")
        .limit(flood_only).no_input().open_to(signed_in).answers_nothing().conflicts("own_account").run<follow>(),
    del("/api/users/:id/follow").summary("Follow somebody no longer").tag("people")
        .limit(flood_only).no_input().open_to(signed_in).answers_nothing().run<unfollow>(),

    get("/api/creators").summary("Who makes courses, newest first").tag("people")
        .limit(flood_only).query<CreatorsQuery>().open_to(anyone).answers<Page<Teacher>>().run<list_creators>(),
    get("/api/student-teachers").summary("Who teaches what they have learnt").tag("people")
        .limit(flood_only).query<StudentTeachersQuery>().open_to(anyone).answers<Page<Teacher>>()
        .run<list_student_teachers>());
// clang-format on

}  // namespace isthmus::peerloop
