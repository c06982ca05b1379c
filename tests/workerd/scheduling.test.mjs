/** Hours, slots, booking, moving, cancelling and calendars on the real D1, read by a parser that is not ours. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import ICAL from 'ical.js';

import { everyDay, startPeerLoop } from '../support/peerloop.mjs';

const day = 86_400_000;

/** The only event of a calendar, as ical.js reads it. @param {string} text */
function eventIn(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const events = calendar.getAllSubcomponents('vevent');
  assert.equal(events.length, 1, text);
  const event = new ICAL.Event(events[0]);
  return {
    method: calendar.getFirstPropertyValue('method'),
    uid: event.uid,
    summary: event.summary,
    sequence: event.sequence,
    start: event.startDate.toJSDate().toISOString(),
    end: event.endDate.toJSDate().toISOString(),
    status: events[0].getFirstPropertyValue('status'),
  };
}

describe('from a teacher’s hours to a cancelled session', () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  /** @type {any} */ let kofi;
  /** @type {any} */ let ada;
  /** @type {string} */ let enrollmentId;
  before(async () => {
    peerloop = await startPeerLoop();
    kofi = await peerloop.signIn('kofi');
    ada = await peerloop.signIn('ada');
    const { body } = await ada.get('/api/enrollments');
    enrollmentId = body.items.find((/** @type {any} */ each) => each.course.slug === 'python-for-data-work').id;
  });
  after(() => peerloop?.stop());

  const slots = async (query = '', client = peerloop.stranger()) => {
    const answer = await client.get(`/api/student-teachers/${kofi.user.id}/slots${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };
  const starts = async (query = '', client = peerloop.stranger()) =>
    (await slots(query, client)).slots.map((/** @type {any} */ slot) => slot.startsAt);
  const book = (/** @type {string} */ startsAt, headers = {}) =>
    ada.post('/api/sessions', { enrollmentId, teacherId: kofi.user.id, startsAt, durationMinutes: 60 }, headers);

  test('the teacher says when; anyone sees it, in any zone', async () => {
    const hours = {
      timezone: 'America/St_Johns',
      rules: everyDay('08:00', '16:00'),
      exceptions: [{ date: '2026-12-25', hours: [] }],
      bufferAfterMinutes: 15,
      minimumNoticeMinutes: 60,
      changeNoticeMinutes: 60,
      horizonDays: 120,
      dailyLimit: 4,
    };
    const set = await kofi.put('/api/availability', hours);
    assert.equal(set.status, 200, set.text);
    assert.deepEqual((await kofi.get('/api/availability')).body.rules, hours.rules);
    const first = await starts(`?to=${new Date(Date.now() + 60 * day).toISOString()}`);
    assert.ok(first.length > 300, String(first.length));

    for (const timezone of ['Asia/Kathmandu', 'Pacific/Chatham', 'Australia/Lord_Howe', 'America/New_York']) {
      const shown = await slots(`?timezone=${timezone}&to=${new Date(Date.now() + 60 * day).toISOString()}`);
      const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' });
      assert.deepEqual(
        shown.slots.map((/** @type {any} */ slot) => slot.startsAt),
        first,
      );
      for (const slot of shown.slots) {
        assert.equal(slot.localStart.slice(0, 19), clock.format(new Date(slot.startsAt)).replace(' ', 'T'));
        assert.equal(Date.parse(slot.localEnd), Date.parse(slot.endsAt));
      }
    }
  });

  test('a booking, its conflict, its move and its end', async () => {
    const free = await starts('', ada);
    const [wanted, later] = [free[10], free[30]];
    const key = { 'idempotency-key': 'workerd-booking-1' };
    const booked = await book(wanted, key);
    assert.equal(booked.status, 201, booked.text);
    assert.deepEqual((await book(wanted, key)).body, booked.body);
    const { id } = booked.body;
    assert.ok(!(await starts('')).includes(wanted));

    const taken = await book(wanted);
    assert.equal(taken.status, 409);
    assert.equal(taken.body.code, 'slot_taken');
    assert.equal((await book(new Date(Date.parse(wanted) + 60_000).toISOString())).body.code, 'slot_unavailable');

    const confirmation = await peerloop.mailTo('ada@demo.peerloop.test', /^Booked: /);
    assert.deepEqual(
      confirmation.attachments.map(({ filename }) => filename),
      ['session.ics'],
    );
    const file = await fetch(`${peerloop.simulators.url}/inbox/${confirmation.id}/attachments/0`);
    const attached = eventIn(await file.text());
    assert.equal(attached.start, wanted);
    assert.equal(attached.sequence, 0);
    assert.equal(attached.status, 'CONFIRMED');
    assert.ok(await peerloop.mailTo('kofi@demo.peerloop.test', /^Booked: /));

    const link = (await ada.post('/api/calendar/token')).body.url;
    const subscribed = () => peerloop.stranger().get(link);
    const of = async () => {
      const calendar = new ICAL.Component(ICAL.parse((await subscribed()).text));
      const events = calendar.getAllSubcomponents('vevent').map((each) => new ICAL.Event(each));
      return events.find(({ uid }) => uid === attached.uid);
    };
    assert.equal((await of())?.summary, attached.summary);

    const moved = await kofi.post(`/api/sessions/${id}/reschedule`, { startsAt: later });
    assert.equal(moved.status, 200, moved.text);
    assert.equal(moved.body.sequence, 1);
    const own = eventIn((await kofi.get(`/api/sessions/${id}/calendar.ics`)).text);
    assert.deepEqual([own.uid, own.start, own.sequence, own.method], [attached.uid, later, 1, 'PUBLISH']);
    assert.equal((await of())?.startDate.toJSDate().toISOString(), later);
    assert.ok((await starts('')).includes(wanted));

    const upcoming = (await ada.get('/api/sessions?when=upcoming')).body.items;
    assert.ok(upcoming.some((/** @type {any} */ each) => each.id === id));
    const cancelled = await ada.post(`/api/sessions/${id}/cancel`, { reason: 'A train that, as ever; does not come' });
    assert.equal(cancelled.status, 200, cancelled.text);
    assert.equal(cancelled.body.sequence, 2);
    const end = eventIn((await ada.get(`/api/sessions/${id}/calendar.ics`)).text);
    assert.deepEqual([end.method, end.status, end.sequence], ['CANCEL', 'CANCELLED', 2]);
    assert.equal((await of())?.sequence, 2);
    assert.match((await peerloop.mailTo('kofi@demo.peerloop.test', /^Cancelled: /)).text, /A train that/);
    assert.ok((await starts('')).includes(later));

    const again = (await ada.post('/api/calendar/token')).body.url;
    assert.equal((await subscribed()).status, 404);
    assert.equal((await peerloop.stranger().get(again)).status, 200);
  });

  test('fifty at once for one slot: one session', async () => {
    const wanted = (await starts('', ada))[50];
    const answers = await Promise.all(Array.from({ length: 50 }, () => book(wanted)));
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
    assert.ok(answers.every(({ status, body }) => status === 201 || body.code === 'slot_taken'));
    const { count } = await peerloop.row(
      "SELECT count(*) AS count FROM sessions WHERE starts_at = ? AND teacher_id = ? AND status = 'scheduled'",
      Date.parse(wanted),
      kofi.user.id,
    );
    assert.equal(count, 1);
  });

  test('cron reminds once', async () => {
    await peerloop.cron();
    const wanted = (await starts('', ada)).find((/** @type {string} */ at) => Date.parse(at) > Date.now() + 2 * day);
    const { body } = await book(wanted);
    const { due } = await peerloop.row('SELECT next_reminder_at AS due FROM sessions WHERE id = ?', body.id);
    assert.equal(due, Date.parse(wanted) - day);
  });
});
