/** The columns of PeerLoop's tables that the peer needs: see schema/peerloop. */

import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const users = sqliteTable('users', {
  id: text('id').primaryKey(),
  email: text('email').notNull(),
  name: text('name').notNull(),
  handle: text('handle').notNull(),
  bio: text('bio').notNull(),
  avatarKey: text('avatar_key'),
  timezone: text('timezone').notNull(),
  passwordHash: text('password_hash'),
  tokenVersion: integer('token_version').notNull(),
  emailVerifiedAt: integer('email_verified_at'),
  marketingOptOut: integer('marketing_opt_out', { mode: 'boolean' }).notNull(),
  suspendedAt: integer('suspended_at'),
  deletedAt: integer('deleted_at'),
  createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
});

export const userRoles = sqliteTable(
  'user_roles',
  { userId: text('user_id').notNull(), role: text('role').notNull() },
  (table) => [primaryKey({ columns: [table.userId, table.role] })],
);

export const authSessions = sqliteTable('auth_sessions', {
  id: text('id').primaryKey(),
  userId: text('user_id').notNull(),
  userAgent: text('user_agent').notNull(),
  createdAt: integer('created_at').notNull(),
  lastUsedAt: integer('last_used_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  endedAt: integer('ended_at'),
});

export const refreshTokens = sqliteTable('refresh_tokens', {
  tokenHash: text('token_hash').primaryKey(),
  familyId: text('family_id').notNull(),
  accessJti: text('access_jti').notNull(),
  accessExpiresAt: integer('access_expires_at').notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
});

export const categories = sqliteTable('categories', {
  id: text('id').primaryKey(),
  slug: text('slug').notNull(),
  name: text('name').notNull(),
});

export const courses = sqliteTable('courses', {
  id: text('id').primaryKey(),
  slug: text('slug').notNull(),
  creatorId: text('creator_id').notNull(),
  categoryId: text('category_id').notNull(),
  title: text('title').notNull(),
  description: text('description').notNull(),
  level: text('level', { enum: ['beginner', 'intermediate', 'advanced'] }).notNull(),
  priceCents: integer('price_cents').notNull(),
  currency: text('currency').notNull(),
  status: text('status', { enum: ['draft', 'published', 'archived'] }).notNull(),
  thumbnailKey: text('thumbnail_key'),
  ratingHundredths: integer('rating_hundredths').notNull(),
  ratingCount: integer('rating_count').notNull(),
  enrollmentCount: integer('enrollment_count').notNull(),
  publishedAt: integer('published_at', { mode: 'timestamp_ms' }),
});

export const courseTeachers = sqliteTable('course_teachers', {
  courseId: text('course_id').notNull(),
  teacherId: text('teacher_id').notNull(),
  status: text('status').notNull(),
});

export const enrollments = sqliteTable('enrollments', {
  id: text('id').primaryKey(),
  courseId: text('course_id').notNull(),
  studentId: text('student_id').notNull(),
  teacherId: text('teacher_id').notNull(),
  instructorType: text('instructor_type', { enum: ['creator', 'student_teacher'] }).notNull(),
  status: text('status').notNull().default('pending'),
  priceCents: integer('price_cents').notNull(),
  currency: text('currency').notNull(),
  checkoutSessionId: text('checkout_session_id'),
  checkoutUrl: text('checkout_url'),
  checkoutExpiresAt: integer('checkout_expires_at').notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export const rateLimits = sqliteTable('rate_limits', {
  key: text('key').primaryKey(),
  startedAt: integer('started_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  count: integer('count').notNull(),
});

export const sessions = sqliteTable('sessions', {
  id: text('id').primaryKey(),
  studentId: text('student_id').notNull(),
  teacherId: text('teacher_id').notNull(),
  startsAt: integer('starts_at').notNull(),
  endsAt: integer('ends_at').notNull(),
  status: text('status').notNull(),
});

export const availability = sqliteTable('availability', {
  teacherId: text('teacher_id').primaryKey(),
  timezone: text('timezone').notNull(),
  slotStepMinutes: integer('slot_step_minutes').notNull(),
  sessionMinutes: text('session_minutes', { mode: 'json' }).notNull(),
  bufferBeforeMinutes: integer('buffer_before_minutes').notNull(),
  bufferAfterMinutes: integer('buffer_after_minutes').notNull(),
  minimumNoticeMinutes: integer('minimum_notice_minutes').notNull(),
  horizonDays: integer('horizon_days').notNull(),
  dailyLimit: integer('daily_limit'),
});

export const availabilityRules = sqliteTable(
  'availability_rules',
  {
    teacherId: text('teacher_id').notNull(),
    weekday: integer('weekday').notNull(),
    fromMinute: integer('from_minute').notNull(),
    toMinute: integer('to_minute').notNull(),
  },
  (table) => [primaryKey({ columns: [table.teacherId, table.weekday, table.fromMinute] })],
);

export const availabilityExceptions = sqliteTable(
  'availability_exceptions',
  {
    teacherId: text('teacher_id').notNull(),
    date: text('date').notNull(),
    hours: text('hours', { mode: 'json' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.teacherId, table.date] })],
);
