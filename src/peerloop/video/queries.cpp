#include "peerloop/video/queries.h"

namespace isthmus::peerloop::video_queries {

namespace {

/// Columns of `Door` and `SessionFacts`, over `sessions s`.
#define PEERLOOP_DOOR                                                                          \
  "SELECT s.id, s.status, s.starts_at, s.ends_at, s.room_provider, s.teacher_id = ?2, u.name," \
  "       u.avatar_key IS NOT NULL, c.title"                                                   \
  " FROM sessions s JOIN users u ON u.id = ?2 JOIN courses c ON c.id = s.course_id"            \
  " WHERE s.id = ?1 AND ?2 IN (s.student_id, s.teacher_id)"
#define PEERLOOP_SESSION_FACTS                                                                                    \
  "SELECT s.id, s.status, s.no_show_by, s.starts_at, s.ends_at, s.student_id, s.teacher_id,"                      \
  "       st.name AS student_name, te.name AS teacher_name, c.title, (SELECT count(*) FROM session_attendance a " \
  "WHERE a.session_id = s.id),"                                                                                   \
  "       (SELECT count(*) FROM session_attendance a WHERE a.session_id = s.id AND a.left_at <= s.starts_at),"    \
  "       (SELECT count(*) FROM session_rooms r WHERE r.session_id = s.id AND r.ended_at IS NOT NULL)"            \
  " FROM sessions s JOIN users st ON st.id = s.student_id JOIN users te ON te.id = s.teacher_id"                  \
  " JOIN courses c ON c.id = s.course_id "
#define PEERLOOP_STAYS                                                                                \
  "SELECT a.participant_sid, a.room_sid, a.user_id, a.joined_at, a.left_at, coalesce(a.left_how, '')" \
  " FROM session_attendance a "
#define PEERLOOP_ENDED_ROOMS "SELECT room_sid, ended_at FROM session_rooms WHERE ended_at IS NOT NULL AND session_id = "

}  // namespace

std::vector<Statement> open_door(std::string_view session_id, std::string_view user_id, std::string_view provider,
                                 Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      UPDATE sessions SET room_provider = coalesce(room_provider, ?3), room_id = id,
                          room_created_at = ?4, room_ended_at = NULL, updated_at = ?4
      WHERE id = ?1 AND ?2 IN (student_id, teacher_id) AND status <> 'cancelled'
        AND starts_at <= ?5 AND ends_at > ?4 AND (room_id IS NULL OR room_ended_at IS NOT NULL))",
                      session_id, user_id, provider, now, now + doors_open_before));
  batch.push_back(door(session_id, user_id));
  return batch;
}

Statement door(std::string_view session_id, std::string_view user_id) {
  return sql(PEERLOOP_DOOR, session_id, user_id);
}

Statement takes_part_in_room(std::string_view room_id, std::string_view user_id) {
  return sql("SELECT 1 FROM sessions WHERE room_id = ?1 AND ?2 IN (student_id, teacher_id)", room_id, user_id);
}

Statement provider_of_room(std::string_view room_id) {
  return sql("SELECT room_provider FROM sessions WHERE room_id = ?1", room_id);
}

std::vector<Statement> read_room(std::string_view provider, std::string_view room_id) {
  std::vector<Statement> batch;
  batch.push_back(sql(PEERLOOP_SESSION_FACTS "WHERE s.room_id = ?1 AND s.room_provider = ?2", room_id, provider));
  batch.push_back(sql(PEERLOOP_STAYS
                      "WHERE a.session_id = (SELECT id FROM sessions WHERE room_id = ?1) ORDER BY a.participant_sid"
                      " LIMIT 1000",
                      room_id));
  batch.push_back(sql(PEERLOOP_ENDED_ROOMS "(SELECT id FROM sessions WHERE room_id = ?1)", room_id));
  return batch;
}

std::vector<Statement> read_session(std::string_view session_id) {
  std::vector<Statement> batch;
  batch.push_back(sql(PEERLOOP_SESSION_FACTS "WHERE s.id = ?1", session_id));
  batch.push_back(sql(PEERLOOP_STAYS "WHERE a.session_id = ?1 ORDER BY a.participant_sid LIMIT 1000", session_id));
  batch.push_back(sql(PEERLOOP_ENDED_ROOMS "?1", session_id));
  return batch;
}

std::vector<Statement> guard_facts(const SessionFacts& facts) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'state_changed'
      WHERE NOT EXISTS (SELECT 1 FROM sessions WHERE id = ?1 AND status = ?2 AND no_show_by IS ?3)
         OR (SELECT count(*) FROM session_attendance WHERE session_id = ?1) <> ?4
         OR (SELECT count(*) FROM session_rooms WHERE session_id = ?1 AND ended_at IS NOT NULL) <> ?5
         OR (SELECT count(*) FROM session_attendance WHERE session_id = ?1 AND left_at <= ?6) <> ?7)",
                      facts.id, facts.status, facts.no_show_by, facts.stays, facts.ended_rooms, facts.starts_at,
                      facts.early_stays));
  return batch;
}

std::vector<Statement> note_participant(std::string_view session_id, const ParticipantNews& news) {
  std::vector<Statement> batch;
  batch.push_back(sql(
      "INSERT INTO session_rooms (session_id, room_sid) VALUES (?1, ?2) ON CONFLICT (session_id, room_sid) DO NOTHING",
      session_id, news.room_sid));
  // The provider's clock may differ between two of its machines: nobody left before they came.
  batch.push_back(sql(R"(
      INSERT INTO session_attendance (session_id, participant_sid, room_sid, user_id, joined_at, left_at, left_how)
      VALUES (?1, ?2, ?3, ?4, ?5, max(?6, coalesce(?5, ?6)), iif(?6 IS NULL, NULL, 'left'))
      ON CONFLICT (session_id, participant_sid) DO UPDATE SET
        joined_at = coalesce(min(joined_at, excluded.joined_at), joined_at, excluded.joined_at),
        left_how = coalesce(excluded.left_how, left_how),
        left_at = max(CASE WHEN left_how = 'left' AND excluded.left_how = 'left' THEN max(left_at, excluded.left_at)
                           ELSE coalesce(excluded.left_at, left_at) END,
                      coalesce(min(joined_at, excluded.joined_at), joined_at, excluded.joined_at, 0)))",
                      session_id, news.participant_sid, news.room_sid, news.user_id, news.joined_at, news.left_at));
  return batch;
}

std::vector<Statement> note_room_end(std::string_view session_id, std::string_view room_sid, Timestamp at,
                                     Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO session_rooms (session_id, room_sid, ended_at) VALUES (?1, ?2, ?3)
      ON CONFLICT (session_id, room_sid) DO UPDATE SET ended_at = coalesce(min(ended_at, excluded.ended_at),
                                                                           excluded.ended_at))",
                      session_id, room_sid, at));
  // A room that was opened again after this one ended is not over.
  batch.push_back(sql(R"(
      UPDATE sessions SET room_ended_at = ?2, updated_at = ?3
      WHERE id = ?1 AND room_ended_at IS NULL AND room_created_at <= ?2 + 1000)",
                      session_id, at, now));
  return batch;
}

Statement close_stays(std::string_view session_id) {
  return sql(R"(
      UPDATE session_attendance
      SET left_at = max((SELECT ended_at FROM session_rooms r WHERE r.session_id = ?1
                         AND r.room_sid = session_attendance.room_sid), joined_at),
          left_how = 'room_ended'
      WHERE session_id = ?1 AND joined_at IS NOT NULL AND (left_at IS NULL OR left_how <> 'left')
        AND EXISTS (SELECT 1 FROM session_rooms r WHERE r.session_id = ?1 AND r.room_sid = session_attendance.room_sid
                    AND r.ended_at IS NOT NULL))",
             session_id);
}

Statement assume_stays_over(std::string_view session_id, Timestamp at) {
  return sql(R"(
      UPDATE session_attendance SET left_at = max(?2, joined_at), left_how = 'assumed'
      WHERE session_id = ?1 AND left_at IS NULL)",
             session_id, at);
}

std::vector<Statement> settle(const SessionFacts& facts, std::string_view status,
                              const std::optional<std::string>& no_show_by, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      UPDATE sessions SET status = ?2, no_show_by = ?3, settled_at = ?4, sequence = sequence + 1, updated_at = ?4
      WHERE id = ?1 AND status = ?5 AND no_show_by IS ?6)",
                      facts.id, status, no_show_by, now, facts.status, facts.no_show_by));
  batch.push_back(guard_written());
  return batch;
}

Statement overdue_sessions(Timestamp now, std::int64_t most) {
  // No session is shorter than a quarter of an hour, so the index on the start narrows it down. BigBlueButton tells who
  // was there only when it has worked through the whole meeting.
  return sql(R"(
      SELECT id FROM sessions
      WHERE status = 'scheduled' AND starts_at <= ?1 AND ends_at <= ?2
        AND (room_provider IS NOT 'bigbluebutton' OR ends_at <= ?3)
      ORDER BY starts_at, id LIMIT CAST(?4 AS INTEGER))",
             now - overtime - 15 * minute, now - overtime, now - day, most);
}

Statement stale_rooms(Timestamp now, std::int64_t most) {
  return sql(R"(
      SELECT id, room_provider, room_id, room_created_at FROM sessions
      WHERE room_id IS NOT NULL AND room_ended_at IS NULL AND ends_at <= ?1
      ORDER BY ends_at, id LIMIT CAST(?2 AS INTEGER))",
             now - overtime, most);
}

Statement note_stale_room_ended(const StaleRoom& room, Timestamp now) {
  return sql("UPDATE sessions SET room_ended_at = ?2, updated_at = ?2 WHERE id = ?1 AND room_ended_at IS NULL",
             room.session_id, now);
}

Statement insert_recording(const NewRecording& recording, Timestamp now) {
  return sql(R"(
      INSERT INTO recordings (id, session_id, provider, provider_record_id, content_type, recorded_at, next_attempt_at,
                              created_at)
      SELECT ?1, id, ?2, ?3, ?5, ?6, ?7, ?7 FROM sessions s WHERE room_id = ?4 AND room_provider = ?2
        AND EXISTS (SELECT 1 FROM users u WHERE u.id IN (s.student_id, s.teacher_id) AND u.deleted_at IS NULL)
      ON CONFLICT (provider, provider_record_id) DO UPDATE SET status = 'waiting', attempts = 0, last_error = NULL
      WHERE recordings.status = 'failed')",
             recording.id, recording.provider, recording.record_id, recording.room_id, recording.content_type,
             recording.recorded_at, now);
}

Statement waiting_recording(std::string_view provider, std::string_view record_id) {
  return sql(R"(
      SELECT id, session_id, provider, content_type, uploads FROM recordings
      WHERE provider = ?1 AND provider_record_id = ?2 AND status = 'waiting')",
             provider, record_id);
}

Statement begin_copy(std::string_view id, std::string_view object_key, std::string_view upload, Timestamp now) {
  return sql(R"(
      UPDATE recordings SET status = 'copying', object_key = ?2, upload_id = ?3, size_bytes = NULL,
                            source_validator = NULL, parts_copied = 0, uploads = uploads + 1, attempts = 0,
                            next_attempt_at = ?4
      WHERE id = ?1 AND status = 'waiting')",
             id, object_key, upload, now);
}

Statement claim_copy(std::string_view owner, Timestamp now, Timestamp locked_until) {
  return sql(R"(
      UPDATE recordings SET lock_owner = ?1, locked_until = ?3
      WHERE status = 'copying'
        AND id = (SELECT id FROM recordings
                  WHERE status = 'copying' AND next_attempt_at <= ?2 AND (locked_until IS NULL OR locked_until <= ?2)
                  ORDER BY next_attempt_at, id LIMIT 1)
      RETURNING id, session_id, provider, provider_record_id, object_key, upload_id, size_bytes,
                coalesce(source_validator, ''), parts_copied, attempts, uploads)",
             owner, now, locked_until);
}

std::vector<Statement> note_part(const Copy& copy, std::string_view owner, const UploadedPart& part,
                                 Timestamp locked_until) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO recording_parts (recording_id, number, etag)
      SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM recordings WHERE id = ?1 AND lock_owner = ?4 AND upload_id = ?5)
      ON CONFLICT (recording_id, number) DO UPDATE SET etag = excluded.etag)",
                      copy.id, part.number, part.etag, owner, copy.upload));
  batch.push_back(sql(R"(
      UPDATE recordings SET parts_copied = ?2, size_bytes = ?3, source_validator = ?4, attempts = 0, last_error = NULL,
                            locked_until = ?7
      WHERE id = ?1 AND lock_owner = ?5 AND upload_id = ?6 RETURNING id)",
                      copy.id, part.number, copy.size_bytes, copy.validator, owner, copy.upload, locked_until));
  return batch;
}

Statement parts_of(std::string_view recording_id) {
  return sql("SELECT number, etag FROM recording_parts WHERE recording_id = ?1 ORDER BY number", recording_id);
}

std::vector<Statement> finish_copy(const Copy& copy, std::string_view owner, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      UPDATE recordings SET status = 'stored', stored_at = ?3, upload_id = NULL, lock_owner = NULL, locked_until = NULL,
                            attempts = 0, last_error = NULL
      WHERE id = ?1 AND lock_owner = ?2 AND status = 'copying')",
                      copy.id, owner, now));
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'state_changed'
      WHERE NOT EXISTS (SELECT 1 FROM recordings WHERE id = ?1 AND status = 'stored'))",
                      copy.id));
  batch.push_back(sql("DELETE FROM recording_parts WHERE recording_id = ?1", copy.id));
  return batch;
}

Statement release_copy(const Copy& copy, std::string_view owner, Timestamp next) {
  return sql(R"(
      UPDATE recordings SET lock_owner = NULL, locked_until = NULL, next_attempt_at = ?3
      WHERE id = ?1 AND lock_owner = ?2)",
             copy.id, owner, next);
}

Statement note_failed_try(const Copy& copy, std::string_view owner, std::string_view error, Timestamp next) {
  return sql(R"(
      UPDATE recordings SET lock_owner = NULL, locked_until = NULL, attempts = ?3, last_error = substr(?4, 1, 2000),
                            next_attempt_at = ?5
      WHERE id = ?1 AND lock_owner = ?2)",
             copy.id, owner, copy.attempts + 1, error, next);
}

std::vector<Statement> drop_upload(const Copy& copy, std::string_view owner, std::string_view status,
                                   std::string_view error, Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      UPDATE recordings SET status = ?3, upload_id = NULL, lock_owner = NULL, locked_until = NULL, parts_copied = 0,
                            last_error = substr(?4, 1, 2000), next_attempt_at = ?5
      WHERE id = ?1 AND lock_owner = ?2 AND status = 'copying')",
                      copy.id, owner, status, error, now));
  batch.push_back(sql(R"(
      DELETE FROM recording_parts
      WHERE recording_id = ?1 AND EXISTS (SELECT 1 FROM recordings WHERE id = ?1 AND status <> 'copying'))",
                      copy.id));
  return batch;
}

Statement audit_failed_recording(std::string_view row_id, const Copy& copy, std::string_view error, Timestamp now) {
  return sql(R"(
      INSERT INTO audit_log (id, action, target_type, target_id, details, created_at)
      VALUES (?1, 'recording.failed', 'recording', ?2, json_object('sessionId', ?3, 'error', substr(?4, 1, 500)), ?5))",
             row_id, copy.id, copy.session_id, error, now);
}

Statement recordings_of_nobody(std::string_view user_id, std::int64_t most) {
  return sql(R"(
      SELECT r.id, r.object_key, r.upload_id
      FROM (SELECT id, teacher_id AS other_id FROM sessions WHERE student_id = ?1
            UNION ALL SELECT id, student_id FROM sessions WHERE teacher_id = ?1) s
      JOIN users u ON u.id = s.other_id JOIN recordings r ON r.session_id = s.id
      WHERE u.deleted_at IS NOT NULL AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND deleted_at IS NOT NULL)
      LIMIT CAST(?2 AS INTEGER))",
             user_id, most);
}

std::vector<Statement> remove_recording(const OrphanedRecording& recording) {
  return {sql("DELETE FROM recordings WHERE id = ?1 AND object_key IS ?2", recording.id, recording.object_key),
          sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'state_changed' WHERE EXISTS (SELECT 1 FROM recordings WHERE id = ?1))",
              recording.id)};
}

Statement audience_of(std::string_view session_id) {
  return sql(R"(
      SELECT s.student_id, s.teacher_id, c.title FROM sessions s JOIN courses c ON c.id = s.course_id WHERE s.id = ?1)",
             session_id);
}

Statement recording_of(std::string_view session_id, const std::optional<std::string>& recording_id) {
  if (recording_id)
    return sql("SELECT status, object_key FROM recordings WHERE session_id = ?1 AND id = ?2", session_id,
               *recording_id);
  // A session has as many recordings as somebody pressed a button: few.
  return sql(R"(
      SELECT status, object_key FROM (
        SELECT status, object_key, recorded_at FROM recordings WHERE session_id = ?1
        ORDER BY recorded_at DESC, id DESC LIMIT 50)
      ORDER BY status = 'stored' DESC, recorded_at DESC LIMIT 1)",
             session_id);
}

}  // namespace isthmus::peerloop::video_queries
