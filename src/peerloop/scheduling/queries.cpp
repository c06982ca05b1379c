#include "peerloop/scheduling/queries.h"

#include "base/strings.h"
#include "peerloop/sql.h"

namespace isthmus::peerloop {

namespace {

/// Minutes from midnight as "09:30".
#define PEERLOOP_TIME_OF_DAY(minutes) "printf('%02d:%02d', " minutes " / 60, " minutes " % 60)"

/// Who teaches and who learns, from ?1 teacher, ?2 student, ?3 enrollment, ?4 session: whichever is named.
#define PEERLOOP_TEACHER                                                         \
  "coalesce(nullif(?1, ''), (SELECT teacher_id FROM enrollments WHERE id = ?3)," \
  " (SELECT teacher_id FROM sessions WHERE id = ?4))"
#define PEERLOOP_STUDENT                                                         \
  "coalesce(nullif(?2, ''), (SELECT student_id FROM enrollments WHERE id = ?3)," \
  " (SELECT student_id FROM sessions WHERE id = ?4), '')"

/// A session `s` as JSON. D1 takes at most 32 arguments a function.
constexpr std::string_view session_json = R"(
    json_set(
      json_object(
        'id', s.id, 'enrollmentId', s.enrollment_id,
        'course', (SELECT json_object('id', c.id, 'slug', c.slug, 'title', c.title) FROM courses c WHERE c.id = s.course_id),
        'student', (SELECT json_object('id', u.id, 'handle', u.handle, 'name', u.name) FROM users u WHERE u.id = s.student_id),
        'teacher', (SELECT json_object('id', u.id, 'handle', u.handle, 'name', u.name) FROM users u WHERE u.id = s.teacher_id),
        'startsAt', )" PEERLOOP_TIME("s.starts_at") R"(, 'endsAt', )" PEERLOOP_TIME("s.ends_at") R"(,
        'durationMinutes', (s.ends_at - s.starts_at) / 60000, 'status', s.status, 'noShowBy', s.no_show_by,
        'cancelledBy', s.cancelled_by, 'cancelledAt', )" PEERLOOP_TIME("s.cancelled_at") R"(,
        'cancelReason', s.cancel_reason, 'sequence', s.sequence,
        'createdAt', )" PEERLOOP_TIME("s.created_at") R"(, 'updatedAt', )" PEERLOOP_TIME("s.updated_at") R"(),
      '$.courseId', s.course_id, '$.studentId', s.student_id, '$.teacherId', s.teacher_id))";

/// The columns of `SessionFacts`, from `SESSION` and the people of `PAIR`, which may be the same table.
#define PEERLOOP_PEOPLE_OF_SESSION(pair)                                                                   \
  "(SELECT title FROM courses WHERE id = " pair                                                            \
  ".course_id) AS course_title, st.id AS student_id,"                                                      \
  " st.name AS student_name, st.timezone AS student_timezone, t.id AS teacher_id, t.name AS teacher_name," \
  " coalesce((SELECT timezone FROM availability WHERE teacher_id = t.id), t.timezone) AS teacher_timezone"

constexpr std::string_view session_facts = R"(
    SELECT s.id, s.enrollment_id, s.status, s.starts_at, s.ends_at, s.created_at, s.updated_at, s.sequence, )" PEERLOOP_PEOPLE_OF_SESSION(
    "s") R"(
    FROM sessions s JOIN users st ON st.id = s.student_id JOIN users t ON t.id = s.teacher_id )";

/// Those of one person's sessions that a listing is about: in the order of its index, so that two of them are merged
/// and never sorted.
std::string leg(std::string_view person, SessionsWhen when, bool is_next_page) {
  std::string text = "SELECT " + std::string(session_json) + " AS json, s.starts_at, s.id FROM sessions s WHERE s." +
                     std::string(person) + " = ?1 ";
  // No session is longer than four hours.
  if (when == SessionsWhen::upcoming)
    text += "AND s.status = 'scheduled' AND s.starts_at > ?2 - 14400000 AND s.ends_at > ?2 ";
  if (when == SessionsWhen::past) text += "AND (s.status <> 'scheduled' OR s.ends_at <= ?2) ";
  if (is_next_page)
    text +=
        when == SessionsWhen::upcoming ? "AND s.starts_at > ?4 AND ?5 <> '' " : "AND (s.starts_at, s.id) < (?4, ?5) ";
  return text;
}

}  // namespace

Statement select_availability(std::string_view teacher_id) {
  return sql(R"(
      SELECT json_object(
        'timezone', coalesce(a.timezone, u.timezone),
        'rules', (
          SELECT json_group_array(json_object(
                   'weekday', CASE weekday WHEN 1 THEN 'monday' WHEN 2 THEN 'tuesday' WHEN 3 THEN 'wednesday'
                              WHEN 4 THEN 'thursday' WHEN 5 THEN 'friday' WHEN 6 THEN 'saturday' ELSE 'sunday' END,
                   'from', )" PEERLOOP_TIME_OF_DAY("from_minute") R"(, 'to', )" PEERLOOP_TIME_OF_DAY("to_minute") R"())
          FROM (SELECT * FROM availability_rules WHERE teacher_id = u.id ORDER BY weekday, from_minute)),
        'exceptions', (
          SELECT json_group_array(json_object(
                   'date', date,
                   'hours', (SELECT json_group_array(json_object(
                                      'from', )" PEERLOOP_TIME_OF_DAY("(h.value ->> 0)") R"(,
                                      'to', )" PEERLOOP_TIME_OF_DAY("(h.value ->> 1)") R"())
                             FROM json_each(hours) h)))
          FROM (SELECT * FROM availability_exceptions WHERE teacher_id = u.id ORDER BY date)),
        'sessionMinutes', json(coalesce(a.session_minutes, '[60]')),
        'slotStepMinutes', coalesce(a.slot_step_minutes, 30),
        'bufferBeforeMinutes', coalesce(a.buffer_before_minutes, 0),
        'bufferAfterMinutes', coalesce(a.buffer_after_minutes, 0),
        'minimumNoticeMinutes', coalesce(a.minimum_notice_minutes, 720),
        'changeNoticeMinutes', coalesce(a.change_notice_minutes, 720),
        'horizonDays', coalesce(a.horizon_days, 60),
        'dailyLimit', a.daily_limit)
      FROM users u LEFT JOIN availability a ON a.teacher_id = u.id WHERE u.id = ?1)",
             teacher_id);
}

std::vector<Statement> replace_availability(std::string_view teacher_id, const Availability& availability,
                                            std::string rules_json, std::string exceptions_json, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO availability (teacher_id, timezone, slot_step_minutes, session_minutes, buffer_before_minutes,
                                buffer_after_minutes, minimum_notice_minutes, change_notice_minutes, horizon_days,
                                daily_limit, created_at, updated_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)
      ON CONFLICT (teacher_id) DO UPDATE SET
        timezone = excluded.timezone, slot_step_minutes = excluded.slot_step_minutes,
        session_minutes = excluded.session_minutes, buffer_before_minutes = excluded.buffer_before_minutes,
        buffer_after_minutes = excluded.buffer_after_minutes, minimum_notice_minutes = excluded.minimum_notice_minutes,
        change_notice_minutes = excluded.change_notice_minutes, horizon_days = excluded.horizon_days,
        daily_limit = excluded.daily_limit, version = version + 1, updated_at = excluded.updated_at)",
                      teacher_id, availability.timezone, availability.slotStepMinutes,
                      encode(availability.sessionMinutes), availability.bufferBeforeMinutes,
                      availability.bufferAfterMinutes, availability.minimumNoticeMinutes,
                      availability.changeNoticeMinutes, availability.horizonDays, availability.dailyLimit, now));
  batch.push_back(sql("DELETE FROM availability_rules WHERE teacher_id = ?1", teacher_id));
  batch.push_back(sql("DELETE FROM availability_exceptions WHERE teacher_id = ?1", teacher_id));
  batch.push_back(sql(R"(
      INSERT INTO availability_rules (teacher_id, weekday, from_minute, to_minute)
      SELECT ?1, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?2))",
                      teacher_id, std::move(rules_json)));
  batch.push_back(sql(R"(
      INSERT INTO availability_exceptions (teacher_id, date, hours)
      SELECT ?1, value ->> 0, value -> 1 FROM json_each(?2))",
                      teacher_id, std::move(exceptions_json)));
  return batch;
}

Statement select_teacher_hours(const CalendarOf& whose, const std::optional<std::string>& course_id, Timestamp from,
                               Timestamp to) {
  return sql(R"(
      SELECT u.id, coalesce(a.timezone, u.timezone), coalesce(a.version, 0), coalesce(a.slot_step_minutes, 30),
             coalesce(a.session_minutes, '[60]'), coalesce(a.buffer_before_minutes, 0),
             coalesce(a.buffer_after_minutes, 0), coalesce(a.minimum_notice_minutes, 720),
             coalesce(a.change_notice_minutes, 720), coalesce(a.horizon_days, 60), a.daily_limit,
             (SELECT json_group_array(json_array(weekday, from_minute, to_minute)) FROM availability_rules
              WHERE teacher_id = u.id) AS rules,
             (SELECT json_group_object(date, json(hours)) FROM availability_exceptions
              WHERE teacher_id = u.id AND date BETWEEN ?6 AND ?7) AS exceptions
      FROM users u LEFT JOIN availability a ON a.teacher_id = u.id
      WHERE u.id = )" PEERLOOP_TEACHER R"( AND )" PEERLOOP_IS_VISIBLE("u") R"(
        AND EXISTS (SELECT 1 FROM user_roles WHERE user_id = u.id AND role IN ('creator', 'studentTeacher'))
        AND (?5 IS NULL
             OR EXISTS (SELECT 1 FROM courses WHERE id = ?5 AND creator_id = u.id AND status <> 'draft')
             OR EXISTS (SELECT 1 FROM course_teachers WHERE course_id = ?5 AND teacher_id = u.id
                        AND status = 'approved')))",
             whose.teacher, whose.student, whose.enrollment, whose.session, course_id,
             date_text(local_day(from - slot_margin, 0)), date_text(local_day(to + slot_margin, 0)));
}

Statement select_engagements(const CalendarOf& whose, Timestamp from, Timestamp to) {
  // Who learns here may teach elsewhere, and who teaches may learn: each is in two columns.
  return sql(R"(
      SELECT starts_at, ends_at, 1 AS taught FROM sessions
      WHERE teacher_id = )" PEERLOOP_TEACHER R"( AND status <> 'cancelled' AND starts_at BETWEEN ?5 AND ?6 AND id <> ?4
      UNION ALL
      SELECT starts_at, ends_at, 0 FROM sessions
      WHERE student_id = )" PEERLOOP_TEACHER R"( AND status = 'scheduled' AND starts_at BETWEEN ?5 AND ?6 AND id <> ?4
      UNION ALL
      SELECT starts_at, ends_at, 0 FROM sessions
      WHERE teacher_id = )" PEERLOOP_STUDENT R"( AND status = 'scheduled' AND starts_at BETWEEN ?5 AND ?6 AND id <> ?4
      UNION ALL
      SELECT starts_at, ends_at, 0 FROM sessions
      WHERE student_id = )" PEERLOOP_STUDENT
             R"( AND status = 'scheduled' AND starts_at BETWEEN ?5 AND ?6 AND id <> ?4)",
             whose.teacher, whose.student, whose.enrollment, whose.session, from - slot_margin, to + slot_margin);
}

Statement select_session_to_be(std::string_view enrollment_id, std::string_view student_id, std::string_view id,
                               Timestamp starts_at, Millis length, Timestamp now) {
  return sql(R"(
      SELECT ?3 AS id, e.id AS enrollment_id, e.status, CAST(?4 AS INTEGER) AS starts_at, CAST(?5 AS INTEGER) AS ends_at,
             CAST(?6 AS INTEGER) AS created_at, CAST(?6 AS INTEGER) AS updated_at, 0 AS sequence, )" PEERLOOP_PEOPLE_OF_SESSION(
                 "e") R"(
      FROM enrollments e JOIN users st ON st.id = e.student_id JOIN users t ON t.id = e.teacher_id
      WHERE e.id = ?1 AND e.student_id = ?2)",
             enrollment_id, student_id, id, starts_at, starts_at + length, now);
}

Statement select_session_facts(std::string_view id) { return sql(std::string(session_facts) + "WHERE s.id = ?1", id); }

Statement select_sessions_of_refunded(std::string_view enrollment_id, Timestamp now, std::int64_t most) {
  return sql(std::string(session_facts) + R"(
      WHERE s.enrollment_id = ?1 AND s.status = 'scheduled' AND s.ends_at > ?2
        AND EXISTS (SELECT 1 FROM enrollments WHERE id = ?1 AND status = 'refunded')
      ORDER BY s.starts_at LIMIT ?3)",
             enrollment_id, now, most);
}

Statement select_scheduled_of_student(std::string_view student_id, Timestamp now, std::int64_t most) {
  // No session is longer than four hours.
  return sql(std::string(session_facts) + R"(
      WHERE s.student_id = ?1 AND s.status = 'scheduled' AND s.starts_at > ?2 - 14400000 AND s.ends_at > ?2
      ORDER BY s.starts_at LIMIT ?3)",
             student_id, now, most);
}

Statement select_cancellation(std::string_view id) {
  return sql(R"(
      SELECT coalesce((SELECT change_notice_minutes FROM availability a WHERE a.teacher_id = s.teacher_id), 720),
             s.cancelled_by
      FROM sessions s WHERE s.id = ?1)",
             id);
}

Statement guard_hours(std::string_view teacher_id, std::int64_t version) {
  return sql(R"(
      INSERT INTO batch_guard (reason)
      SELECT iif(EXISTS (SELECT 1 FROM users u WHERE u.id = ?1 AND )" PEERLOOP_IS_VISIBLE("u") R"(),
                 'slot_unavailable', 'teacher_not_available')
      WHERE NOT EXISTS (SELECT 1 FROM availability a JOIN users u ON u.id = a.teacher_id
                        WHERE a.teacher_id = ?1 AND a.version = ?2 AND )" PEERLOOP_IS_VISIBLE("u") R"())",
             teacher_id, version);
}

Statement guard_buffers(const SessionFacts& session, Millis apart) {
  // No session is longer than four hours, so none that begins earlier reaches as far.
  return sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'slot_taken'
      WHERE EXISTS (SELECT 1 FROM sessions WHERE teacher_id = ?1 AND status <> 'cancelled' AND id <> ?2
                    AND starts_at > ?3 - 14400000 AND starts_at < ?4 AND ends_at > ?3))",
             session.teacher_id, session.id, session.starts_at - apart, session.ends_at + apart);
}

Statement guard_day(const SessionFacts& session, std::string moments_json, int limit) {
  return sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'slot_taken'
      WHERE (SELECT count(*) FROM json_each(?3) m JOIN sessions s
             ON s.teacher_id = ?1 AND s.starts_at >= m.value ->> 0 AND s.starts_at < m.value ->> 1
             WHERE s.status <> 'cancelled' AND s.id <> ?2) >= ?4)",
             session.teacher_id, session.id, std::move(moments_json), limit);
}

std::vector<Statement> insert_session(const SessionFacts& session, std::optional<Timestamp> next_reminder,
                                      Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO sessions (id, enrollment_id, course_id, student_id, teacher_id, starts_at, ends_at, next_reminder_at,
                            created_at, updated_at)
      SELECT ?1, id, course_id, student_id, teacher_id, ?3, ?4, ?5, ?6, ?6 FROM enrollments
      WHERE id = ?2 AND status = 'enrolled')",
                      session.id, session.enrollment_id, session.starts_at, session.ends_at, next_reminder, now));
  batch.push_back(guard_written("not_enrolled"));
  return batch;
}

std::vector<Statement> update_session_time(const SessionFacts& session, std::optional<Timestamp> next_reminder,
                                           Timestamp now) {
  std::vector<Statement> batch;
  // A room that is open already belongs to the time that the session had.
  batch.push_back(sql(R"(
      UPDATE sessions SET starts_at = ?2, ends_at = ?3, sequence = ?4, next_reminder_at = ?5, updated_at = ?6
      WHERE id = ?1 AND status = 'scheduled' AND sequence = ?4 - 1 AND room_id IS NULL
        AND EXISTS (SELECT 1 FROM enrollments e WHERE e.id = enrollment_id AND e.status IN ('enrolled', 'completed')))",
                      session.id, session.starts_at, session.ends_at, session.sequence, next_reminder, now));
  batch.push_back(guard_written());
  return batch;
}

std::vector<Statement> update_session_cancelled(const SessionFacts& session, std::string_view by,
                                                std::string_view reason, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      UPDATE sessions SET status = 'cancelled', cancelled_by = nullif(?3, ''), cancel_reason = ?4, cancelled_at = ?5, sequence = ?2,
                          next_reminder_at = NULL, updated_at = ?5
      WHERE id = ?1 AND status = 'scheduled' AND sequence = ?2 - 1)",
                      session.id, session.sequence, by, reason, now));
  batch.push_back(guard_written());
  return batch;
}

Statement select_session(std::string_view id) {
  return sql("SELECT " + std::string(session_json) + " FROM sessions s WHERE s.id = ?1", id);
}

Statement session_for(std::string_view id, std::string_view user_id) {
  return sql("SELECT 1 FROM sessions WHERE id = ?1 AND ?2 IN (student_id, teacher_id)", id, user_id);
}

Statement select_sessions(std::string_view user_id, SessionsWhen when, SessionsRole role,
                          const std::optional<Place>& after, std::int64_t limit, Timestamp now) {
  std::string text;
  if (role != SessionsRole::teacher) text += leg("student_id", when, after.has_value());
  if (role == SessionsRole::either) text += "UNION ALL ";
  if (role != SessionsRole::student) text += leg("teacher_id", when, after.has_value());
  // Nobody has two sessions at one time before them, so that those need no second order.
  text += when == SessionsWhen::upcoming ? "ORDER BY 2 LIMIT ?3" : "ORDER BY 2 DESC, 3 DESC LIMIT ?3";
  if (!after) return sql(text, user_id, now, limit + 1);
  return sql(text, user_id, now, limit + 1, after->number, after->id);
}

Statement select_due_reminders(Timestamp now, std::int64_t most) {
  return sql(std::string(session_facts) + R"(
      WHERE s.status = 'scheduled' AND s.next_reminder_at IS NOT NULL AND s.next_reminder_at <= ?1
      ORDER BY s.next_reminder_at LIMIT ?2)",
             now, most);
}

Statement queue_reminders(std::string reminders_json, Timestamp now) {
  return sql(R"(
      INSERT INTO outbox (id, kind, dedupe_key, payload, next_attempt_at, created_at)
      SELECT r.value ->> 'id', 'mail', r.value ->> 'key', r.value -> 'payload', ?2, ?2
      FROM json_each(?1) r JOIN sessions s ON s.id = r.value ->> 'session' AND s.sequence = r.value ->> 'sequence'
      WHERE s.status = 'scheduled' AND s.next_reminder_at <= ?2
      ON CONFLICT (dedupe_key) DO NOTHING)",
             std::move(reminders_json), now);
}

Statement set_next_reminders(std::string ids_json, Timestamp now, Millis late) {
  return sql(R"(
      UPDATE sessions SET next_reminder_at = iif(starts_at - ?3 > ?2, starts_at - ?3, NULL)
      WHERE id IN (SELECT value FROM json_each(?1)) AND status = 'scheduled' AND next_reminder_at <= ?2)",
             std::move(ids_json), now, late);
}

Statement replace_calendar_link(std::string_view user_id, std::string_view token_hash, Timestamp now) {
  return sql(R"(
      INSERT INTO calendar_links (user_id, token_hash, created_at) VALUES (?1, ?2, ?3)
      ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at)",
             user_id, token_hash, now);
}

Statement delete_calendar_link(std::string_view user_id) {
  return sql("DELETE FROM calendar_links WHERE user_id = ?1", user_id);
}

Statement select_calendar_owner(std::string_view token_hash) {
  return sql(
      "SELECT u.id, u.name FROM calendar_links l JOIN users u ON u.id = l.user_id"
      " WHERE l.token_hash = ?1 AND " PEERLOOP_IS_VISIBLE("u"),
      token_hash);
}

Statement select_calendar_sessions(std::string_view token_hash, Timestamp now) {
  constexpr std::string_view behind = R"(
      = (SELECT user_id FROM calendar_links WHERE token_hash = ?1) AND s.starts_at > ?2 )";
  const std::string legs = std::string(session_facts) + "WHERE s.student_id" + std::string(behind) + "UNION ALL" +
                           std::string(session_facts) + "WHERE s.teacher_id" + std::string(behind);
  return sql(legs + "ORDER BY 4 DESC, 1 DESC LIMIT 1000", token_hash, now - 90 * day);
}

}  // namespace isthmus::peerloop
