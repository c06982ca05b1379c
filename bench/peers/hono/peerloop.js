/** Four of PeerLoop's routes. */

import { zValidator } from '@hono/zod-validator';
import { argon2id } from '@noble/hashes/argon2.js';
import { and, asc, between, desc, eq, getTableColumns, gt, inArray, isNull, lt, ne, or, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { HTTPException } from 'hono/http-exception';
import { sign } from 'hono/jwt';
import { IANAZone } from 'luxon';
import Stripe from 'stripe';
import * as z from 'zod';

import { newApp, signedIn } from './pipeline.js';
import { shownSlot, slotsOf } from './slots.js';
import { availability, availabilityExceptions, availabilityRules, sessions } from './tables.js';
import { authSessions, categories, courses, courseTeachers, enrollments, rateLimits } from './tables.js';
import { refreshTokens, userRoles, users } from './tables.js';

const app = newApp();
const hour = 3_600_000;
const day = 24 * hour;

/** @param {number} status @param {string} code @param {string} error */
const refuse = (status, code, error) =>
  new HTTPException(/** @type {any} */ (status), { res: Response.json({ error, code }, { status }) });

function uuidv7(now = Date.now()) {
  const random = crypto.randomUUID();
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

const coursesQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional(),
  category: z.string().max(60).optional(),
  creator: z.string().max(40).optional(),
  level: z.enum(['beginner', 'intermediate', 'advanced']).optional(),
});

/** @param {string} cursor */
function readCursor(cursor) {
  const [name, at, id] = atob(cursor).split(' ');
  if (name !== 'newest' || !Number.isInteger(Number(at)))
    throw refuse(400, 'invalid_cursor', 'This cursor is not valid.');
  return { at: new Date(Number(at)), id };
}

app.get('/api/courses', zValidator('query', coursesQuery), async (c) => {
  const query = c.req.valid('query');
  const after = query.cursor ? readCursor(query.cursor) : undefined;
  const rows = await drizzle(c.env.DB)
    .select({
      id: courses.id,
      slug: courses.slug,
      title: courses.title,
      summary: sql`substr(${courses.description}, 1, 280)`,
      level: courses.level,
      category: { id: categories.id, slug: categories.slug, name: categories.name },
      creator: { id: users.id, name: users.name, handle: users.handle, avatarKey: users.avatarKey },
      priceCents: courses.priceCents,
      currency: courses.currency,
      ratingHundredths: courses.ratingHundredths,
      ratingCount: courses.ratingCount,
      enrollmentCount: courses.enrollmentCount,
      thumbnailKey: courses.thumbnailKey,
      publishedAt: courses.publishedAt,
    })
    .from(courses)
    .innerJoin(categories, eq(categories.id, courses.categoryId))
    .innerJoin(users, eq(users.id, courses.creatorId))
    .where(
      and(
        eq(courses.status, sql`'published'`),
        query.category ? or(eq(categories.id, query.category), eq(categories.slug, query.category)) : undefined,
        query.creator ? or(eq(users.id, query.creator), eq(users.handle, query.creator)) : undefined,
        query.level ? eq(courses.level, query.level) : undefined,
        after &&
          or(lt(courses.publishedAt, after.at), and(eq(courses.publishedAt, after.at), lt(courses.id, after.id))),
      ),
    )
    .orderBy(desc(courses.publishedAt), desc(courses.id))
    .limit(query.limit + 1);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return c.json({
    items: page.map(({ creator: { avatarKey, ...creator }, ratingHundredths, thumbnailKey, ...course }) => ({
      ...course,
      creator: { ...creator, avatarUrl: avatarKey === null ? null : `/api/users/${creator.id}/avatar` },
      rating: course.ratingCount > 0 ? ratingHundredths / 100 : null,
      thumbnailUrl: thumbnailKey === null ? null : `/api/courses/${course.id}/thumbnail`,
    })),
    nextCursor: rows.length > page.length && last ? btoa(`newest ${last.publishedAt?.getTime()} ${last.id}`) : null,
  });
});

/** What changes state asks the database whether the session was ended. @type {import('hono').MiddlewareHandler} */
async function liveSession(c, next) {
  const { sub, jti, ver } = c.get('jwtPayload');
  const [session] = await drizzle(c.env.DB)
    .select({ id: authSessions.id, email: users.email })
    .from(refreshTokens)
    .innerJoin(authSessions, eq(authSessions.id, refreshTokens.familyId))
    .innerJoin(users, eq(users.id, authSessions.userId))
    .where(
      and(
        eq(refreshTokens.accessJti, jti),
        eq(users.id, sub),
        eq(users.tokenVersion, ver),
        isNull(authSessions.endedAt),
        gt(authSessions.expiresAt, Date.now()),
        isNull(users.suspendedAt),
        isNull(users.deletedAt),
      ),
    )
    .limit(1);
  if (!session) throw refuse(401, 'session_ended', 'This session was ended. Please sign in again.');
  c.set('session', session);
  await next();
}

const enrollBody = z
  .strictObject({
    instructorType: z.enum(['creator', 'student_teacher']),
    studentTeacherId: z.uuid().optional(),
    successUrl: z.url({ protocol: /^https?$/ }).optional(),
    cancelUrl: z.url({ protocol: /^https?$/ }).optional(),
  })
  .refine((body) => (body.instructorType === 'student_teacher') === (body.studentTeacherId !== undefined), {
    path: ['studentTeacherId'],
    error: 'goes with instructorType student_teacher',
  });

/** @type {Stripe | undefined} */
let stripe;

/** @param {any} env */
function stripeOf(env) {
  if (stripe) return stripe;
  const { hostname, port, protocol } = new URL(env.STRIPE_URL);
  stripe = new Stripe(env.STRIPE_SECRET_KEY, {
    host: hostname,
    port,
    protocol: protocol === 'https:' ? 'https' : 'http',
    httpClient: Stripe.createFetchHttpClient(),
    telemetry: false,
  });
  return stripe;
}

app.post('/api/courses/:id/enroll', signedIn, liveSession, zValidator('json', enrollBody), async (c) => {
  const db = drizzle(c.env.DB);
  const body = c.req.valid('json');
  const studentId = c.get('jwtPayload').sub;
  const idOrSlug = c.req.param('id');
  const [[course], [existing]] = await db.batch([
    db
      .select({
        id: courses.id,
        slug: courses.slug,
        title: courses.title,
        creatorId: courses.creatorId,
        status: courses.status,
        priceCents: courses.priceCents,
        currency: courses.currency,
      })
      .from(courses)
      .where(or(eq(courses.id, idOrSlug), eq(courses.slug, idOrSlug)))
      .limit(1),
    db
      .select({
        id: enrollments.id,
        status: enrollments.status,
        checkoutUrl: enrollments.checkoutUrl,
        checkoutSessionId: enrollments.checkoutSessionId,
      })
      .from(enrollments)
      .innerJoin(courses, eq(courses.id, enrollments.courseId))
      .where(
        and(
          eq(enrollments.studentId, studentId),
          or(eq(courses.id, idOrSlug), eq(courses.slug, idOrSlug)),
          inArray(enrollments.status, ['pending', 'enrolled', 'completed']),
        ),
      )
      .limit(1),
  ]);
  if (!course || course.status === 'draft') throw refuse(404, 'not_found', 'There is no such course.');
  if (course.creatorId === studentId) throw refuse(409, 'own_course', 'This is your own course.');
  if (course.status !== 'published')
    throw refuse(409, 'course_not_published', 'This course can not be booked at present.');
  if (existing) {
    const { id, status, checkoutUrl, checkoutSessionId } = existing;
    if (status !== 'pending') throw refuse(409, 'already_enrolled', 'You are enrolled in this course already.');
    return c.json({ enrollmentId: id, status, checkoutUrl, checkoutSessionId });
  }
  if (body.studentTeacherId) {
    const [teacher] = await db
      .select()
      .from(courseTeachers)
      .where(and(eq(courseTeachers.courseId, course.id), eq(courseTeachers.teacherId, body.studentTeacherId)))
      .limit(1);
    if (teacher?.status !== 'approved')
      throw refuse(409, 'teacher_not_available', 'This teacher does not teach this course at present.');
  }

  const now = Date.now();
  const id = uuidv7(now);
  const expiresAt = now + day;
  await db.insert(enrollments).values({
    id,
    courseId: course.id,
    studentId,
    teacherId: body.studentTeacherId ?? course.creatorId,
    instructorType: body.instructorType,
    priceCents: course.priceCents,
    currency: course.currency,
    checkoutExpiresAt: expiresAt,
    createdAt: now,
    updatedAt: now,
  });
  const page = await stripeOf(c.env).checkout.sessions.create(
    {
      mode: 'payment',
      client_reference_id: id,
      customer_email: c.get('session').email,
      expires_at: Math.floor(expiresAt / 1000),
      success_url: body.successUrl ?? `${c.env.APP_URL}/enrollments/${id}`,
      cancel_url: body.cancelUrl ?? `${c.env.APP_URL}/courses/${course.slug}`,
      line_items: [
        {
          quantity: 1,
          price_data: {
            currency: course.currency,
            unit_amount: course.priceCents,
            product_data: { name: course.title },
          },
        },
      ],
      metadata: { enrollmentId: id },
      payment_intent_data: { transfer_group: id, metadata: { enrollmentId: id } },
    },
    { idempotencyKey: `checkout:${id}` },
  );
  await db
    .update(enrollments)
    .set({ checkoutSessionId: page.id, checkoutUrl: page.url, updatedAt: Date.now() })
    .where(eq(enrollments.id, id));
  return c.json({ enrollmentId: id, status: 'pending', checkoutUrl: page.url, checkoutSessionId: page.id }, 201);
});

const slotsQuery = z.strictObject({
  courseId: z.uuid().optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  timezone: z
    .string()
    .refine((zone) => IANAZone.isValidZone(zone))
    .optional(),
  durationMinutes: z.coerce.number().int().min(15).max(240).optional(),
});

app.get('/api/student-teachers/:id/slots', zValidator('query', slotsQuery), async (c) => {
  const query = c.req.valid('query');
  const now = Date.now();
  const from = query.from ? Date.parse(query.from) : now;
  const to = query.to ? Date.parse(query.to) : from + 14 * day;
  if (to <= from || to - from > 90 * day)
    throw refuse(400, 'invalid_request', 'to must be at most 90 days after from.');
  const id = c.req.param('id');
  const db = drizzle(c.env.DB);
  const isTeacher = inArray(userRoles.role, ['creator', 'studentTeacher']);
  const [[hours], rules, exceptions, taught] = await db.batch([
    db
      .select(getTableColumns(availability))
      .from(users)
      .innerJoin(userRoles, and(eq(userRoles.userId, users.id), isTeacher))
      .innerJoin(availability, eq(availability.teacherId, users.id))
      .where(and(eq(users.id, id), isNull(users.deletedAt), isNull(users.suspendedAt)))
      .limit(1),
    db
      .select()
      .from(availabilityRules)
      .where(eq(availabilityRules.teacherId, id))
      .orderBy(asc(availabilityRules.weekday), asc(availabilityRules.fromMinute)),
    db.select().from(availabilityExceptions).where(eq(availabilityExceptions.teacherId, id)),
    db
      .select()
      .from(sessions)
      .where(
        and(
          eq(sessions.teacherId, id),
          ne(sessions.status, 'cancelled'),
          between(sessions.startsAt, from - 2 * day, to + 2 * day),
        ),
      ),
  ]);
  if (!hours) throw refuse(404, 'not_found', 'There is no such teacher.');
  const sessionMinutes = /** @type {number[]} */ (hours.sessionMinutes);
  const durationMinutes = query.durationMinutes ?? sessionMinutes[0];
  const timezone = query.timezone ?? hours.timezone;
  const calendar = {
    availability: hours,
    rules,
    exceptions: new Map(exceptions.map((each) => [each.date, /** @type {[number, number][]} */ (each.hours)])),
    taught,
  };
  return c.json({
    teacherId: id,
    timezone,
    teacherTimezone: hours.timezone,
    from: new Date(Math.max(from, now)),
    to: new Date(to),
    durationMinutes,
    sessionMinutes,
    slots: slotsOf(calendar, { from, to, now, minutes: durationMinutes }).map((startsAt) =>
      shownSlot(startsAt, durationMinutes, timezone),
    ),
  });
});

/** Counts exactly, in the database. @param {number} most @returns {import('hono').MiddlewareHandler} */
const exactLimit = (most) => async (c, next) => {
  const now = Date.now();
  const key = `rate:${c.req.header('cf-connecting-ip')}:${c.req.path}`;
  const isOver = sql`${rateLimits.expiresAt} <= ${now}`;
  const [{ count }] = await drizzle(c.env.DB)
    .insert(rateLimits)
    .values({ key, startedAt: now, expiresAt: now + 60_000, count: 1 })
    .onConflictDoUpdate({
      target: rateLimits.key,
      set: {
        count: sql`CASE WHEN ${isOver} THEN 1 ELSE ${rateLimits.count} + 1 END`,
        startedAt: sql`CASE WHEN ${isOver} THEN ${now} ELSE ${rateLimits.startedAt} END`,
        expiresAt: sql`CASE WHEN ${isOver} THEN ${now + 60_000} ELSE ${rateLimits.expiresAt} END`,
      },
    })
    .returning({ count: rateLimits.count });
  if (count > most) throw refuse(429, 'too_many_requests', 'Too many tries. Please wait a while.');
  await next();
};

const unpadded = (/** @type {Uint8Array} */ bytes) => btoa(String.fromCharCode(...bytes)).replace(/=+$/, '');
const bytesOf = (/** @type {string} */ base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const hex = (/** @type {ArrayBuffer} */ bytes) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** @param {string} password @param {string} stored in PHC's form */
function passwordMatches(password, stored) {
  const [, , , parameters, salt, hash] = stored.split('$');
  const [m, t, p] = parameters.split(',').map((part) => Number(part.slice(2)));
  const made = argon2id(password, bytesOf(salt), { m, t, p });
  return crypto.subtle.timingSafeEqual(made, bytesOf(hash));
}

/** A hash that no password has: an unknown address takes as long as a wrong password. */
const dummyHash = '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

const loginBody = z.strictObject({ email: z.email().max(254), password: z.string().min(1).max(128) });

app.post('/api/auth/login', exactLimit(10), zValidator('json', loginBody), async (c) => {
  const db = drizzle(c.env.DB);
  const { email, password } = c.req.valid('json');
  const rows = await db
    .select({ user: users, role: userRoles.role })
    .from(users)
    .leftJoin(userRoles, eq(userRoles.userId, users.id))
    .where(and(eq(users.email, email.toLowerCase()), isNull(users.deletedAt)))
    .orderBy(userRoles.role);
  const user = rows[0]?.user;
  const matches = passwordMatches(password, user?.passwordHash ?? dummyHash);
  if (!user || !matches) throw refuse(401, 'invalid_credentials', 'The e-mail address or the password is wrong.');
  if (user.suspendedAt !== null) throw refuse(403, 'account_suspended', 'This account is suspended.');

  const now = Date.now();
  const roles = rows.flatMap(({ role }) => role ?? []);
  const sessionId = uuidv7(now);
  const accessId = uuidv7(now);
  const expires = Math.floor((now + hour) / 1000);
  const refreshToken = unpadded(crypto.getRandomValues(new Uint8Array(32)))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
  const tokenHash = hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(refreshToken)));
  await db.batch([
    db.insert(authSessions).values({
      id: sessionId,
      userId: user.id,
      userAgent: c.req.header('user-agent')?.slice(0, 256) ?? '',
      createdAt: now,
      lastUsedAt: now,
      expiresAt: now + 90 * day,
    }),
    db.insert(refreshTokens).values({
      tokenHash,
      familyId: sessionId,
      accessJti: accessId,
      accessExpiresAt: expires * 1000,
      createdAt: now,
      expiresAt: now + 30 * day,
    }),
  ]);
  const accessToken = await sign(
    {
      iss: c.env.JWT_ISSUER,
      aud: c.env.JWT_AUDIENCE,
      sub: user.id,
      jti: accessId,
      iat: Math.floor(now / 1000),
      exp: expires,
      roles,
      ver: user.tokenVersion,
    },
    c.env.JWT_SECRET,
    'HS256',
  );
  return c.json({
    user: {
      id: user.id,
      name: user.name,
      handle: user.handle,
      email: user.email,
      emailVerified: user.emailVerifiedAt !== null,
      roles,
      bio: user.bio,
      avatarUrl: user.avatarKey === null ? null : `/api/users/${user.id}/avatar`,
      timezone: user.timezone,
      marketingOptOut: user.marketingOptOut,
      createdAt: user.createdAt,
    },
    accessToken,
    refreshToken,
    expiresIn: 3600,
  });
});

export default app;
