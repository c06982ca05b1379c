/** Stream's own SDKs, of both versions, work against the simulator. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';

import { StreamClient } from '@stream-io/node-sdk';
import getstream from 'getstream';

import { startSimulators } from '../../simulators/index.mjs';

/** @type {Awaited<ReturnType<typeof startSimulators>>} */
let simulators;
/** What came as webhooks: headers and raw bytes. @type {{headers: any, body: Buffer}[]} */
let received;
/** @type {import('node:http').Server} */
let application;

before(async () => {
  received = [];
  application = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ headers: request.headers, body: Buffer.concat(chunks) });
    response.writeHead(200).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => application.once('listening', resolve));
  const { port } = /** @type {import('node:net').AddressInfo} */ (application.address());
  simulators = await startSimulators({ port: 0, appUrl: `http://127.0.0.1:${port}` });
});
after(async () => {
  await simulators?.close();
  application?.close();
});
beforeEach(async () => {
  await simulators.control.settled();
  simulators.control.reset();
  received.length = 0;
});

describe('Feeds v3, by @stream-io/node-sdk', () => {
  const server = () =>
    new StreamClient(simulators.secrets.streamKey, simulators.secrets.streamSecret, { basePath: simulators.url });
  const course = (client = server()) => client.feeds.feed('course', 'c1');

  it('feeds are made once, and read back', async () => {
    const first = await course().getOrCreate({ user: { id: 'ada' }, data: { visibility: 'followers' } });
    assert.equal(first.created, true);
    assert.equal(first.feed.feed, 'course:c1');
    assert.equal(first.feed.visibility, 'followers');
    assert.equal(first.feed.created_by.id, 'ada');
    assert.ok(first.feed.created_at instanceof Date && Math.abs(first.feed.created_at.getTime() - Date.now()) < 10_000);
    assert.equal((await course().getOrCreate({ user_id: 'ada' })).created, false);
    await assert.rejects(
      course()
        .getOrCreate({ limit: 1 })
        .then(() => server().feeds.feed('course', 'x').getOrCreate()),
      {
        code: 4,
      },
    );
  });

  it('an activity of an id of ours stands once, and goes', async () => {
    await course().getOrCreate({ user_id: 'ada', data: { visibility: 'followers' } });
    const activity = { type: 'post', feeds: ['course:c1'], id: 'p1', text: 'Hello 🎓', user_id: 'bob' };
    for (let twice = 0; twice < 2; ++twice) {
      const { activities } = await server().feeds.upsertActivities({ activities: [activity], create_users: true });
      assert.equal(activities[0].id, 'p1');
    }
    const read = await course().getOrCreate({ user_id: 'ada' });
    assert.deepEqual(
      read.activities.map(({ id, text, user }) => [id, text, user.id]),
      [['p1', 'Hello 🎓', 'bob']],
    );
    assert.equal((await server().feeds.getActivity({ id: 'p1' })).activity.text, 'Hello 🎓');
    await server().feeds.deleteActivity({ id: 'p1', hard_delete: true });
    await assert.rejects(server().feeds.deleteActivity({ id: 'p1' }), { code: 16 });
  });

  it('nothing is written in a feed that was not made, nor by a user who is not known', async () => {
    const activity = { type: 'post', feeds: ['course:none'], user_id: 'bob' };
    await assert.rejects(server().feeds.addActivity({ ...activity, create_users: true }), { code: 16 });
    await course().getOrCreate({ user_id: 'ada' });
    await assert.rejects(server().feeds.addActivity({ ...activity, feeds: ['course:c1'] }), { code: 4 });
    await assert.rejects(server().feeds.getOrCreateFollow({ source: 'timeline:bob', target: 'course:c1' }), {
      code: 16,
    });
  });

  it('followers that the server adds read a feed of followers; who only asks does not', async () => {
    await course().getOrCreate({ user_id: 'ada', data: { visibility: 'followers' } });
    await server().feeds.upsertActivities({
      activities: [{ type: 'post', feeds: ['course:c1'], id: 'p1', text: 'secret', user_id: 'ada' }],
    });
    const client = (user) => {
      const token = server().generateUserToken({ user_id: user, validity_in_seconds: 60 });
      return userClient(token);
    };
    for (const user of ['bob', 'eve'])
      await server()
        .feeds.feed('timeline', user)
        .getOrCreate({ user: { id: user }, data: { visibility: 'private' } });
    await server().feeds.getOrCreateFollow({ source: 'timeline:bob', target: 'course:c1', status: 'accepted' });
    const asked = await client('eve')('POST', '/api/v2/feeds/follows', { source: 'timeline:eve', target: 'course:c1' });
    assert.equal(asked.body.follow.status, 'pending');

    const read = (user, feed) => client(user)('POST', `/api/v2/feeds/feed_groups/${feed.replace(':', '/feeds/')}`, {});
    assert.equal((await read('bob', 'course:c1')).body.activities[0].text, 'secret');
    assert.equal((await read('bob', 'timeline:bob')).body.activities[0].text, 'secret');
    assert.equal((await read('eve', 'course:c1')).status, 403);
    assert.deepEqual((await read('eve', 'timeline:eve')).body.activities, []);
    assert.equal((await read('eve', 'timeline:bob')).status, 403);

    await server().feeds.unfollow({ source: 'timeline:bob', target: 'course:c1' });
    assert.equal((await read('bob', 'course:c1')).status, 403);
    assert.deepEqual((await read('bob', 'timeline:bob')).body.activities, []);
  });

  it('another secret, an expired token, a Bearer before it or another key is refused', async () => {
    const wrong = new StreamClient(simulators.secrets.streamKey, 'other', { basePath: simulators.url });
    await assert.rejects(wrong.feeds.getActivity({ id: 'x' }), { code: 5 });
    const otherKey = new StreamClient('other', simulators.secrets.streamSecret, { basePath: simulators.url });
    await assert.rejects(otherKey.feeds.getActivity({ id: 'x' }), { code: 5 });
    const expired = server().generateUserToken({ user_id: 'bob', exp: 1_700_000_000, iat: 1_600_000_000 });
    const path = '/api/v2/feeds/feed_groups/user/feeds/bob';
    assert.equal((await userClient(expired)('POST', path, {})).status, 401);
    const good = server().generateUserToken({ user_id: 'bob' });
    assert.equal((await userClient(good)('POST', path, {})).status, 201);
    assert.equal((await userClient(`Bearer ${good}`)('POST', path, {})).status, 401);
  });

  it('webhooks verify with the SDK, also compressed and at a second attempt', async () => {
    await course().getOrCreate({ user_id: 'ada' });
    const add = (id) =>
      server().feeds.addActivity({ type: 'post', feeds: ['course:c1'], id, text: 'Zoë', user_id: 'ada' });
    await add('p1');
    await simulators.control.settled();
    simulators.control.compressStreamWebhooks();
    await add('p2');
    await simulators.control.settled();
    await simulators.control.resendWebhook(simulators.control.webhooks()[0].id);
    assert.equal(received.length, 3);
    for (const { headers, body } of received) {
      const event = server().verifyAndParseWebhook(body, headers['x-signature']);
      assert.equal(event.type, 'feeds.activity.added');
      assert.equal(headers['x-api-key'], simulators.secrets.streamKey);
    }
    assert.deepEqual([...received[1].body.subarray(0, 2)], [0x1f, 0x8b]);
    assert.equal(received[1].headers['x-webhook-id'], received[2].headers['x-webhook-id']);
    assert.deepEqual(
      received.slice(1).map(({ headers }) => headers['x-webhook-attempt']),
      ['1', '2'],
    );
    assert.throws(() => server().verifyAndParseWebhook(received[0].body, '0'.repeat(64)));
  });

  it('misbehaves on purpose', async () => {
    simulators.control.fault({ provider: 'stream', mode: 'status:500', times: 1 });
    await assert.rejects(server().feeds.getActivity({ id: 'x' }), { code: -1 });
    simulators.control.fault({ provider: 'stream', mode: 'status:429', times: 1 });
    const limited = await server()
      .feeds.getActivity({ id: 'x' })
      .catch((error) => error);
    assert.equal(limited.code, 9);
    assert.ok(limited.metadata.rateLimit.rateLimitReset.getTime() > Date.now());
  });
});

describe('Feeds v2, by getstream', () => {
  const options = () => ({ urlOverride: { api: `${simulators.url}/api/` }, keepAlive: false });
  const server = () =>
    getstream.connect(simulators.secrets.streamKey, simulators.secrets.streamSecret, undefined, options());
  const asUser = (user) =>
    getstream.connect(simulators.secrets.streamKey, server().createUserToken(user), undefined, options());

  const post = { actor: 'user:bob', verb: 'post', object: 'post:p1', foreign_id: 'post:p1' };

  it('the same foreign id and time is the same activity, and goes by its foreign id', async () => {
    const feed = server().feed('course', 'c1');
    const time = '2026-09-21T14:13:20.123';
    const first = await feed.addActivity({ ...post, time, text: 'one' });
    const second = await feed.addActivity({ ...post, time, text: 'two' });
    assert.equal(first.id, second.id);
    assert.equal(first.time, '2026-09-21T14:13:20.123000');
    const { results } = await feed.get({ limit: 10 });
    assert.deepEqual(
      results.map(({ text }) => text),
      ['two'],
    );
    await feed.removeActivity({ foreign_id: 'post:p1' });
    await feed.removeActivity({ foreign_id: 'post:p1' });
    assert.equal((await feed.get()).results.length, 0);
  });

  it('a timeline has what it follows, until it no longer does', async () => {
    await server().feed('course', 'c1').addActivity(post);
    const timeline = server().feed('timeline', 'bob');
    await timeline.follow('course', 'c1');
    await timeline.follow('course', 'c1');
    assert.equal((await timeline.get()).results.length, 1);
    assert.equal((await timeline.following()).results[0].target_id, 'course:c1');
    assert.equal((await server().feed('course', 'c1').followers()).results[0].feed_id, 'timeline:bob');
    await timeline.unfollow('course', 'c1');
    assert.equal((await timeline.get()).results.length, 0);
  });

  it('a user has their own feeds and nobody else’s', async () => {
    await server().feed('course', 'c1').addActivity(post);
    await server().feed('timeline', 'bob').follow('course', 'c1');
    assert.equal((await asUser('bob').feed('timeline', 'bob').get()).results.length, 1);
    await assert.rejects(asUser('eve').feed('timeline', 'bob').get(), /403/);
    await assert.rejects(asUser('eve').feed('course', 'c1').get(), /403/);
    await assert.rejects(asUser('eve').feed('timeline', 'eve').follow('course', 'c1'), /403/);
    await assert.rejects(asUser('eve').feed('course', 'c1').addActivity(post), /403/);
  });

  it('what is wrong is said in Stream’s shape', async () => {
    await assert.rejects(
      server()
        .feed('course', 'c1')
        .addActivity(/** @type {any} */ ({ verb: 'post' })),
      (error) => /** @type {any} */ (error).error.code === 4 && /** @type {any} */ (error).response.status === 400,
    );
  });
});

/** Speaks as a user's client does: the token alone, with the key. @param {string} token */
function userClient(token) {
  return async (method, path, body) => {
    const answer = await fetch(`${simulators.url}${path}?api_key=${simulators.secrets.streamKey}`, {
      method,
      headers: { authorization: token, 'stream-auth-type': 'jwt', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  };
}
