/** A whole journey: from a course that was just paid for to the recording of the first session. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import ICAL from 'ical.js';

import { everyDay, startPeerLoop, until } from '../support/peerloop.mjs';

describe('book, join, and watch the recording', () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  let student, teacher, enrollment, session;

  before(async () => {
    peerloop = await startPeerLoop();
    [student, teacher] = [await peerloop.signUp({ name: 'Robin Learner' }), await peerloop.signIn('ines')];
  });
  after(() => peerloop?.stop());

  it('a student pays and finds the next hour that the teacher has', async () => {
    const set = await teacher.put('/api/availability', {
      timezone: 'Pacific/Chatham',
      rules: everyDay('00:00', '24:00'),
      slotStepMinutes: 5,
      minimumNoticeMinutes: 0,
    });
    assert.equal(set.status, 200, set.text);
    const { body } = await student.enroll('python-for-data-work', {
      instructorType: 'student_teacher',
      studentTeacherId: teacher.user.id,
    });
    await peerloop.control.pay(body.checkoutSessionId);
    enrollment = body.enrollmentId;
    assert.equal((await student.get(`/api/enrollments/${enrollment}`)).body.status, 'enrolled');
  });

  it('books it, and both have it in their calendars', async () => {
    const { slots } = (await student.get(`/api/student-teachers/${teacher.user.id}/slots`)).body;
    // The next of those every five minutes: its room opens at once.
    const booked = await student.post('/api/sessions', {
      enrollmentId: enrollment,
      teacherId: teacher.user.id,
      startsAt: slots[0].startsAt,
      durationMinutes: 60,
    });
    assert.equal(booked.status, 201, booked.text);
    session = booked.body;
    for (const { email } of [student.user, teacher.user]) {
      const mail = await peerloop.mailTo(email, /^Booked: /);
      const file = await (await fetch(`${peerloop.simulators.url}/inbox/${mail.id}/attachments/0`)).text();
      const event = new ICAL.Event(new ICAL.Component(ICAL.parse(file)).getAllSubcomponents('vevent')[0]);
      assert.equal(event.startDate.toJSDate().toISOString(), session.startsAt);
    }
  });

  it('joins ten minutes before, and nobody else can', async () => {
    const [entry, other] = [
      await student.post(`/api/sessions/${session.id}/join`),
      await teacher.post(`/api/sessions/${session.id}/join`),
    ];
    for (const answer of [entry, other]) assert.equal(answer.status, 200, answer.text);
    assert.notEqual(entry.body.token, other.body.token);
    const page = await fetch(entry.body.joinUrl, { redirect: 'follow' });
    assert.equal(page.status, 200);
    assert.match(await page.text(), /Robin Learner/);
    const outsider = await peerloop.signIn('hugo');
    assert.equal((await outsider.post(`/api/sessions/${session.id}/join`)).status, 404);
  });

  it('is completed once the two have met, and can be reviewed', async () => {
    // As if the hour had come.
    await peerloop.write(
      'UPDATE sessions SET starts_at = starts_at - 3000000, ends_at = ends_at - 3000000 WHERE id = ?',
      session.id,
    );
    peerloop.control.setRecordingBytes(2_000_000);
    await peerloop.meet(session.id, student, teacher);
    assert.equal((await student.get(`/api/sessions/${session.id}`)).body.status, 'completed');
    const review = await student.post(`/api/sessions/${session.id}/review`, { rating: 5, comment: 'Clear and kind' });
    assert.equal(review.status, 201, review.text);
    const { items } = (await peerloop.stranger().get(`/api/users/${teacher.user.id}/reviews`)).body;
    assert.equal(items[0].comment, 'Clear and kind');
  });

  it('has a recording, which its two people can watch', async () => {
    const path = `/api/sessions/${session.id}/recording`;
    await until('the recording', async () => {
      await peerloop.cron();
      return (await student.get(path, { range: 'bytes=0-9' })).status === 206;
    });
    const told = (await student.get('/api/notifications')).body.items.map(({ kind }) => kind);
    assert.ok(told.includes('recording_ready'), told.join());
    const whole = await fetch(peerloop.url + path, { headers: { authorization: `Bearer ${teacher.accessToken}` } });
    assert.equal(whole.headers.get('content-type'), 'video/mp4');
    assert.equal((await whole.arrayBuffer()).byteLength, 2_000_000);
    assert.equal((await (await peerloop.signIn('hugo')).get(path)).status, 404);
  });
});
