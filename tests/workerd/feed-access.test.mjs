/** A course's feed from outside to inside, on workerd, D1 and KV, with the feed provider's copy beside it. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';

import { StreamClient } from '@stream-io/node-sdk';

import { startPeerLoop, until } from '../support/peerloop.mjs';

const course = 'python-for-data-work';

describe('access to a feed', () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  /** @type {string} */
  let courseId;
  /** Somebody new, the course's creator, and a moderator. */
  let student, creator, moderator;
  /** @type {any} */
  let post;

  before(async () => {
    peerloop = await startPeerLoop();
    ({ id: courseId } = /** @type {any} */ (await peerloop.row('SELECT id FROM courses WHERE slug = ?', course)));
    student = await peerloop.signUp({ name: 'Robin Newcomer' });
    creator = await peerloop.signIn('mara');
    moderator = await peerloop.signIn('mod');
  });
  after(() => peerloop?.stop());

  const copy = () => peerloop.control.feeds();
  const follows = (source, target) =>
    copy().follows.some((each) => each.source === source && each.target === target && each.status === 'accepted');

  it('a stranger neither reads nor writes', async () => {
    const read = await student.get(`/api/feeds/course/${course}`);
    assert.equal(read.status, 403);
    assert.equal(read.body.code, 'not_enrolled');
    assert.equal((await student.post(`/api/feeds/course/${course}`, { text: 'let me in' })).status, 403);
    assert.equal((await student.get('/api/feeds/course/no-such-course')).status, 404);
    assert.equal((await peerloop.stranger().get(`/api/feeds/course/${course}`)).status, 401);
    assert.deepEqual((await student.get('/api/feeds/timeline')).body.items, []);
  });

  it('the creator writes, and the copy appears at the provider for followers only', async () => {
    const written = await creator.post(`/api/feeds/course/${course}`, { text: 'Welcome, <all> of "you" 🎓' });
    assert.equal(written.status, 201, written.text);
    post = written.body;
    assert.equal(post.authorRole, 'creator');
    const activity = await until('the copy', () => copy().activities.find(({ id }) => id === post.id));
    assert.equal(activity.text, 'Welcome, <all> of "you" 🎓');
    assert.deepEqual(activity.feeds, [`course:${courseId}`]);
    assert.equal(copy().feeds.find(({ fid }) => fid === `course:${courseId}`).visibility, 'followers');
  });

  it('who pays belongs: reads, writes, and follows the course at the provider', async () => {
    const { body } = await student.enroll(course);
    await peerloop.control.pay(body.checkoutSessionId);
    const read = await student.get(`/api/feeds/course/${course}`);
    assert.equal(read.status, 200, read.text);
    assert.equal(read.body.items[0].text, post.text);
    assert.equal((await student.post(`/api/feeds/course/${courseId}`, { text: 'Hello' })).status, 201);
    assert.deepEqual(
      (await student.get('/api/feeds/timeline?limit=2')).body.items.map(({ text }) => text),
      ['Hello', post.text],
    );
    const instructor = await student.get(`/api/feeds/instructor/${creator.user.id}`);
    assert.equal(instructor.body.items[0].id, post.id);
    await until('the follow of the course', () => follows(`timeline:${student.user.id}`, `course:${courseId}`));
    await until('the follow of the teacher', () => follows(`timeline:${student.user.id}`, `user:${creator.user.id}`));
  });

  it("the token lets the provider's SDK read the course and one's own timeline, and nobody else's", async () => {
    const first = await student.post('/api/stream/token');
    assert.equal(first.status, 200, first.text);
    assert.deepEqual((await student.post('/api/stream/token')).body, first.body);
    assert.equal(first.body.apiKey, peerloop.secrets.STREAM_API_KEY);
    assert.equal(first.body.userId, student.user.id);
    const read = async (token, feed) => {
      const answer = await fetch(
        `${peerloop.simulators.url}/api/v2/feeds/feed_groups/${feed.replace(':', '/feeds/')}?api_key=${first.body.apiKey}`,
        { method: 'POST', headers: { authorization: token, 'stream-auth-type': 'jwt' }, body: '{}' },
      );
      return { status: answer.status, body: await answer.json() };
    };
    const timeline = await read(first.body.token, `timeline:${student.user.id}`);
    assert.deepEqual(
      timeline.body.activities.map(({ text }) => text),
      ['Hello', post.text],
    );
    assert.equal((await read(first.body.token, `course:${courseId}`)).status, 201);
    const outsider = await peerloop.signUp();
    const { token } = (await outsider.post('/api/stream/token')).body;
    assert.equal((await read(token, `course:${courseId}`)).status, 403);
    assert.equal((await read(token, `timeline:${student.user.id}`)).status, 403);
    assert.equal((await read(token, `user:${creator.user.id}`)).status, 201);
  });

  it('is the token that the SDK itself would make', async () => {
    const { body } = await student.post('/api/stream/token');
    const claims = JSON.parse(Buffer.from(body.token.split('.')[1], 'base64url').toString());
    const sdk = new StreamClient(peerloop.secrets.STREAM_API_KEY, peerloop.secrets.STREAM_API_SECRET);
    assert.equal(body.token, sdk.generateUserToken({ user_id: student.user.id, iat: claims.iat, exp: claims.exp }));
    assert.equal(claims.exp * 1000, Math.floor(Date.parse(body.expiresAt) / 1000) * 1000);
  });

  it('what a student objects to, a moderator removes: here, at the provider, and its author is told', async () => {
    const { body: rude } = await student.post(`/api/feeds/course/${course}`, { text: 'rude words' });
    await until('the copy', () => copy().activities.some(({ id }) => id === rude.id));
    const flagged = await creator.post(`/api/feeds/posts/${rude.id}/flag`, { reason: 'abuse', note: 'really' });
    assert.equal(flagged.status, 204, flagged.text);
    assert.equal((await student.get('/api/moderation/flags')).status, 403);
    const queue = await moderator.get('/api/moderation/flags');
    const flag = queue.body.items.find((each) => each.post.id === rude.id);
    assert.equal(flag.reporter.handle, 'mara');
    const resolved = await moderator.post(`/api/moderation/flags/${flag.id}/resolve`, { action: 'remove' });
    assert.equal(resolved.status, 200, resolved.text);
    assert.equal(resolved.body.postStatus, 'removed');
    await until('the copy to go', () => !copy().activities.some(({ id }) => id === rude.id));
    const feed = await student.get(`/api/feeds/course/${course}`);
    assert.ok(!feed.body.items.some(({ id }) => id === rude.id));
    const told = await student.get('/api/notifications');
    assert.ok(told.body.items.some(({ kind, data }) => kind === 'post_removed' && data.postId === rude.id));
    const { actor_id: actor } = await peerloop.row(
      "SELECT actor_id FROM audit_log WHERE action = 'post.remove' AND target_id = ?",
      rude.id,
    );
    assert.equal(actor, moderator.user.id);
    await peerloop.control.settled();
    const [event] = await peerloop.rows(
      "SELECT status FROM webhook_events WHERE provider = 'stream' AND type = 'feeds.activity.deleted'",
    );
    assert.equal(event.status, 'ignored');
  });

  it('a copy that is taken away at the provider goes to the moderators, by a compressed webhook as well', async () => {
    peerloop.control.compressStreamWebhooks();
    await peerloop.control.takeAwayActivity(post.id);
    const delivery = peerloop.control.webhooks().find(({ type }) => type === 'feeds.activity.deleted');
    assert.equal(delivery.status, 'delivered', JSON.stringify(delivery.attempts));
    const queue = await moderator.get('/api/moderation/flags');
    const flag = queue.body.items.find((each) => each.post.id === post.id);
    assert.equal(flag.reporter, null);
    peerloop.control.compressStreamWebhooks(false);
  });

  it('the provider’s signature is looked at on what was packed, and its size on what comes out', async () => {
    const secret = peerloop.secrets.STREAM_API_SECRET;
    const send = (body, { signed = body, packed = gzipSync(body) } = {}) =>
      peerloop.stranger().send('POST', '/api/webhooks/stream', {
        body: packed,
        headers: {
          'content-type': 'application/json',
          'x-webhook-id': crypto.randomUUID(),
          'x-signature': createHmac('sha256', secret).update(signed).digest('hex'),
        },
      });
    const event = JSON.stringify({ type: 'feeds.activity.pinned', created_at: new Date().toISOString() });
    assert.deepEqual((await send(event)).body, { received: true, outcome: 'ignored' });
    assert.equal((await send(event, { signed: `${event} ` })).status, 401);
    assert.equal((await send(event, { packed: Buffer.from([0x1f, 0x8b, 1, 2, 3]) })).status, 401);
    assert.equal((await send(event, { packed: gzipSync(event).subarray(0, 30) })).status, 401);
    // A bomb: a megabyte a kilobyte.
    assert.equal((await send(' '.repeat(64 << 20))).status, 413);
  });

  it('access ends with a refund, at the provider as well', async () => {
    const { transaction } = /** @type {any} */ (
      await peerloop.row(
        `SELECT x.stripe_payment_intent_id AS "transaction" FROM transactions x JOIN enrollments e ON e.id = x.enrollment_id
         WHERE e.student_id = ?`,
        student.user.id,
      )
    );
    await peerloop.control.refund({ payment_intent: transaction });
    await until('the refund', async () => (await student.get(`/api/feeds/course/${course}`)).status === 403);
    await until('the follow to end', () => !follows(`timeline:${student.user.id}`, `course:${courseId}`));
    assert.deepEqual((await student.get('/api/feeds/timeline')).body.items, []);
  });

  it('two people of a course write to each other', async () => {
    const kofi = await peerloop.signIn('kofi');
    const ines = await peerloop.signIn('ines');
    const begun = await kofi.post(
      '/api/conversations',
      { userId: ines.user.id, text: 'Shall we compare notes?' },
      { 'idempotency-key': 'first-message' },
    );
    assert.equal(begun.status, 201, begun.text);
    const replayed = await kofi.post(
      '/api/conversations',
      { userId: ines.user.id, text: 'Shall we compare notes?' },
      { 'idempotency-key': 'first-message' },
    );
    assert.equal(replayed.headers.get('idempotent-replayed'), 'true');
    assert.deepEqual(replayed.body, begun.body);
    const mine = await ines.get(`/api/conversations?userId=${kofi.user.id}`);
    assert.equal(mine.body.items[0].lastMessage.text, 'Shall we compare notes?');
    const path = `/api/conversations/${begun.body.id}`;
    assert.equal((await ines.post(`${path}/messages`, { text: 'Yes, tonight' })).status, 201);
    const read = await kofi.post(`${path}/read`, { position: begun.body.lastMessage.position + 1 });
    assert.deepEqual(read.body, { unreadCount: 0, readPosition: begun.body.lastMessage.position + 1 });
    assert.equal((await student.get(`${path}/messages`)).status, 404);
    const told = await kofi.get('/api/notifications?unread=true');
    assert.ok(!told.body.items.some(({ kind }) => kind === 'new_message'));
    assert.equal((await ines.post('/api/notifications/read', { all: true })).body.unreadCount, 0);
  });
});
