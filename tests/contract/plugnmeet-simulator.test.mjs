/** The simulated plugNmeet, judged by plugNmeet's own SDK. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';

import plugnmeet from 'plugnmeet-sdk-js';

import { startSimulators } from '../../simulators/index.mjs';
import { recordingBytes } from '../../simulators/plugnmeet/recordings.mjs';

describe("the simulated plugNmeet, by plugNmeet's own SDK", () => {
  let simulators;
  /** @type {any} */
  let sdk;
  let now = Date.UTC(2026, 8, 21, 10);

  before(async () => {
    simulators = await startSimulators({ port: 0, clock: () => now });
    sdk = client();
  });
  beforeEach(() => simulators.control.reset());
  after(() => simulators?.close());

  const client = ({ key = simulators.secrets.plugnmeetKey, secret = simulators.secrets.plugnmeetSecret } = {}) =>
    new plugnmeet.PlugNmeet(`${simulators.url}/plugnmeet`, key, secret);
  const room = (room_id = 'room-1', more = {}) => ({
    room_id,
    metadata: { room_title: 'A room', room_features: { recording_features: { enable_auto_cloud_recording: true } } },
    ...more,
  });
  const told = () =>
    simulators.control
      .webhooks()
      .map(({ type }) => type)
      .reverse();

  it('makes a room once, tells of it and ends it', async () => {
    const made = await sdk.createRoom(room());
    assert.equal(made.status, true);
    assert.equal(made.room_info.room_id, 'room-1');
    const again = await sdk.createRoom(room('room-1', { max_participants: 9 }));
    assert.equal(again.room_info.sid, made.room_info.sid);
    assert.equal((await sdk.isRoomActive({ room_id: 'room-1' })).is_active, true);
    assert.equal((await sdk.getActiveRoomsInfo()).rooms.length, 1);
    assert.equal((await sdk.endRoom({ room_id: 'room-1' })).status, true);
    const active = await sdk.isRoomActive({ room_id: 'room-1' });
    assert.deepEqual([active.status, active.is_active], [true, false]);
    assert.equal((await sdk.getActiveRoomInfo({ room_id: 'room-1' })).status, false);
    assert.equal((await sdk.getJoinToken({ room_id: 'room-1', user_info: { name: 'A', user_id: 'a' } })).status, false);
    const past = await sdk.fetchPastRoomsInfo({ room_ids: ['room-1'] });
    assert.equal(past.result.rooms_list[0].room_sid, made.room_info.sid);
    await simulators.control.settled();
    assert.deepEqual(told(), ['room_created', 'session_ended', 'room_finished']);
  });

  it('refuses what plugNmeet refuses, with status 200', async () => {
    assert.match((await sdk.createRoom(room('a room'))).msg, /room_id/);
    assert.match((await sdk.createRoom({ room_id: 'r', metadata: { room_features: {} } })).msg, /room_title/);
    assert.match((await sdk.createRoom(room('r', { empty_timeout: -1 }))).msg, /empty_timeout/);
    assert.equal((await sdk.getRecordingDownloadToken({ record_id: 'none' })).status, false);
    for (const other of [client({ key: 'x' }), client({ secret: 'x' })])
      assert.equal((await other.createRoom(room())).status, false);
    assert.equal(simulators.control.rooms().length, 0);
  });

  it('tells of people in order, and sends out who comes twice', async () => {
    await sdk.createRoom(room('room-1', { max_participants: 2 }));
    await simulators.control.enterRoom('room-1', { userId: 'ada', name: 'Ada' });
    now += 60_000;
    await simulators.control.enterRoom('room-1', { userId: 'ada', name: 'Ada' });
    const { room: info } = await sdk.getActiveRoomInfo({ room_id: 'room-1' });
    assert.deepEqual(
      info.participants_info.map(({ identity }) => identity),
      ['ada'],
    );
    assert.equal(info.room_info.is_recording, true);
    await simulators.control.enterRoom('room-1', { userId: 'grace' });
    await assert.rejects(simulators.control.enterRoom('room-1', { userId: 'hugo' }), /full/);
    await simulators.control.leaveRoom('room-1', { userId: 'grace' });
    await simulators.control.endRoom('room-1');
    await simulators.control.settled();
    assert.deepEqual(told(), [
      'room_created',
      'room_started',
      'participant_joined',
      'start_recording',
      'participant_left',
      'participant_joined',
      'participant_joined',
      'participant_left',
      'participant_left',
      'end_recording',
      'session_ended',
      'room_finished',
      'recording_proceeded',
    ]);
    const left = simulators.control.webhooks().findLast(({ type }) => type === 'participant_left');
    const event = JSON.parse(left.body);
    assert.equal(Number(event.created_at) - Number(event.participant.joined_at), 60);
  });

  it('ends a room that is empty or open for too long', async () => {
    await sdk.createRoom(room('empty', { empty_timeout: 60 }));
    const timed = room('timed');
    timed.metadata.room_features.room_duration = 5;
    await sdk.createRoom(timed);
    await simulators.control.enterRoom('timed', { userId: 'ada' });
    now += 61_000;
    assert.deepEqual(
      simulators.control.rooms().map(({ id }) => id),
      ['timed'],
    );
    now += 300_000;
    assert.deepEqual(simulators.control.rooms(), []);
  });

  it('gives out recordings whole and in ranges, for as long as the token is good', async () => {
    const bytes = 5_000_003;
    await simulators.control.addRecording('room-1', { bytes, recordId: 'rec-1' });
    const listed = await sdk.fetchRecordings({ room_ids: ['room-1'] });
    assert.equal(listed.result.recordings_list[0].file_size, 5);
    const { token } = await sdk.getRecordingDownloadToken({ record_id: 'rec-1' });
    const url = `${simulators.url}/plugnmeet/download/recording/${token}`;
    const hash = (/** @type {Iterable<Buffer>} */ pieces) => {
      const digest = createHash('sha256');
      for (const piece of pieces) digest.update(piece);
      return digest.digest('hex');
    };
    const whole = await fetch(url);
    assert.equal(whole.status, 200);
    assert.equal(hash([Buffer.from(await whole.arrayBuffer())]), hash(recordingBytes('rec-1', 0, bytes)));
    const parts = [];
    for (const range of ['bytes=0-1048575', 'bytes=1048576-2000000', 'bytes=2000001-']) {
      const answer = await fetch(url, { headers: { range } });
      assert.equal(answer.status, 206);
      parts.push(Buffer.from(await answer.arrayBuffer()));
    }
    assert.equal(hash(parts), hash(recordingBytes('rec-1', 0, bytes)));
    assert.equal((await fetch(url, { headers: { range: `bytes=${bytes}-` } })).status, 416);
    now += 3_600_000;
    assert.equal((await fetch(url)).status, 401);
    assert.equal((await sdk.deleteRecordings({ record_id: 'rec-1' })).status, true);
    assert.equal((await sdk.fetchRecordings({ room_ids: ['room-1'] })).status, false);
  });

  it('misbehaves on demand', async () => {
    simulators.control.fault({ provider: 'plugnmeet', mode: 'status:503', times: 1 });
    assert.equal((await sdk.createRoom(room())).status, false);
    simulators.control.fault({ provider: 'plugnmeet', mode: 'lost', times: 1 });
    assert.equal((await sdk.createRoom(room())).status, false);
    assert.equal(simulators.control.rooms().length, 1, 'the effect is there, and only the answer is not');
    await simulators.control.addRecording('room-1', { bytes: 3_000_000, recordId: 'rec-1' });
    const { token } = await sdk.getRecordingDownloadToken({ record_id: 'rec-1' });
    simulators.control.fault({ provider: 'plugnmeet', mode: 'half-body', times: 1, path: '/plugnmeet/download/' });
    await assert.rejects(
      fetch(`${simulators.url}/plugnmeet/download/recording/${token}`).then((answer) => answer.arrayBuffer()),
    );
  });
});
