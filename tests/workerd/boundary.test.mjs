/** The boundary on workerd: traps, interleaving, cancellation, streams, work after the answer, cron. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { hangUp, load } from '../../scripts/lib/load.mjs';
import { startPlainWorkerd } from '../../scripts/lib/workerd.mjs';
import { startWorker } from '../../scripts/lib/worker.mjs';

const config = 'tests/workerd/probe.toml';

/** @param {string} url */
const client = (url) => async (path, options) => {
  const answer = await fetch(url + path, { signal: AbortSignal.timeout(20_000), ...options });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

/** Waits until what is alive is as it should be. */
async function counted(call, isReached) {
  let counters;
  for (let tries = 0; tries < 100; tries += 1) {
    counters = JSON.parse((await call('/_counters')).text);
    if (isReached(counters)) return counters;
    await sleep(50);
  }
  assert.fail(`alive: ${JSON.stringify(counters)}`);
}
const nothingIsAlive = (call) =>
  counted(call, ({ frames, requests, hostCalls, buffers }) => frames + requests + hostCalls + buffers === 0);

describe('on workerd with its bindings', () => {
  let worker;
  let call;
  before(async () => {
    worker = await startWorker({ config });
    call = client(worker.url);
  });
  after(() => worker?.stop());

  for (const trap of ['/abort', '/unreachable', '/stack-overflow', '/out-of-memory', '/abort-after-wait'])
    test(`after ${trap} the failing request gets a 500 and the next one works`, async () => {
      for (let round = 0; round < 3; round += 1) {
        const failed = await call(trap);
        assert.equal(failed.status, 500);
        assert.deepEqual(Object.keys(JSON.parse(failed.text)), ['error', 'code', 'requestId']);
        assert.equal((await call('/ready?n=7')).text, '{"n":7}');
        assert.equal((await call('/wait?n=1')).text, '{"n":1}');
      }
      await nothingIsAlive(call);
    });

  test('a trap while 100 innocent requests wait: those that read are answered, those that write may be sent again', async () => {
    await call('/ready?n=1');
    const waiting = Array.from({ length: 100 }, (_, i) => call('/wait?n=2500', i % 4 === 0 ? { method: 'POST' } : {}));
    await counted(call, ({ requests }) => requests === 100);
    assert.equal((await call('/abort')).status, 500);
    const answers = await Promise.all(waiting);
    for (const [i, answer] of answers.entries()) {
      if (i % 4 !== 0) assert.equal(answer.status, 200);
      else {
        assert.equal(answer.status, 503);
        assert.equal(answer.headers.get('retry-after'), '1');
      }
    }
    await nothingIsAlive(call);
  });

  test('a million awaits that are ready at once do not use up the stack', async () => {
    assert.equal((await call('/ready?n=1000000')).text, '{"n":1000000}');
  });

  test('1,000 interleaved requests keep their address-taken locals to themselves', async () => {
    const expected = (seed) => {
      let sum = 0;
      for (let depth = 0; depth <= 4; depth += 1) for (let i = 0; i < 16; i += 1) sum += seed + depth + i;
      return sum;
    };
    const seeds = Array.from({ length: 1000 }, (_, i) => i * 7);
    const answers = await Promise.all(seeds.map((seed) => call(`/interleave?n=${seed}`)));
    for (const [i, seed] of seeds.entries()) assert.equal(answers[i].text, `{"n":${expected(seed)}}`);
    await nothingIsAlive(call);
  });

  test('a body reaches the module as it was sent, and beyond the limit is refused', async () => {
    const body = Buffer.from(Array.from({ length: 65_536 }, (_, i) => i % 256));
    const echoed = await fetch(`${worker.url}/echo`, { method: 'POST', body });
    assert.deepEqual(Buffer.from(await echoed.arrayBuffer()), body);
    assert.equal((await call('/echo', { method: 'POST' })).text, '');
    assert.equal((await call('/echo', { method: 'POST', body: Buffer.alloc((1 << 20) + 1) })).status, 413);
    // Without a Content-Length the body is counted while it comes in.
    const chunked = new Blob([new Uint8Array(3 << 20)]).stream();
    assert.equal((await call('/echo', { method: 'POST', body: chunked, duplex: 'half' })).status, 413);
    assert.equal((await call('/ready?n=1')).status, 200);
  });

  test('large bodies stream past the module in both directions', async () => {
    const size = 40 << 20;
    const body = Buffer.alloc(size, 'isthmus');
    const stored = await call('/object', { method: 'PUT', body });
    assert.equal(stored.status, 200);
    assert.equal(stored.text, 'isth');
    assert.equal(stored.headers.get('x-size'), String(size));
    const loaded = await fetch(`${worker.url}/object`);
    assert.equal(loaded.status, 200);
    assert.ok(Buffer.from(await loaded.arrayBuffer()).equals(body));
    const { memoryBytes } = await nothingIsAlive(call);
    assert.ok(memoryBytes < 8 << 20, `the module's memory grew to ${memoryBytes}`);
  });

  test('stored objects know Range, ETag and conditions', async () => {
    await call('/object', { method: 'PUT', body: '0123456789' });
    const part = await call('/object', { headers: { range: 'bytes=2-4' } });
    assert.deepEqual([part.status, part.text, part.headers.get('content-range')], [206, '234', 'bytes 2-4/10']);
    const tail = await call('/object', { headers: { range: 'bytes=-3' } });
    assert.deepEqual([tail.status, tail.text, tail.headers.get('content-range')], [206, '789', 'bytes 7-9/10']);
    const open = await call('/object', { headers: { range: 'bytes=8-' } });
    assert.deepEqual([open.status, open.text], [206, '89']);
    const beyond = await call('/object', { headers: { range: 'bytes=7-100' } });
    assert.deepEqual([beyond.status, beyond.text, beyond.headers.get('content-range')], [206, '789', 'bytes 7-9/10']);
    assert.equal((await call('/object', { headers: { range: 'bytes=10-' } })).status, 416);
    const whole = await call('/object');
    assert.deepEqual([whole.status, whole.text], [200, '0123456789']);
    const etag = whole.headers.get('etag');
    const known = await call('/object', { headers: { 'if-none-match': etag } });
    assert.deepEqual([known.status, known.text, known.headers.get('etag')], [304, '', etag]);
    const head = await fetch(`${worker.url}/object`, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(await head.text(), '');
  });

  test('work that was left for later runs after the answer', async () => {
    assert.equal((await call('/answer-then-work')).status, 202);
    for (let tries = 0; (await call('/later')).text !== 'done'; tries += 1) {
      assert.ok(tries < 50);
      await sleep(50);
    }
    await nothingIsAlive(call);
  });

  test('cron reaches the module', async () => {
    await fetch(`${worker.url}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`);
    for (let tries = 0; (await call('/cron')).text !== '* * * * *'; tries += 1) {
      assert.ok(tries < 50, 'cron was not run');
      await sleep(50);
    }
  });

  test('a provider that is slow, absent or too talkative fails in its own way', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((request, response) => {
      if (request.url === '/slow') return;
      if (request.url === '/large') return response.end('x'.repeat(5000));
      if (request.url === '/half') {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half');
        return response.destroy();
      }
      response.writeHead(418);
      response.end('tea');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const origin = `http://127.0.0.1:${server.address().port}`;
    const fetched = async (url) => (await call('/fetch', { headers: { 'x-url': url } })).text;
    try {
      assert.equal(await fetched(`${origin}/`), '418 tea');
      assert.equal(await fetched(`${origin}/slow`), 'timeout');
      assert.equal(await fetched(`${origin}/large`), 'answer_too_large');
      assert.equal(await fetched(`${origin}/half`), 'unreachable');
      assert.equal(await fetched('http://127.0.0.1:1/'), 'unreachable');
      assert.equal(await fetched('no address'), 'unreachable');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('on plain workerd', () => {
  let worker;
  let call;
  before(async () => {
    worker = await startPlainWorkerd({ config });
    call = client(worker.url);
  });
  after(() => worker?.stop());

  test('a client that hangs up has all that it held destroyed at once', async () => {
    await Promise.all(Array.from({ length: 200 }, (_, i) => hangUp(worker.url, '/wait?n=25000', 50 + (i % 10) * 10)));
    await nothingIsAlive(call);
  });

  test('100,000 requests, some of whose clients hang up, leave memory and counters as they were', async () => {
    const path = (i) => (i % 10 === 0 ? `/interleave?n=${i}` : i % 3 === 0 ? '/nowhere' : `/ready?n=${i % 50}`);
    await load({ url: worker.url, path, count: 2_000 });
    const before = await nothingIsAlive(call);
    const hangingUp = Array.from({ length: 50 }, (_, i) => hangUp(worker.url, '/wait?n=5000', 100 + i * 20));
    const statuses = await load({ url: worker.url, path, count: 100_000 });
    await Promise.all(hangingUp);
    assert.equal(statuses[200] + statuses[404], 100_000);
    const after = await nothingIsAlive(call);
    assert.equal(after.memoryBytes, before.memoryBytes);
  });
});
