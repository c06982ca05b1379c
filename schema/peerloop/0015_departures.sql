-- An account that was deleted stays so. A request that was under way while its account was deleted has passed the look
-- at its session, and would write behind the deletion what nobody would ever remove: each such write is refused here.
-- Payments are not: the books take what comes.

CREATE TRIGGER users_deleted_stay_nameless
BEFORE UPDATE OF email, name, handle, bio, avatar_key, avatar_etag, timezone, password_hash, email_verified_at, deleted_at ON users
WHEN OLD.deleted_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

-- What others do may still be about somebody who is gone; nobody reads of it.
CREATE TRIGGER notifications_to_the_deleted BEFORE INSERT ON notifications
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(IGNORE);
END;

DELETE FROM notifications WHERE user_id IN (SELECT id FROM users WHERE deleted_at IS NOT NULL);

CREATE TRIGGER user_roles_of_the_deleted BEFORE INSERT ON user_roles
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER expertise_of_the_deleted BEFORE INSERT ON expertise
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER availability_of_the_deleted BEFORE INSERT ON availability
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.teacher_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER calendar_links_of_the_deleted BEFORE INSERT ON calendar_links
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER one_time_tokens_of_the_deleted BEFORE INSERT ON one_time_tokens
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER follows_of_the_deleted BEFORE INSERT ON follows
WHEN EXISTS (SELECT 1 FROM users WHERE id IN (NEW.follower_id, NEW.followee_id) AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER blocks_of_the_deleted BEFORE INSERT ON blocks
WHEN EXISTS (SELECT 1 FROM users WHERE id IN (NEW.blocker_id, NEW.blocked_id) AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER messages_of_the_deleted BEFORE INSERT ON messages
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.sender_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER posts_of_the_deleted BEFORE INSERT ON posts
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.author_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER post_flags_of_the_deleted BEFORE INSERT ON post_flags
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.reporter_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER reviews_of_the_deleted BEFORE INSERT ON reviews
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.author_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER courses_of_the_deleted BEFORE INSERT ON courses
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.creator_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER course_teachers_of_the_deleted BEFORE INSERT ON course_teachers
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.teacher_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER sessions_of_the_deleted BEFORE INSERT ON sessions
WHEN EXISTS (SELECT 1 FROM users WHERE id IN (NEW.student_id, NEW.teacher_id) AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER courses_of_the_deleted_stay_archived BEFORE UPDATE OF status ON courses
WHEN NEW.status <> 'archived' AND EXISTS (SELECT 1 FROM users WHERE id = NEW.creator_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

CREATE TRIGGER course_teachers_deleted_stay_withdrawn BEFORE UPDATE OF status ON course_teachers
WHEN NEW.status IN ('applied', 'approved')
  AND EXISTS (SELECT 1 FROM users WHERE id = NEW.teacher_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'guard:account_deleted');
END;

-- Teaching rests on an enrollment that was under way or completed. Money that goes back for another one, which never
-- came to life, ends nothing.
DROP TRIGGER enrollments_refunded_end_teaching;
CREATE TRIGGER enrollments_refunded_end_teaching AFTER UPDATE OF status ON enrollments
WHEN NEW.status = 'refunded' AND OLD.status IN ('enrolled', 'completed')
BEGIN
  UPDATE course_teachers SET status = 'withdrawn', decided_at = NEW.refunded_at, decided_by = NULL
  WHERE course_id = NEW.course_id AND teacher_id = NEW.student_id AND status IN ('applied', 'approved');
END;
