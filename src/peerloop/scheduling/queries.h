#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/pagination.h"
#include "peerloop/scheduling/availability.h"
#include "peerloop/scheduling/sessions.h"
#include "peerloop/scheduling/slots.h"
#include "ports/database.h"

/// The SQL of hours, sessions and calendars.
namespace isthmus::peerloop {

/// The teacher's `Availability` as JSON: what was said, or what stands where nothing was.
Statement select_availability(std::string_view teacher_id);
/// `rules_json` is [[weekday, from, to], …] and `exceptions_json` [[date, [[from, to], …]], …], in minutes.
std::vector<Statement> replace_availability(std::string_view teacher_id, const Availability& availability,
                                            std::string rules_json, std::string exceptions_json, Timestamp now);

/// Whose time a question is about. Where one of them is not named, they are those of the enrollment or the session.
struct CalendarOf {
  std::string teacher{};
  std::string student{};  ///< empty: nobody knows who asks
  std::string enrollment{};
  std::string session{};  ///< which does not stand in its own way
};

struct TeacherHours {
  std::string teacher_id;
  std::string timezone;
  std::int64_t version = 0;
  std::int64_t slot_step_minutes = 0;
  std::string session_minutes;  ///< [60, 30]
  std::int64_t buffer_before_minutes = 0, buffer_after_minutes = 0;
  std::int64_t minimum_notice_minutes = 0, change_notice_minutes = 0;
  std::int64_t horizon_days = 0;
  std::optional<std::int64_t> daily_limit;
  std::string rules;       ///< [[weekday, from, to], …] in minutes
  std::string exceptions;  ///< {date: [[from, to], …], …} in minutes, of the dates about the asked time
};
/// One `TeacherHours`, or no row where there is no such teacher, or not of that course.
Statement select_teacher_hours(const CalendarOf& whose, const std::optional<std::string>& course_id, Timestamp from,
                               Timestamp to);

struct EngagementRow {
  Timestamp begins;
  Timestamp ends;
  bool taught = false;
};
/// What stands in the way of either person about that time.
Statement select_engagements(const CalendarOf& whose, Timestamp from, Timestamp to);

/// A session with its two people: what rules and news are made of.
struct SessionFacts {
  std::string id, enrollment_id;
  std::string status;  ///< of the session; of the enrollment, where the session is yet to be
  Timestamp starts_at, ends_at, created_at, updated_at;
  std::int64_t sequence = 0;
  std::string course_title;
  std::string student_id, student_name, student_timezone;
  std::string teacher_id, teacher_name, teacher_timezone;
};
/// One `SessionFacts` of a session that is not there yet; no row where the student has no such enrollment.
Statement select_session_to_be(std::string_view enrollment_id, std::string_view student_id, std::string_view id,
                               Timestamp starts_at, Millis length, Timestamp now);
/// One `SessionFacts`.
Statement select_session_facts(std::string_view id);

/// Up to `most` rows of `SessionFacts`: what is scheduled and not over, of an enrollment that is refunded, or of a
/// student.
Statement select_sessions_of_refunded(std::string_view enrollment_id, Timestamp now, std::int64_t most);
Statement select_scheduled_of_student(std::string_view student_id, Timestamp now, std::int64_t most);

struct Cancellation {
  std::int64_t change_notice_minutes = 0;
  std::optional<std::string> cancelled_by;
};
/// One `Cancellation`: what rules it, and who did it already.
Statement select_cancellation(std::string_view id);

/// `guard:slot_unavailable` where the teacher has said other hours since, `guard:teacher_not_available` where the
/// teacher may not teach any more.
Statement guard_hours(std::string_view teacher_id, std::int64_t version);
/// `guard:slot_taken` where another session that the teacher teaches lies nearer than that.
Statement guard_buffers(const SessionFacts& session, Millis apart);
/// `guard:slot_taken` where the teacher has that many others in the time `moments_json`: [[from, to], …].
Statement guard_day(const SessionFacts& session, std::string moments_json, int limit);

/// `guard:not_enrolled` where the enrollment is over, `guard:slot_taken` where either person is busy.
std::vector<Statement> insert_session(const SessionFacts& session, std::optional<Timestamp> next_reminder,
                                      Timestamp now);
/// To the session's time and sequence, from the sequence before: else `guard:state_changed`.
std::vector<Statement> update_session_time(const SessionFacts& session, std::optional<Timestamp> next_reminder,
                                           Timestamp now);
/// `by` is empty where nobody of the two did it.
std::vector<Statement> update_session_cancelled(const SessionFacts& session, std::string_view by,
                                                std::string_view reason, Timestamp now);

/// The session as JSON.
Statement select_session(std::string_view id);
/// One row where the user takes part in it.
Statement session_for(std::string_view id, std::string_view user_id);

struct SessionRow {
  std::string json;
  Timestamp starts_at;
  std::string id;
};
/// Up to `limit` + 1 rows of `SessionRow`.
Statement select_sessions(std::string_view user_id, SessionsWhen when, SessionsRole role,
                          const std::optional<Place>& after, std::int64_t limit, Timestamp now);

/// `SessionFacts` of those that are to be reminded of by now.
Statement select_due_reminders(Timestamp now, std::int64_t most);
/// Queues the mails [{session, sequence, id, key, payload}, …] of sessions that are still to be reminded of.
Statement queue_reminders(std::string reminders_json, Timestamp now);
/// The sessions [id, …] are to be reminded of `late` before they begin, if that is still to come.
Statement set_next_reminders(std::string ids_json, Timestamp now, Millis late);

/// Where a calendar subscribes: one link a person.
Statement replace_calendar_link(std::string_view user_id, std::string_view token_hash, Timestamp now);
Statement delete_calendar_link(std::string_view user_id);
struct CalendarOwner {
  std::string id;
  std::string name;
};
/// One `CalendarOwner`, or no row.
Statement select_calendar_owner(std::string_view token_hash);
/// `SessionFacts` of the sessions of whoever has this link: those of the last months and all that are to come.
Statement select_calendar_sessions(std::string_view token_hash, Timestamp now);

}  // namespace isthmus::peerloop
