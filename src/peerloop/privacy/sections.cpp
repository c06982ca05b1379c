#include "peerloop/privacy/sections.h"

#include <array>

#include "peerloop/sql.h"

namespace isthmus::peerloop {

namespace {

constexpr auto sections = std::to_array<ExportSection>({
    {"account", R"(
        json_object('id', id, 'name', name, 'handle', handle, 'email', email, 'bio', bio, 'timezone', timezone,
                    'emailVerifiedAt', )" PEERLOOP_TIME("email_verified_at") R"(, 'emailStatus', email_status,
                    'emailFreedAt', )" PEERLOOP_TIME("email_freed_at") R"(,
                    'marketingOptOut', )" PEERLOOP_BOOLEAN("marketing_opt_out") R"(,
                    'hasAvatar', )" PEERLOOP_BOOLEAN("avatar_key IS NOT NULL") R"(,
                    'stripeAccountId', stripe_account_id,
                    'suspendedAt', )" PEERLOOP_TIME("suspended_at") R"(,
                    'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM users WHERE id = ?1", "0", "id"},
    {"roles", R"(
        json_object('role', role, 'grantedAt', )" PEERLOOP_TIME("granted_at") ")",
     "FROM user_roles WHERE user_id = ?1", "granted_at", "role"},
    {"expertise", "json_quote(label)", "FROM expertise WHERE user_id = ?1", "0", "label"},
    {"following", R"(
        json_object('userId', followee_id, 'since', )" PEERLOOP_TIME("created_at") ")",
     "FROM follows WHERE follower_id = ?1", "created_at", "followee_id"},
    {"followers", R"(
        json_object('userId', follower_id, 'since', )" PEERLOOP_TIME("created_at") ")",
     "FROM follows WHERE followee_id = ?1", "created_at", "follower_id"},
    {"devices", R"(
        json_object('id', id, 'userAgent', user_agent, 'createdAt', )" PEERLOOP_TIME("created_at") R"(,
                    'lastUsedAt', )" PEERLOOP_TIME("last_used_at") R"(,
                    'endedAt', )" PEERLOOP_TIME("ended_at") R"(, 'endReason', end_reason))",
     "FROM auth_sessions WHERE user_id = ?1", "created_at", "id"},
    {"courses", R"(
        json_object('id', id, 'slug', slug, 'title', title, 'description', description, 'status', status,
                    'priceCents', price_cents, 'currency', currency,
                    'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM courses WHERE creator_id = ?1", "updated_at", "id"},
    {"teaching", R"(
        json_object('courseId', course_id, 'status', status, 'message', message, 'note', note,
                    'appliedAt', )" PEERLOOP_TIME("applied_at") R"(,
                    'decidedAt', )" PEERLOOP_TIME("decided_at") ")",
     "FROM course_teachers WHERE teacher_id = ?1", "applied_at", "course_id"},
    {"enrollments", R"(
        json_object('id', id, 'courseId', course_id, 'teacherId', teacher_id, 'status', status,
                    'priceCents', price_cents, 'currency', currency,
                    'enrolledAt', )" PEERLOOP_TIME("enrolled_at") R"(,
                    'completedAt', )" PEERLOOP_TIME("completed_at") R"(,
                    'refundedAt', )" PEERLOOP_TIME("refunded_at") R"(,
                    'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM enrollments WHERE student_id = ?1", "created_at", "id"},
    {"students", R"(
        json_object('enrollmentId', id, 'courseId', course_id, 'status', status,
                    'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM enrollments WHERE teacher_id = ?1", "created_at", "id"},
    {"progress", R"(
        json_object('enrollmentId', p.enrollment_id, 'lessonId', p.lesson_id,
                    'completedAt', )" PEERLOOP_TIME("p.completed_at") ")",
     "FROM enrollments e JOIN lesson_progress p ON p.enrollment_id = e.id WHERE e.student_id = ?1", "p.completed_at",
     "p.enrollment_id || p.lesson_id"},
    {"payments", R"(
        json_object('id', t.id, 'enrollmentId', t.enrollment_id, 'amountCents', t.amount_cents,
                    'refundedCents', t.refunded_cents, 'currency', t.currency, 'status', t.status,
                    'createdAt', )" PEERLOOP_TIME("t.created_at") ")",
     R"(
        FROM enrollments e JOIN transactions t ON t.enrollment_id = e.id
        WHERE e.student_id = ?1)",
     "t.created_at", "t.id"},
    {"earnings", R"(
        json_object('id', id, 'transactionId', transaction_id, 'as', recipient_type, 'amountCents', amount_cents,
                    'reversedCents', reversed_cents, 'currency', currency, 'status', status,
                    'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM payment_splits WHERE recipient_id = ?1", "created_at", "id"},
    {"transfers", R"(
        json_object('id', id, 'splitId', split_id, 'amountCents', amount_cents, 'withheldCents', withheld_cents,
                    'returnedCents', returned_cents, 'currency', currency, 'status', status,
                    'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM transfers WHERE recipient_id = ?1", "created_at", "id"},
    {"payouts", R"(
        json_object('amountCents', amount_cents, 'currency', currency, 'status', status,
                    'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM payouts WHERE user_id = ?1", "created_at", "id"},
    {"refundRequests", R"(
        json_object('id', id, 'amountCents', amount_cents, 'currency', currency, 'reason', reason,
                    'status', status, 'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM refund_requests WHERE requested_by = ?1", "created_at", "id"},
    {"sessionsAsStudent", R"(
        json_object('id', id, 'enrollmentId', enrollment_id, 'teacherId', teacher_id, 'status', status,
                    'startsAt', )" PEERLOOP_TIME("starts_at") R"(, 'endsAt', )" PEERLOOP_TIME("ends_at") R"(,
                    'cancelReason', cancel_reason))",
     "FROM sessions WHERE student_id = ?1", "starts_at", "id"},
    {"sessionsAsTeacher", R"(
        json_object('id', id, 'enrollmentId', enrollment_id, 'studentId', student_id, 'status', status,
                    'startsAt', )" PEERLOOP_TIME("starts_at") R"(, 'endsAt', )" PEERLOOP_TIME("ends_at") R"(,
                    'cancelReason', cancel_reason))",
     "FROM sessions WHERE teacher_id = ?1", "starts_at", "id"},
    {"attendance", R"(
        json_object('sessionId', session_id, 'joinedAt', )" PEERLOOP_TIME("joined_at") R"(,
                    'leftAt', )" PEERLOOP_TIME("left_at") ")",
     "FROM session_attendance WHERE user_id = ?1", "coalesce(joined_at, left_at)", "session_id || participant_sid"},
    {"recordings", R"(
        json_object('id', id, 'sessionId', session_id, 'status', status, 'bytes', size_bytes,
                    'url', '/api/sessions/' || session_id || '/recording?recordingId=' || id,
                    'recordedAt', )" PEERLOOP_TIME("recorded_at") ")",
     R"(
        FROM recordings WHERE session_id IN (SELECT id FROM sessions WHERE student_id = ?1
                                             UNION ALL SELECT id FROM sessions WHERE teacher_id = ?1))",
     "recorded_at", "id"},
    {"availability", R"(
        json_object('timezone', timezone, 'slotStepMinutes', slot_step_minutes,
                    'sessionMinutes', json(session_minutes), 'bufferBeforeMinutes', buffer_before_minutes,
                    'bufferAfterMinutes', buffer_after_minutes, 'minimumNoticeMinutes', minimum_notice_minutes,
                    'changeNoticeMinutes', change_notice_minutes, 'horizonDays', horizon_days,
                    'dailyLimit', daily_limit,
                    'rules', json((SELECT json_group_array(json_array(weekday, from_minute, to_minute))
                                   FROM availability_rules r WHERE r.teacher_id = ?1)),
                    'exceptions', json((SELECT json_group_array(json_array(date, json(hours)))
                                        FROM availability_exceptions x WHERE x.teacher_id = ?1)),
                    'createdAt', )" PEERLOOP_TIME("created_at") R"(,
                    'updatedAt', )" PEERLOOP_TIME("updated_at") ")",
     "FROM availability WHERE teacher_id = ?1", "0", "teacher_id"},
    {"calendarLinks", R"(
        json_object('createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM calendar_links WHERE user_id = ?1", "created_at", "user_id"},
    {"certificates", R"(
        json_object('id', id, 'courseId', course_id, 'name', holder_name, 'courseTitle', course_title,
                    'issuedAt', )" PEERLOOP_TIME("issued_at") R"(,
                    'revokedAt', )" PEERLOOP_TIME("revoked_at") R"(, 'revokeReason', revoke_reason))",
     "FROM certificates WHERE holder_id = ?1", "issued_at", "id"},
    {"reviewsWritten", R"(
        json_object('id', id, 'sessionId', session_id, 'aboutUserId', subject_id, 'rating', rating,
                    'courseRating', course_rating, 'comment', comment,
                    'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM reviews WHERE author_id = ?1", "created_at", "id"},
    {"reviewsReceived", R"(
        json_object('id', id, 'sessionId', session_id, 'rating', rating, 'comment', comment,
                    'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM reviews WHERE subject_id = ?1", "created_at", "id"},
    {"materials", R"(
        json_object('id', m.id, 'courseId', m.course_id, 'name', m.name, 'contentType', m.content_type,
                    'bytes', m.size_bytes, 'status', m.status,
                    'createdAt', )" PEERLOOP_TIME("m.created_at") ")",
     "FROM courses c JOIN course_materials m ON m.course_id = c.id WHERE c.creator_id = ?1", "m.created_at", "m.id"},
    {"notifications", R"(
        json_object('kind', kind, 'data', json(data), 'readAt', )" PEERLOOP_TIME("read_at") R"(,
                    'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM notifications WHERE user_id = ?1", "created_at", "id"},
    {"posts", R"(
        json_object('id', id, 'courseId', course_id, 'text', text, 'status', status,
                    'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM posts WHERE author_id = ?1", "created_at", "id"},
    {"objections", R"(
        json_object('postId', post_id, 'reason', reason, 'note', note, 'status', status,
                    'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM post_flags WHERE reporter_id = ?1", "created_at", "id"},
    {"conversations", R"(
        json_object('id', c.id, 'with', m.other_id, 'begunByMe', )" PEERLOOP_BOOLEAN("c.begun_by = ?1") R"(,
                    'readPosition', m.read_position, 'createdAt', )" PEERLOOP_TIME("c.created_at") ")",
     R"(
        FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.user_id = ?1)",
     "m.active_at", "m.conversation_id"},
    {"messages", R"(
        json_object('conversationId', conversation_id, 'position', position, 'text', text,
                    'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM messages WHERE sender_id = ?1", "created_at", "id"},
    {"blocks", R"(
        json_object('userId', blocked_id, 'since', )" PEERLOOP_TIME("created_at") ")",
     "FROM blocks WHERE blocker_id = ?1", "created_at", "blocked_id"},
    {"mails", R"(
        json_object('template', template, 'status', status, 'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM emails WHERE user_id = ?1", "created_at", "id"},
    {"privilegedActs", R"(
        json_object('action', action, 'targetType', target_type, 'targetId', target_id,
                    'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM audit_log WHERE actor_id = ?1", "created_at", "id"},
    {"privilegedActsAboutYou", R"(
        json_object('action', action, 'details', json(details), 'createdAt', )" PEERLOOP_TIME("created_at") ")",
     "FROM audit_log WHERE target_type = 'user' AND target_id = ?1", "created_at", "id"},
});

}  // namespace

std::span<const ExportSection> export_sections() { return sections; }

}  // namespace isthmus::peerloop
