#pragma once

#include "peerloop/feeds/moderation.h"
#include "peerloop/feeds/posts.h"
#include "peerloop/feeds/stream_token.h"

namespace isthmus::peerloop {

// clang-format off: a row reads as a sentence.
inline constexpr auto feed_routes = table(
    get("/api/feeds/course/:id").summary("A course's feed, by id or slug, newest first").tag("feeds")
        .limit(flood_only).query<FeedQuery>().open_to(signed_in).answers<Page<Post>>().run<show_course_feed>(),
    post("/api/feeds/course/:id").summary("Write in a course's feed").tag("feeds")
        .limit(flood_only).body<NewPost>().open_to(signed_in).takes_idempotency_key().answers<Post>(201)
        .run<write_post>(),
    get("/api/feeds/instructor/:id").summary("What somebody writes in the courses that they teach you").tag("feeds")
        .limit(flood_only).query<FeedQuery>().open_to(signed_in).answers<Page<Post>>().run<show_instructor_feed>(),
    get("/api/feeds/timeline").summary("The feeds of all your courses in one, newest first").tag("feeds")
        .limit(flood_only).query<FeedQuery>().open_to(signed_in).answers<Page<Post>>().run<show_timeline>(),
    del("/api/feeds/posts/:id").summary("Delete a post: yours, or as a moderator").tag("feeds")
        .limit(flood_only).no_input().open_to(signed_in).answers_nothing().run<delete_post>(),
    post("/api/feeds/posts/:id/flag").summary("Object to a post").tag("feeds")
        .limit(flood_only).body<NewFlag>().open_to(signed_in).conflicts("own_post").answers_nothing()
        .run<flag_post>(),
    post("/api/stream/token").summary("A token for the feed provider's SDK").tag("feeds")
        .limit(flood_only).no_input().open_to(signed_in).answers<StreamToken>().run<issue_stream_token>(),

    get("/api/moderation/flags").summary("Posts that somebody objected to, oldest first").tag("moderation")
        .limit(flood_only).query<FlagsQuery>().open_to(role("moderator", "admin")).answers<Page<Flag>>()
        .run<list_flags>(),
    post("/api/moderation/flags/:id/resolve").summary("Decide about a flag").tag("moderation")
        .limit(flood_only).body<Resolution>().open_to(role("moderator", "admin"))
        .conflicts("flag_resolved", "own_post").answers<Flag>().run<resolve_flag>());
// clang-format on

}  // namespace isthmus::peerloop
