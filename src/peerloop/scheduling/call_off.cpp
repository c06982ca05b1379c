#include "peerloop/scheduling/call_off.h"

#include "json/value.h"
#include "json/writer.h"
#include "peerloop/scheduling/queries.h"
#include "peerloop/scheduling/session_news.h"

namespace isthmus::peerloop {

namespace {

/// A batch holds a few statements for each session; what is more waits for the next delivery.
constexpr std::int64_t most_sessions = 10;

Statement call_off(Host& host, std::string_view member, std::string_view id) {
  const Timestamp now = host.clock.now();
  JsonWriter payload;
  payload.begin_object().member(member, id).end_object();
  return enqueue(host, calling_off_handler.kind, "sessions.call_off:" + host.random.uuid(now),
                 std::move(payload).text(), now);
}

}  // namespace

Statement call_off_sessions_of_enrollment(Host& host, std::string_view enrollment_id) {
  return call_off(host, "enrollmentId", enrollment_id);
}

Statement call_off_sessions_of_student(Host& host, std::string_view student_id) {
  return call_off(host, "studentId", student_id);
}

/// A session that changes meanwhile refuses the batch, and the row is tried again.
Task<Result<Delivery>> deliver_calling_off(Host& host, const OutboxItem& item) {
  std::string enrollment, student;
  {
    const auto payload = co_await parse_json(item.payload);
    enrollment = payload.string_at({"enrollmentId"}).value_or("");
    student = payload.string_at({"studentId"}).value_or("");
  }
  const Timestamp now = host.clock.now();
  const auto sessions = co_await host.database.all<SessionFacts>(
      student.empty() ? select_sessions_of_refunded(enrollment, now, most_sessions + 1)
                      : select_scheduled_of_student(student, now, most_sessions + 1));
  Delivery delivery;
  for (std::size_t i = 0; i < sessions.size() && i < most_sessions; ++i) {
    SessionNews news{sessions[i], student, {}, {}};
    news.session.status = "cancelled";
    news.session.updated_at = now;
    ++news.session.sequence;
    for (auto statements : {update_session_cancelled(news.session, student, "", now),
                            std::vector{withdraw_reminders(sessions[i], now)}, tell_cancelled(host, news)})
      append(delivery.statements, std::move(statements));
  }
  if (sessions.size() > most_sessions)
    delivery.statements.push_back(student.empty() ? call_off_sessions_of_enrollment(host, enrollment)
                                                  : call_off_sessions_of_student(host, student));
  co_return delivery;
}

}  // namespace isthmus::peerloop
