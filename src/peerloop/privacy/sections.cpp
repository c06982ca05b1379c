#include "peerloop/privacy/sections.h"

#include <array>

#include "peerloop/sql.h"

namespace isthmus::peerloop {

namespace {

constexpr auto sections = std::to_array<ExportSection>({
    {"account", R"(
        SELECT json_object('id', id, 'name', name, 'handle', handle, 'email', email, 'bio', bio, 'timezone', timezone,
                           'emailVerifiedAt', )" PEERLOOP_TIME("email_verified_at") R"(, 'emailStatus', email_status,
                           'marketingOptOut', )" PEERLOOP_BOOLEAN("marketing_opt_out") R"(,
                           'hasAvatar', )" PEERLOOP_BOOLEAN("avatar_key IS NOT NULL") R"(,
                           'stripeAccountId', stripe_account_id, 'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM users WHERE id = ?1)"},
    {"roles", R"(
        SELECT json_object('role', role, 'grantedAt', )" PEERLOOP_TIME("granted_at") R"()
        FROM user_roles WHERE user_id = ?1)"},
    {"expertise", "SELECT json_quote(label) FROM expertise WHERE user_id = ?1"},
    {"following", R"(
        SELECT json_object('userId', followee_id, 'since', )" PEERLOOP_TIME("created_at") R"()
        FROM follows WHERE follower_id = ?1)"},
    {"followers", R"(
        SELECT json_object('userId', follower_id, 'since', )" PEERLOOP_TIME("created_at") R"()
        FROM follows WHERE followee_id = ?1 ORDER BY created_at DESC)"},
    {"devices", R"(
        SELECT json_object('id', id, 'userAgent', user_agent, 'createdAt', )" PEERLOOP_TIME("created_at") R"(,
                           'lastUsedAt', )" PEERLOOP_TIME("last_used_at") R"(,
                           'endedAt', )" PEERLOOP_TIME("ended_at") R"(, 'endReason', end_reason)
        FROM auth_sessions WHERE user_id = ?1 ORDER BY created_at DESC)"},
    {"courses", R"(
        SELECT json_object('id', id, 'slug', slug, 'title', title, 'description', description, 'status', status,
                           'priceCents', price_cents, 'currency', currency,
                           'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM courses WHERE creator_id = ?1 ORDER BY updated_at DESC)"},
    {"teaching", R"(
        SELECT json_object('courseId', course_id, 'status', status, 'message', message,
                           'appliedAt', )" PEERLOOP_TIME("applied_at") R"(,
                           'decidedAt', )" PEERLOOP_TIME("decided_at") R"()
        FROM course_teachers WHERE teacher_id = ?1)"},
    {"enrollments", R"(
        SELECT json_object('id', id, 'courseId', course_id, 'teacherId', teacher_id, 'status', status,
                           'priceCents', price_cents, 'currency', currency,
                           'enrolledAt', )" PEERLOOP_TIME("enrolled_at") R"(,
                           'completedAt', )" PEERLOOP_TIME("completed_at") R"(,
                           'refundedAt', )" PEERLOOP_TIME("refunded_at") R"(,
                           'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM enrollments WHERE student_id = ?1 ORDER BY created_at DESC)"},
    {"students", R"(
        SELECT json_object('enrollmentId', id, 'courseId', course_id, 'status', status,
                           'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM enrollments WHERE teacher_id = ?1 ORDER BY created_at DESC)"},
    {"progress", R"(
        SELECT json_object('enrollmentId', p.enrollment_id, 'lessonId', p.lesson_id,
                           'completedAt', )" PEERLOOP_TIME("p.completed_at") R"()
        FROM enrollments e JOIN lesson_progress p ON p.enrollment_id = e.id WHERE e.student_id = ?1)"},
    {"payments", R"(
        SELECT json_object('id', t.id, 'enrollmentId', t.enrollment_id, 'amountCents', t.amount_cents,
                           'refundedCents', t.refunded_cents, 'currency', t.currency, 'status', t.status,
                           'createdAt', )" PEERLOOP_TIME("t.created_at") R"()
        FROM enrollments e JOIN transactions t ON t.enrollment_id = e.id
        WHERE e.student_id = ?1 ORDER BY e.created_at DESC)"},
    {"earnings", R"(
        SELECT json_object('id', id, 'transactionId', transaction_id, 'as', recipient_type, 'amountCents', amount_cents,
                           'reversedCents', reversed_cents, 'currency', currency, 'status', status,
                           'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM payment_splits WHERE recipient_id = ?1 ORDER BY created_at DESC)"},
    {"transfers", R"(
        SELECT json_object('id', id, 'splitId', split_id, 'amountCents', amount_cents, 'withheldCents', withheld_cents,
                           'returnedCents', returned_cents, 'currency', currency, 'status', status,
                           'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM transfers WHERE recipient_id = ?1 ORDER BY created_at DESC)"},
    {"payouts", R"(
        SELECT json_object('amountCents', amount_cents, 'currency', currency, 'status', status,
                           'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM payouts WHERE user_id = ?1 ORDER BY created_at DESC)"},
    {"refundRequests", R"(
        SELECT json_object('id', id, 'amountCents', amount_cents, 'currency', currency, 'reason', reason,
                           'status', status, 'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM refund_requests WHERE requested_by = ?1 ORDER BY created_at DESC)"},
    {"sessionsAsStudent", R"(
        SELECT json_object('id', id, 'enrollmentId', enrollment_id, 'teacherId', teacher_id, 'status', status,
                           'startsAt', )" PEERLOOP_TIME("starts_at") R"(, 'endsAt', )" PEERLOOP_TIME("ends_at") R"(,
                           'cancelReason', cancel_reason)
        FROM sessions WHERE student_id = ?1 ORDER BY starts_at DESC)"},
    {"sessionsAsTeacher", R"(
        SELECT json_object('id', id, 'enrollmentId', enrollment_id, 'studentId', student_id, 'status', status,
                           'startsAt', )" PEERLOOP_TIME("starts_at") R"(, 'endsAt', )" PEERLOOP_TIME("ends_at") R"(,
                           'cancelReason', cancel_reason)
        FROM sessions WHERE teacher_id = ?1 ORDER BY starts_at DESC)"},
    {"attendance", R"(
        SELECT json_object('sessionId', session_id, 'joinedAt', )" PEERLOOP_TIME("joined_at") R"(,
                           'leftAt', )" PEERLOOP_TIME("left_at") R"()
        FROM session_attendance WHERE user_id = ?1 ORDER BY session_id DESC, participant_sid)"},
    {"recordings", R"(
        SELECT json_object('id', id, 'sessionId', session_id, 'status', status, 'bytes', size_bytes,
                           'url', '/api/sessions/' || session_id || '/recording?recordingId=' || id,
                           'recordedAt', )" PEERLOOP_TIME("recorded_at") R"()
        FROM recordings WHERE session_id IN (SELECT id FROM sessions WHERE student_id = ?1
                                             UNION ALL SELECT id FROM sessions WHERE teacher_id = ?1)
        ORDER BY recorded_at DESC)"},
    {"availability", R"(
        SELECT json_object('timezone', timezone, 'rules', json((
                             SELECT json_group_array(json_array(weekday, from_minute, to_minute))
                             FROM availability_rules r WHERE r.teacher_id = ?1)),
                           'exceptions', json((
                             SELECT json_group_array(json_array(date, json(hours)))
                             FROM availability_exceptions x WHERE x.teacher_id = ?1)),
                           'updatedAt', )" PEERLOOP_TIME("updated_at") R"()
        FROM availability WHERE teacher_id = ?1)"},
    {"certificates", R"(
        SELECT json_object('id', id, 'courseId', course_id, 'name', holder_name, 'courseTitle', course_title,
                           'issuedAt', )" PEERLOOP_TIME("issued_at") R"(,
                           'revokedAt', )" PEERLOOP_TIME("revoked_at") R"(, 'revokeReason', revoke_reason)
        FROM certificates WHERE holder_id = ?1 ORDER BY issued_at DESC)"},
    {"reviewsWritten", R"(
        SELECT json_object('id', id, 'sessionId', session_id, 'aboutUserId', subject_id, 'rating', rating,
                           'courseRating', course_rating, 'comment', comment,
                           'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM reviews WHERE author_id = ?1)"},
    {"reviewsReceived", R"(
        SELECT json_object('id', id, 'sessionId', session_id, 'rating', rating, 'comment', comment,
                           'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM reviews WHERE subject_id = ?1)"},
    {"materials", R"(
        SELECT json_object('id', m.id, 'courseId', m.course_id, 'name', m.name, 'contentType', m.content_type,
                           'bytes', m.size_bytes, 'status', m.status,
                           'createdAt', )" PEERLOOP_TIME("m.created_at") R"()
        FROM courses c JOIN course_materials m ON m.course_id = c.id WHERE c.creator_id = ?1)"},
    {"notifications", R"(
        SELECT json_object('kind', kind, 'data', json(data), 'readAt', )" PEERLOOP_TIME("read_at") R"(,
                           'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM notifications WHERE user_id = ?1 ORDER BY created_at DESC)"},
    {"posts", R"(
        SELECT json_object('id', id, 'courseId', course_id, 'text', text, 'status', status,
                           'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM posts WHERE author_id = ?1 ORDER BY created_at DESC)"},
    {"objections", R"(
        SELECT json_object('postId', post_id, 'reason', reason, 'note', note, 'status', status,
                           'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM post_flags WHERE reporter_id = ?1 ORDER BY created_at DESC)"},
    {"conversations", R"(
        SELECT json_object('id', c.id, 'with', m.other_id, 'begunByMe', )" PEERLOOP_BOOLEAN("c.begun_by = ?1") R"(,
                           'readPosition', m.read_position, 'createdAt', )" PEERLOOP_TIME("c.created_at") R"()
        FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.user_id = ?1 ORDER BY m.active_at DESC)"},
    {"messages", R"(
        SELECT json_object('conversationId', conversation_id, 'position', position, 'text', text,
                           'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM messages WHERE sender_id = ?1 ORDER BY created_at DESC)"},
    {"blocks", R"(
        SELECT json_object('userId', blocked_id, 'since', )" PEERLOOP_TIME("created_at") R"()
        FROM blocks WHERE blocker_id = ?1)"},
    {"mails", R"(
        SELECT json_object('template', template, 'status', status, 'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM emails WHERE user_id = ?1 ORDER BY created_at DESC)"},
    {"privilegedActs", R"(
        SELECT json_object('action', action, 'targetType', target_type, 'targetId', target_id,
                           'createdAt', )" PEERLOOP_TIME("created_at") R"()
        FROM audit_log WHERE actor_id = ?1 ORDER BY created_at DESC)"},
});

}  // namespace

std::span<const ExportSection> export_sections() { return sections; }

}  // namespace isthmus::peerloop
