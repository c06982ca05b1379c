-- A deleted account takes along what the books do not need: the person's own words in refunds and cancellations, and
-- their name where others were told of them.

DROP TRIGGER users_deleted_are_forgotten;
CREATE TRIGGER users_deleted_are_forgotten AFTER UPDATE OF deleted_at ON users
WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL
BEGIN
  UPDATE certificates SET holder_name = '' WHERE holder_id = NEW.id;
  UPDATE reviews SET comment = '' WHERE author_id = NEW.id;
  UPDATE course_teachers SET message = '', note = '' WHERE teacher_id = NEW.id;
  -- What they said, and what was said of their payments.
  UPDATE refund_requests SET reason = 'forgotten' WHERE requested_by = NEW.id;
  UPDATE refund_requests SET reason = 'forgotten'
  WHERE transaction_id IN (SELECT x.id FROM enrollments e JOIN transactions x ON x.enrollment_id = e.id
                           WHERE e.student_id = NEW.id);
  UPDATE sessions SET cancel_reason = '' WHERE student_id = NEW.id AND cancelled_by = NEW.id AND cancel_reason <> '';
  UPDATE sessions SET cancel_reason = '' WHERE teacher_id = NEW.id AND cancelled_by = NEW.id AND cancel_reason <> '';
  -- Each kind by its cause: session:{id}:{sequence}, enrollment:{id}, teaching:{courseId}:{applicantId}:{moment}.
  UPDATE notifications
  SET data = json_replace(data, '$.otherName', 'Deleted user', '$.studentName', 'Deleted user',
                          '$.applicantName', 'Deleted user', '$.teacherName', 'Deleted user')
  WHERE id IN (
    SELECT n.id FROM sessions s JOIN notifications n
      ON n.user_id = s.teacher_id AND n.kind IN ('session_booked', 'session_moved', 'session_cancelled')
      AND n.cause > 'session:' || s.id || ':' AND n.cause < 'session:' || s.id || ';'
    WHERE s.student_id = NEW.id
    UNION ALL
    SELECT n.id FROM sessions s JOIN notifications n
      ON n.user_id = s.student_id AND n.kind IN ('session_booked', 'session_moved', 'session_cancelled')
      AND n.cause > 'session:' || s.id || ':' AND n.cause < 'session:' || s.id || ';'
    WHERE s.teacher_id = NEW.id
    UNION ALL
    SELECT n.id FROM enrollments e JOIN courses c ON c.id = e.course_id JOIN notifications n
      ON n.user_id = c.creator_id AND n.kind = 'completion_recommended' AND n.cause = 'enrollment:' || e.id
    WHERE e.student_id = NEW.id
    UNION ALL
    SELECT n.id FROM course_teachers t JOIN courses c ON c.id = t.course_id JOIN notifications n
      ON n.user_id = c.creator_id AND n.kind IN ('teaching_requested', 'teaching_ended')
      AND n.cause > 'teaching:' || c.id || ':' || NEW.id || ':' AND n.cause < 'teaching:' || c.id || ':' || NEW.id || ';'
    WHERE t.teacher_id = NEW.id);
END;

-- What was under way meanwhile knows the name and the words still.
CREATE TRIGGER notifications_about_the_deleted AFTER INSERT ON notifications
WHEN EXISTS (SELECT 1 FROM users
             WHERE id IN (json_extract(NEW.data, '$.studentId'), json_extract(NEW.data, '$.applicantId'),
                          json_extract(NEW.data, '$.teacherId')) AND deleted_at IS NOT NULL)
  OR EXISTS (SELECT 1 FROM sessions s JOIN users u ON u.id IN (s.student_id, s.teacher_id)
             WHERE s.id = json_extract(NEW.data, '$.sessionId') AND u.deleted_at IS NOT NULL)
BEGIN
  UPDATE notifications
  SET data = json_replace(data, '$.otherName', 'Deleted user', '$.studentName', 'Deleted user',
                          '$.applicantName', 'Deleted user', '$.teacherName', 'Deleted user')
  WHERE id = NEW.id;
END;

CREATE TRIGGER refund_requests_of_the_deleted AFTER INSERT ON refund_requests
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.requested_by AND deleted_at IS NOT NULL)
BEGIN
  UPDATE refund_requests SET reason = 'forgotten' WHERE id = NEW.id;
END;

CREATE TRIGGER sessions_cancelled_by_the_deleted AFTER UPDATE OF cancel_reason ON sessions
WHEN NEW.cancel_reason <> '' AND EXISTS (SELECT 1 FROM users WHERE id = NEW.cancelled_by AND deleted_at IS NOT NULL)
BEGIN
  UPDATE sessions SET cancel_reason = '' WHERE id = NEW.id;
END;

-- The same for whoever has gone already.
UPDATE refund_requests SET reason = 'forgotten'
WHERE requested_by IN (SELECT id FROM users WHERE deleted_at IS NOT NULL)
   OR transaction_id IN (SELECT x.id FROM users u JOIN enrollments e ON e.student_id = u.id
                         JOIN transactions x ON x.enrollment_id = e.id WHERE u.deleted_at IS NOT NULL);

UPDATE sessions SET cancel_reason = ''
WHERE cancel_reason <> '' AND cancelled_by IN (SELECT id FROM users WHERE deleted_at IS NOT NULL);

UPDATE notifications
SET data = json_replace(data, '$.otherName', 'Deleted user', '$.studentName', 'Deleted user',
                        '$.applicantName', 'Deleted user', '$.teacherName', 'Deleted user')
WHERE EXISTS (SELECT 1 FROM users
              WHERE id IN (json_extract(data, '$.studentId'), json_extract(data, '$.applicantId'),
                           json_extract(data, '$.teacherId')) AND deleted_at IS NOT NULL)
   OR EXISTS (SELECT 1 FROM sessions s JOIN users u ON u.id IN (s.student_id, s.teacher_id)
              WHERE s.id = json_extract(data, '$.sessionId') AND u.deleted_at IS NOT NULL);

-- Recordings of two who are both gone are removed by the program, which is told so by a row for each person.
INSERT INTO outbox (id, kind, dedupe_key, payload, next_attempt_at, created_at)
SELECT id, 'recordings.forget', 'recordings.forget:' || id, json_object('userId', id), deleted_at, deleted_at
FROM users WHERE deleted_at IS NOT NULL;
