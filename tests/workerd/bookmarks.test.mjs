/** Which copy of D1 a request reads: the bookmark that comes in, and the one that goes out. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startWorker } from '../../scripts/lib/worker.mjs';

describe('a bookmark of D1', () => {
  let worker;
  before(async () => {
    worker = await startWorker({ config: 'tests/workerd/probe.toml', vars: { CORS_ORIGINS: 'https://app.example' } });
  });
  after(() => worker?.stop());

  /** @param {string} path @param {RequestInit} [options] */
  async function ask(path, options) {
    const answer = await fetch(worker.url + path, options);
    const { sessions } = await (await fetch(`${worker.url}/_watched`)).json();
    return { status: answer.status, text: await answer.text(), headers: answer.headers, sessions };
  }
  const withBookmark = (bookmark) => ({ headers: { 'x-d1-bookmark': bookmark } });

  test('comes with every answer that the database had a part in, and with no other', async () => {
    const answer = await ask('/ask');
    assert.equal(answer.text, '{"n":14}');
    assert.match(answer.headers.get('x-d1-bookmark'), /^[0-9a-f]{8}(-[0-9a-f]{8}){2}-[0-9a-f]{32}$/);
    assert.equal((await ask('/ready?n=1')).headers.has('x-d1-bookmark'), false);
  });

  test('is where the next request of its client begins to read, in one session for all its batches', async () => {
    const bookmark = (await ask('/ask', { method: 'POST' })).headers.get('x-d1-bookmark');
    const next = await ask('/ask', withBookmark(bookmark));
    assert.equal(next.text, '{"n":14}');
    assert.deepEqual(next.sessions, [bookmark]);
  });

  test('is not asked for: strangers read the nearest copy, who is signed in and who writes the primary', async () => {
    assert.deepEqual((await ask('/ask')).sessions, ['first-unconstrained']);
    assert.deepEqual((await ask('/ask', { headers: { authorization: 'Bearer x' } })).sessions, ['first-primary']);
    assert.deepEqual((await ask('/ask', { method: 'POST' })).sessions, ['first-primary']);
    assert.deepEqual((await ask('/ask-primary')).sessions, ['first-primary']);
  });

  test('does not count where a copy must not be read', async () => {
    const bookmark = (await ask('/ask')).headers.get('x-d1-bookmark');
    assert.deepEqual((await ask('/ask-primary', withBookmark(bookmark))).sessions, ['first-primary']);
    assert.deepEqual((await ask('/ask', { method: 'POST', ...withBookmark(bookmark) })).sessions, ['first-primary']);
  });

  test('that D1 did not make counts as none', async () => {
    for (const nonsense of ['', 'x', 'first-primary', '0-0-0-0', `${'0'.repeat(26)}-${'0'.repeat(4000)}`]) {
      const answer = await ask('/ask', withBookmark(nonsense));
      assert.equal(answer.status, 200, nonsense);
      assert.deepEqual(answer.sessions, ['first-unconstrained'], nonsense);
    }
  });

  test('of a moment that never was is a request like any other', async () => {
    const bookmark = '0fffffff-0fffffff-0fffffff-0123456789abcdef0123456789abcdef';
    const answer = await ask('/ask', withBookmark(bookmark));
    assert.equal(answer.text, '{"n":14}');
    assert.deepEqual(answer.sessions, [bookmark]);
  });

  test('may be read and sent by a page of another origin', async () => {
    const origin = { origin: 'https://app.example' };
    const answer = await ask('/ask', { headers: origin });
    assert.match(answer.headers.get('access-control-expose-headers'), /\bx-d1-bookmark\b/);
    const asked = { ...origin, 'access-control-request-method': 'GET' };
    const preflight = await ask('/ask', { method: 'OPTIONS', headers: asked });
    assert.match(preflight.headers.get('access-control-allow-headers'), /\bx-d1-bookmark\b/);
  });
});
