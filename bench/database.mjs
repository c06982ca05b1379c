/** The workloads that need a database: PeerLoop's own routes, against the same routes of its peers. */

import assert from 'node:assert/strict';
import { argon2Sync, createHash, createHmac } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startSimulators } from '../simulators/index.mjs';
import { argon2idHasher, demoId } from '../scripts/lib/peerloop-demo.mjs';
import { startPlainWorkerd } from '../scripts/lib/workerd.mjs';
import { root } from '../scripts/lib/worker.mjs';
import { bundled } from './lib/bundles.mjs';
import { sides } from './lib/measure.mjs';
import { browserHeaders } from './plain.mjs';

const password = 'pebbles-in-a-stream';
/** Peers take the key as it is; PeerLoop takes base64. */
const tokenKey = 'a-secret-of-the-bench-and-of-nothing-else-0123456789';
const studentCount = 400;
const courseCount = 120;
const creatorCount = 8;
const began = Date.UTC(2026, 0, 5, 9);
const day = 86_400_000;

const studentId = (/** @type {number} */ index) => demoId(`bench student ${index}`);
const courseId = (/** @type {number} */ index) => demoId(`bench course ${index}`);
const tokenId = (/** @type {number} */ index) => demoId(`bench token ${index}`);
const emailOf = (/** @type {number} */ index) => `student${index}@bench.test`;
const levels = ['beginner', 'intermediate', 'advanced'];

export const entries = {
  limit: { main: 'bench/peers/limit/peerloop.js' },
  hono: { main: 'bench/peers/hono/peerloop.js', minify: true },
  isthmus: { main: 'worker-shim/peerloop.js' },
};

const range = (/** @type {number} */ count) => Array.from({ length: count }, (_, i) => i);

/** What every side's database holds: statements with their values. @param {string} passwordHash */
function* seed(passwordHash) {
  const person =
    'INSERT INTO users (id, email, name, handle, password_hash, email_verified_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)';
  const role = 'INSERT INTO user_roles (user_id, role, granted_at) VALUES (?, ?, ?)';
  for (const i of range(creatorCount)) {
    const id = demoId(`bench creator ${i}`);
    yield [person, id, `creator${i}@bench.test`, `Creator ${i}`, `creator_${i}`, passwordHash, began, began, began];
    yield [role, id, 'creator', began];
  }
  for (const i of range(studentCount)) {
    yield [person, studentId(i), emailOf(i), `Student ${i}`, `student_${i}`, passwordHash, began, began, began];
    yield [role, studentId(i), 'student', began];
    yield [
      'INSERT INTO auth_sessions (id, user_id, created_at, last_used_at, expires_at) VALUES (?, ?, ?, ?, ?)',
      demoId(`bench session ${i}`),
      studentId(i),
      began,
      began,
      4_000_000_000_000,
    ];
    yield [
      'INSERT INTO refresh_tokens (token_hash, family_id, access_jti, access_expires_at, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
      createHash('sha256').update(String(i)).digest('hex'),
      demoId(`bench session ${i}`),
      tokenId(i),
      4_000_000_000_000,
      began,
      4_000_000_000_000,
    ];
  }
  for (const i of range(6))
    yield [
      'INSERT INTO categories (id, slug, name, position) VALUES (?, ?, ?, ?)',
      demoId(`bench category ${i}`),
      `category-${i}`,
      `Category ${i}`,
      i + 100,
    ];
  for (const i of range(courseCount))
    yield [
      `INSERT INTO courses (id, slug, creator_id, category_id, title, description, level, price_cents, currency, status,
         rating_sum, rating_count, published_at, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'usd', 'published', ?, ?, ?, ?, ?)`,
      courseId(i),
      `course-${i}`,
      demoId(`bench creator ${i % creatorCount}`),
      demoId(`bench category ${i % 6}`),
      `Course ${i}: where time goes`,
      `What a program does between a request and its answer, evening ${i}. `.repeat(9),
      levels[i % 3],
      10_000 + i * 100,
      (i % 5) * 4,
      i % 5,
      began + i * 60_000,
      began,
      began,
    ];
}

/** A teacher's week, exceptions, and the sessions of somebody who learns from them, in the time that is asked for. */
function* seedCalendar() {
  const [teacher, learner, enrollment] = [
    demoId('bench creator 0'),
    demoId('bench creator 1'),
    demoId('bench learning'),
  ];
  yield [
    `INSERT INTO availability (teacher_id, timezone, slot_step_minutes, session_minutes, buffer_before_minutes,
       buffer_after_minutes, minimum_notice_minutes, change_notice_minutes, horizon_days, daily_limit, created_at,
       updated_at)
     VALUES (?, ?, 30, '[60]', 0, 15, 720, 720, 365, 2, ?, ?)`,
    teacher,
    teachersZone,
    began,
    began,
  ];
  const week = [1, 2, 3, 4, 5].flatMap((weekday) => [
    [weekday, 9 * 60, 12 * 60],
    [weekday, 13 * 60, 17 * 60 + 30],
  ]);
  // Clocks change within these.
  for (const rule of [...week, [7, 0, 6 * 60]])
    yield [
      'INSERT INTO availability_rules (teacher_id, weekday, from_minute, to_minute) VALUES (?, ?, ?, ?)',
      teacher,
      ...rule,
    ];
  const { from } = askedSlots();
  for (const [after, hours] of /** @type {[number, string][]} */ ([
    [9, '[]'],
    [10, '[]'],
    [30, '[[600,720]]'],
  ]))
    yield [
      'INSERT INTO availability_exceptions (teacher_id, date, hours) VALUES (?, ?, ?)',
      teacher,
      new Date(from + after * day).toISOString().slice(0, 10),
      hours,
    ];
  yield [
    `INSERT INTO enrollments (id, course_id, student_id, teacher_id, instructor_type, status, price_cents, currency,
       checkout_expires_at, enrolled_at, created_at, updated_at)
     VALUES (?, ?, ?, ?, 'creator', 'enrolled', 10000, 'usd', ?, ?, ?, ?)`,
    enrollment,
    courseId(0),
    learner,
    teacher,
    began,
    began,
    began,
    began,
  ];
  for (const i of range(60)) {
    const at = from + Math.floor((i * 3) / 2) * day + (15 + (i % 5)) * 3_600_000;
    yield [
      `INSERT INTO sessions (id, enrollment_id, course_id, student_id, teacher_id, starts_at, ends_at, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      demoId(`bench meeting ${i}`),
      enrollment,
      courseId(0),
      learner,
      teacher,
      at,
      at + 3_600_000,
      began,
      began,
    ];
  }
}

const teachersZone = 'America/New_York';

/** Ninety days that begin tomorrow or later, in which the teacher's clocks change. */
function askedSlots() {
  const offset = new Intl.DateTimeFormat('en', { timeZone: teachersZone, timeZoneName: 'longOffset' });
  const offsetAt = (/** @type {number} */ at) =>
    offset.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value;
  const tomorrow = Math.ceil(Date.now() / day) * day;
  let change = tomorrow;
  while (offsetAt(change) === offsetAt(change + day)) change += day;
  const from = Math.max(tomorrow, change - 45 * day);
  return { from, to: from + 90 * day };
}

/** @param {string} url of the database @param {{sql: string, params?: unknown[]}[]} queries */
async function run(url, queries) {
  const answer = await fetch(`${url}/query?resultsFormat=ROWS_AND_COLUMNS`, {
    method: 'POST',
    body: JSON.stringify(queries),
  });
  const results = /** @type {any} */ (await answer.json());
  if (!Array.isArray(results)) throw new Error(`the database refused: ${results.error}`);
  return results;
}

/** Statements of a migration; a trigger has semicolons inside. @param {string} text */
function statementsOf(text) {
  const statements = [];
  let open = '';
  for (const line of text.split('\n')) {
    if (line.trimStart().startsWith('--')) continue;
    open += `${line}\n`;
    const ends = /CREATE TRIGGER/i.test(open) ? /^END;\s*$/i.test(line) : /;\s*(--.*)?$/.test(line);
    if (!ends) continue;
    statements.push(open.trim());
    open = '';
  }
  return statements;
}

/** @param {string} side @param {string} stripeUrl */
const startSide = async (side, stripeUrl) =>
  startPlainWorkerd({
    bundled: await bundled(entries[/** @type {keyof typeof entries} */ (side)]),
    path: '/api/nothing',
    rateLimiter: 'bench/peers/rate_limiter.js',
    database: 'bench/peers/d1.js',
    vars: {
      JWT_SECRET: side === 'isthmus' ? Buffer.from(tokenKey).toString('base64') : tokenKey,
      JWT_ISSUER: 'peerloop',
      JWT_AUDIENCE: 'peerloop-api',
      STRIPE_SECRET_KEY: 'sk_test_bench',
      STRIPE_WEBHOOK_SECRET: 'whsec_bench',
      STRIPE_URL: stripeUrl,
      APP_URL: 'https://app.example',
      CORS_ORIGINS: 'https://app.example',
    },
  });

/** Milliseconds from starting the process to its first answer, that there is no such route. @param {string} side */
export async function coldDatabaseStart(side) {
  const server = await startSide(side, 'http://stripe.invalid');
  await server.stop();
  return server.firstAnswerMillis;
}

export async function startDatabaseSides() {
  const simulators = await startSimulators({ port: 0 });
  const running = [];
  const stop = async () => {
    for (const server of running) await server.stop();
    await simulators.close();
  };
  try {
    const passwordHash = await argon2idHasher((secret, salt, { m, t, p }) =>
      argon2Sync('argon2id', { message: secret, nonce: salt, memory: m, passes: t, parallelism: p, tagLength: 32 }),
    )(password);
    const folder = join(root, 'schema/peerloop');
    const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
    const migrations = (await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))).flatMap(
      statementsOf,
    );
    const rows = [...seed(passwordHash), ...seedCalendar()].map(([sql, ...params]) => ({ sql: String(sql), params }));
    const servers = /** @type {any} */ ({});
    for (const side of sides) {
      const server = await startSide(side, simulators.url);
      running.push(server);
      servers[side] = server;
      await run(
        server.databaseUrl,
        migrations.map((sql) => ({ sql })),
      );
      for (let i = 0; i < rows.length; i += 200) await run(server.databaseUrl, rows.slice(i, i + 200));
    }
    return { servers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const base64url = (/** @type {unknown} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** @param {number} index of the student */
function accessToken(index) {
  const now = Math.floor(Date.now() / 1000);
  const kid = createHash('sha256').update(`isthmus token key\n${tokenKey}`).digest('hex').slice(0, 16);
  const claims = {
    iss: 'peerloop',
    sub: studentId(index),
    aud: 'peerloop-api',
    exp: now + 86_400,
    iat: now,
    jti: tokenId(index),
    roles: ['student'],
    ver: 1,
  };
  const signed = `${base64url({ alg: 'HS256', typ: 'at+jwt', kid })}.${base64url(claims)}`;
  return `${signed}.${createHmac('sha256', tokenKey).update(signed).digest('base64url')}`;
}

/** Another client at each request: sign-in counts them exactly. @param {number} index @param {number} side */
const address = (index, side) => `10.${side}.${(index >> 8) & 255}.${index & 255}`;

/**
 * @typedef {import('./lib/measure.mjs').Workload} Workload
 * @param {string} name @param {number} rows @param {number} count @returns {Workload}
 */
export function listWorkload(name, rows, count) {
  /** @type {unknown} */
  let first;
  return {
    name,
    count,
    request: () => ({ path: `/api/courses?limit=${rows}`, headers: browserHeaders }),
    expected: (side) => ({
      status: 200,
      body: (/** @type {any} */ body, /** @type {string} */ title) => {
        if (body.items.length !== rows) throw new Error(`${title}: ${body.items.length} courses`);
        if (typeof body.nextCursor !== 'string') throw new Error(`${title}: no cursor`);
        if (side === sides[0]) first = body.items;
        const same = JSON.stringify(sorted(body.items)) === JSON.stringify(sorted(first));
        if (!same) throw new Error(`${title}: other courses than ${sides[0]}: ${JSON.stringify(body.items[0])}`);
      },
    }),
  };
}

/** With members in one order. @param {any} value @returns {any} */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** @returns {Workload} */
function slotsWorkload() {
  const { from, to } = askedSlots();
  const query = new URLSearchParams({
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    timezone: 'Europe/Lisbon',
  });
  /** @type {unknown} */
  let first;
  return {
    name: 'slots',
    count: 400,
    request: () => ({
      path: `/api/student-teachers/${demoId('bench creator 0')}/slots?${query}`,
      headers: browserHeaders,
    }),
    expected: (side) => ({
      status: 200,
      body: (/** @type {any} */ body, /** @type {string} */ title) => {
        if (body.slots.length < 500) throw new Error(`${title}: ${body.slots.length} slots`);
        if (side === sides[0]) first = body;
        assert.deepEqual(body, first, title);
      },
    }),
  };
}

/** @returns {Workload[]} */
export function databaseWorkloads() {
  return [
    slotsWorkload(),
    listWorkload('d1-list', 20, 2_000),
    {
      name: 'd1-enroll',
      count: 400,
      different: studentCount * courseCount,
      once: true,
      checks: 3,
      request: (index) => {
        const student = index % studentCount;
        return {
          method: 'POST',
          path: `/api/courses/${courseId(Math.floor(index / studentCount) % courseCount)}/enroll`,
          headers: {
            ...browserHeaders,
            Authorization: `Bearer ${accessToken(student)}`,
            'Content-Type': 'application/json',
          },
          body: '{"instructorType":"creator"}',
        };
      },
      expected: () => ({
        status: 201,
        body: (/** @type {any} */ body, /** @type {string} */ title) => {
          const names = Object.keys(body).sort().join();
          if (names !== 'checkoutSessionId,checkoutUrl,enrollmentId,status' || body.status !== 'pending')
            throw new Error(`${title}: ${JSON.stringify(body)}`);
          if (!body.checkoutUrl.startsWith('http')) throw new Error(`${title}: ${body.checkoutUrl}`);
        },
      }),
    },
    {
      name: 'login',
      count: 40,
      different: studentCount,
      once: true,
      checks: 2,
      connections: 4,
      request: (index, side) => ({
        method: 'POST',
        path: '/api/auth/login',
        headers: {
          ...browserHeaders,
          'CF-Connecting-IP': address(index, sides.indexOf(side)),
          'Content-Type': 'application/json',
        },
        body: JSON.stringify({ email: emailOf(index % studentCount), password }),
      }),
      expected: (_side, index) => ({
        status: 200,
        body: (/** @type {any} */ body, /** @type {string} */ title) => {
          const { user, accessToken: access, refreshToken, expiresIn } = body;
          const wanted = { email: emailOf(index % studentCount), roles: ['student'], emailVerified: true };
          for (const [name, value] of Object.entries(wanted))
            if (JSON.stringify(user[name]) !== JSON.stringify(value))
              throw new Error(`${title}: ${name} ${user[name]}`);
          if (!access || !refreshToken || expiresIn !== 3600) throw new Error(`${title}: ${JSON.stringify(body)}`);
          if (Object.keys(user).length !== 11) throw new Error(`${title}: ${Object.keys(user)}`);
        },
      }),
    },
  ];
}
