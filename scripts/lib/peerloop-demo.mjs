// Demo data for PeerLoop: a small believable marketplace, the same at every run, harmless to load twice.
//
//   import { argon2idAsync } from '@noble/hashes/argon2.js';
//   for await (const sql of demoStatements({ password, hashPassword: argon2idHasher(argon2idAsync) })) …
//
// Every yielded string is one complete statement without its semicolon, far below D1's 100 KB a statement.

import { createHash, randomBytes } from 'node:crypto';

import { categories, conversations, courses, people, posts, purchases } from './peerloop-demo-content.mjs';

/** One password for every demo account: it is printed and documented, and exists only in a development database. */
export const demoPassword = 'learn-teach-earn';

const day = 86_400_000;
const opening = Date.UTC(2026, 1, 2, 9);
const rowsPerStatement = 40;

/**
 * A UUID of version 7's shape that depends on nothing but its label and time, so that loading twice finds its rows.
 * @param {string} label
 * @param {number} [at] milliseconds
 */
export function demoId(label, at = opening) {
  const time = at.toString(16).padStart(12, '0');
  const rest = createHash('sha256').update(`peerloop demo ${label}`).digest('hex');
  const variant = ((parseInt(rest[3], 16) & 3) | 8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-${variant}${rest.slice(4, 7)}-${rest.slice(7, 19)}`;
}

/**
 * The accounts to print, best first. All share the password given to demoStatements.
 * @type {ReadonlyArray<{email: string, name: string, roles: string[], about: string}>}
 */
export const demoAccounts = people.map((person) => ({
  email: emailOf(person),
  name: person.name,
  roles: person.roles,
  about: person.about,
}));

/**
 * Turns an Argon2id function with @noble/hashes' signature into one that answers PHC strings,
 * with the parameters that the product itself uses (OWASP: 19 MiB, two passes, one lane).
 * @param {(password: string, salt: Uint8Array, options: {m: number, t: number, p: number}) => Uint8Array | Promise<Uint8Array>} argon2id
 * @returns {(password: string) => Promise<string>}
 */
export function argon2idHasher(argon2id) {
  const unpadded = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString('base64').replace(/=+$/, '');
  return async (password) => {
    const salt = randomBytes(16);
    const hash = await argon2id(password, salt, { m: 19_456, t: 2, p: 1 });
    return `$argon2id$v=19$m=19456,t=2,p=1$${unpadded(salt)}$${unpadded(hash)}`;
  };
}

/**
 * The parts of a price, worked out apart from the program: what rounding leaves over goes to the platform.
 * @param {number} cents
 * @param {'creator' | 'student_teacher'} instructorType
 */
export function splitPrice(cents, instructorType) {
  const creator = Math.floor((cents * (instructorType === 'creator' ? 85 : 15)) / 100);
  const teacher = instructorType === 'creator' ? 0 : Math.floor((cents * 70) / 100);
  return { platform: cents - creator - teacher, creator, teacher };
}

/**
 * @param {{password: string, hashPassword: (password: string) => string | Promise<string>, now?: number}} options with
 *   `now` there is a session that can be joined at that moment: the one thing that is not the same at every run
 * @returns {AsyncGenerator<string, void, void>}
 */
export async function* demoStatements({ password, hashPassword, now }) {
  // One hash serves all: the password is public, and hashing thirty times would cost seconds at every start.
  const passwordHash = await hashPassword(password);
  yield* peopleStatements(passwordHash);
  yield* catalogueStatements();
  yield* purchaseStatements();
  yield* communityStatements();
  yield* scheduleStatements();
  yield* sessionStatements(now);
}

function* peopleStatements(/** @type {string} */ passwordHash) {
  yield* inserts(
    'users',
    people.map((person, index) => {
      const joined = joinedAt(index);
      const paid = purchases.some(
        (purchase) => purchase.paidOut && [purchase.teacher, creatorOf(purchase.course)].includes(person.handle),
      );
      return {
        id: userId(person.handle),
        email: emailOf(person),
        name: person.name,
        handle: person.handle,
        bio: person.bio,
        timezone: person.timezone,
        password_hash: passwordHash,
        email_verified_at: joined + 600_000,
        stripe_account_id: paid ? `acct_demo_${person.handle}` : null,
        stripe_account_status: paid ? 'active' : 'none',
        stripe_payouts_enabled: paid ? 1 : 0,
        created_at: joined,
        updated_at: joined,
      };
    }),
  );
  yield* inserts(
    'user_roles',
    people.flatMap((person, index) =>
      person.roles.map((role) => ({ user_id: userId(person.handle), role, granted_at: joinedAt(index) })),
    ),
  );
  yield* inserts(
    'expertise',
    people.flatMap((person) =>
      person.expertise.map((label, position) => ({ user_id: userId(person.handle), label, position })),
    ),
  );
  yield* inserts(
    'follows',
    people.flatMap((person, index) =>
      person.follows.map((followee, nth) => ({
        follower_id: userId(person.handle),
        followee_id: userId(followee),
        created_at: joinedAt(index) + (nth + 1) * 3_600_000,
      })),
    ),
  );
}

function* catalogueStatements() {
  yield* inserts(
    'categories',
    categories.map((category, position) => ({
      id: demoId(`category ${category.slug}`),
      ...category,
      position,
    })),
  );
  yield* inserts(
    'courses',
    courses.map((course) => {
      const at = createdAt(course);
      return {
        id: courseId(course.slug),
        slug: course.slug,
        creator_id: userId(course.creator),
        category_id: demoId(`category ${course.category}`),
        title: course.title,
        description: course.description,
        level: course.level,
        price_cents: course.priceCents,
        currency: 'usd',
        status: course.draft ? 'draft' : 'published',
        rating_sum: unreviewedRatings(course).reduce((sum, stars) => sum + stars, 0),
        rating_count: unreviewedRatings(course).length,
        published_at: course.draft ? null : at + 2 * day,
        created_at: at,
        updated_at: at + 2 * day,
      };
    }),
  );
  yield* inserts(
    'course_objectives',
    courses.flatMap((course) =>
      course.objectives.map((text, position) => ({ course_id: courseId(course.slug), position, text })),
    ),
  );
  yield* inserts(
    'modules',
    courses.flatMap((course) =>
      course.modules.map((module, position) => ({
        id: moduleId(course.slug, position),
        course_id: courseId(course.slug),
        position,
        title: module.title,
      })),
    ),
  );
  yield* inserts(
    'lessons',
    courses.flatMap((course) =>
      course.modules.flatMap((module, nth) =>
        module.lessons.map((title, position) => ({
          id: lessonId(course.slug, nth, position),
          module_id: moduleId(course.slug, nth),
          position,
          title,
          duration_minutes: 30 + 15 * ((nth + position) % 4),
        })),
      ),
    ),
  );
  yield* inserts(
    'course_teachers',
    courses.flatMap((course) =>
      course.teachers.map((teacher, nth) => {
        const applied = createdAt(course) + (40 + nth) * day;
        return {
          course_id: courseId(course.slug),
          teacher_id: userId(teacher),
          status: 'approved',
          message: 'I finished the course and would like to pass it on.',
          applied_at: applied,
          decided_at: applied + 2 * day,
          decided_by: userId(course.creator),
        };
      }),
    ),
  );
}

function* purchaseStatements() {
  const bought = purchases.map((purchase) => {
    const course = courses.find(({ slug }) => slug === purchase.course);
    if (course === undefined) throw new Error(`no demo course ${purchase.course}`);
    const name = `${purchase.student}_${course.slug}`.replaceAll('-', '_');
    const at = createdAt(course) + purchase.day * day;
    const instructorType = purchase.teacher === course.creator ? 'creator' : 'student_teacher';
    const { platform, creator, teacher } = splitPrice(
      course.priceCents,
      /** @type {'creator' | 'student_teacher'} */ (instructorType),
    );
    const refunded = purchase.status === 'refunded';
    const parts = [
      { recipient_type: 'platform', recipient_id: null, account: 'platform:revenue', cents: platform },
      {
        recipient_type: 'creator',
        recipient_id: userId(course.creator),
        account: `payable:${userId(course.creator)}`,
        cents: creator,
      },
      ...(teacher > 0
        ? [
            {
              recipient_type: 'student_teacher',
              recipient_id: userId(purchase.teacher),
              account: `payable:${userId(purchase.teacher)}`,
              cents: teacher,
            },
          ]
        : []),
    ];
    return {
      purchase,
      course,
      name,
      at,
      instructorType,
      parts,
      refunded,
      enrollmentId: demoId(`enrollment ${name}`, at),
      transactionId: demoId(`transaction ${name}`, at + 300_000),
      charge: `ch_demo_${name}`,
      doneAt: at + 35 * day,
    };
  });

  yield* inserts(
    'enrollments',
    bought.map(({ purchase, course, name, at, instructorType, enrollmentId, doneAt }) => ({
      id: enrollmentId,
      course_id: courseId(course.slug),
      student_id: userId(purchase.student),
      teacher_id: userId(purchase.teacher),
      instructor_type: instructorType,
      status: purchase.status,
      price_cents: course.priceCents,
      currency: 'usd',
      checkout_session_id: `cs_demo_${name}`,
      checkout_url: `https://checkout.demo.peerloop.test/cs_demo_${name}`,
      checkout_expires_at: at + day / 2,
      enrolled_at: at + 300_000,
      recommended_at: purchase.status === 'completed' || purchase.recommended ? doneAt - day : null,
      completed_at: purchase.status === 'completed' ? doneAt : null,
      refund_requested_at: purchase.status === 'refunded' ? at + 5 * day : null,
      refunded_at: purchase.status === 'refunded' ? at + 5 * day + 60_000 : null,
      created_at: at,
      updated_at: at + 300_000,
    })),
  );
  yield* inserts(
    'lesson_progress',
    bought.flatMap(({ purchase, course, at, enrollmentId }) => {
      const all = course.modules.flatMap((module, nth) =>
        module.lessons.map((_, position) => lessonId(course.slug, nth, position)),
      );
      const done = purchase.status === 'completed' ? all.length : Math.min(purchase.lessonsDone ?? 0, all.length);
      return all.slice(0, done).map((lesson, nth) => ({
        enrollment_id: enrollmentId,
        lesson_id: lesson,
        completed_at: at + (nth + 1) * 2 * day,
      }));
    }),
  );
  yield* inserts(
    'transactions',
    bought.map(({ course, name, at, enrollmentId, transactionId, charge, refunded }) => ({
      id: transactionId,
      enrollment_id: enrollmentId,
      amount_cents: course.priceCents,
      currency: 'usd',
      stripe_payment_intent_id: `pi_demo_${name}`,
      stripe_charge_id: charge,
      status: refunded ? 'refunded' : 'paid',
      refunded_cents: refunded ? course.priceCents : 0,
      created_at: at + 300_000,
      updated_at: at + 300_000,
    })),
  );
  yield* inserts(
    'payment_splits',
    bought.flatMap(({ purchase, name, at, transactionId, parts, refunded, doneAt }) =>
      parts.map((part) => {
        const paid = Boolean(purchase.paidOut) && part.recipient_id !== null;
        const approved = purchase.status === 'completed';
        return {
          id: demoId(`split ${name} ${part.recipient_type}`, at + 300_000),
          transaction_id: transactionId,
          recipient_id: part.recipient_id,
          recipient_type: part.recipient_type,
          amount_cents: part.cents,
          reversed_cents: refunded ? part.cents : 0,
          currency: 'usd',
          status: refunded ? 'reversed' : paid ? 'paid' : approved ? 'approved' : 'pending',
          stripe_transfer_id: paid ? `tr_demo_${name}_${part.recipient_type}` : null,
          approved_at: approved ? doneAt : null,
          paid_at: paid ? doneAt + 3 * day : null,
          created_at: at + 300_000,
          updated_at: at + 300_000,
        };
      }),
    ),
  );
  yield* completionStatements(bought.filter(({ purchase }) => purchase.status === 'completed'));
  yield* inserts(
    'transfers',
    bought
      .filter(({ purchase }) => purchase.paidOut)
      .flatMap(({ name, parts, at, doneAt }) =>
        parts
          .filter((part) => part.recipient_id !== null)
          .map((part) => ({
            id: demoId(`transfer ${name} ${part.recipient_type}`, doneAt + 3 * day),
            split_id: demoId(`split ${name} ${part.recipient_type}`, at + 300_000),
            recipient_id: part.recipient_id,
            stripe_account_id: `acct_demo_${people.find(({ handle }) => userId(handle) === part.recipient_id)?.handle}`,
            amount_cents: part.cents,
            withheld_cents: 0,
            currency: 'usd',
            status: 'sent',
            stripe_transfer_id: `tr_demo_${name}_${part.recipient_type}`,
            created_at: doneAt + 3 * day,
            settled_at: doneAt + 3 * day,
          })),
      ),
  );
  yield* inserts(
    'refunds',
    bought
      .filter(({ refunded }) => refunded)
      .map(({ purchase, course, name, at, transactionId, charge }) => ({
        id: demoId(`refund ${name}`, at + 5 * day),
        transaction_id: transactionId,
        stripe_charge_id: charge,
        stripe_payment_intent_id: `pi_demo_${name}`,
        amount_cents: course.priceCents,
        cumulative_cents: course.priceCents,
        currency: 'usd',
        reason: 'Changed jobs, no time left this season.',
        requested_by: userId(purchase.student),
        created_at: at + 5 * day + 60_000,
      })),
  );
  yield* inserts(
    'ledger_movements',
    bought.flatMap(({ purchase, course, name, at, transactionId, parts, charge, refunded, doneAt }) => {
      const movement = (
        /** @type {string} */ cause,
        /** @type {number} */ when,
        /** @type {Record<string, number>} */ postings,
      ) => ({
        id: demoId(`movement ${cause}`, when),
        cause,
        transaction_id: transactionId,
        currency: 'usd',
        postings: JSON.stringify(postings),
        created_at: when,
      });
      const price = course.priceCents;
      const shares = (/** @type {1 | -1} */ sign) =>
        Object.fromEntries(parts.map((part) => [part.account, sign * part.cents]));
      return [
        movement(`checkout:cs_demo_${name}`, at + 300_000, { 'provider:stripe': price, ...shares(-1) }),
        ...(refunded
          ? [movement(`refund:${charge}:${price}`, at + 5 * day + 60_000, { 'provider:stripe': -price, ...shares(1) })]
          : []),
        ...(purchase.paidOut
          ? parts
              .filter((part) => part.recipient_id !== null)
              .map((part) =>
                movement(`transfer:tr_demo_${name}_${part.recipient_type}`, doneAt + 3 * day, {
                  [part.account]: part.cents,
                  'provider:stripe': -part.cents,
                }),
              )
          : []),
      ];
    }),
  );
}

function* communityStatements() {
  const written = posts.map((post) => {
    const at = createdAt({ slug: post.course }) + post.day * day + 3_600_000;
    return { ...post, at, id: demoId(`post ${post.course} ${post.author} ${post.day}`, at) };
  });
  yield* inserts(
    'posts',
    written.map((post) => ({
      id: post.id,
      course_id: courseId(post.course),
      author_id: userId(post.author),
      text: post.text,
      created_at: post.at,
    })),
  );
  yield* inserts(
    'post_flags',
    written.flatMap(({ id, at, flag }) =>
      flag === undefined
        ? []
        : [
            {
              id: demoId(`flag ${id}`, at + 1_800_000),
              post_id: id,
              reporter_id: userId(flag.by),
              reason: flag.reason,
              note: flag.note ?? '',
              created_at: at + 1_800_000,
            },
          ],
    ),
  );
  const begun = conversations.map((conversation) => {
    const at = createdAt({ slug: conversation.course }) + conversation.day * day;
    const [one, other] = conversation.people.map(userId).sort();
    return { ...conversation, at, one, other, id: demoId(`conversation ${one} ${other}`, at) };
  });
  yield* inserts(
    'conversations',
    begun.map(({ id, at, one, other, messages }) => ({
      id,
      first_user_id: one,
      second_user_id: other,
      begun_by: userId(messages[0][0]),
      created_at: at,
    })),
  );
  yield* inserts(
    'messages',
    begun.flatMap(({ id, at, messages }) =>
      messages.map(([sender, text], nth) => ({
        id: demoId(`message ${id} ${nth}`, at + nth * 600_000),
        conversation_id: id,
        position: nth + 1,
        sender_id: userId(sender),
        text,
        created_at: at + nth * 600_000,
      })),
    ),
  );
}

/** A session of Ada's with Kofi that took place and was recorded: its room's name at the video provider is its id. */
export const demoRecordedSession = demoId('session recorded', opening + 200 * day);

function* sessionStatements(/** @type {number | undefined} */ now) {
  const course = courses.find(({ slug }) => slug === 'python-for-data-work');
  const purchase = purchases.find((each) => each.student === 'ada' && each.course === course?.slug);
  if (!course || !purchase) throw new Error('no demo purchase of Ada');
  const bought = createdAt(course) + purchase.day * day;
  const common = {
    enrollment_id: demoId('enrollment ada_python_for_data_work', bought),
    course_id: courseId(course.slug),
    student_id: userId('ada'),
    teacher_id: userId('kofi'),
  };
  const started = bought + 7 * day;
  const ended = started + 3_600_000;
  yield* inserts('sessions', [
    {
      id: demoRecordedSession,
      ...common,
      starts_at: started,
      ends_at: ended,
      status: 'completed',
      settled_at: ended,
      room_provider: 'plugnmeet',
      room_id: demoRecordedSession,
      room_created_at: started - 300_000,
      room_ended_at: ended,
      created_at: bought + day,
      updated_at: ended,
    },
  ]);
  yield* inserts(
    'session_attendance',
    ['ada', 'kofi'].map((handle) => ({
      session_id: demoRecordedSession,
      participant_sid: `PA_demo_${handle}`,
      room_sid: 'RM_demo',
      user_id: userId(handle),
      joined_at: started - 120_000,
      left_at: ended - 60_000,
      left_how: 'left',
    })),
  );
  if (now === undefined) return;
  const begins = Math.floor(now / 60_000) * 60_000 - 300_000;
  const open = { id: demoId('session open', begins), ...common, starts_at: begins, ends_at: begins + 7_200_000 };
  const row = { ...open, created_at: bought + day, updated_at: bought + day };
  // Nobody is in two sessions at once: one that was made a while ago may still be on.
  yield `INSERT INTO sessions (${Object.keys(row).join(', ')}) SELECT ${Object.values(row).map(literal).join(', ')}
WHERE NOT EXISTS (SELECT 1 FROM sessions WHERE status = 'scheduled' AND ends_at > ${begins} AND starts_at < ${open.ends_at}
  AND (student_id IN (${literal(open.student_id)}, ${literal(open.teacher_id)})
       OR teacher_id IN (${literal(open.student_id)}, ${literal(open.teacher_id)})))`;
}

/** Hours of all who teach, sessions that took place, and some that are to come. */
function* scheduleStatements() {
  const teachers = people.filter(({ roles }) => roles.includes('creator') || roles.includes('studentTeacher'));
  yield* inserts(
    'availability',
    teachers.map((person, index) => ({
      teacher_id: userId(person.handle),
      timezone: person.timezone,
      slot_step_minutes: 30,
      session_minutes: '[60,30]',
      buffer_before_minutes: 0,
      buffer_after_minutes: 15,
      minimum_notice_minutes: 240,
      change_notice_minutes: 720,
      horizon_days: 60,
      daily_limit: index % 2 === 0 ? 5 : null,
      created_at: joinedAt(index) + day,
      updated_at: joinedAt(index) + day,
    })),
  );
  // Creators teach in the daytime, student-teachers in the evenings and on Saturdays.
  yield* inserts(
    'availability_rules',
    teachers.flatMap((person) => {
      const hours = person.roles.includes('creator')
        ? [1, 2, 3, 4, 5].flatMap((weekday) => [
            [weekday, 540, 720],
            [weekday, 780, 1020],
          ])
        : [...[1, 2, 3, 4, 5].map((weekday) => [weekday, 1080, 1290]), [6, 600, 840]];
      return hours.map(([weekday, from, to]) => ({
        teacher_id: userId(person.handle),
        weekday,
        from_minute: from,
        to_minute: to,
      }));
    }),
  );
  yield* inserts(
    'availability_exceptions',
    teachers.flatMap((person) =>
      ['2026-12-24', '2026-12-25', '2026-12-31', '2027-01-01'].map((date) => ({
        teacher_id: userId(person.handle),
        date,
        hours: date === '2026-12-31' ? '[[600,720]]' : '[]',
      })),
    ),
  );

  const session = (
    /** @type {typeof purchases[number]} */ purchase,
    /** @type {string} */ label,
    /** @type {number} */ startsAt,
    /** @type {number} */ bookedAt,
  ) => {
    const course = courses.find(({ slug }) => slug === purchase.course);
    if (course === undefined) throw new Error(`no demo course ${purchase.course}`);
    const boughtAt = createdAt(course) + purchase.day * day;
    const name = `${purchase.student}_${course.slug}`.replaceAll('-', '_');
    return {
      id: demoId(`session ${name} ${label}`, bookedAt),
      enrollment_id: demoId(`enrollment ${name}`, boughtAt),
      course_id: courseId(course.slug),
      student_id: userId(purchase.student),
      teacher_id: userId(purchase.teacher),
      starts_at: startsAt,
      ends_at: startsAt + 3_600_000,
      created_at: bookedAt,
      updated_at: bookedAt,
    };
  };
  yield* inserts(
    'sessions',
    purchases.flatMap((purchase, index) => {
      const boughtAt = createdAt({ slug: purchase.course }) + purchase.day * day;
      const count = purchase.status === 'completed' ? 4 : purchase.status === 'enrolled' ? 2 : 1;
      return Array.from({ length: count }, (_, nth) => {
        const bookedAt = boughtAt + (nth * 7 + 1) * day;
        const midnight = Math.floor(bookedAt / day) * day;
        return {
          ...session(purchase, `past ${nth}`, midnight + 2 * day + (7 + (index % 12)) * 3_600_000, bookedAt),
          status: 'completed',
          settled_at: midnight + 2 * day + (8 + (index % 12)) * 3_600_000,
        };
      });
    }),
  );
  // What is to come depends on the day. Whoever has loaded it, or booked something, keeps what is there.
  const today = Math.floor(Date.now() / day) * day;
  const upcoming = purchases
    .filter(({ status }) => status === 'enrolled')
    .map((purchase, index) => ({
      ...session(purchase, 'upcoming', today + (2 + index) * day + (8 + index) * 3_600_000, opening + 200 * day),
      next_reminder_at: today + (1 + index) * day + (8 + index) * 3_600_000,
    }));
  const columns = Object.keys(upcoming[0]).join(', ');
  const rows = upcoming.map((row) => `(${Object.values(row).map(literal).join(', ')})`);
  yield `INSERT INTO sessions (${columns}) SELECT * FROM (VALUES\n${rows.join(',\n')}\n)
WHERE NOT EXISTS (SELECT 1 FROM sessions WHERE status = 'scheduled' AND starts_at > ${today + day})`;
}

function emailOf(/** @type {{handle: string}} */ person) {
  return `${person.handle}@demo.peerloop.test`;
}

/**
 * What follows a completed course: its certificate, a session that was held and what the student said of it, and for
 * some the wish to teach it.
 * @param {{purchase: import('./peerloop-demo-content.mjs').Purchase, course: (typeof courses)[number], name: string, at: number, enrollmentId: string, doneAt: number}[]} completed
 */
function* completionStatements(completed) {
  yield* inserts(
    'certificates',
    completed.map(({ purchase, course, name, enrollmentId, doneAt }) => ({
      id: demoId(`certificate ${name}`, doneAt),
      enrollment_id: enrollmentId,
      course_id: courseId(course.slug),
      holder_id: userId(purchase.student),
      holder_name: String(people.find(({ handle }) => handle === purchase.student)?.name),
      course_title: course.title,
      issued_by: userId(course.creator),
      issued_at: doneAt,
    })),
  );
  yield* inserts(
    'sessions',
    completed.map(({ purchase, course, name, at, enrollmentId }, nth) => {
      // An hour of its own for each: nobody is in two places.
      const start = at + 7 * day + nth * 3_600_000;
      return {
        id: demoId(`reviewed session ${name}`, at),
        enrollment_id: enrollmentId,
        course_id: courseId(course.slug),
        student_id: userId(purchase.student),
        teacher_id: userId(purchase.teacher),
        starts_at: start,
        ends_at: start + 3_600_000,
        status: 'completed',
        settled_at: start + 3_600_000,
        created_at: at + day,
        updated_at: start + 3_600_000,
      };
    }),
  );
  yield* inserts(
    'reviews',
    completed.map(({ purchase, course, name, at, enrollmentId, doneAt }) => {
      const stars = course.ratings[completionsOf(course.slug).indexOf(purchase)];
      return {
        id: demoId(`review ${name}`, doneAt),
        session_id: demoId(`reviewed session ${name}`, at),
        enrollment_id: enrollmentId,
        course_id: courseId(course.slug),
        author_id: userId(purchase.student),
        subject_id: userId(purchase.teacher),
        written_by: 'student',
        rating: stars,
        course_rating: stars,
        comment:
          stars === 5
            ? 'Clear, patient, and always one good question ahead of me.'
            : 'Good. I would have liked more exercises.',
        created_at: doneAt,
      };
    }),
  );
  yield* inserts(
    'course_teachers',
    completed
      .filter(({ purchase }) => purchase.applies)
      .map(({ purchase, course, doneAt }) => ({
        course_id: courseId(course.slug),
        teacher_id: userId(purchase.student),
        status: 'applied',
        message: String(purchase.applies),
        applied_at: doneAt + 2 * day,
      })),
  );
}

const completionsOf = (/** @type {string} */ slug) =>
  purchases.filter((purchase) => purchase.course === slug && purchase.status === 'completed');

/** The ratings of a course that no review of the demo gives: reviews are counted as they come. */
const unreviewedRatings = (/** @type {{slug: string, ratings: number[]}} */ course) =>
  course.ratings.slice(completionsOf(course.slug).length);

function userId(/** @type {string} */ handle) {
  const index = people.findIndex((person) => person.handle === handle);
  if (index < 0) throw new Error(`no demo person ${handle}`);
  return demoId(`user ${handle}`, joinedAt(index));
}

function creatorOf(/** @type {string} */ slug) {
  return courses.find((course) => course.slug === slug)?.creator;
}

function createdAt(/** @type {{slug: string}} */ course) {
  return opening + 30 * day + courses.findIndex(({ slug }) => slug === course.slug) * 3 * day;
}

const joinedAt = (/** @type {number} */ index) => opening + index * day;
const courseId = (/** @type {string} */ slug) => demoId(`course ${slug}`, createdAt({ slug }));
const moduleId = (/** @type {string} */ slug, /** @type {number} */ nth) =>
  demoId(`module ${slug} ${nth}`, createdAt({ slug }));
const lessonId = (/** @type {string} */ slug, /** @type {number} */ nth, /** @type {number} */ position) =>
  demoId(`lesson ${slug} ${nth} ${position}`, createdAt({ slug }));

/**
 * @param {string} table
 * @param {ReadonlyArray<Record<string, string | number | null>>} rows all with the same columns
 */
function* inserts(table, rows) {
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    const part = rows.slice(start, start + rowsPerStatement);
    const values = part.map((row) => `(${Object.values(row).map(literal).join(', ')})`);
    yield `INSERT OR IGNORE INTO ${table} (${Object.keys(part[0]).join(', ')}) VALUES\n${values.join(',\n')}`;
  }
}

function literal(/** @type {string | number | null} */ value) {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
