/** A whole journey: a student learns from a student-teacher, is certified, teaches, and is paid for by the next. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { everyDay, startPeerLoop, until } from '../support/peerloop.mjs';

const course = 'python-for-data-work';
const hours = {
  timezone: 'Asia/Kathmandu',
  rules: everyDay('06:30', '20:30'),
  minimumNoticeMinutes: 60,
};

describe('from student to student-teacher', () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  let robin, teacher, creator, next;
  let courseId, enrollment, certificate;

  before(async () => {
    peerloop = await startPeerLoop();
    [robin, next] = [await peerloop.signUp({ name: 'Robin Learner' }), await peerloop.signUp({ name: 'Next One' })];
    [teacher, creator] = [await peerloop.signIn('ines'), await peerloop.signIn('mara')];
    courseId = (await peerloop.stranger().get(`/api/courses/${course}`)).body.id;
  });
  after(() => peerloop?.stop());

  const roles = async (client) => (await client.get('/api/auth/me')).body.roles;
  /** The tokens say the roles, so new roles come with new tokens. */
  const refresh = async (client) => {
    const answer = await client.post('/api/auth/refresh', { refreshToken: client.refreshToken });
    assert.equal(answer.status, 200, answer.text);
    Object.assign(client, { accessToken: answer.body.accessToken, refreshToken: answer.body.refreshToken });
  };
  const learnWith = async (student, who) => {
    const { status, text, body } = await student.enroll(course, {
      instructorType: 'student_teacher',
      studentTeacherId: who.user.id,
    });
    assert.equal(status, 201, text);
    await peerloop.control.pay(body.checkoutSessionId);
    return body.enrollmentId;
  };

  it('begins with a course that is learnt to its end', async () => {
    enrollment = await learnWith(robin, teacher);
    const { body } = await robin.get(`/api/courses/${course}`);
    const lessons = body.modules.flatMap((module) => module.lessons.map(({ id }) => id));
    for (const lessonId of lessons) {
      const marked = await robin.post(`/api/enrollments/${enrollment}/progress`, { lessonId, completed: true });
      assert.equal(marked.status, 200, marked.text);
    }
    assert.equal((await robin.get(`/api/enrollments/${enrollment}`)).body.progress.percent, 100);
    const early = await robin.post(`/api/courses/${course}/teach`, {});
    assert.equal(early.body.code, 'not_certified');
  });

  it('leads to a certificate that anyone can verify, by two people and not by one', async () => {
    assert.equal((await creator.post(`/api/enrollments/${enrollment}/certify`)).body.code, 'not_recommended');
    assert.equal((await teacher.post(`/api/enrollments/${enrollment}/recommend`)).status, 200);
    const certified = await creator.post(`/api/enrollments/${enrollment}/certify`);
    assert.equal(certified.status, 201, certified.text);
    certificate = certified.body.id;
    const seen = (await peerloop.stranger().get(`/api/certificates/${certificate}`)).body;
    assert.deepEqual([seen.valid, seen.holder.name, seen.course.slug], [true, 'Robin Learner', course]);
    const mail = await peerloop.mailTo(robin.user.email, /certificate/i);
    assert.match(mail.text, new RegExp(`/certificates/${certificate}`));
    const shares = await peerloop.rows(
      `SELECT DISTINCT s.status FROM payment_splits s JOIN transactions x ON x.id = s.transaction_id
       WHERE x.enrollment_id = ?`,
      enrollment,
    );
    assert.deepEqual(shares, [{ status: 'approved' }]);
  });

  it('the creator lets them teach, and the role comes with the next tokens', async () => {
    const applied = await robin.post(`/api/courses/${course}/teach`, { message: 'I would like to pass it on.' });
    assert.equal(applied.status, 201, applied.text);
    const { body } = await creator.get(`/api/courses/${courseId}/teachers?status=applied`);
    assert.deepEqual(
      body.items.map(({ applicant }) => applicant.id),
      [robin.user.id],
    );
    assert.ok(!(await roles(robin)).includes('studentTeacher'));
    const approved = await creator.post(`/api/courses/${courseId}/teachers/${robin.user.id}/approve`);
    assert.equal(approved.status, 200, approved.text);
    await peerloop.mailTo(robin.user.email, /teach/i);
    await refresh(robin);
    assert.ok((await roles(robin)).includes('studentTeacher'));
    const listed = await peerloop.stranger().get(`/api/student-teachers?courseId=${courseId}&limit=100`);
    assert.ok(listed.body.items.some(({ id }) => id === robin.user.id));
  });

  it('the next student learns from them', async () => {
    const set = await robin.put('/api/availability', hours);
    assert.equal(set.status, 200, set.text);
    const nextEnrollment = await learnWith(next, robin);
    const { body } = await next.get(`/api/student-teachers/${robin.user.id}/slots?courseId=${courseId}`);
    assert.match(body.slots[0].localStart, /\+05:45$/);
    const booked = await next.post('/api/sessions', {
      enrollmentId: nextEnrollment,
      teacherId: robin.user.id,
      startsAt: body.slots[0].startsAt,
      durationMinutes: 60,
    });
    assert.equal(booked.status, 201, booked.text);
    const sessions = (await robin.get('/api/sessions?when=upcoming')).body.items;
    assert.deepEqual(
      sessions.map(({ id }) => id),
      [booked.body.id],
    );
    const { splits } = (await robin.get('/api/earnings')).body;
    const { price_cents: price } = await peerloop.row(
      'SELECT price_cents FROM enrollments WHERE id = ?',
      nextEnrollment,
    );
    assert.deepEqual(
      splits.map(({ amountCents }) => amountCents),
      [Math.floor((Number(price) * 70) / 100)],
    );
    await until('the follow of the new teacher', () =>
      peerloop.control
        .feeds()
        .follows.some(
          ({ source, target }) => source === `timeline:${next.user.id}` && target === `user:${robin.user.id}`,
        ),
    );
    await peerloop.ledgerIsBalanced();
  });

  it('ends with the certificate: who is taught already is taught on, and nobody new enrolls', async () => {
    const revoked = await creator.post(`/api/certificates/${certificate}/revoke`, { reason: 'It was somebody else' });
    assert.equal(revoked.status, 200, revoked.text);
    assert.equal((await peerloop.stranger().get(`/api/certificates/${certificate}`)).body.valid, false);
    const refused = await (
      await peerloop.signUp()
    ).enroll(course, { instructorType: 'student_teacher', studentTeacherId: robin.user.id });
    assert.equal(refused.body.code, 'teacher_not_available');
    assert.equal((await robin.get('/api/sessions?when=upcoming')).body.items.length, 1);
  });
});
