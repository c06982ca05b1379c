/** What our Worker sends to plugNmeet is what plugNmeet's own SDK sends for the same call. */

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';

import plugnmeet from 'plugnmeet-sdk-js';

import { verifyJwt } from '../../simulators/jwt.mjs';
import { startPeerLoop, until } from '../support/peerloop.mjs';
import { isTheSameCall } from '../support/sdk-comparison.mjs';

/** Nothing differs: the SDK sends no header that names itself, and neither do we. */
const allowed = {};

describe("what our Worker sends to plugNmeet, beside plugNmeet's own SDK", () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  /** @type {any} */
  let sdk;
  let ada;
  let session;

  before(async () => {
    peerloop = await startPeerLoop();
    const { PLUGNMEET_API_KEY: key, PLUGNMEET_API_SECRET: secret } = peerloop.secrets;
    sdk = new plugnmeet.PlugNmeet(`${peerloop.simulators.url}/plugnmeet`, key, secret);
    ada = await peerloop.signIn('ada');
    session = await peerloop.openSession();
  });
  after(() => peerloop?.stop());

  /** What plugNmeet was asked under a path, oldest first. @param {string} path */
  const asked = (path) =>
    peerloop.control.requests('plugnmeet').filter((request) => request.path === `/plugnmeet/auth${path}`);

  it('making a room and letting somebody in are the same calls', async () => {
    const joined = await ada.post(`/api/sessions/${session.id}/join`);
    assert.equal(joined.status, 200, joined.text);
    const room = {
      room_id: session.id,
      max_participants: 4,
      empty_timeout: 600,
      metadata: {
        room_title: session.course_title,
        logout_url: `${peerloop.simulators.url}/app/sessions/${session.id}/complete`,
        webhook_url: `http://localhost:${new URL(peerloop.url).port}/api/webhooks/plugnmeet`,
        room_features: {
          allow_webcams: true,
          mute_on_start: false,
          allow_screen_share: true,
          allow_rtmp: false,
          admin_only_webcams: false,
          allow_view_other_webcams: true,
          allow_view_other_users_list: true,
          room_duration: (session.ends_at - session.starts_at) / 60_000 + 25,
          enable_analytics: false,
          allow_virtual_bg: true,
          allow_raise_hand: true,
          recording_features: {
            is_allow: true,
            is_allow_cloud: true,
            is_allow_local: false,
            enable_auto_cloud_recording: true,
          },
          chat_features: { allow_chat: true, allow_file_upload: true },
          shared_note_pad_features: { allowed_shared_note_pad: true },
          whiteboard_features: { allowed_whiteboard: true },
        },
      },
    };
    const made = await sdk.createRoom(room);
    assert.equal(made.status, true, made.msg);
    isTheSameCall(...asked('/room/create'), allowed);

    const token = await sdk.getJoinToken({
      room_id: session.id,
      user_info: {
        name: ada.user.name,
        user_id: ada.user.id,
        is_admin: false,
        is_hidden: false,
        user_metadata: { record_webcam: true },
      },
    });
    assert.equal(token.status, true, token.msg);
    isTheSameCall(...asked('/room/getJoinToken'), allowed);
    assert.equal(peerloop.control.rooms().length, 1);

    const { token: ours, joinUrl } = joined.body;
    assert.equal(joinUrl, `${peerloop.simulators.url}/plugnmeet/?access_token=${ours}`);
    const claims = verifyJwt(ours, peerloop.secrets.PLUGNMEET_API_SECRET, Date.now() / 1000);
    assert.deepEqual([claims?.sub, claims?.room_id, claims?.is_admin], [ada.user.id, session.id, false]);
    assert.ok(claims?.exp < Date.now() / 1000 + 3600);
  });

  it('asking for the status of a room is the same call', async () => {
    const status = await ada.get(`/api/video/room/${session.id}/status`);
    assert.deepEqual(status.body, { isActive: true, participantCount: 0, recordingActive: false });
    const told = await sdk.getActiveRoomInfo({ room_id: session.id });
    assert.equal(told.room.room_info.room_title, session.course_title);
    isTheSameCall(...asked('/room/getActiveRoomInfo'), allowed);
  });

  it('asking for a recording is the same call', async () => {
    await peerloop.control.addRecording(session.id, { bytes: 1000, recordId: 'rec-contract' });
    await until('the recording to be asked for', () => asked('/recording/getDownloadToken').length > 0);
    const given = await sdk.getRecordingDownloadToken({ record_id: 'rec-contract' });
    assert.equal(given.status, true, given.msg);
    const calls = asked('/recording/getDownloadToken');
    isTheSameCall(calls[0], calls[calls.length - 1], allowed);
  });

  it('ending a room that nobody ended is the same call', async () => {
    await peerloop.write(
      'UPDATE sessions SET starts_at = starts_at - 10800000, ends_at = ends_at - 10800000 WHERE id = ?',
      session.id,
    );
    await peerloop.cron();
    await until('the room to be ended', async () => {
      await peerloop.cron();
      return asked('/room/endRoom').length > 0;
    });
    assert.equal(peerloop.control.rooms().length, 0);
    const again = await sdk.endRoom({ room_id: session.id });
    assert.equal(again.status, false);
    isTheSameCall(...asked('/room/endRoom'), allowed);
  });

  it('each call is signed over its body', () => {
    for (const { headers, body, path } of peerloop.control.requests('plugnmeet')) {
      if (path.includes('/download/')) continue;
      const expected = createHmac('sha256', peerloop.secrets.PLUGNMEET_API_SECRET).update(body).digest('hex');
      assert.equal(headers['hash-signature'], expected);
      assert.equal(headers['api-key'], peerloop.secrets.PLUGNMEET_API_KEY);
    }
  });

  it("the simulator's webhooks are signed as plugNmeet signs them: a token over the digest of the body", async () => {
    const deliveries = await until('every webhook to be answered', () => {
      const sent = peerloop.control.webhooks().filter(({ provider }) => provider === 'plugnmeet');
      return sent.length > 0 && sent.every(({ attempts }) => attempts[0]?.status) ? sent : undefined;
    });
    for (const { body, attempts } of deliveries) {
      const { authorization, 'hash-token': token } = attempts[0].headers;
      assert.equal(authorization, token);
      const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
      assert.equal(claims.sha256, createHash('sha256').update(body).digest('base64'));
      assert.equal(claims.iss, peerloop.secrets.PLUGNMEET_API_KEY);
      assert.equal(attempts[0].status, 200, attempts[0].answer);
    }
  });
});
