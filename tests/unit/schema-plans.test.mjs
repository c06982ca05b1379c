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

// The listings of the contract, first page and following pages. [what, the index it must use, SQL]
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
    'earnings summed by status, from the index alone',
    'COVERING INDEX payment_splits_totals',
    'SELECT status, currency, sum(amount_cents - reversed_cents) FROM payment_splits WHERE recipient_id = ? GROUP BY status, currency',
  ],
  [
    'the balance of an account, from the index alone',
    'COVERING INDEX ledger_entries_by_account',
    'SELECT currency, sum(amount_cents) FROM ledger_entries WHERE account = ? GROUP BY currency',
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
    'the audit log of one target',
    'audit_log_of_target',
    'SELECT id FROM audit_log WHERE target_type = ? AND target_id = ? ORDER BY created_at DESC, id DESC LIMIT ?',
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

test('the check on plans sees a full scan and a sort', () => {
  assert.notDeepEqual(slowSteps("SELECT id FROM users WHERE name = 'x'"), []);
  assert.notDeepEqual(slowSteps("SELECT id FROM courses WHERE status = 'published' ORDER BY title LIMIT 5"), []);
  assert.notDeepEqual(slowSteps('SELECT count(*) FROM enrollments'), []);
});
