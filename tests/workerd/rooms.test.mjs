/** Join and recording: the way of a session from its door to the recording, on workerd with a simulated plugNmeet. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { recordingBytes } from '../../simulators/plugnmeet/recordings.mjs';
import { startPeerLoop, until } from '../support/peerloop.mjs';

describe('a session with its room', () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  let ada;
  let kofi;
  let session;
  before(async () => {
    peerloop = await startPeerLoop();
    [ada, kofi] = [await peerloop.signIn('ada'), await peerloop.signIn('kofi')];
    session = await peerloop.openSession();
  });
  after(() => peerloop?.stop());

  test('one room is made, however many join at once and although an answer is lost', async () => {
    peerloop.control.fault({ provider: 'plugnmeet', mode: 'lost', times: 1, path: '/plugnmeet/auth/room/create' });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => (i % 2 ? ada : kofi).post(`/api/sessions/${session.id}/join`)),
    );
    for (const answer of answers) assert.equal(answer.status, 200, answer.text);
    assert.equal(peerloop.control.rooms().length, 1);
    assert.equal(peerloop.control.rooms()[0].id, session.id);
    assert.equal((await (await peerloop.signIn('grace')).post(`/api/sessions/${session.id}/join`)).status, 404);
    const created = peerloop.control.webhooks().filter(({ type }) => type === 'room_created');
    assert.equal(created.length, 1);
  });

  test('the two meet; whoever comes back is one person; the session is completed and both are told', async () => {
    const { control } = peerloop;
    control.setRecordingBytes(3_000_000);
    await control.enterRoom(session.id, { userId: ada.user.id, name: 'Ada' });
    await control.enterRoom(session.id, { userId: kofi.user.id, name: 'Kofi', isAdmin: true });
    await control.enterRoom(session.id, { userId: ada.user.id, name: 'Ada' });
    await control.enterRoom(session.id, { userId: 'RECORDER_BOT', isHidden: true });
    const status = await kofi.get(`/api/video/room/${session.id}/status`);
    assert.deepEqual(status.body, { isActive: true, participantCount: 2, recordingActive: true });
    await control.endRoom(session.id);
    await control.settled();

    const settled = await peerloop.row('SELECT status, no_show_by FROM sessions WHERE id = ?', session.id);
    assert.deepEqual(settled, { status: 'completed', no_show_by: null });
    const stays = await peerloop.rows(
      'SELECT user_id, left_how, duration_seconds FROM session_attendance WHERE session_id = ? ORDER BY joined_at',
      session.id,
    );
    assert.equal(stays.length, 3);
    for (const stay of stays) assert.equal(stay.left_how, 'left');
    await peerloop.mailTo('ada@demo.peerloop.test', /session is complete/);
    await peerloop.mailTo('kofi@demo.peerloop.test', /session is complete/);
    assert.equal((await ada.post(`/api/sessions/${session.id}/join`)).status, 200);
  });

  test('every event that is sent again, also at the same time, changes nothing', async () => {
    const before = await peerloop.contents(['webhook_events', 'outbox', 'emails']);
    const deliveries = peerloop.control.webhooks().filter(({ provider }) => provider === 'plugnmeet');
    assert.ok(deliveries.length >= 10);
    for (const { id } of deliveries) {
      const attempts = await peerloop.control.resendWebhook(id, { times: 4, parallel: true });
      for (const { status, answer } of attempts) assert.equal(status, 200, answer);
    }
    assert.deepEqual(await peerloop.contents(['webhook_events', 'outbox', 'emails']), before);
    assert.equal(
      peerloop.control.mail('ada@demo.peerloop.test').filter(({ subject }) => /complete/.test(subject)).length,
      1,
    );
  });

  test('the recording arrives, and is streamed to the two with ranges', async () => {
    const path = `/api/sessions/${session.id}/recording`;
    await until('the recording to be stored', async () => {
      await peerloop.cron();
      const [recording] = await peerloop.rows('SELECT status FROM recordings WHERE session_id = ?', session.id);
      return recording?.status === 'stored';
    });
    const { provider_record_id: recordId, object_key: key } = await peerloop.row(
      'SELECT provider_record_id, object_key FROM recordings WHERE session_id = ?',
      session.id,
    );
    assert.match(String(key), new RegExp(`^recordings/${session.id}/`));
    const expected = Buffer.concat([...recordingBytes(String(recordId), 0, 3_000_000)]);
    const get = (headers = {}, client = ada) =>
      fetch(peerloop.url + path, { headers: { authorization: `Bearer ${client.accessToken}`, ...headers } });

    const whole = await get();
    assert.equal(whole.status, 200);
    assert.equal(whole.headers.get('content-type'), 'video/mp4');
    assert.ok(Buffer.from(await whole.arrayBuffer()).equals(expected));
    const part = await get({ range: 'bytes=1048570-1048585' }, kofi);
    assert.equal(part.status, 206);
    assert.equal(part.headers.get('content-range'), 'bytes 1048570-1048585/3000000');
    assert.ok(Buffer.from(await part.arrayBuffer()).equals(expected.subarray(1048570, 1048586)));
    const known = await get({ 'if-none-match': String(whole.headers.get('etag')) });
    assert.equal(known.status, 304);
    assert.equal((await get({ range: 'bytes=3000000-' })).status, 416);
    assert.equal((await (await peerloop.signIn('grace')).get(path)).status, 404);
    const notices = await peerloop.rows("SELECT user_id FROM notifications WHERE kind = 'recording_ready'");
    assert.equal(notices.length, 2);
  });

  test('events that plugNmeet did not sign are refused', async () => {
    const send = (headers, body = '{"event":"room_finished","id":"x"}') =>
      peerloop.stranger().send('POST', '/api/webhooks/plugnmeet', { headers, body });
    assert.equal((await send({})).status, 401);
    assert.equal((await send({ 'hash-token': 'a.b.c' })).status, 401);
    const [delivery] = peerloop.control.webhooks().filter(({ provider }) => provider === 'plugnmeet');
    const { headers } = delivery.attempts[0];
    assert.equal((await send(headers, `${delivery.body} `)).status, 401);
    assert.equal((await send(headers, delivery.body)).body.outcome, 'duplicate');
  });
});
