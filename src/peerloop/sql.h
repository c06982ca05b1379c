#pragma once

/// Pieces of SQL that more than one query is made of. They are macros because only literals can be joined into a
/// literal: a query stays one text that is written once, and is never put together while a request waits.

/// The moment in a column of milliseconds as RFC 3339 in JSON; NULL stays NULL.
#define PEERLOOP_TIME(column) "strftime('%Y-%m-%dT%H:%M:%fZ', " column " / 1000.0, 'unixepoch')"
/// A column of 0 and 1 as a JSON boolean.
#define PEERLOOP_BOOLEAN(column) "json(iif(" column ", 'true', 'false'))"
/// The address of a user's picture, NULL where there is none.
#define PEERLOOP_AVATAR_URL(user) "iif(" user ".avatar_key IS NULL, NULL, '/api/users/' || " user ".id || '/avatar')"
/// An account that others may see.
#define PEERLOOP_IS_VISIBLE(user) user ".deleted_at IS NULL AND " user ".suspended_at IS NULL"
/// Two members of an object: what students gave a user as who taught them, NULL before the first review.
#define PEERLOOP_TEACHING_RATING(user)                                                                      \
  "'rating', CASE WHEN " user ".teaching_rating_count > 0 THEN (" user ".teaching_rating_sum * 100 / " user \
  ".teaching_rating_count) / 100.0 END, 'ratingCount', " user ".teaching_rating_count"
/// A certificate of an enrollment that still holds.
#define PEERLOOP_HOLDS(certificate, enrollment) \
  certificate ".revoked_at IS NULL AND " enrollment ".status = 'completed'"
/// Who somebody is, in a list: an object of id, name, handle and picture.
#define PEERLOOP_PERSON(user)                                             \
  "json_object('id', " user ".id, 'name', " user ".name, 'handle', " user \
  ".handle, 'avatarUrl', " PEERLOOP_AVATAR_URL(user) ")"
/// The courses that somebody belongs to: enrolled in, made, or approved to teach.
#define PEERLOOP_COURSES_OF(user)                               \
  "(SELECT course_id FROM enrollments WHERE student_id = " user \
  " AND status IN ('enrolled', 'completed')"                    \
  " UNION SELECT id FROM courses WHERE creator_id = " user      \
  " UNION SELECT course_id FROM course_teachers WHERE teacher_id = " user " AND status = 'approved')"
/// Whether somebody belongs to a course. The enrollment's states are those of its index, and then one less.
#define PEERLOOP_BELONGS_TO(course, user)                                                                    \
  "(EXISTS (SELECT 1 FROM courses own WHERE own.id = " course " AND own.creator_id = " user                  \
  ")"                                                                                                        \
  " OR EXISTS (SELECT 1 FROM enrollments live WHERE live.student_id = " user " AND live.course_id = " course \
  " AND live.status IN ('pending', 'enrolled', 'completed') AND live.status <> 'pending')"                   \
  " OR EXISTS (SELECT 1 FROM course_teachers teaching WHERE teaching.course_id = " course                    \
  " AND teaching.teacher_id = " user " AND teaching.status = 'approved'))"
/// Whether somebody keeps order here.
#define PEERLOOP_MODERATES(user) \
  "EXISTS (SELECT 1 FROM user_roles WHERE user_id = " user " AND role IN ('moderator', 'admin'))"
