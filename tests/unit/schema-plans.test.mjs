import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { demoDatabase } from './support/peerloop-database.mjs';

const db = await demoDatabase();

// Tables whose size is set by the product, not by its use.
const bounded = new Set(['categories']);

const plan = (/** @type {string} */ sql) =>
  db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({ detail }) => String(detail));

/** Steps that read a growing table from end to end, or sort what an index should have ordered. */
function slowSteps(/** @type {string} */ sql, steps = plan(sql)) {
  const computed = new Set(steps.flatMap((step) => step.match(/^(?:CO-ROUTINE|MATERIALIZE) (\w+)/)?.[1] ?? []));
  const limited = /\bLIMIT\b/.test(sql);
  return steps.filter((step) => {
    if (step.startsWith('USE TEMP B-TREE')) return true;
    const scanned = step.match(/^SCAN (\w+)/)?.[1];
    if (scanned === undefined || bounded.has(scanned) || computed.has(scanned)) return false;
    // An index walked in order is fine when a limit ends the walk.
    return !(step.includes(' VIRTUAL TABLE INDEX ') || (limited && / USING (COVERING )?INDEX /.test(step)));
  });
}

// The listings of the API, first page and following pages. [what, the index it must use, SQL]
const listings = [
  [
    'courses, newest first',
    'courses_newest',
    "SELECT id FROM courses WHERE status = 'published' ORDER BY published_at DESC, id DESC LIMIT ?",
  ],
  [
    'courses, newest first, next page',
    'courses_newest',
    "SELECT id FROM courses WHERE status = 'published' AND (published_at, id) < (?, ?) ORDER BY published_at DESC, id DESC LIMIT ?",
  ],
  [
    'courses of a category',
    'courses_by_category',
    "SELECT id FROM courses WHERE status = 'published' AND category_id = ? AND (published_at, id) < (?, ?) ORDER BY published_at DESC, id DESC LIMIT ?",
  ],
  [
    'courses of a level',
    'courses_by_level',
    "SELECT id FROM courses WHERE status = 'published' AND level = ? AND (published_at, id) < (?, ?) ORDER BY published_at DESC, id DESC LIMIT ?",
  ],
  [
    'courses of a creator, as others see them',
    'courses_by_creator',
    "SELECT id FROM courses WHERE status = 'published' AND creator_id = ? AND (published_at, id) < (?, ?) ORDER BY published_at DESC, id DESC LIMIT ?",
  ],
  [
    'courses of a creator, as they see them',
    'courses_of_creator',
    'SELECT id FROM courses WHERE creator_id = ? AND (updated_at, id) < (?, ?) ORDER BY updated_at DESC, id DESC LIMIT ?',
  ],
  [
    'courses, cheapest first',
    'courses_by_price',
    "SELECT id FROM courses WHERE status = 'published' AND (price_cents, id) > (?, ?) ORDER BY price_cents, id LIMIT ?",
  ],
  [
    'courses, dearest first',
    'courses_by_price',
    "SELECT id FROM courses WHERE status = 'published' AND (price_cents, id) < (?, ?) ORDER BY price_cents DESC, id DESC LIMIT ?",
  ],
  [
    'courses, best rated first',
    'courses_by_rating',
    "SELECT id FROM courses WHERE status = 'published' AND (rating_hundredths, id) < (?, ?) ORDER BY rating_hundredths DESC, id DESC LIMIT ?",
  ],
  [
    'courses, most chosen first',
    'courses_by_popularity',
    "SELECT id FROM courses WHERE status = 'published' AND (enrollment_count, id) < (?, ?) ORDER BY enrollment_count DESC, id DESC LIMIT ?",
  ],
  ['a course by id or slug', 'sqlite_autoindex_courses_', 'SELECT id FROM courses WHERE id = ?1 OR slug = ?1'],
  [
    'courses found by words',
    'sqlite_autoindex_courses_1',
    `SELECT c.id FROM course_search s JOIN course_documents d ON d.id = s.rowid JOIN courses c ON c.id = d.course_id
     WHERE course_search MATCH ? AND c.status = 'published' ORDER BY s.rank LIMIT ?`,
  ],
  [
    'a course’s curriculum',
    'lessons_of_module',
    `SELECT m.id, (SELECT json_group_array(l.title) FROM (SELECT title FROM lessons WHERE module_id = m.id ORDER BY position, id) l)
     FROM modules m WHERE m.course_id = ? ORDER BY m.position, m.id`,
  ],
  ['a course’s objectives', 'PRIMARY KEY', 'SELECT text FROM course_objectives WHERE course_id = ? ORDER BY position'],
  [
    'categories with their courses counted',
    'COVERING INDEX courses_',
    "SELECT id, (SELECT count(*) FROM courses WHERE category_id = categories.id AND status = 'published') FROM categories ORDER BY position, id",
  ],
  [
    'creators',
    'user_roles_by_role',
    `SELECT u.id FROM user_roles r JOIN users u ON u.id = r.user_id
     WHERE r.role = 'creator' AND r.user_id < ? AND u.deleted_at IS NULL AND u.suspended_at IS NULL ORDER BY r.user_id DESC LIMIT ?`,
  ],
  [
    'student-teachers',
    'user_roles_by_role',
    "SELECT u.id FROM user_roles r JOIN users u ON u.id = r.user_id WHERE r.role = 'studentTeacher' AND r.user_id < ? ORDER BY r.user_id DESC LIMIT ?",
  ],
  [
    'student-teachers of a course',
    'course_teachers_approved',
    `SELECT u.id FROM course_teachers t JOIN users u ON u.id = t.teacher_id
     WHERE t.course_id = ? AND t.status = 'approved' AND (t.decided_at, t.teacher_id) > (?, ?) ORDER BY t.decided_at, t.teacher_id LIMIT ?`,
  ],
  [
    'what someone teaches',
    'course_teachers_by_teacher',
    "SELECT course_id FROM course_teachers WHERE teacher_id = ? AND status = 'approved'",
  ],
  [
    'a profile’s roles and expertise',
    'PRIMARY KEY',
    `SELECT (SELECT json_group_array(role) FROM user_roles WHERE user_id = u.id),
            (SELECT json_group_array(label) FROM expertise WHERE user_id = u.id) FROM users u WHERE u.id = ?`,
  ],
  ['an account by its address', 'sqlite_autoindex_users_', 'SELECT id FROM users WHERE email = ?'],
  [
    'followers, newest first',
    'follows_by_followee',
    'SELECT follower_id FROM follows WHERE followee_id = ? ORDER BY created_at DESC, follower_id LIMIT ?',
  ],
  [
    'devices signed in',
    'auth_sessions_by_user',
    'SELECT id FROM auth_sessions WHERE user_id = ? AND ended_at IS NULL ORDER BY created_at DESC, id DESC LIMIT ?',
  ],
  [
    'the session of an access token',
    'sqlite_autoindex_refresh_tokens_',
    'SELECT s.id FROM refresh_tokens t JOIN auth_sessions s ON s.id = t.family_id WHERE t.access_jti = ? AND s.ended_at IS NULL',
  ],
  [
    'access tokens of a session that are still alive',
    'refresh_tokens_by_family',
    'SELECT access_jti FROM refresh_tokens WHERE family_id = ? AND access_expires_at > ?',
  ],
  [
    'a student’s enrollments with progress',
    'enrollments_of_student',
    `SELECT e.id, (SELECT count(*) FROM lesson_progress p WHERE p.enrollment_id = e.id),
            (SELECT count(*) FROM modules m JOIN lessons l ON l.module_id = m.id WHERE m.course_id = e.course_id)
     FROM enrollments e WHERE e.student_id = ? AND (e.created_at, e.id) < (?, ?) ORDER BY e.created_at DESC, e.id DESC LIMIT ?`,
  ],
  [
    'a teacher’s enrollments',
    'enrollments_of_teacher',
    'SELECT id FROM enrollments WHERE teacher_id = ? ORDER BY created_at DESC, id DESC LIMIT ?',
  ],
  [
    'a course’s enrollments',
    'enrollments_of_course',
    'SELECT id FROM enrollments WHERE course_id = ? ORDER BY created_at DESC, id DESC LIMIT ?',
  ],
  [
    'a student’s live enrollment in a course',
    'enrollments_one_live',
    "SELECT id FROM enrollments WHERE student_id = ? AND course_id = ? AND status IN ('pending', 'enrolled', 'completed')",
  ],
  [
    'an enrollment by its checkout',
    'sqlite_autoindex_enrollments_',
    'SELECT id FROM enrollments WHERE checkout_session_id = ?',
  ],
  [
    'who awaits certification',
    'enrollments_recommended',
    "SELECT id FROM enrollments WHERE course_id = ? AND status = 'enrolled' AND recommended_at IS NOT NULL AND (recommended_at, id) > (?, ?) ORDER BY recommended_at, id LIMIT ?",
  ],
  [
    'a person’s certificates',
    'certificates_of_holder',
    `SELECT k.id FROM certificates k JOIN enrollments e ON e.id = k.enrollment_id
     WHERE k.holder_id = (SELECT id FROM users WHERE id = ?1 OR handle = ?1) AND k.revoked_at IS NULL AND e.status = 'completed'
     AND (k.issued_at, k.id) < (?, ?) ORDER BY k.issued_at DESC, k.id DESC LIMIT ?`,
  ],
  [
    'an enrollment’s live certificate',
    'certificates_',
    'SELECT id FROM certificates WHERE enrollment_id = ? AND revoked_at IS NULL',
  ],
  [
    'applications to teach a course',
    'course_teachers_in_order',
    'SELECT teacher_id FROM course_teachers WHERE course_id = ? AND status = ? AND (applied_at, teacher_id) > (?, ?) ORDER BY applied_at, teacher_id LIMIT ?',
  ],
  [
    'what someone teaches or applied for',
    'course_teachers_by_teacher',
    'SELECT course_id FROM course_teachers WHERE teacher_id = ? AND (status, course_id) > (?, ?) ORDER BY status, course_id LIMIT ?',
  ],
  [
    'reviews of a course',
    'reviews_of_course',
    "SELECT id FROM reviews WHERE course_id = ? AND written_by = 'student' AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?",
  ],
  [
    'reviews of a teacher',
    'reviews_of_subject',
    "SELECT id FROM reviews WHERE subject_id = ? AND written_by = 'student' AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?",
  ],
  [
    'a course’s materials',
    'course_materials_of_course',
    "SELECT id FROM course_materials WHERE course_id = ? AND status = 'stored' AND id > ? ORDER BY id LIMIT ?",
  ],
  [
    'a transaction by its payment intent',
    'sqlite_autoindex_transactions_',
    'SELECT id FROM transactions WHERE stripe_payment_intent_id = ?',
  ],
  [
    'earnings, newest first',
    'payment_splits_of_recipient',
    'SELECT id FROM payment_splits WHERE recipient_id = ? AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?',
  ],
  [
    'what moved on an account in a part of a month, from the index alone',
    'COVERING INDEX ledger_entries_in_order',
    'SELECT sum(amount_cents) FROM ledger_entries WHERE account = ? AND currency = ? AND movement_id >= ? AND movement_id <= ?',
  ],
  [
    'who has shares that are due',
    'SEARCH earning_totals USING PRIMARY KEY',
    'SELECT recipient_id, currency FROM earning_totals WHERE due_count > 0 AND (recipient_id, currency) > (?, ?) ORDER BY recipient_id, currency LIMIT ?',
  ],
  [
    'how many objections to a post wait',
    'COVERING INDEX post_flags_open',
    "SELECT count(*) FROM post_flags WHERE post_id = ? AND status = 'open'",
  ],
  [
    'who was approved to teach since',
    'course_teachers_decided',
    "SELECT course_id, teacher_id FROM course_teachers WHERE status = 'approved' AND decided_at >= ?",
  ],
  [
    'what is due to a person, in the order of the approvals',
    'payment_splits_due',
    "SELECT id FROM payment_splits WHERE recipient_id = ? AND currency = ? AND status IN ('approved', 'frozen') ORDER BY approved_at, id LIMIT ?",
  ],
  [
    'what a person is asked to give back',
    'COVERING INDEX transfer_reversals_requested',
    "SELECT sum(amount_cents) FROM transfer_reversals WHERE recipient_id = ? AND currency = ? AND status = 'requested'",
  ],
  [
    'what is kept of a person’s transfers',
    'COVERING INDEX transfers_requested',
    "SELECT sum(withheld_cents) FROM transfers WHERE recipient_id = ? AND currency = ? AND status = 'requested'",
  ],
  [
    'people who could not give back',
    'transfer_reversals_failed',
    "SELECT recipient_id, currency FROM transfer_reversals WHERE status = 'failed' AND (recipient_id, currency) > (?, ?)",
  ],
  [
    'the transfer of a share',
    'transfers_of_split',
    'SELECT id FROM transfers WHERE split_id = ? ORDER BY created_at DESC, id DESC LIMIT 1',
  ],
  [
    'the payment of a disputed charge',
    'sqlite_autoindex_transactions',
    'SELECT id FROM transactions WHERE stripe_charge_id = ? OR stripe_payment_intent_id = ? LIMIT 1',
  ],
  [
    'disputes that came before their payment',
    'disputes_waiting',
    'SELECT status FROM disputes WHERE stripe_payment_intent_id = ? AND transaction_id IS NULL',
  ],
  [
    'refunds that were asked for',
    'COVERING INDEX refund_requests_of_transaction',
    "SELECT sum(amount_cents) FROM refund_requests WHERE transaction_id = ? AND status = 'requested'",
  ],
  [
    'a month of a person’s account',
    'ledger_entries_in_order',
    'SELECT amount_cents FROM ledger_entries WHERE account = ? AND currency = ? AND movement_id > ? AND movement_id < ? ORDER BY movement_id LIMIT ?',
  ],
  [
    'a month of the books',
    'sqlite_autoindex_ledger_movements',
    'SELECT l.account FROM ledger_movements m JOIN ledger_entries l ON l.movement_id = m.id WHERE m.id >= ? AND m.id < ? AND m.currency = ? ORDER BY m.id, l.account LIMIT ?',
  ],
  [
    'a person’s payouts',
    'payouts_of_user',
    'SELECT id FROM payouts WHERE user_id = ? ORDER BY created_at DESC, id DESC LIMIT ?',
  ],
  [
    'refunds that came before their payment',
    'refunds_waiting',
    'SELECT max(cumulative_cents) FROM refunds WHERE stripe_payment_intent_id = ? AND transaction_id IS NULL',
  ],
  [
    'refunds of a charge',
    'refunds_once',
    "SELECT max(cumulative_cents) FROM refunds WHERE stripe_charge_id = ? AND status IN ('pending', 'succeeded')",
  ],
  ['a session by its room', 'sqlite_autoindex_sessions_', 'SELECT id FROM sessions WHERE room_id = ?'],
  [
    'who was in a session',
    'PRIMARY KEY',
    'SELECT user_id FROM session_attendance WHERE session_id = ? ORDER BY participant_sid LIMIT 1000',
  ],
  [
    'the recordings of a session',
    'recordings_of_session',
    'SELECT id FROM recordings WHERE session_id = ? ORDER BY recorded_at DESC, id DESC LIMIT 50',
  ],
  [
    'the recordings of sessions that somebody had with those who are gone',
    'recordings_of_session',
    'SELECT r.id FROM (SELECT id, teacher_id AS other_id FROM sessions WHERE student_id = ?1 UNION ALL SELECT id, student_id FROM sessions WHERE teacher_id = ?1) s JOIN users u ON u.id = s.other_id JOIN recordings r ON r.session_id = s.id WHERE u.deleted_at IS NOT NULL LIMIT ?2',
  ],
  [
    'what others were told of somebody’s sessions',
    'sqlite_autoindex_notifications_2 (user_id=? AND kind=? AND cause>? AND cause<?)',
    "SELECT n.id FROM sessions s JOIN notifications n ON n.user_id = s.teacher_id AND n.kind IN ('session_booked', 'session_moved', 'session_cancelled') AND n.cause > 'session:' || s.id || ':' AND n.cause < 'session:' || s.id || ';' WHERE s.student_id = ?",
  ],
  [
    'recordings that were given up',
    'recordings_failed',
    "SELECT id FROM recordings WHERE status = 'failed' ORDER BY created_at DESC, id DESC LIMIT ?",
  ],
  [
    'the parts of a recording',
    'PRIMARY KEY',
    'SELECT number, etag FROM recording_parts WHERE recording_id = ? ORDER BY number',
  ],
  [
    'a person’s sessions in both roles, the latest first',
    'sessions_of_teacher',
    `SELECT 'json' AS json, s.starts_at, s.id FROM sessions s WHERE s.student_id = ?1 AND (s.starts_at, s.id) < (?4, ?5)
     UNION ALL SELECT 'json' AS json, s.starts_at, s.id FROM sessions s WHERE s.teacher_id = ?1 AND (s.starts_at, s.id) < (?4, ?5)
     ORDER BY 2 DESC, 3 DESC LIMIT ?3`,
  ],
  [
    'sessions that are to come, in both roles',
    'sessions_taught',
    `SELECT 'json' AS json, s.starts_at, s.id FROM sessions s WHERE s.student_id = ?1
       AND s.status = 'scheduled' AND s.starts_at > ?2 - 14400000 AND s.ends_at > ?2 AND s.starts_at > ?4
     UNION ALL SELECT 'json' AS json, s.starts_at, s.id FROM sessions s WHERE s.teacher_id = ?1
       AND s.status = 'scheduled' AND s.starts_at > ?2 - 14400000 AND s.ends_at > ?2 AND s.starts_at > ?4
     ORDER BY 2 LIMIT ?3`,
  ],
  [
    'what stands in the way of a booking',
    'sessions_of_teacher',
    "SELECT starts_at, ends_at FROM sessions WHERE teacher_id = ? AND status <> 'cancelled' AND starts_at BETWEEN ? AND ?",
  ],
  [
    'a teacher’s sessions of one day',
    'sessions_of_teacher',
    `SELECT count(*) FROM json_each(?3) m JOIN sessions s
     ON s.teacher_id = ?1 AND s.starts_at >= m.value ->> 0 AND s.starts_at < m.value ->> 1 WHERE s.status <> 'cancelled' LIMIT 1`,
  ],
  [
    'the hours of a teacher',
    'PRIMARY KEY',
    "SELECT hours FROM availability_exceptions WHERE teacher_id = ? AND date BETWEEN '2026-01-01' AND '2026-02-01'",
  ],
  [
    'whose calendar a link opens',
    'sqlite_autoindex_calendar_links_',
    'SELECT u.id FROM calendar_links l JOIN users u ON u.id = l.user_id WHERE l.token_hash = ?',
  ],
  [
    'the sessions of a calendar',
    'sessions_of_student',
    `SELECT s.id, s.starts_at FROM sessions s WHERE s.student_id = (SELECT user_id FROM calendar_links WHERE token_hash = ?1) AND s.starts_at > ?2
     UNION ALL SELECT s.id, s.starts_at FROM sessions s WHERE s.teacher_id = (SELECT user_id FROM calendar_links WHERE token_hash = ?1) AND s.starts_at > ?2
     ORDER BY 2 DESC, 1 DESC LIMIT 1000`,
  ],
  [
    'webhook events, newest first',
    'webhook_events_in_order',
    'SELECT event_id FROM webhook_events ORDER BY received_at DESC, provider, event_id LIMIT ?',
  ],
  [
    'webhook events that failed',
    'webhook_events_by_status',
    'SELECT event_id FROM webhook_events WHERE status = ? AND received_at <= ? ORDER BY received_at DESC, provider, event_id LIMIT ?',
  ],
  [
    'accounts whose name begins so',
    'users_by_name',
    'SELECT id FROM users WHERE name COLLATE NOCASE >= ? AND name COLLATE NOCASE < ?',
  ],
  [
    'accounts that are suspended',
    'users_suspended',
    'SELECT id FROM users u WHERE u.id < ? AND u.suspended_at IS NOT NULL AND u.deleted_at IS NULL ORDER BY u.id DESC LIMIT ?',
  ],
  [
    'outbox rows that were delivered',
    'outbox_delivered',
    'SELECT id FROM outbox o WHERE o.delivered_at IS NOT NULL AND (o.delivered_at, o.id) < (?, ?) ORDER BY o.delivered_at DESC, o.id DESC LIMIT ?',
  ],
  [
    'outbox rows that are dead',
    'outbox_dead',
    'SELECT id FROM outbox WHERE dead_at IS NOT NULL ORDER BY dead_at DESC, id DESC LIMIT ?',
  ],
  [
    'a person’s mails',
    'emails_of_user',
    'SELECT id FROM emails WHERE user_id = ? ORDER BY created_at DESC, id DESC LIMIT ?',
  ],
  [
    'the audit log',
    'audit_log_in_order',
    'SELECT id FROM audit_log WHERE (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?',
  ],
  [
    'the audit log of one kind of act',
    'audit_log_of_action',
    'SELECT id FROM audit_log WHERE action = ? AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?',
  ],
  [
    'refunds that were asked for',
    'refund_requests_in_order',
    'SELECT id FROM refund_requests WHERE (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?',
  ],
  [
    'refunds that failed',
    'refund_requests_by_status',
    'SELECT id FROM refund_requests WHERE status = ? AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?',
  ],
  [
    'disputes, the open ones first',
    'disputes_in_order',
    `SELECT d.id FROM disputes d
     WHERE (d.created_at + CASE WHEN d.closed_at IS NULL THEN 10000000000000 ELSE 0 END) <= ?
       AND ((d.created_at + CASE WHEN d.closed_at IS NULL THEN 10000000000000 ELSE 0 END), d.id) < (?, ?)
     ORDER BY (d.created_at + CASE WHEN d.closed_at IS NULL THEN 10000000000000 ELSE 0 END) DESC, d.id DESC LIMIT ?`,
  ],
  [
    'the audit log of one target',
    'audit_log_of_target',
    'SELECT id FROM audit_log WHERE target_type = ? AND target_id = ? ORDER BY created_at DESC, id DESC LIMIT ?',
  ],
  [
    'notifications, newest first',
    'notifications_of_user',
    'SELECT id FROM notifications WHERE user_id = ? AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?',
  ],
  [
    'unread notifications, newest first',
    'notifications_unread',
    'SELECT id FROM notifications WHERE user_id = ? AND read_at IS NULL AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?',
  ],
  [
    'unread notifications, counted',
    'notifications_unread',
    'SELECT count(*) FROM (SELECT 1 FROM notifications WHERE user_id = ? AND read_at IS NULL LIMIT 1000)',
  ],
  [
    'conversations, the liveliest first',
    'conversation_members_of_user',
    'SELECT conversation_id FROM conversation_members WHERE user_id = ? AND (active_at, conversation_id) < (?, ?) ORDER BY active_at DESC, conversation_id DESC LIMIT ?',
  ],
  [
    'messages, newest first',
    'sqlite_autoindex_messages_',
    'SELECT id FROM messages WHERE conversation_id = ? AND position < ? ORDER BY position DESC LIMIT ?',
  ],
  [
    'messages that somebody sent lately',
    'COVERING INDEX messages_of_sender',
    'SELECT count(*) FROM (SELECT 1 FROM messages WHERE sender_id = ? AND created_at > ? LIMIT 30)',
  ],
  [
    'conversations that somebody began lately',
    'COVERING INDEX conversations_begun',
    'SELECT count(*) FROM (SELECT 1 FROM conversations WHERE begun_by = ? AND created_at > ? LIMIT 30)',
  ],
  [
    'the conversation of a pair, or of an id',
    'sqlite_autoindex_conversations_2',
    'SELECT id FROM conversations WHERE id = ?1 OR first_user_id = min(?1, ?2) AND second_user_id = max(?1, ?2)',
  ],
  [
    'posts of a course, newest first',
    'posts_of_course',
    "SELECT id FROM posts WHERE course_id = ? AND status = 'published' AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?",
  ],
  [
    'posts of an author, newest first',
    'posts_of_author',
    "SELECT id FROM posts WHERE author_id = ? AND status = 'published' AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?",
  ],
  [
    'flags to decide, oldest first',
    'post_flags_by_status',
    "SELECT id FROM post_flags WHERE status = 'open' AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?",
  ],
  [
    'flags that somebody raised lately',
    'COVERING INDEX post_flags_of_reporter',
    'SELECT count(*) FROM (SELECT 1 FROM post_flags WHERE reporter_id = ? AND created_at > ? LIMIT 30)',
  ],
];

// What the cron does. Each touches only the rows that are due.
const chores = [
  [
    'claims due outbox rows',
    'outbox_due',
    `UPDATE outbox SET attempts = attempts + 1, locked_until = ?2, next_attempt_at = ?2
     WHERE id IN (SELECT id FROM outbox WHERE delivered_at IS NULL AND dead_at IS NULL AND next_attempt_at <= ?1
                  ORDER BY next_attempt_at, id LIMIT ?3) RETURNING id`,
  ],
  [
    'releases unpaid enrollments',
    'enrollments_unpaid',
    "UPDATE enrollments SET status = 'released', released_at = ?1, updated_at = ?1 WHERE status = 'pending' AND checkout_expires_at <= ?1",
  ],
  [
    'settles sessions that are over',
    'sessions_scheduled',
    `SELECT id FROM sessions WHERE status = 'scheduled' AND starts_at <= ?1 AND ends_at <= ?2
     AND (room_provider IS NOT 'bigbluebutton' OR ends_at <= ?3) ORDER BY starts_at, id LIMIT CAST(?4 AS INTEGER)`,
  ],
  [
    'ends rooms that nobody ended',
    'sessions_with_open_room',
    `SELECT id FROM sessions WHERE room_id IS NOT NULL AND room_ended_at IS NULL AND ends_at <= ?1
     ORDER BY ends_at, id LIMIT CAST(?2 AS INTEGER)`,
  ],
  [
    'takes hold of a recording to copy',
    'recordings_to_copy',
    `UPDATE recordings SET lock_owner = ?1, locked_until = ?3
     WHERE status = 'copying' AND id = (SELECT id FROM recordings
       WHERE status = 'copying' AND next_attempt_at <= ?2 AND (locked_until IS NULL OR locked_until <= ?2)
       ORDER BY next_attempt_at, id LIMIT 1)`,
    'finds who is to be reminded',
    'sessions_to_remind',
    "SELECT id FROM sessions WHERE status = 'scheduled' AND next_reminder_at IS NOT NULL AND next_reminder_at <= ? ORDER BY next_reminder_at LIMIT ?",
  ],
  [
    'forgets old webhook bodies',
    'webhook_events_with_body',
    'UPDATE webhook_events SET body = NULL WHERE body IS NOT NULL AND received_at < ?',
  ],
  [
    'removes delivered outbox rows',
    'outbox_delivered',
    'DELETE FROM outbox WHERE delivered_at IS NOT NULL AND delivered_at < ?',
  ],
  ['removes expired sign-ins', 'auth_sessions_by_expiry', 'DELETE FROM auth_sessions WHERE expires_at < ?'],
  ['removes expired refresh tokens', 'refresh_tokens_by_expiry', 'DELETE FROM refresh_tokens WHERE expires_at < ?'],
  ['removes expired one-time tokens', 'one_time_tokens_by_expiry', 'DELETE FROM one_time_tokens WHERE expires_at < ?'],
  [
    'removes expired idempotency keys',
    'idempotency_keys_by_expiry',
    'DELETE FROM idempotency_keys WHERE expires_at < ?',
  ],
  ['removes expired rate limits', 'rate_limits_by_expiry', 'DELETE FROM rate_limits WHERE expires_at < ?'],
  [
    'gives up unfinished uploads',
    'course_materials_unfinished',
    "DELETE FROM course_materials WHERE id IN (SELECT id FROM course_materials WHERE status = 'uploading' AND created_at < ? ORDER BY created_at LIMIT 100)",
  ],
  ['removes old notifications', 'notifications_by_age', 'DELETE FROM notifications WHERE created_at < ?'],
  ['removes old mails', 'emails_by_age', 'DELETE FROM emails WHERE created_at < ?'],
];

for (const [title, queries] of /** @type {const} */ ([
  ['a listing reads by index:', listings],
  ['the cron reads by index as it', chores],
])) {
  describe(title, () => {
    for (const [what, index, sql] of queries) {
      test(what, () => {
        const steps = plan(sql);
        assert.deepEqual(slowSteps(sql, steps), [], steps.join('\n'));
        assert.ok(
          steps.some((step) => step.includes(index)),
          `${index} is not in:\n${steps.join('\n')}`,
        );
      });
    }
  });
}

test('the timeline reads the newest of each course by index, and no more of those that come late', () => {
  const steps = plan(`
    WITH newest AS MATERIALIZED (
      SELECT course_id, (SELECT n.created_at FROM posts n WHERE n.course_id = mine.course_id AND n.status = 'published'
                         AND (n.created_at, n.id) < (?2, ?3) ORDER BY n.created_at DESC, n.id DESC LIMIT 1) AS at
      FROM (SELECT course_id FROM enrollments WHERE student_id = ?1 AND status IN ('enrolled', 'completed')
            UNION SELECT id FROM courses WHERE creator_id = ?1) mine),
    bound AS MATERIALIZED (SELECT coalesce((SELECT at FROM newest ORDER BY at DESC LIMIT 1 OFFSET ?4 - 1), 0) AS at)
    SELECT p.id FROM newest CROSS JOIN posts p ON p.id IN (
      SELECT n.id FROM posts n WHERE n.course_id = newest.course_id AND n.created_at >= (SELECT at FROM bound)
        AND n.status = 'published' AND (n.created_at, n.id) < (?2, ?3) ORDER BY n.created_at DESC, n.id DESC LIMIT ?4)
    WHERE newest.at >= (SELECT at FROM bound) ORDER BY p.created_at DESC, p.id DESC LIMIT ?4`);
  assert.equal(
    steps.filter((step) => /^SEARCH n USING COVERING INDEX posts_of_course \(course_id=\? AND status=\?/.test(step))
      .length,
    2,
    steps.join('\n'),
  );
  assert.ok(
    steps.some((step) => step.startsWith('SEARCH p USING INDEX sqlite_autoindex_posts_1 (id=?)')),
    steps.join('\n'),
  );
});

test('the check on plans sees a full scan and a sort', () => {
  assert.notDeepEqual(slowSteps("SELECT id FROM users WHERE name = 'x'"), []);
  assert.notDeepEqual(slowSteps("SELECT id FROM courses WHERE status = 'published' ORDER BY title LIMIT 5"), []);
  assert.notDeepEqual(slowSteps('SELECT count(*) FROM enrollments'), []);
});
