import assert from 'node:assert/strict';
import { argon2Sync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { argon2idHasher, demoAccounts, demoId, splitPrice } from '../../scripts/lib/peerloop-demo.mjs';
import { batch, demoDatabase, emptyDatabase, id, loadDemo, migrations, now } from './support/peerloop-database.mjs';

const one = (db, sql, ...values) => db.prepare(sql).get(...values);
const all = (db, sql, ...values) =>
  db
    .prepare(sql)
    .all(...values)
    .map((row) => ({ ...row }));
const count = (db, table) => one(db, `SELECT count(*) AS n FROM ${table}`).n;
const tables = (db) =>
  all(
    db,
    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'course_search%' AND name NOT LIKE 'sqlite%'",
  );
const person = (db, handle) => one(db, 'SELECT id FROM users WHERE handle = ?', handle).id;
const course = (db, slug) => one(db, 'SELECT id FROM courses WHERE slug = ?', slug).id;

/** How the program counts the uses of a rate limit. */
const countUse = /R"\((.*?)\)"/s.exec(
  readFileSync(new URL('../../src/http/rate_limit.cpp', import.meta.url), 'utf8'),
)[1];

const insertUser = `INSERT INTO users (id, email, name, handle, password_hash, created_at, updated_at) VALUES (?, ?, 'Test', ?, '$x', ${now}, ${now})`;
const insertEnrollment = `INSERT INTO enrollments
  (id, course_id, student_id, teacher_id, instructor_type, status, price_cents, currency, checkout_expires_at, enrolled_at, created_at, updated_at)
  VALUES (?, ?, ?, ?, 'creator', ?, 45000, 'usd', ${now + 1000}, ${now}, ${now}, ${now})`;

/** A row in each table that the demo data leaves empty. */
function fillOperations(db) {
  const ada = person(db, 'ada');
  batch(
    db,
    [
      'INSERT INTO auth_sessions (id, user_id, created_at, last_used_at, expires_at) VALUES (?, ?, ?, ?, ?)',
      id(1),
      ada,
      now,
      now,
      now + 1,
    ],
    [
      "INSERT INTO refresh_tokens (token_hash, family_id, access_jti, access_expires_at, created_at, expires_at) VALUES (?, ?, 'j1', ?, ?, ?)",
      'a'.repeat(64),
      id(1),
      now,
      now,
      now,
    ],
    [
      "INSERT INTO one_time_tokens (token_hash, user_id, purpose, email, created_at, expires_at) VALUES (?, ?, 'verify_email', 'a@b.test', ?, ?)",
      'b'.repeat(64),
      ada,
      now,
      now,
    ],
    ["INSERT INTO rate_limits (key, started_at, expires_at, count) VALUES ('rate:k', ?, ?, 1)", now, now + 1],
    [
      "INSERT INTO idempotency_keys (scope, key, route, request_hash, created_at, expires_at) VALUES ('s', 'k', 'r', ?, ?, ?)",
      'c'.repeat(64),
      now,
      now,
    ],
    ["INSERT INTO event_cursors (provider, looked_at) VALUES ('stripe', ?)", now],
    [
      "INSERT INTO webhook_events (provider, event_id, type, received_at, status, body) VALUES ('stripe', 'evt_1', 't', ?, 'processed', '{}')",
      now,
    ],
    [
      "INSERT INTO outbox (id, kind, dedupe_key, payload, next_attempt_at, created_at) VALUES (?, 'email', 'd1', '{}', ?, ?)",
      id(2),
      now,
      now,
    ],
    [
      "INSERT INTO emails (id, outbox_id, user_id, template, status_at, created_at) VALUES (?, ?, ?, 'verify', ?, ?)",
      id(3),
      id(2),
      ada,
      now,
      now,
    ],
    [
      "INSERT INTO audit_log (id, actor_id, action, target_type, target_id, created_at) VALUES (?, ?, 'user.suspend', 'user', ?, ?)",
      id(4),
      ada,
      ada,
      now,
    ],
    [
      `INSERT INTO sessions (id, enrollment_id, course_id, student_id, teacher_id, starts_at, ends_at, created_at, updated_at)
       SELECT ?, id, course_id, student_id, teacher_id, ?, ?, ?, ? FROM enrollments LIMIT 1`,
      id(5),
      now,
      now + 3_600_000,
      now,
      now,
    ],
    ["INSERT INTO session_rooms (session_id, room_sid, ended_at) VALUES (?, 'RM_1', ?)", id(5), now],
    [
      "INSERT INTO session_attendance (session_id, participant_sid, room_sid, user_id, joined_at, left_at, left_how) VALUES (?, 'PA_1', 'RM_1', ?, ?, ?, 'left')",
      id(5),
      ada,
      now,
      now,
    ],
    [
      `INSERT INTO recordings (id, session_id, provider, provider_record_id, status, content_type, object_key, next_attempt_at, recorded_at, stored_at, created_at)
       VALUES (?, ?, 'plugnmeet', 'rec-1', 'stored', 'video/mp4', 'recordings/1', ?, ?, ?, ?)`,
      id(7),
      id(5),
      now,
      now,
      now,
      now,
    ],
    ["INSERT INTO recording_parts (recording_id, number, etag) VALUES (?, 1, 'e')", id(7)],
    [
      `INSERT INTO certificates (id, enrollment_id, course_id, holder_id, holder_name, course_title, issued_by, issued_at, revoked_by, revoked_at)
       SELECT ?, id, course_id, student_id, 'N', 'T', teacher_id, ?, teacher_id, ? FROM enrollments LIMIT 1`,
      id(7),
      now,
      now,
    ],
    [
      `INSERT INTO reviews (id, session_id, enrollment_id, course_id, author_id, subject_id, written_by, rating, created_at)
       SELECT ?, id, enrollment_id, course_id, teacher_id, student_id, 'teacher', 5, ? FROM sessions WHERE id = ?`,
      id(8),
      now,
      id(5),
    ],
    [
      `INSERT INTO course_materials (id, course_id, uploaded_by, name, content_type, size_bytes, created_at)
       SELECT ?, id, creator_id, 'x.pdf', 'application/pdf', 1, ? FROM courses LIMIT 1`,
      id(9),
      now,
    ],
    [
      "INSERT INTO notifications (id, user_id, kind, cause, created_at) VALUES (?, ?, 'session_booked', 'session:1', ?)",
      id(6),
      ada,
      now,
    ],
    [
      `INSERT INTO transfer_reversals (id, transfer_id, recipient_id, amount_cents, currency, created_at)
       SELECT ?, id, recipient_id, amount_cents, currency, ? FROM transfers LIMIT 1`,
      id(7),
      now,
    ],
    [
      `INSERT INTO refund_requests (id, transaction_id, amount_cents, currency, reason, requested_by, created_at)
       SELECT ?, id, 1, currency, 'no time', ?, ? FROM transactions LIMIT 1`,
      id(8),
      ada,
      now,
    ],
    [
      `INSERT INTO disputes (id, stripe_dispute_id, transaction_id, stripe_charge_id, amount_cents, currency, status, created_at)
       SELECT ?, 'du_1', id, stripe_charge_id, 1, currency, 'needs_response', ? FROM transactions LIMIT 1`,
      id(9),
      now,
    ],
    [
      `INSERT INTO payouts (id, user_id, stripe_account_id, stripe_payout_id, amount_cents, currency, status, created_at, updated_at)
       VALUES (?, ?, 'acct_1', 'po_1', 1, 'usd', 'paid', ?, ?)`,
      id(10),
      ada,
      now,
      now,
    ],
    ['INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES (?, ?, ?)', ada, person(db, 'mara'), now],
    [
      `INSERT INTO conversations (id, first_user_id, second_user_id, begun_by, created_at)
       SELECT ?, min(u.id, o.id), max(u.id, o.id), u.id, ? FROM users u JOIN users o ON o.handle = 'mara' WHERE u.id = ?`,
      id(11),
      now,
      ada,
    ],
    [
      "INSERT INTO messages (id, conversation_id, position, sender_id, text, created_at) VALUES (?, ?, 1, ?, 'hello', ?)",
      id(12),
      id(11),
      ada,
      now,
    ],
    [
      "INSERT INTO posts (id, course_id, author_id, text, created_at) SELECT ?, id, creator_id, 'hello', ? FROM courses LIMIT 1",
      id(13),
      now,
    ],
    [
      "INSERT INTO post_flags (id, post_id, reporter_id, reason, created_at) VALUES (?, ?, ?, 'spam', ?)",
      id(14),
      id(13),
      ada,
      now,
    ],
    [
      `INSERT INTO availability (teacher_id, timezone, slot_step_minutes, session_minutes, buffer_before_minutes,
         buffer_after_minutes, minimum_notice_minutes, change_notice_minutes, horizon_days, created_at, updated_at)
       VALUES (?, 'Europe/London', 30, '[60]', 0, 10, 720, 720, 60, ?, ?)`,
      ada,
      now,
      now,
    ],
    ['INSERT INTO availability_rules (teacher_id, weekday, from_minute, to_minute) VALUES (?, 1, 540, 1020)', ada],
    ["INSERT INTO availability_exceptions (teacher_id, date, hours) VALUES (?, '2026-12-24', '[]')", ada],
    ['INSERT INTO calendar_links (user_id, token_hash, created_at) VALUES (?, ?, ?)', ada, 'd'.repeat(64), now],
  );
}

describe('PeerLoop’s migrations', () => {
  test('apply to a fresh database and leave it whole', () => {
    const db = emptyDatabase();
    assert.deepEqual(all(db, 'PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
    assert.deepEqual(all(db, 'PRAGMA foreign_key_check'), []);
  });

  test('are numbered without gaps and use nothing that D1 refuses', () => {
    migrations.forEach(({ name, sql }, index) => {
      assert.equal(Number(name.slice(0, 4)), index + 1, name);
      const statements = sql.replace(/--.*$/gm, '');
      assert.doesNotMatch(statements, /^\s*(BEGIN\s*(TRANSACTION|;)|COMMIT|SAVEPOINT|PRAGMA|ATTACH|VACUUM)/im, name);
      for (const statement of statements.split(/;\s*$/m)) assert.ok(Buffer.byteLength(statement) < 100_000, name);
    });
  });

  test('make every ordinary table strict', () => {
    const loose = all(
      emptyDatabase(),
      "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND schema = 'main' AND name NOT LIKE 'sqlite%'",
    );
    assert.deepEqual(loose, []);
  });

  test('back every foreign key with an index, except references to people, who are never deleted', () => {
    const db = emptyDatabase();
    const bare = tables(db).flatMap(({ name }) => {
      const leading = all(db, `SELECT name FROM pragma_index_list('${name}') WHERE partial = 0`).map(
        (index) => one(db, `SELECT name FROM pragma_index_info('${index.name}') WHERE seqno = 0`).name,
      );
      return all(db, `PRAGMA foreign_key_list('${name}')`)
        .filter((key) => key.table !== 'users' && !leading.includes(key.from))
        .map((key) => `${name}.${key.from}`);
    });
    assert.deepEqual(bare, []);
  });
});

describe('figures of what was there before them', () => {
  test('leave out payments on top of another, and refunds of what enrolled nobody', async () => {
    const db = await demoDatabase(({ name }) => name < '0017');
    const at = Math.floor(now / 86_400_000) * 86_400_000;
    const figures = () =>
      Object.fromEntries(
        all(db, 'SELECT name, value FROM daily_figures WHERE day = ?', at).map(({ name, value }) => [name, value]),
      );
    const { course_id: taught, student_id: student, teacher_id: teacher } = one(db, 'SELECT * FROM enrollments');
    /** @param {number} n @param {{ released?: number | null, enrolled?: number | null, paid?: number }} moments */
    const refunded = (n, { released = null, enrolled = null, paid = at }) =>
      batch(
        db,
        [
          `INSERT INTO enrollments (id, course_id, student_id, teacher_id, instructor_type, status, price_cents, currency,
             checkout_session_id, checkout_url, checkout_expires_at, enrolled_at, refunded_at, released_at, created_at, updated_at)
           VALUES (?, ?, ?, ?, 'creator', 'refunded', 45000, 'usd', ?, '', ?, ?, ?, ?, ?, ?)`,
          ...[id(n), taught, student, teacher, `cs_${n}`, at + 1000, enrolled, at + 9, released, at, at],
        ],
        [
          `INSERT INTO transactions (id, enrollment_id, amount_cents, currency, created_at, updated_at)
           VALUES (?, ?, 45000, 'usd', ?, ?)`,
          ...[id(n), id(n), paid, paid],
        ],
      );
    refunded(1, { enrolled: at + 5, paid: at + 5 });
    refunded(2, { released: at });
    // The page could not be opened, it seemed, and was paid all the same.
    refunded(3, { released: at, paid: at + 5 });
    assert.deepEqual([figures().checkouts, figures().refunds], [3, 3]);

    for (const { name, sql } of migrations) if (name >= '0017') db.exec(sql);
    assert.deepEqual([figures().checkouts, figures().refunds, figures().enrollments], [2, 1, 1]);
    assert.deepEqual(all(db, 'SELECT id FROM enrollments WHERE is_stray = 1'), [{ id: id(2) }]);
    const counted = one(
      db,
      `SELECT sum(is_stray = 0) AS checkouts, sum(status = 'refunded' AND enrolled_at IS NOT NULL) AS refunds FROM enrollments`,
    );
    for (const name of ['checkouts', 'refunds'])
      assert.equal(one(db, 'SELECT sum(value) AS n FROM daily_figures WHERE name = ?', name).n, counted[name], name);
  });
});

describe('the demo data', () => {
  test('loads twice and changes nothing the second time', async () => {
    const db = emptyDatabase();
    await loadDemo(db);
    const dump = () => tables(db).map(({ name }) => [name, all(db, `SELECT * FROM ${name}`)]);
    const first = dump();
    await loadDemo(db);
    assert.deepEqual(dump(), first);
  });

  test('keeps every reference, sums to zero and splits every price whole', async () => {
    const db = await demoDatabase();
    assert.deepEqual(all(db, 'PRAGMA foreign_key_check'), []);
    assert.deepEqual(all(db, 'SELECT * FROM ledger_imbalances'), []);
    assert.deepEqual(all(db, 'SELECT * FROM split_imbalances'), []);
    assert.equal(one(db, 'SELECT sum(amount_cents) AS n FROM ledger_entries').n, 0);
    assert.ok(count(db, 'ledger_entries') > 50);
  });

  test('owes each person what the unreversed, unpaid splits say', async () => {
    const db = await demoDatabase();
    const differing = all(
      db,
      `
      SELECT s.recipient_id, sum(iif(s.status = 'paid', 0, s.amount_cents - s.reversed_cents)) AS owed, -coalesce(b.balance_cents, 0) AS booked
      FROM payment_splits s LEFT JOIN ledger_balances b ON b.account = 'payable:' || s.recipient_id
      WHERE s.recipient_id IS NOT NULL GROUP BY s.recipient_id HAVING owed <> booked`,
    );
    assert.deepEqual(differing, []);
  });

  test('has a dozen published courses, a draft, and the people of the marketplace', async () => {
    const db = await demoDatabase();
    assert.deepEqual(all(db, 'SELECT status, count(*) AS n FROM courses GROUP BY status ORDER BY status'), [
      { status: 'draft', n: 1 },
      { status: 'published', n: 12 },
    ]);
    const roles = Object.fromEntries(
      all(db, 'SELECT role, count(*) AS n FROM user_roles GROUP BY role').map(({ role, n }) => [role, n]),
    );
    assert.ok(
      roles.creator === 6 &&
        roles.studentTeacher === 8 &&
        roles.admin === 1 &&
        roles.moderator === 1 &&
        roles.student >= 10,
    );
    assert.equal(count(db, 'categories'), 9);
    assert.equal(demoAccounts[0].email, 'ada@demo.peerloop.test');
    assert.equal(demoAccounts.length, count(db, 'users'));
  });

  test('lets only approved student-teachers who completed the course teach it', async () => {
    const db = await demoDatabase();
    assert.deepEqual(
      all(
        db,
        `SELECT e.id FROM enrollments e WHERE instructor_type = 'student_teacher' AND NOT EXISTS
      (SELECT 1 FROM course_teachers t WHERE t.course_id = e.course_id AND t.teacher_id = e.teacher_id AND t.status = 'approved')`,
      ),
      [],
    );
    assert.deepEqual(
      all(
        db,
        `SELECT t.teacher_id FROM course_teachers t WHERE NOT EXISTS
      (SELECT 1 FROM enrollments e WHERE e.course_id = t.course_id AND e.student_id = t.teacher_id AND e.status = 'completed')`,
      ),
      [],
    );
  });

  test('stays far below the size that D1 accepts in one statement', async () => {
    const sizes = await loadDemo(emptyDatabase());
    assert.ok(Math.max(...sizes) < 50_000, `largest ${Math.max(...sizes)}`);
  });

  test('hashes the shared password to a PHC string that Argon2id recomputes', async () => {
    const argon2id = (password, salt, { m, t, p }) =>
      argon2Sync('argon2id', { message: password, nonce: salt, memory: m, passes: t, parallelism: p, tagLength: 32 });
    const phc = await argon2idHasher(argon2id)('correct horse');
    const [, salt, hash] =
      phc.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/) ?? assert.fail(phc);
    assert.deepEqual(
      Buffer.from(hash, 'base64'),
      argon2id('correct horse', Buffer.from(salt, 'base64'), { m: 19_456, t: 2, p: 1 }),
    );
  });

  test('makes ids of version 7’s shape that depend only on their label and time', () => {
    assert.match(demoId('user ada'), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(demoId('user ada'), demoId('user ada'));
    assert.notEqual(demoId('user ada'), demoId('user mara'));
  });

  test('gives what rounding leaves over to the platform', () => {
    assert.deepEqual(splitPrice(45_000, 'creator'), { platform: 6_750, creator: 38_250, teacher: 0 });
    assert.deepEqual(splitPrice(45_000, 'student_teacher'), { platform: 6_750, creator: 6_750, teacher: 31_500 });
    assert.deepEqual(splitPrice(99, 'student_teacher'), { platform: 16, creator: 14, teacher: 69 });
  });
});

describe('the schema refuses', () => {
  test('a state outside its list, in every column that has one', async () => {
    const db = await demoDatabase();
    fillOperations(db);
    const columns = tables(db).flatMap(({ name, sql }) =>
      [...sql.matchAll(/^\s+(\w+)\s+TEXT\b[^,]*?CHECK \(\1 IN \('/gm)].map(([, column]) => [name, column]),
    );
    assert.ok(columns.length >= 19, `only ${columns.length} found`);
    for (const [table, column] of columns) {
      assert.throws(
        () => db.exec(`UPDATE ${table} SET ${column} = 'bogus'`),
        /CHECK constraint failed|guard:immutable/,
        `${table}.${column}`,
      );
    }
  });

  test('a time in seconds or microseconds, in every column that holds one', async () => {
    const db = await demoDatabase();
    fillOperations(db);
    const frozen = new Set(['ledger_movements', 'audit_log']);
    let checked = 0;
    for (const { name } of tables(db).filter((table) => !frozen.has(table.name))) {
      for (const column of all(db, `PRAGMA table_info(${name})`).filter((info) => /_(at|until)$/.test(info.name))) {
        for (const wrong of [Math.floor(now / 1000), now * 1000]) {
          assert.throws(
            () => db.exec(`UPDATE ${name} SET ${column.name} = ${wrong}`),
            /CHECK constraint failed/,
            `${name}.${column.name}`,
          );
        }
        checked += 1;
      }
    }
    assert.ok(checked > 50, `only ${checked} checked`);
  });

  const refusals = [
    ['an address in capitals', "UPDATE users SET email = 'Ada@demo.peerloop.test' WHERE handle = 'ada'", /CHECK/],
    [
      'an address of another account in another spelling',
      "INSERT INTO users (id, email, name, handle, password_hash, created_at, updated_at) SELECT '01a00000-0000-7000-8000-000000000009', email, name, 'other', '$', created_at, updated_at FROM users WHERE handle = 'ada'",
      /UNIQUE constraint failed: users\.email/,
    ],
    ['an id that is no UUIDv7', "UPDATE users SET id = 'acct_1' WHERE handle = 'grace'", /CHECK/],
    ['a live account without a password', "UPDATE users SET password_hash = NULL WHERE handle = 'ada'", /CHECK/],
    ['payouts without an account', "UPDATE users SET stripe_payouts_enabled = 1 WHERE handle = 'ada'", /CHECK/],
    [
      'a person who follows themselves',
      `INSERT INTO follows SELECT id, id, ${now} FROM users WHERE handle = 'ada'`,
      /CHECK/,
    ],
    ['a slug that reads as an id', `UPDATE courses SET slug = '${id(1)}' WHERE slug = 'piano-for-grown-ups'`, /CHECK/],
    ['a free course', 'UPDATE courses SET price_cents = 0', /CHECK/],
    [
      'a published course without its date',
      "UPDATE courses SET published_at = NULL WHERE status = 'published'",
      /CHECK/,
    ],
    ['a rating sum above five stars each', 'UPDATE courses SET rating_sum = rating_count * 5 + 1', /CHECK/],
    ['a currency in capitals', "UPDATE courses SET currency = 'USD'", /CHECK/],
    ['text where cents belong', "UPDATE courses SET price_cents = 'many'", /cannot store TEXT/],
    ['a student who teaches themselves', 'UPDATE enrollments SET teacher_id = student_id', /CHECK|guard:immutable/],
    ['a price changed after the checkout', 'UPDATE enrollments SET price_cents = price_cents + 1', /guard:immutable/],
    [
      'an amount changed after the payment',
      'UPDATE transactions SET amount_cents = amount_cents + 1',
      /guard:immutable/,
    ],
    [
      'a share changed after the payment',
      'UPDATE payment_splits SET amount_cents = amount_cents + 1',
      /guard:immutable/,
    ],
    [
      'a second transaction of one enrollment',
      `INSERT INTO transactions (id, enrollment_id, amount_cents, currency, created_at, updated_at) SELECT '${id(9)}', enrollment_id, 1, 'usd', ${now}, ${now} FROM transactions LIMIT 1`,
      /UNIQUE/,
    ],
    [
      'a refund above the payment',
      "UPDATE transactions SET status = 'disputed', refunded_cents = amount_cents + 1",
      /CHECK constraint failed: refund_within_amount/,
    ],
    [
      'a refunded state without the whole amount',
      "UPDATE transactions SET status = 'refunded', refunded_cents = 1",
      /CHECK/,
    ],
    [
      'a reversal above the share',
      'UPDATE payment_splits SET reversed_cents = amount_cents + 1',
      /CHECK constraint failed: reversal_within_amount/,
    ],
    ['a frozen share that forgets what it was', "UPDATE payment_splits SET status = 'frozen'", /CHECK/],
    [
      'a platform share with a recipient',
      "INSERT INTO payment_splits (id, transaction_id, recipient_type, amount_cents, currency, created_at, updated_at) SELECT '01a00000-0000-7000-8000-000000000009', id, 'creator', 1, 'usd', created_at, created_at FROM transactions",
      /CHECK/,
    ],
    [
      'the same total of one charge twice',
      `INSERT INTO refunds (id, stripe_charge_id, amount_cents, cumulative_cents, currency, created_at) SELECT '${id(9)}', stripe_charge_id, 1, cumulative_cents, 'usd', ${now} FROM refunds`,
      /UNIQUE/,
    ],
    ['a deleted ledger movement', 'DELETE FROM ledger_movements', /guard:immutable/],
    ['a changed ledger entry', 'UPDATE ledger_entries SET amount_cents = -amount_cents', /guard:immutable/],
    [
      'an entry outside its movement',
      `INSERT INTO ledger_entries SELECT id, 'platform:gift', 'usd', 5 FROM ledger_movements LIMIT 1`,
      /guard:ledger_unbalanced/,
    ],
    ['an outbox payload that is no JSON', "UPDATE outbox SET payload = '{'", /CHECK/],
    ['an idempotency key that is done without an answer', "UPDATE idempotency_keys SET state = 'done'", /CHECK/],
    ['an ended session without its reason', `UPDATE auth_sessions SET ended_at = ${now}`, /CHECK/],
    ['an edited audit row', "UPDATE audit_log SET action = 'nothing'", /guard:immutable/],
    [
      'a deleted person whose courses stand',
      "DELETE FROM users WHERE handle = 'mara'",
      /FOREIGN KEY constraint failed/,
    ],
  ];
  for (const [what, sql, error] of refusals) {
    test(what, async () => {
      const db = await demoDatabase();
      fillOperations(db);
      assert.throws(() => db.exec(sql), error);
    });
  }
});

describe('an enrollment', () => {
  test('is one at most while it lives, and possible again after release or refund', async () => {
    const db = await demoDatabase();
    const [ada, mara, sql] = [person(db, 'ada'), person(db, 'mara'), course(db, 'sql-from-first-query-to-report')];
    const enroll = (n) => db.prepare(insertEnrollment).run(id(n), sql, ada, mara, 'pending');
    enroll(1);
    assert.throws(() => enroll(2), /UNIQUE constraint failed: enrollments\.student_id, enrollments\.course_id/);
    db.exec(`UPDATE enrollments SET status = 'enrolled' WHERE id = '${id(1)}'`);
    assert.throws(() => enroll(2), /UNIQUE/);
    db.exec(`UPDATE enrollments SET status = 'refunded', refunded_at = ${now} WHERE id = '${id(1)}'`);
    enroll(3);
    db.exec(`UPDATE enrollments SET status = 'released', released_at = ${now} WHERE id = '${id(3)}'`);
    enroll(4);
  });

  test('counts for its course while it is paid for', async () => {
    const db = await demoDatabase();
    const [ada, mara, sql] = [person(db, 'ada'), person(db, 'mara'), course(db, 'sql-from-first-query-to-report')];
    const counted = () => one(db, 'SELECT enrollment_count AS n FROM courses WHERE id = ?', sql).n;
    const before = counted();
    db.prepare(insertEnrollment).run(id(1), sql, ada, mara, 'pending');
    assert.equal(counted(), before);
    db.exec(`UPDATE enrollments SET status = 'enrolled' WHERE id = '${id(1)}'`);
    assert.equal(counted(), before + 1);
    db.exec(`UPDATE enrollments SET status = 'completed', completed_at = ${now} WHERE id = '${id(1)}'`);
    assert.equal(counted(), before + 1);
    db.exec(`UPDATE enrollments SET status = 'refunded', refunded_at = ${now} WHERE id = '${id(1)}'`);
    assert.equal(counted(), before);
  });

  test('leaves every course’s count equal to its paid enrollments', async () => {
    const wrong = all(
      await demoDatabase(),
      `SELECT slug FROM courses c WHERE enrollment_count <>
      (SELECT count(*) FROM enrollments WHERE course_id = c.id AND status IN ('enrolled', 'completed'))`,
    );
    assert.deepEqual(wrong, []);
  });
});

test('following counts both sides once, however often it is asked for', async () => {
  const db = await demoDatabase();
  const [ada, noor] = [person(db, 'ada'), person(db, 'noor')];
  const counts = () => [
    one(db, 'SELECT following_count AS n FROM users WHERE id = ?', ada).n,
    one(db, 'SELECT follower_count AS n FROM users WHERE id = ?', noor).n,
  ];
  const [following, followers] = counts();
  for (let n = 0; n < 3; n += 1)
    db.prepare('INSERT INTO follows VALUES (?, ?, ?) ON CONFLICT DO NOTHING').run(ada, noor, now);
  assert.deepEqual(counts(), [following + 1, followers + 1]);
  for (let n = 0; n < 3; n += 1)
    db.prepare('DELETE FROM follows WHERE follower_id = ? AND followee_id = ?').run(ada, noor);
  assert.deepEqual(counts(), [following, followers]);
});

describe('a guard', () => {
  const rename = "UPDATE users SET name = 'Changed' WHERE handle = 'ada'";
  const named = (db) => one(db, "SELECT name FROM users WHERE handle = 'ada'").name;

  test('that finds its condition met lets the batch through and leaves no row', async () => {
    const db = await demoDatabase();
    batch(db, rename, "INSERT INTO batch_guard (reason) SELECT 'not_found' WHERE NOT EXISTS (SELECT 1 FROM users)");
    assert.equal(named(db), 'Changed');
    assert.equal(count(db, 'batch_guard'), 0);
  });

  test('that fails names its reason and rolls the batch back', async () => {
    const db = await demoDatabase();
    assert.throws(
      () =>
        batch(db, rename, [
          "INSERT INTO batch_guard (reason) SELECT 'course_not_published' WHERE NOT EXISTS (SELECT 1 FROM courses WHERE id = ? AND status = 'published')",
          id(1),
        ]),
      { message: 'guard:course_not_published' },
    );
    assert.equal(named(db), 'Ada Brightwater');
  });

  test('sees by changes() whether the statement before it found its state, triggers not counted', async () => {
    const db = await demoDatabase();
    const guard = "INSERT INTO batch_guard (reason) SELECT 'state_changed' WHERE changes() <> 1";
    batch(db, "UPDATE courses SET title = 'Retold' WHERE slug = 'piano-for-grown-ups' AND status = 'published'", guard);
    assert.throws(
      () =>
        batch(
          db,
          rename,
          "UPDATE courses SET title = 'Lost' WHERE slug = 'piano-for-grown-ups' AND status = 'draft'",
          guard,
        ),
      { message: 'guard:state_changed' },
    );
    assert.equal(named(db), 'Ada Brightwater');
  });

  test('answers with the very reason it was given, for every reason it knows, and says when it knows it not', () => {
    const db = emptyDatabase();
    const trigger = one(db, "SELECT sql FROM sqlite_schema WHERE name = 'batch_guard_refuses'").sql;
    const reasons = [...trigger.matchAll(/WHEN '(\w+)'/g)].map(([, reason]) => reason);
    assert.ok(reasons.length >= 15);
    for (const reason of reasons) {
      assert.throws(() => db.prepare('INSERT INTO batch_guard (reason) VALUES (?)').run(reason), {
        message: `guard:${reason}`,
      });
    }
    assert.throws(() => db.exec("INSERT INTO batch_guard (reason) VALUES ('typo')"), {
      message: 'guard:unlisted_reason',
    });
  });
});

describe('the ledger', () => {
  const move = (db, cause, postings, verb = 'INSERT') =>
    db
      .prepare(`${verb} INTO ledger_movements (id, cause, currency, postings, created_at) VALUES (?, ?, 'usd', ?, ?)`)
      .run(id(Math.floor(Math.random() * 1e12)), cause, JSON.stringify(postings), now);

  test('turns a movement into its entries', () => {
    const db = emptyDatabase();
    move(db, 'checkout:cs_1', {
      'provider:stripe': 45_000,
      'platform:revenue': -6_750,
      'payable:u1': -38_250,
      'payable:u2': 0,
    });
    assert.deepEqual(all(db, 'SELECT account, amount_cents FROM ledger_entries ORDER BY account'), [
      { account: 'payable:u1', amount_cents: -38_250 },
      { account: 'platform:revenue', amount_cents: -6_750 },
      { account: 'provider:stripe', amount_cents: 45_000 },
    ]);
  });

  test('takes whole numbers written as reals, as D1 binds them', () => {
    const db = emptyDatabase();
    db.prepare(
      "INSERT INTO ledger_movements (id, cause, currency, postings, created_at) VALUES (?, 'checkout:cs_1', 'usd', json_object('provider:stripe', 85.0, 'platform:revenue', -85.0), ?)",
    ).run(id(1), now);
    assert.deepEqual(
      all(db, 'SELECT typeof(amount_cents) AS type, amount_cents FROM ledger_entries ORDER BY amount_cents'),
      [
        { type: 'integer', amount_cents: -85 },
        { type: 'integer', amount_cents: 85 },
      ],
    );
  });

  test('moves money once for one cause', () => {
    const db = emptyDatabase();
    move(db, 'checkout:cs_1', { 'provider:stripe': 100, 'platform:revenue': -100 });
    assert.throws(
      () => move(db, 'checkout:cs_1', { 'provider:stripe': 100, 'platform:revenue': -100 }),
      /UNIQUE constraint failed: ledger_movements\.cause/,
    );
    move(db, 'checkout:cs_1', { 'provider:stripe': 100, 'platform:revenue': -100 }, 'INSERT OR IGNORE');
    assert.equal(count(db, 'ledger_entries'), 2);
  });

  for (const [what, postings] of [
    ['that does not sum to zero', { 'provider:stripe': 100, 'platform:revenue': -99 }],
    ['of fractions of a cent', { 'provider:stripe': 0.5, 'platform:revenue': -0.5 }],
    ['of text', { 'provider:stripe': '100', 'platform:revenue': '-100' }],
    ['of nothing', {}],
    ['whose account has no name', { 'provider:stripe': 100, gift: -100 }],
  ]) {
    test(`refuses a movement ${what}, also when told to ignore errors`, () => {
      const db = emptyDatabase();
      assert.throws(() => move(db, 'x:1', postings), /guard:ledger_unbalanced|CHECK/);
      assert.throws(() => move(db, 'x:1', postings, 'INSERT OR IGNORE'), /guard:ledger_unbalanced/);
      assert.equal(count(db, 'ledger_movements') + count(db, 'ledger_entries'), 0);
    });
  }
});

describe('course search', () => {
  const found = (db, query) =>
    all(
      db,
      `SELECT c.slug FROM course_search s JOIN course_documents d ON d.id = s.rowid
    JOIN courses c ON c.id = d.course_id WHERE course_search MATCH ? ORDER BY rank`,
      query,
    ).map(({ slug }) => slug);

  test('finds by title, description and objective, by stem and prefix, without accents', async () => {
    const db = await demoDatabase();
    assert.deepEqual(found(db, '"piano"'), ['piano-for-grown-ups']);
    assert.ok(found(db, '"kitchen chair"').includes('drawing-from-observation'));
    assert.ok(found(db, '"idempotent"').includes('go-services-that-stay-up'));
    assert.ok(found(db, '"interviewing"').includes('user-interviews-that-tell-the-truth'));
    assert.ok(found(db, 'postg*').includes('postgres-performance-clinic'));
    assert.ok(found(db, '"crówded"').includes('interface-design-for-dense-data'));
  });

  test('follows changes of text, of objectives, and deletion', async () => {
    const db = await demoDatabase();
    const draft = course(db, 'arranging-for-small-ensembles');
    db.exec(`UPDATE courses SET title = 'Zymurgy at Home' WHERE id = '${draft}'`);
    assert.deepEqual(found(db, '"zymurgy"'), ['arranging-for-small-ensembles']);
    assert.deepEqual(found(db, '"ensembles"'), []);
    batch(
      db,
      `DELETE FROM course_objectives WHERE course_id = '${draft}'`,
      `INSERT INTO course_objectives VALUES ('${draft}', 0, 'Brew a saison')`,
    );
    assert.deepEqual(found(db, '"saison"'), ['arranging-for-small-ensembles']);
    assert.ok(!found(db, '"pleasure"').includes('arranging-for-small-ensembles'));
    db.exec(`DELETE FROM courses WHERE id = '${draft}'`);
    assert.deepEqual(found(db, '"zymurgy"'), []);
    db.exec("INSERT INTO course_search (course_search, rank) VALUES ('integrity-check', 1)");
  });

  test('is made anew by one statement', async () => {
    const db = await demoDatabase();
    db.exec("INSERT INTO course_search (course_search) VALUES ('rebuild')");
    assert.deepEqual(found(db, '"piano"'), ['piano-for-grown-ups']);
  });
});

test('a deleted person’s sessions and tokens go with them', () => {
  const db = emptyDatabase();
  db.prepare(insertUser).run(id(1), 'a@b.test', 'abc');
  db.prepare(
    'INSERT INTO auth_sessions (id, user_id, created_at, last_used_at, expires_at) VALUES (?, ?, ?, ?, ?)',
  ).run(id(2), id(1), now, now, now + 1);
  db.prepare(
    "INSERT INTO refresh_tokens (token_hash, family_id, access_jti, access_expires_at, created_at, expires_at) VALUES (?, ?, 'j', ?, ?, ?)",
  ).run('a'.repeat(64), id(2), now, now, now);
  db.exec('DELETE FROM users');
  assert.equal(count(db, 'auth_sessions') + count(db, 'refresh_tokens'), 0);
});

test('who is gone is forgotten also by rows that were written before anybody forgot', () => {
  const db = emptyDatabase();
  db.prepare(insertUser).run(id(1), 'a@b.test', 'abc');
  db.prepare(insertUser).run(id(2), 'b@b.test', 'bcd');
  const { sql } = migrations.find(({ name }) => name.includes('forgetting')) ?? {};
  const tell = db.prepare(
    "INSERT INTO notifications (id, user_id, kind, cause, data, created_at) VALUES (?, ?, 'teaching_requested', ?, ?, ?)",
  );
  const data = JSON.stringify({ applicantId: id(1), applicantName: 'Ada' });
  const names = () => all(db, "SELECT data ->> 'applicantName' AS name FROM notifications").map(({ name }) => name);
  tell.run(id(3), id(2), 'teaching:1', data, now);
  assert.deepEqual(names(), ['Ada']);
  db.exec('DROP TRIGGER users_deleted_are_forgotten');
  db.prepare('UPDATE users SET deleted_at = ? WHERE id = ?').run(now, id(1));
  db.exec(String(sql).slice(String(sql).indexOf('-- The same for whoever has gone already.')));
  assert.deepEqual(names(), ['Deleted user']);
  assert.deepEqual(all(db, 'SELECT kind, payload FROM outbox'), [
    { kind: 'recordings.forget', payload: JSON.stringify({ userId: id(1) }) },
  ]);
  tell.run(id(4), id(2), 'teaching:2', data, now);
  assert.deepEqual(names(), ['Deleted user', 'Deleted user']);
});

describe('the README’s SQL', () => {
  const readme = readFileSync(new URL('../../schema/peerloop/README.md', import.meta.url), 'utf8');
  const statements = [...readme.matchAll(/```sql\n(.*?)```/gs)]
    .flatMap(([, block]) => block.replace(/--.*$/gm, '').split(/;\s*$/m))
    .map((sql) => sql.trim())
    .filter(Boolean);

  test('is accepted by the schema', () => {
    const db = emptyDatabase();
    assert.equal(statements.length, 4);
    for (const sql of statements) db.prepare(sql);
  });

  test('for a rate limit is what the program runs', () => {
    const words = (text) => text.trim().split(/\s+/).join(' ');
    const shown = statements.find((sql) => sql.includes('INTO rate_limits'));
    assert.equal(words(shown), words(countUse));
  });
});

test('a rate limit lets exactly its number through and starts anew when the window is over', () => {
  const db = emptyDatabase();
  const counted = db.prepare(countUse);
  const passed = (at) => counted.get('rate:192.0.2.1:login', at, at + 60_000).count <= 10;
  assert.equal(Array.from({ length: 100 }, () => passed(now)).filter(Boolean).length, 10);
  assert.equal(passed(now + 59_999), false);
  assert.equal(Array.from({ length: 100 }, () => passed(now + 60_000)).filter(Boolean).length, 10);
});
