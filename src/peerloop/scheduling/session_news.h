#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "peerloop/mail/mail.h"
#include "peerloop/scheduling/icalendar.h"
#include "peerloop/scheduling/queries.h"

/// What the two people in a session are told of it.
namespace isthmus::peerloop {

/// The session as an event of the student's or the teacher's calendar.
CalendarEvent event_of(const SessionFacts& session, std::string_view other_name, std::string_view app_url);

/// The address that calendars name as organizer: that from which mails come.
std::string_view organizer_address(const Settings& settings);

struct SessionNews {
  SessionFacts session;  ///< as it is now
  std::string by;        ///< the user id of who did it; empty: nobody of the two
  std::string reason;    ///< why it was cancelled
  Timestamp was_at;      ///< when it would have been, before it was moved
};

/// The statements that tell both by mail, with the calendar's file, and who did not do it in the product as well.
std::vector<Statement> tell_booked(Host& host, const SessionNews& news);
std::vector<Statement> tell_moved(Host& host, const SessionNews& news);
std::vector<Statement> tell_cancelled(Host& host, const SessionNews& news);

/// When a reminder is due, seen from `now`: a day before, else an hour before, else never.
std::optional<Timestamp> next_reminder(Timestamp starts_at, Timestamp now);

/// The statement that withdraws the reminders of a session that are not sent yet.
Statement withdraw_reminders(const SessionFacts& session, Timestamp now);

/// For cron: queues the reminders that are due. Each is sent once, however often it runs; one that comes too late,
/// since cron did not run, is left out in favour of the next.
Task<Result<void>> send_reminders(Host& host, Timestamp now);

}  // namespace isthmus::peerloop
