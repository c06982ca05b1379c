#include "peerloop/scheduling/book.h"

#include "peerloop/app.h"
#include "peerloop/scheduling/calendar_of_teacher.h"
#include "peerloop/scheduling/session_news.h"

namespace isthmus::peerloop {

namespace {

Error slot_taken() { return conflict("Somebody else has just taken this time.", "slot_taken"); }
Error slot_unavailable() { return conflict("The teacher has no time then.", "slot_unavailable"); }
Error no_teacher() { return conflict("This teacher does not teach at present.", "teacher_not_available"); }

Error wrong_state(std::string text, std::string_view code, std::string_view status) {
  JsonWriter details;
  details.begin_object().member("status", status).end_object();
  return conflict(std::move(text), code).with_details(std::move(details).text());
}

Error not_scheduled(std::string_view status) {
  return wrong_state("This session does not take place any more.", "not_scheduled", status);
}

Error too_late(Timestamp until) {
  JsonWriter details;
  details.begin_object().member("until", to_rfc3339(until)).end_object();
  return conflict("It is too late to change this session.", "too_late").with_details(std::move(details).text());
}

Error not_in_future() {
  Problems problems;
  problems.within("startsAt", [&] { problems.add("must be in the future"); });
  return problems.to_error();
}

/// All that a booking or a move is decided by.
struct Plan {
  SessionFacts session;  ///< as it is, or as it would be
  std::optional<TeacherCalendar> calendar;
  std::string json;  ///< of a session that is there
};

Task<Result<std::optional<Plan>>> read_plan(Request& request, Statement session, CalendarOf whose, Timestamp about) {
  std::vector<Statement> reads;
  reads.push_back(std::move(session));
  reads.push_back(select_teacher_hours(whose, std::nullopt, about, about));
  reads.push_back(select_engagements(whose, about, about));
  reads.push_back(select_session(whose.session));
  auto sets = co_await request.db().batch(std::move(reads), OnLostAnswer::retry);
  auto facts = co_await std::move(sets[0]).first<SessionFacts>();
  if (!facts) co_return std::optional<Plan>();
  Plan plan{*std::move(facts), std::nullopt, std::move(sets[3]).text()};
  if (auto hours = co_await std::move(sets[1]).first<TeacherHours>())
    plan.calendar =
        co_await read_calendar(*std::move(hours), co_await std::move(sets[2]).as<EngagementRow>(), about, about);
  co_return std::optional(std::move(plan));
}

/// Asks the function that lists.
Result<void> check_slot(const TeacherCalendar& calendar, Timestamp now, Timestamp starts_at, Millis length) {
  const SlotQuestion question{now, starts_at, starts_at + 1, length};
  if (!calendar.slots(question).empty()) return {};
  return Failure(calendar.slots_without_engagements(question).empty() ? slot_unavailable() : slot_taken());
}

/// The same once more in the batch, for whoever was faster since it was read.
std::vector<Statement> guards_of(const TeacherCalendar& calendar, const SessionFacts& session) {
  const Schedule& schedule = calendar.schedule;
  std::vector<Statement> guards;
  guards.push_back(guard_hours(calendar.teacher_id, calendar.version));
  guards.push_back(guard_buffers(session, schedule.buffer_before + schedule.buffer_after));
  if (schedule.daily_limit) {
    JsonWriter moments;
    moments.begin_array();
    for (const auto& [from, to] : moments_of_date(calendar.clock, session.starts_at))
      moments.begin_array().value(from.ms).value(to.ms).end_array();
    guards.push_back(guard_day(session, std::move(moments.end_array()).text(), *schedule.daily_limit));
  }
  return guards;
}

template <class T>
Result<T> explain_refusal(Result<T> done) {
  done = on_constraint(std::move(done), "guard:slot_taken", slot_taken());
  done = on_constraint(std::move(done), "guard:slot_unavailable", slot_unavailable());
  done = on_constraint(std::move(done), "guard:teacher_not_available", no_teacher());
  done = on_constraint(std::move(done), "guard:not_enrolled",
                       conflict("This enrollment is not under way.", "not_enrolled"));
  return on_constraint(std::move(done), "guard:state_changed",
                       conflict("This session was changed just now. Please look again.", "state_changed"));
}

}  // namespace

Task<Result<Response>> book_session(Request& request, BookSession booking) {
  const Timestamp now = request.now();
  const Timestamp starts_at = booking.startsAt;
  const Millis length = booking.durationMinutes * minute;
  if (starts_at <= now) co_return Failure(not_in_future());
  if (starts_at > now + 400 * day) co_return Failure(slot_unavailable());

  const std::string id = request.host().random.uuid(now);
  Statement draft = select_session_to_be(booking.enrollmentId, request.user().user_id, id, starts_at, length, now);
  auto read = co_await read_plan(request, std::move(draft), {.enrollment = booking.enrollmentId}, starts_at);
  auto [session, calendar, nothing_yet] = co_await required(std::move(read), not_found("enrollment"));
  if (session.teacher_id != booking.teacherId) {
    Problems problems;
    problems.within("teacherId", [&] { problems.add("does not teach in this enrollment"); });
    co_return Failure(problems.to_error());
  }
  if (session.status != "enrolled")
    co_return Failure(wrong_state("This enrollment is not under way.", "not_enrolled", session.status));
  if (!calendar) co_return Failure(no_teacher());
  co_await check_slot(*calendar, now, starts_at, length);

  std::vector<Statement> batch = guards_of(*calendar, session);
  append(batch, insert_session(session, next_reminder(starts_at, now), now));
  append(batch, tell_booked(request.host(), {session, session.student_id, {}, {}}));
  auto done = explain_refusal(co_await attempt(commit(request, std::move(batch), 201, select_session(id))));
  if (done) dispatch_after(request);
  co_return done;
}

Task<Result<Response>> move_session(Request& request, MoveSession move) {
  const Timestamp now = request.now();
  const std::string id(request.param("id"));
  if (move.startsAt <= now) co_return Failure(not_in_future());
  if (move.startsAt > now + 400 * day) co_return Failure(slot_unavailable());

  auto read = co_await read_plan(request, select_session_facts(id), {.session = id}, move.startsAt);
  auto [session, calendar, json] = co_await required(std::move(read), not_found("session"));
  if (session.status != "scheduled") co_return Failure(not_scheduled(session.status));
  if (session.starts_at == move.startsAt) co_return json_response(200, std::move(json));
  if (!calendar) co_return Failure(no_teacher());
  const Timestamp until = session.starts_at - calendar->change_notice;
  if (now > until) co_return Failure(too_late(until));
  const Millis length = session.ends_at - session.starts_at;
  // A session keeps its length, also where the teacher offers it no longer.
  calendar->schedule.lengths.push_back(length);
  co_await check_slot(*calendar, now, move.startsAt, length);

  SessionNews news{session, request.user().user_id, {}, session.starts_at};
  news.session.starts_at = move.startsAt;
  news.session.ends_at = move.startsAt + length;
  news.session.updated_at = now;
  ++news.session.sequence;
  std::vector<Statement> batch = guards_of(*calendar, news.session);
  append(batch, update_session_time(news.session, next_reminder(move.startsAt, now), now));
  batch.push_back(withdraw_reminders(session, now));
  append(batch, tell_moved(request.host(), news));
  auto done = explain_refusal(co_await attempt(commit(request, std::move(batch), 200, select_session(id))));
  if (done) dispatch_after(request);
  co_return done;
}

Task<Result<Response>> cancel_session(Request& request, CancelSession cancellation) {
  const Timestamp now = request.now();
  const std::string id(request.param("id"));
  const std::string& caller = request.user().user_id;
  std::vector<Statement> reads;
  reads.push_back(select_session_facts(id));
  reads.push_back(select_cancellation(id));
  reads.push_back(select_session(id));
  auto sets = co_await request.db().batch(std::move(reads), OnLostAnswer::retry);
  const SessionFacts session =
      co_await required(co_await std::move(sets[0]).first<SessionFacts>(), not_found("session"));
  const auto rule = co_await required(co_await std::move(sets[1]).first<Cancellation>(), not_found("session"));
  if (session.status == "cancelled" && rule.cancelled_by == caller)
    co_return json_response(200, std::move(sets[2]).text());
  if (session.status != "scheduled") co_return Failure(not_scheduled(session.status));
  const Millis notice = caller == session.teacher_id ? 0 : rule.change_notice_minutes * minute;
  const Timestamp until = session.starts_at - notice;
  if (now > until) co_return Failure(too_late(until));

  SessionNews news{session, caller, cancellation.reason, {}};
  news.session.status = "cancelled";
  news.session.updated_at = now;
  ++news.session.sequence;
  std::vector<Statement> batch = update_session_cancelled(news.session, caller, cancellation.reason, now);
  batch.push_back(withdraw_reminders(session, now));
  append(batch, tell_cancelled(request.host(), news));
  auto done = explain_refusal(co_await attempt(commit(request, std::move(batch), 200, select_session(id))));
  if (done) dispatch_after(request);
  co_return done;
}

}  // namespace isthmus::peerloop
