/** What is written to Analytics Engine, where a dataset is bound. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startWorker } from '../../scripts/lib/worker.mjs';

const config = 'tests/workerd/probe.toml';

describe('a data point', () => {
  let worker;
  before(async () => {
    worker = await startWorker({ config, vars: { IS_MEASURED: 'yes' } });
  });
  after(() => worker?.stop());

  const watched = async () => (await (await fetch(`${worker.url}/_watched`)).json()).points;
  /** @param {string} path @param {RequestInit} [options] */
  async function pointsOf(path, options) {
    await watched();
    await (await fetch(worker.url + path, options)).arrayBuffer();
    return watched();
  }

  test('is written once an answer, with its route and not its path', async () => {
    const [point, ...more] = await pointsOf('/ready?n=3');
    assert.deepEqual(more, []);
    assert.deepEqual(point.indexes, ['/ready']);
    assert.deepEqual(point.blobs.slice(0, 4), ['/ready', 'GET', '2xx', '']);
    assert.equal(point.blobs.length, 5);
    const [millis, ...counts] = point.doubles;
    assert.ok(millis >= 0 && millis < 20_000, String(millis));
    assert.deepEqual(counts, [200, 0, 0, 0]);
  });

  test('counts the round trips to the database and what was read there', async () => {
    const [{ doubles }] = await pointsOf('/ask', { method: 'POST' });
    assert.deepEqual(doubles.slice(1, 3), [200, 2]);
    assert.equal(doubles.length, 5);
  });

  test('names the error, also where no route was found', async () => {
    const [refused] = await pointsOf('/ready?n=x');
    assert.deepEqual(refused.blobs.slice(0, 4), ['/ready', 'GET', '4xx', 'validation_failed']);
    const [lost] = await pointsOf('/nowhere/ada@example.org?token=secret');
    assert.deepEqual(lost.blobs.slice(0, 4), ['none', 'GET', '4xx', 'not_found']);
    assert.deepEqual(lost.indexes, ['none']);
  });

  test('holds nothing that tells who asked', async () => {
    const headers = { authorization: 'Bearer hidden-token', cookie: 'hidden-cookie', 'cf-connecting-ip': '192.0.2.77' };
    const points = await pointsOf('/ready?n=3&hidden-query', { headers });
    assert.equal(points.length, 1);
    assert.doesNotMatch(JSON.stringify(points), /hidden|192\.0\.2|\?/);
  });

  test('is written for an answer that the shim gives because the module trapped', async () => {
    const [point, ...more] = await pointsOf('/abort');
    assert.deepEqual(more, []);
    assert.equal(point.blobs[2], '5xx');
    assert.equal(point.doubles[1], 500);
  });
});

test('nothing is written where no dataset is bound', async () => {
  const worker = await startWorker({ config });
  try {
    assert.equal((await fetch(`${worker.url}/ready?n=3`)).status, 200);
    assert.deepEqual((await (await fetch(`${worker.url}/_watched`)).json()).points, []);
  } finally {
    await worker.stop();
  }
});
