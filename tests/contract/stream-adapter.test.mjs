/** What our Worker sends to Stream is what Stream's own SDKs send for the same call, in both versions. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { StreamClient } from '@stream-io/node-sdk';
import getstream from 'getstream';

import { startPeerLoop, until } from '../support/peerloop.mjs';
import { isTheSameCall } from '../support/sdk-comparison.mjs';

const course = 'python-for-data-work';

/**
 * A post and a follow, made and taken back by a Worker of this version.
 * @param {'v2' | 'v3'} version
 */
async function acts(version) {
  const peerloop = await startPeerLoop({ STREAM_API_VERSION: version });
  const mara = await peerloop.signIn('mara');
  const ada = await peerloop.signIn('ada');
  const { id: courseId } = /** @type {any} */ (await peerloop.row('SELECT id FROM courses WHERE slug = ?', course));
  const asked = (method, part) =>
    peerloop.control.requests('stream').filter((each) => each.method === method && each.path.includes(part));
  const isAsked = (method, part) => until(`${method} ${part}`, () => asked(method, part)[0]);

  const { body: post } = await mara.post(`/api/feeds/course/${course}`, { text: 'Zoë "Z" <Ångström> \\ 🎓' });
  await until('the copy', () => peerloop.control.feeds().activities.length === 1);
  await mara.send('DELETE', `/api/feeds/posts/${post.id}`);
  await until('the copy to go', () => peerloop.control.feeds().activities.length === 0);
  // Of somebody whom ada does not follow yet.
  const { id: noor } = /** @type {any} */ (await peerloop.row("SELECT id FROM users WHERE handle = 'noor'"));
  assert.equal((await ada.post(`/api/users/${noor}/follow`)).status, 204);
  await until('the follow', () => peerloop.control.feeds().follows.length === 1);
  assert.equal((await ada.send('DELETE', `/api/users/${noor}/follow`)).status, 204);
  await until('the follow to end', () => peerloop.control.feeds().follows.length === 0);
  return { peerloop, courseId, post, author: mara.user.id, follower: ada.user.id, followed: noor, isAsked };
}

describe("what our Worker sends to Stream, beside Stream's SDK for Feeds v3", () => {
  /** @type {Awaited<ReturnType<typeof acts>>} */
  let done;
  /** @type {StreamClient} */
  let sdk;
  before(async () => {
    done = await acts('v3');
    const { STREAM_API_KEY: key, STREAM_API_SECRET: secret } = done.peerloop.secrets;
    sdk = new StreamClient(key, secret, { basePath: done.peerloop.simulators.url });
  });
  after(() => done?.peerloop.stop());

  /** Why our headers differ from the SDK's. */
  const allowed = {
    accept: "Node's fetch adds one that takes anything, which is what its absence means",
    'user-agent': 'names the program',
    'x-client-request-id': 'names one request',
    'x-stream-client': 'names the library',
  };
  /** Compares the first request of ours with the next that the SDK makes. */
  async function compare(method, part, call) {
    const ours = await done.isAsked(method, part);
    await call().catch(() => {});
    const theirs = done.peerloop.control.requests('stream').at(-1);
    isTheSameCall(ours, theirs, allowed);
    for (const { headers } of [ours, theirs]) assert.match(headers['x-client-request-id'], /^[0-9a-f-]{36}$/);
    return { ours, theirs };
  }

  it('making a feed', async () => {
    await compare('POST', '/feed_groups/course/', () =>
      sdk.feeds
        .feed('course', done.courseId)
        .getOrCreate({ limit: 1, data: { visibility: 'followers' }, user: { id: done.author } }),
    );
  });
  it('writing a post', async () => {
    await compare('POST', '/activities/batch', () =>
      sdk.feeds.upsertActivities({
        activities: [
          {
            type: 'post',
            feeds: [`course:${done.courseId}`],
            id: done.post.id,
            text: done.post.text,
            user_id: done.author,
            custom: { posted_at: done.post.createdAt },
          },
        ],
        create_users: true,
      }),
    );
  });
  it('taking a post away', async () => {
    await compare('DELETE', `/activities/${done.post.id}`, () =>
      sdk.feeds.deleteActivity({ id: done.post.id, hard_delete: true }),
    );
  });
  it('following and no longer following', async () => {
    const pair = { source: `timeline:${done.follower}`, target: `user:${done.followed}` };
    await compare('POST', '/follows/upsert', () =>
      sdk.feeds.getOrCreateFollow({ ...pair, create_users: true, status: 'accepted' }),
    );
    await compare('DELETE', '/follows/', () => sdk.feeds.unfollow(pair));
  });
});

describe("what our Worker sends to Stream, beside Stream's SDK for Feeds v2", () => {
  /** @type {Awaited<ReturnType<typeof acts>>} */
  let done;
  /** @type {any} */
  let sdk;
  before(async () => {
    done = await acts('v2');
    const { STREAM_API_KEY: key, STREAM_API_SECRET: secret } = done.peerloop.secrets;
    sdk = getstream.connect(key, secret, undefined, {
      urlOverride: { api: `${done.peerloop.simulators.url}/api/` },
      keepAlive: false,
    });
  });
  after(() => done?.peerloop.stop());

  /** Why our headers differ from the SDK's. */
  const allowed = {
    accept: "axios' own list, which takes anything",
    authorization: 'a token for every feed, where the SDK makes one for each feed',
    'user-agent': 'names the program',
    'x-client-request-id': 'the other version’s name for one request; ours sends it to both',
    'x-stream-client': 'names the library',
  };
  async function compare(method, part, call, more = {}) {
    const ours = await done.isAsked(method, part);
    await call();
    isTheSameCall(ours, done.peerloop.control.requests('stream').at(-1), { ...allowed, ...more });
  }
  const bodyless = { 'content-type': 'of a body that is not there: v3’s SDK sends it, v2’s does not' };

  it('writing a post', async () => {
    await compare('POST', `/feed/course/${done.courseId}/`, () =>
      sdk.feed('course', done.courseId).addActivity({
        actor: `user:${done.author}`,
        verb: 'post',
        object: `post:${done.post.id}`,
        foreign_id: `post:${done.post.id}`,
        time: done.post.createdAt.replace('Z', ''),
        text: done.post.text,
      }),
    );
  });
  it('taking a post away', async () => {
    await compare(
      'DELETE',
      `/feed/course/${done.courseId}/`,
      () => sdk.feed('course', done.courseId).removeActivity({ foreign_id: `post:${done.post.id}` }),
      bodyless,
    );
  });
  it('following and no longer following', async () => {
    const timeline = () => sdk.feed('timeline', done.follower);
    await compare('POST', '/following/', () => timeline().follow('user', done.followed));
    await compare('DELETE', '/following/', () => timeline().unfollow('user', done.followed), bodyless);
  });
  it('the token is the one that the SDK makes', async () => {
    const ada = await done.peerloop.signIn('ada');
    const { body } = await ada.post('/api/stream/token');
    const claims = JSON.parse(Buffer.from(body.token.split('.')[1], 'base64url').toString());
    const expiring = getstream.connect(
      done.peerloop.secrets.STREAM_API_KEY,
      done.peerloop.secrets.STREAM_API_SECRET,
      undefined,
      { expireTokens: true },
    );
    const { iat, exp } = claims;
    assert.equal(body.token, expiring.createUserToken(ada.user.id, { iat, exp }));
  });
});
