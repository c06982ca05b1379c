/**
 * Who may call each operation of PeerLoop, and how to call it: what `tests/workerd/access.test.mjs` walks. It is
 * written by hand, not taken from the routes' own declarations.
 */

import { randomBytes } from 'node:crypto';

import { everyDay, newAddress, onePixel, password, tokenInMail, until } from './peerloop.mjs';

/** Those who call, and how the table of the docs names them. "Its" is of the object that the path names. */
export const callers = {
  stranger: 'not signed in',
  newcomer: 'new student',
  student: 'its student',
  otherStudent: 'another student',
  teacher: 'its student-teacher',
  otherTeacher: 'another student-teacher',
  creator: 'its creator',
  otherCreator: 'another creator',
  moderator: 'moderator',
  admin: 'admin',
};
/** @typedef {keyof typeof callers} Caller */

const everyone = /** @type {Caller[]} */ (Object.keys(callers));
const signedIn = everyone.filter((caller) => caller !== 'stranger');
/** @type {Caller[]} */
const creators = ['creator', 'otherCreator'];
/** @type {Caller[]} */
const earners = ['teacher', 'otherTeacher', ...creators];
/** @type {Caller[]} */
const staff = ['moderator', 'admin'];
/** @type {Caller[]} */
const pair = ['student', 'teacher'];
/** @type {Caller[]} */
const members = [...pair, 'creator'];

/** How those are refused who may not: who is not signed in is told so before all else. */
const refusal = {
  /** Not the role for it. */
  role: () => 403,
  /** Somebody else's object does not exist for the caller. */
  hidden: () => 404,
  /** Of an object of creators: hidden from other creators, and not for other roles at all. */
  creatorOnly: (/** @type {Caller} */ caller) => (creators.includes(caller) ? 404 : 403),
  /** The state does not allow it to them. */
  state: () => 409,
};

/** Only webhooks' senders can sign; everybody else is told that they did not. */
const signature = { may: [], refused: () => 401, shown: 'tests/contract/webhooks.test.mjs' };

const png = { body: onePixel, headers: { 'content-type': 'image/png' } };
const month = new Date().toISOString().slice(0, 7);
const day = 86_400_000;
const hours = {
  timezone: 'Europe/Lisbon',
  rules: everyDay('06:00', '22:00'),
  minimumNoticeMinutes: 0,
};

/** A UUID of version 7. */
function newId() {
  const hex = Date.now().toString(16).padStart(12, '0') + randomBytes(10).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The people of the walk, and what is made for them on the way. */
export class Campus {
  /** @type {Record<Caller, any>} */
  people;
  /** Behind the two weeks that the slots of teachers are listed for. */
  #days = 20;

  /** @param {any} peerloop */
  constructor(peerloop) {
    this.peerloop = peerloop;
  }

  /** @param {any} peerloop a PeerLoop with the demo data */
  static async open(peerloop) {
    const campus = new Campus(peerloop);
    const [newcomer, student, otherStudent, teacher, otherTeacher, creator, otherCreator, moderator, admin] =
      await Promise.all([
        peerloop.signUp(),
        peerloop.signUp(),
        ...['hugo', 'ines', 'dmitri', 'mara', 'tomas', 'mod', 'root'].map((handle) => peerloop.signIn(handle)),
      ]);
    const stranger = peerloop.stranger();
    campus.people = {
      stranger,
      newcomer,
      student,
      otherStudent,
      teacher,
      otherTeacher,
      creator,
      otherCreator,
      moderator,
      admin,
    };
    for (const each of [teacher, creator])
      await succeeds(each.put('/api/availability', hours), 'the hours of a teacher');
    return campus;
  }

  /** A row written behind the Worker's back. @param {string} table @param {Record<string, any>} row */
  async insert(table, row) {
    const names = Object.keys(row);
    await this.peerloop.write(
      `INSERT INTO ${table} (${names}) VALUES (${names.map(() => '?')})`,
      ...Object.values(row),
    );
  }

  /** A course of the creator's that the teacher teaches, with one lesson. */
  async course(status = 'published') {
    const [id, module, lesson] = [newId(), newId(), newId()];
    const now = Date.now() - day;
    const { id: category } = (await this.peerloop.rows('SELECT id FROM categories LIMIT 1'))[0];
    await this.insert('courses', {
      id,
      slug: `course-${id.slice(-12)}`,
      creator_id: this.people.creator.user.id,
      category_id: category,
      title: 'Walking the corridors',
      description: 'Which doors open to whom',
      level: 'beginner',
      price_cents: 20_000,
      currency: 'usd',
      status,
      published_at: status === 'published' ? now : null,
      created_at: now,
      updated_at: now,
    });
    await this.insert('course_objectives', { course_id: id, position: 0, text: 'Know your way' });
    await this.insert('modules', { id: module, course_id: id, position: 0, title: 'Doors' });
    await this.insert('lessons', { id: lesson, module_id: module, position: 0, title: 'A door' });
    await this.insert('course_teachers', {
      course_id: id,
      teacher_id: this.people.teacher.user.id,
      status: 'approved',
      applied_at: now,
      decided_at: now,
      decided_by: this.people.creator.user.id,
    });
    return { id, lesson };
  }

  /** A course with its student, who has paid. */
  async enrollment(student = this.people.student) {
    const course = await this.course();
    const { teacher } = this.people;
    const answer = await succeeds(
      student.enroll(course.id, { instructorType: 'student_teacher', studentTeacherId: teacher.user.id }),
      'an enrollment',
    );
    await this.peerloop.control.pay(answer.body.checkoutSessionId);
    return { id: answer.body.enrollmentId, course };
  }

  /** A session of the student and the teacher. @param {{status?: string, startsAt?: number}} [how] */
  async session({ status = 'scheduled', startsAt = Date.now() + (this.#days += 1) * day } = {}) {
    const enrollment = await this.enrollment();
    const id = newId();
    const now = Date.now();
    await this.insert('sessions', {
      id,
      enrollment_id: enrollment.id,
      course_id: enrollment.course.id,
      student_id: this.people.student.user.id,
      teacher_id: this.people.teacher.user.id,
      starts_at: startsAt,
      ends_at: startsAt + 3_600_000,
      status,
      settled_at: status === 'completed' ? now : null,
      created_at: now,
      updated_at: now,
    });
    return { id, enrollment };
  }

  /** The session that is on, with its room. */
  async openRoom() {
    this.open ??= await this.session({ startsAt: Date.now() - 60_000 });
    await succeeds(this.people.student.post(`/api/sessions/${this.open.id}/join`), 'joining');
    return this.open.id;
  }

  /** The session of the open room, whose recording is stored: the room is closed then. */
  async recording() {
    const { student, teacher } = this.people;
    const session = await this.openRoom();
    this.peerloop.control.setRecordingBytes(10_000);
    await this.peerloop.meet(session, student, teacher);
    const status = async () =>
      (await this.peerloop.rows('SELECT status FROM recordings WHERE session_id = ?', session))[0]?.status;
    await until('the recording to be stored', async () => {
      await this.peerloop.recordingsAreDue();
      await this.peerloop.cron();
      return (await status()) === 'stored';
    });
    return session;
  }

  /** An enrollment whose teacher has recommended the student. */
  async recommended(student = this.people.student) {
    const enrollment = await this.enrollment(student);
    await succeeds(this.people.teacher.post(`/api/enrollments/${enrollment.id}/recommend`), 'recommending');
    return enrollment;
  }

  /** A certificate of the student's, with its course. */
  async certificate(student = this.people.student) {
    const enrollment = await this.recommended(student);
    await succeeds(this.people.creator.post(`/api/enrollments/${enrollment.id}/certify`), 'certifying');
    const { id } = await this.peerloop.row('SELECT id FROM certificates WHERE enrollment_id = ?', enrollment.id);
    return { id, course: enrollment.course };
  }

  /** The course of an application that waits. */
  async application(student = this.people.student) {
    const { course } = await this.certificate(student);
    await succeeds(student.post(`/api/courses/${course.id}/teach`, {}), 'applying');
    return course.id;
  }

  /** A file of a course whose student has paid. */
  async material() {
    const { course } = await this.enrollment();
    const answer = await succeeds(
      this.people.creator.send('POST', `/api/courses/${course.id}/materials?name=doors.pdf`, pdf),
      'a file',
    );
    return { course: course.id, id: answer.body.id };
  }

  /** A post of the student's. */
  async post() {
    const { course } = await this.enrollment();
    const answer = await succeeds(
      this.people.student.post(`/api/feeds/course/${course.id}`, { text: 'Hello' }),
      'post',
    );
    return answer.body.id;
  }

  /** A post of the student's that the teacher objects to. */
  async flag() {
    const post = await this.post();
    await succeeds(this.people.teacher.post(`/api/feeds/posts/${post}/flag`, { reason: 'spam' }), 'flag');
    return (await this.peerloop.row('SELECT id FROM post_flags WHERE post_id = ?', post)).id;
  }

  /** A conversation of the student and the teacher. */
  async conversation() {
    const { student, teacher } = this.people;
    const answer = await succeeds(
      student.post('/api/conversations', { userId: teacher.user.id, text: 'Hello' }),
      'a conversation',
    );
    return answer.body.id;
  }

  /** A share of the teacher's that is due. */
  async split() {
    const enrollment = await this.enrollment();
    const { id } = await this.peerloop.row(
      `SELECT s.id FROM payment_splits s JOIN transactions x ON x.id = s.transaction_id
       WHERE x.enrollment_id = ? AND s.recipient_type = 'student_teacher'`,
      enrollment.id,
    );
    await this.peerloop.write(
      "UPDATE payment_splits SET status = 'approved', approved_at = created_at + 1 WHERE id = ?",
      id,
    );
    const { teacher } = this.people;
    if (!(await teacher.get('/api/payments/connect/status')).body.payoutsEnabled) {
      const page = await succeeds(teacher.post('/api/payments/connect/onboard', {}), 'onboarding');
      await fetch(`${page.body.url}/complete`, { method: 'POST', redirect: 'manual' });
    }
    return id;
  }

  /** A side effect that was given up. */
  async deadEffect() {
    const id = newId();
    const now = Date.now();
    await this.insert('outbox', {
      id,
      kind: 'email',
      dedupe_key: `walk:${id}`,
      payload: JSON.stringify({}),
      attempts: 10,
      next_attempt_at: now,
      dead_at: now,
      created_at: now - 1,
    });
    return id;
  }

  /** An event that had no effect. */
  async failedEvent() {
    const id = `evt_${newId()}`;
    await this.insert('webhook_events', {
      provider: 'stripe',
      event_id: id,
      type: 'customer.created',
      received_at: Date.now(),
      status: 'failed',
      body: JSON.stringify({ id, object: 'event', type: 'customer.created', created: 1, data: { object: {} } }),
    });
    return `stripe:${id}`;
  }

  /** Somebody who has just signed up, with the link that was mailed to them. */
  async account() {
    const email = newAddress();
    const client = await this.peerloop.signUp({ email });
    return { client, email };
  }

  /** Another session of somebody's own. @param {Caller} caller */
  async again(caller) {
    const client = this.peerloop.stranger();
    const { user } = this.people[caller] ?? {};
    if (!user) return client;
    return client.signedIn(
      (await succeeds(client.post('/api/auth/login', { email: user.email, password }), 'again')).body,
    );
  }
}

const pdf = { body: Buffer.from('%PDF-1.7 walk'), headers: { 'content-type': 'application/pdf' } };

/** @param {Promise<any>} asked @param {string} what */
async function succeeds(asked, what) {
  const answer = await asked;
  if (answer.status >= 300) throw new Error(`${what}: ${answer.status} ${answer.text}`);
  return answer;
}

/**
 * @typedef {object} Call
 * @property {string} [id] what stands in the path
 * @property {Record<string, string>} [path] what stands in a path of several names
 * @property {string} [query]
 * @property {unknown} [json]
 * @property {{body: any, headers: Record<string, string>}} [bytes]
 * @property {Partial<Record<Caller, any>>} [as] somebody else in the place of a caller
 */

/**
 * @typedef {object} Door
 * @property {Caller[]} may
 * @property {(caller: Caller) => number} [refused] the status for those who may not and are signed in
 * @property {(campus: Campus, caller: Caller) => Call | Promise<Call>} [call] made anew after each that was allowed
 * @property {boolean} [keeps] what was made for the first serves all
 * @property {string} [shown] where it is shown to succeed, if not here
 */

/** @returns {Door} */
const open = (may, call = undefined, more = {}) => ({ may, call, ...more });
/** @returns {Door} */
const forRoles = (may, call = undefined, more = {}) => ({ may, refused: refusal.role, call, ...more });
/** @returns {Door} */
const hidden = (may, call, more = {}) => ({ may, refused: refusal.hidden, call, ...more });
/** @returns {Door} */
const ofCreator = (call, more = {}) => ({ may: ['creator'], refused: refusal.creatorOnly, call, ...more });

const id = (make) => async (campus) => ({ id: await make(campus) });
const enrolled = async (campus) => ({ id: (await campus.enrollment()).id });
const own = (campus) => ({ id: campus.people.student.user.id });
const kept = { keeps: true };

/** @type {Record<string, Door>} */
export const doors = {
  'post /api/auth/signup': open(everyone, () => ({
    json: { name: 'Robin', email: newAddress(), password, role: 'student' },
  })),
  'post /api/auth/login': open(everyone, (campus) => ({ json: { email: campus.people.student.user.email, password } })),
  'post /api/auth/refresh': open(everyone, async (campus) => ({
    json: { refreshToken: (await campus.again('student')).refreshToken },
  })),
  'post /api/auth/logout': open(signedIn, async (campus, caller) => ({
    as: { [caller]: await campus.again(caller) },
  })),
  'post /api/auth/verify-email': open(everyone, async (campus) => {
    const { email } = await campus.account();
    return { json: { token: tokenInMail(await campus.peerloop.mailTo(email)) } };
  }),
  // There is nothing to verify for whom it is done already: all of the demo.
  'post /api/auth/resend-verification': { may: ['newcomer', 'student'], refused: refusal.state },
  'post /api/auth/reset-password': open(everyone, () => ({ json: { email: newAddress() } })),
  'post /api/auth/reset-password/confirm': open(everyone, async (campus) => {
    const { client, email } = await campus.account();
    await succeeds(client.post('/api/auth/reset-password', { email }), 'a reset');
    return { json: { token: tokenInMail(await campus.peerloop.mailTo(email, /password/i)), password } };
  }),
  'get /api/auth/me': open(signedIn),
  'get /api/auth/sessions': open(signedIn),
  'delete /api/auth/sessions/{id}': hidden(['student'], async (campus) => {
    const client = await campus.again('student');
    const [{ id: session }] = await campus.peerloop.rows(
      'SELECT id FROM auth_sessions WHERE user_id = ? ORDER BY created_at DESC, id DESC LIMIT 1',
      client.user.id,
    );
    return { id: session };
  }),

  'get /api/users/{id}': open(everyone, own),
  'patch /api/users/{id}': hidden(['student'], (campus) => ({ ...own(campus), json: { bio: 'Learns' } })),
  'put /api/users/{id}/avatar': hidden(['student'], (campus) => ({ ...own(campus), bytes: png })),
  'get /api/users/{id}/avatar': open(everyone, own),
  'delete /api/users/{id}/avatar': hidden(['student'], own),
  'get /api/users/{id}/export': hidden(['student'], own),
  'delete /api/users/{id}': hidden(
    ['student'],
    async (campus) => {
      const { client } = await campus.account();
      return { id: client.user.id, as: { student: client } };
    },
    kept,
  ),
  'post /api/users/{id}/follow': open(signedIn, id(somebodyElse)),
  'delete /api/users/{id}/follow': open(signedIn, id(somebodyElse)),
  'post /api/users/{id}/block': open(signedIn, id(somebodyElse)),
  'delete /api/users/{id}/block': open(signedIn, id(somebodyElse)),
  'get /api/creators': open(everyone),
  'get /api/student-teachers': open(everyone),
  'get /api/users/{id}/certificates': open(everyone, own),
  'get /api/users/{id}/reviews': open(everyone, own),

  'get /api/categories': open(everyone),
  'get /api/courses': open(everyone),
  'get /api/courses/{id}': open(everyone, id(aCourse)),
  'post /api/courses': forRoles(creators, async (campus) => ({
    json: {
      title: 'A course',
      categoryId: (await campus.peerloop.rows('SELECT id FROM categories'))[0].id,
      level: 'beginner',
      priceCents: 5_000,
    },
  })),
  'patch /api/courses/{id}': ofCreator(async (campus) => ({ id: await aCourse(campus), json: { title: 'Renamed' } })),
  'post /api/courses/{id}/publish': ofCreator(async (campus) => ({ id: (await campus.course('draft')).id })),
  'put /api/courses/{id}/thumbnail': ofCreator(async (campus) => ({ id: await pictured(campus), bytes: png })),
  'get /api/courses/{id}/thumbnail': open(everyone, id(pictured)),
  'delete /api/courses/{id}/thumbnail': ofCreator(id(pictured)),
  'get /api/courses/{id}/reviews': open(everyone, id(aCourse)),
  'post /api/courses/{id}/materials': ofCreator(async (campus) => ({
    id: await aCourse(campus),
    query: 'name=doors.pdf',
    bytes: pdf,
  })),
  'get /api/courses/{id}/materials': hidden(
    members,
    async (campus) => ({ id: (await campus.material()).course }),
    kept,
  ),
  'get /api/courses/{id}/materials/{materialId}': hidden(members, aMaterial, kept),
  'delete /api/courses/{id}/materials/{materialId}': ofCreator(aMaterial),

  // The creator does not enroll in the own course: the state is against it, not the role.
  'post /api/courses/{id}/enroll': {
    may: signedIn.filter((caller) => caller !== 'creator'),
    refused: refusal.state,
    call: async (campus) => ({ id: (await campus.course()).id, json: { instructorType: 'creator' } }),
  },
  'get /api/enrollments': open(signedIn),
  'get /api/courses/{id}/enrollments': ofCreator(id(aCourse)),
  'get /api/enrollments/{id}': hidden(members, enrolled, kept),
  'post /api/enrollments/{id}/progress': hidden(['student'], async (campus) => {
    const enrollment = await campus.enrollment();
    return { id: enrollment.id, json: { lessonId: enrollment.course.lesson, completed: true } };
  }),
  'post /api/enrollments/{id}/refund': hidden(['student'], async (campus) => ({
    ...(await enrolled(campus)),
    json: {},
  })),
  'post /api/enrollments/{id}/recommend': hidden(['teacher'], enrolled),
  'post /api/enrollments/{id}/certify': ofCreator(async (campus) => ({ id: (await campus.recommended()).id })),
  'get /api/certificates/{id}': open(everyone, id(aCertificate), kept),
  'post /api/certificates/{id}/revoke': ofCreator(async (campus) => ({
    id: await aCertificate(campus),
    json: { reason: 'A walk' },
  })),

  // Who has no certificate of it is refused by the state of things.
  'post /api/courses/{id}/teach': {
    may: ['student'],
    refused: refusal.state,
    call: async (campus) => ({ id: (await campus.certificate()).course.id, json: {} }),
  },
  'get /api/courses/{id}/teach': hidden(pair, id(appliedFor), kept),
  'delete /api/courses/{id}/teach': hidden(pair, id(appliedFor)),
  'get /api/teaching': open(signedIn),
  'get /api/courses/{id}/teachers': ofCreator(id(aCourse)),
  'post /api/courses/{id}/teachers/{userId}/approve': ofCreator(anApplication),
  'post /api/courses/{id}/teachers/{userId}/decline': ofCreator(anApplication),
  'post /api/courses/{id}/teachers/{userId}/withdraw': ofCreator(async (campus) => ({
    path: { id: (await campus.course()).id, userId: campus.people.teacher.user.id },
  })),

  'get /api/availability': forRoles(earners),
  'put /api/availability': forRoles(earners, () => ({ json: hours })),
  'get /api/student-teachers/{id}/slots': open(everyone, (campus) => ({ id: campus.people.teacher.user.id })),
  'get /api/sessions': open(signedIn),
  'post /api/sessions': hidden(['student'], async (campus) => {
    const enrollment = await campus.enrollment();
    const teacherId = campus.people.teacher.user.id;
    const listed = await campus.people.student.get(
      `/api/student-teachers/${teacherId}/slots?courseId=${enrollment.course.id}`,
    );
    const { startsAt } = listed.body.slots.at(-1);
    return { json: { enrollmentId: enrollment.id, teacherId, startsAt, durationMinutes: 60 } };
  }),
  'get /api/sessions/{id}': hidden(pair, id(aSession), kept),
  'post /api/sessions/{id}/reschedule': hidden(pair, async (campus) => {
    const listed = await campus.people.student.get(`/api/student-teachers/${campus.people.teacher.user.id}/slots`);
    return { id: await aSession(campus), json: { startsAt: listed.body.slots.at(-1).startsAt } };
  }),
  'post /api/sessions/{id}/cancel': hidden(pair, async (campus) => ({ id: await aSession(campus), json: {} })),
  'get /api/sessions/{id}/calendar.ics': hidden(pair, id(aSession), kept),
  'post /api/sessions/{id}/review': hidden(pair, async (campus) => ({
    id: (await campus.session({ status: 'completed' })).id,
    json: { rating: 5 },
  })),
  'get /api/sessions/{id}/reviews': hidden(pair, id(aSession), kept),
  'post /api/calendar/token': open(signedIn),
  'get /api/calendar.ics': open(everyone, async (campus) => ({
    query: new URL((await campus.people.student.post('/api/calendar/token')).body.url, 'http://x').search.slice(1),
  })),
  'delete /api/calendar/token': open(signedIn),

  'post /api/sessions/{id}/join': hidden(
    pair,
    id((campus) => campus.openRoom()),
    kept,
  ),
  'post /api/video/room': hidden(pair, aDoor, kept),
  'post /api/video/token': hidden(pair, aDoor, kept),
  'post /api/video/join': hidden(pair, aDoor, kept),
  'get /api/video/room/{id}/status': hidden(
    pair,
    id((campus) => campus.openRoom()),
    kept,
  ),
  'get /api/sessions/{id}/recording': hidden(
    pair,
    id((campus) => campus.recording()),
    kept,
  ),

  'get /api/feeds/course/{id}': forRoles([...members, ...staff], id(aCampus), kept),
  'post /api/feeds/course/{id}': forRoles(members, async (campus) => ({
    id: await aCampus(campus),
    json: { text: 'Hello' },
  })),
  'get /api/feeds/instructor/{id}': forRoles([...members, ...staff], aTeacher, kept),
  'get /api/feeds/timeline': open(signedIn),
  'delete /api/feeds/posts/{id}': {
    may: ['student', ...staff],
    refused: (caller) => (members.includes(caller) ? 403 : 404),
    call: id((campus) => campus.post()),
  },
  'post /api/feeds/posts/{id}/flag': hidden(
    ['teacher', 'creator', ...staff],
    async (campus) => ({ id: await campus.post(), json: { reason: 'spam' } }),
    { ...kept, refused: (caller) => (caller === 'student' ? 409 : 404) },
  ),
  'post /api/stream/token': open(signedIn),
  'get /api/moderation/flags': forRoles(staff),
  'post /api/moderation/flags/{id}/resolve': forRoles(staff, async (campus) => ({
    id: await campus.flag(),
    json: { action: 'dismiss' },
  })),

  'get /api/notifications': open(signedIn),
  'post /api/notifications/read': open(signedIn, () => ({ json: { all: true } })),
  'get /api/conversations': open(signedIn),
  // To a student; to who teaches anyone may write.
  'post /api/conversations': forRoles(
    ['teacher', 'creator', ...staff],
    async (campus) => {
      await campus.enrollment();
      return { json: { userId: campus.people.student.user.id, text: 'Hello' } };
    },
    { ...kept, refused: (caller) => (caller === 'student' ? 409 : 403) },
  ),
  'get /api/conversations/{id}/messages': hidden(pair, aTalk, kept),
  'post /api/conversations/{id}/messages': hidden(
    pair,
    async (campus) => ({ ...(await aTalk(campus)), json: { text: 'Hello' } }),
    kept,
  ),
  'post /api/conversations/{id}/read': hidden(
    pair,
    async (campus) => ({ ...(await aTalk(campus)), json: { position: 1 } }),
    kept,
  ),

  'get /api/earnings': forRoles(earners),
  'get /api/earnings/statement': forRoles(earners, () => ({ query: `month=${month}` })),
  'post /api/payments/connect/onboard': forRoles(earners, () => ({ json: {} })),
  'get /api/payments/connect/status': forRoles(earners),

  'get /api/admin/users': forRoles(['admin']),
  'patch /api/admin/users/{id}': forRoles(['admin'], async (campus) => ({
    id: (await campus.account()).client.user.id,
    json: { suspended: true },
  })),
  'get /api/admin/analytics': forRoles(['admin']),
  'get /api/admin/counters': forRoles(['admin']),
  'get /api/admin/audit': forRoles(['admin']),
  'get /api/admin/outbox': forRoles(['admin']),
  'post /api/admin/outbox/{id}/retry': forRoles(
    ['admin'],
    id((campus) => campus.deadEffect()),
  ),
  'get /api/admin/webhooks': forRoles(['admin']),
  'post /api/admin/webhooks/{id}/replay': forRoles(
    ['admin'],
    id((campus) => campus.failedEvent()),
  ),
  'get /api/admin/payouts': forRoles(['admin']),
  'post /api/admin/payouts': forRoles(['admin'], async (campus) => ({ json: { splitIds: [await campus.split()] } })),
  'get /api/admin/refunds': forRoles(['admin']),
  'get /api/admin/disputes': forRoles(['admin']),
  'post /api/admin/refunds': forRoles(['admin'], async (campus) => ({
    json: { enrollmentId: (await campus.enrollment()).id, reason: 'A walk' },
  })),
  'get /api/admin/books': forRoles(['admin'], () => ({ query: `month=${month}` })),

  'post /api/webhooks/stripe': signature,
  'post /api/webhooks/resend': signature,
  'post /api/webhooks/plugnmeet': signature,
  'post /api/webhooks/bigbluebutton': signature,
  'post /api/webhooks/stream': signature,
};

async function somebodyElse(campus) {
  return (await campus.peerloop.row("SELECT id FROM users WHERE handle = 'grace'")).id;
}
async function aCourse(campus) {
  return (await campus.course()).id;
}
async function aCampus(campus) {
  return (await campus.enrollment()).course.id;
}
async function pictured(campus) {
  const course = await campus.course();
  await succeeds(campus.people.creator.send('PUT', `/api/courses/${course.id}/thumbnail`, png), 'a picture');
  return course.id;
}
async function aMaterial(campus) {
  const material = await campus.material();
  return { path: { id: material.course, materialId: material.id } };
}
async function aCertificate(campus) {
  return (await campus.certificate()).id;
}
async function appliedFor(campus) {
  return campus.application();
}
async function anApplication(campus) {
  // Of somebody else each time: who may teach has another role.
  const { client } = await campus.account();
  return { path: { id: await campus.application(client), userId: client.user.id } };
}
async function aSession(campus) {
  return (await campus.session()).id;
}
async function aDoor(campus) {
  return { json: { sessionId: await campus.openRoom() } };
}
async function aTeacher(campus) {
  await campus.enrollment();
  return { id: campus.people.teacher.user.id };
}
async function aTalk(campus) {
  await campus.enrollment();
  return { id: await campus.conversation() };
}
