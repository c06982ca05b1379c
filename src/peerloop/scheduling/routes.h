#pragma once

#include "peerloop/scheduling/availability.h"
#include "peerloop/scheduling/book.h"
#include "peerloop/scheduling/calendar_files.h"
#include "peerloop/scheduling/list_slots.h"
#include "peerloop/scheduling/sessions.h"

namespace isthmus::peerloop {

// clang-format off: a row reads as a sentence.
inline constexpr auto scheduling_routes = table(
    get("/api/availability").summary("When you teach").tag("scheduling")
        .limit(flood_only).no_input().open_to(role("creator", "studentTeacher")).answers<Availability>()
        .run<show_availability>(),
    put("/api/availability").summary("Say when you teach: all of it anew").tag("scheduling")
        .limit(flood_only).body<Availability>().open_to(role("creator", "studentTeacher")).answers<Availability>()
        .run<set_availability>(),
    get("/api/student-teachers/:id/slots").summary("When a session with this teacher can begin").tag("scheduling")
        .limit(flood_only).query<SlotsQuery>().open_to(anyone_or_user).answers<Slots>().run<list_slots>(),

    get("/api/sessions").summary("Your sessions, as a student and as a teacher").tag("scheduling")
        .limit(flood_only).query<BookedSessionsQuery>().open_to(signed_in).answers<Page<Session>>().run<list_booked_sessions>(),
    post("/api/sessions").summary("Book a session").tag("scheduling")
        .limit(flood_only).body<BookSession>().open_to(signed_in)
        .conflicts("slot_taken", "slot_unavailable", "not_enrolled", "teacher_not_available")
        .takes_idempotency_key().answers<Session>(201).run<book_session>(),
    get("/api/sessions/:id").summary("One session, for the two people in it").tag("scheduling")
        .limit(flood_only).no_input().open_to(owner_of("session", takes_part_in_session)).answers<Session>().run<show_session>(),
    post("/api/sessions/:id/reschedule").summary("Move a session to another time").tag("scheduling")
        .limit(flood_only).body<MoveSession>().open_to(owner_of("session", takes_part_in_session)).answers<Session>()
        .conflicts("slot_taken", "slot_unavailable", "teacher_not_available", "too_late", "not_scheduled", "state_changed")
        .run<move_session>(),
    post("/api/sessions/:id/cancel").summary("Cancel a session").tag("scheduling")
        .limit(flood_only).body<CancelSession>().open_to(owner_of("session", takes_part_in_session)).answers<Session>()
        .conflicts("too_late", "not_scheduled", "state_changed").run<cancel_session>(),

    get("/api/sessions/:id/calendar.ics").summary("A session for your calendar").tag("scheduling")
        .limit(flood_only).no_input().open_to(owner_of("session", takes_part_in_session)).answers_bytes("text/calendar")
        .run<download_session>(),
    get("/api/calendar.ics").summary("All your sessions, for a calendar that subscribes").tag("scheduling")
        .limit(flood_only).query<CalendarQuery>().open_to(anyone).answers_bytes("text/calendar")
        .run<subscribe_to_calendar>(),
    post("/api/calendar/token").summary("A new secret link to your calendar, which ends the one before").tag("scheduling")
        .limit(flood_only).no_input().open_to(signed_in).answers<CalendarLink>(201).run<renew_calendar_link>(),
    del("/api/calendar/token").summary("End the secret link to your calendar").tag("scheduling")
        .limit(flood_only).no_input().open_to(signed_in).answers_nothing().run<end_calendar_link>());
// clang-format on

}  // namespace isthmus::peerloop
