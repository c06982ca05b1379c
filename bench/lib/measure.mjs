/** Rounds of one workload, side after side, and what they give. */

import assert from 'node:assert/strict';

import { drive, wireRequest } from '../../scripts/lib/load.mjs';
import { cpuMicros } from './process.mjs';
import { median, quantile, spread } from './statistics.mjs';

export const sides = /** @type {const} */ (['limit', 'hono', 'isthmus']);

/**
 * @typedef {(typeof sides)[number]} Side
 * @typedef {{method?: string, path: string, headers?: Record<string, string>, body?: string}} Sent
 * @typedef {object} Workload
 * @property {string} name
 * @property {(index: number, side: Side) => Sent} request a request for each number; the same for all sides
 * @property {(side: Side, index: number) => {status: number, body: unknown}} expected
 * @property {number} count requests a round
 * @property {number} [different] how many requests differ; after them they repeat
 * @property {boolean} [once] a request must never be sent twice: numbers go on from round to round
 * @property {number} [connections]
 * @property {number} [checks] how many answers are looked at first
 * @property {(side: Side) => Promise<void>} [between] before each round of a side
 */

/** What an answer must be alike in; spelling and order of the headers are free. @param {Response} answer */
async function comparable(answer) {
  const headers = Object.fromEntries(
    [...answer.headers]
      .filter(([name]) => !['content-length', 'x-d1-bookmark', 'x-request-id', 'date'].includes(name))
      .map(([name, value]) => [name, value.toLowerCase().replaceAll(/,\s*/g, ', ').replace('; charset=utf-8', '')]),
  );
  assert.ok(answer.headers.get('x-request-id'), 'an answer has an id');
  return { status: answer.status, headers, body: await answer.json() };
}

/**
 * Looks at the answers of all sides before anything is timed.
 * @param {Workload} workload @param {Record<Side, {url: string}>} servers @param {number} from
 */
export async function check(workload, servers, from = 0) {
  const count = Math.min(workload.checks ?? 3, workload.different ?? 1);
  for (let index = from; index < from + count; index += 1) {
    /** @type {Record<string, unknown> | undefined} */
    let headers;
    for (const side of sides) {
      const { method, path, headers: sent, body } = workload.request(index, side);
      const answer = await comparable(await fetch(servers[side].url + path, { method, headers: sent, body }));
      const title = `${workload.name}, answer ${index} of ${side}`;
      const { status, body: expected } = workload.expected(side, index);
      assert.equal(answer.status, status, `${title}: ${JSON.stringify(answer.body)}`);
      if (typeof expected === 'function') expected(answer.body, title);
      else assert.deepEqual(answer.body, expected, title);
      headers ??= answer.headers;
      assert.deepEqual(answer.headers, headers, title);
    }
  }
  return count;
}

/**
 * @param {Workload} workload @param {Record<Side, {url: string, pid: number}>} servers
 * @param {{rounds: number, scale: number}} options
 */
export async function measure(workload, servers, { rounds, scale }) {
  const count = Math.max(Math.round(workload.count * scale), 4);
  const different = workload.different ?? 1;
  /** @type {Record<Side, number>} */
  const sent = { limit: 0, hono: 0, isthmus: 0 };
  const checked = await check(workload, servers);
  if (workload.once) for (const side of sides) sent[side] = checked;
  /** @type {Record<Side, {cpu: number, perSecond: number, p50: number, p99: number}[]>} */
  const measured = { limit: [], hono: [], isthmus: [] };
  const run = async (/** @type {Side} */ side, /** @type {number} */ amount) => {
    const { url, pid } = servers[side];
    const start = sent[side];
    sent[side] += amount;
    // Made anew for each round: signatures of webhooks grow old.
    const prepared = Array.from({ length: workload.once ? amount : different }, (_, i) =>
      wireRequest(workload.request(workload.once ? start + i : i, side)),
    );
    await workload.between?.(side);
    const before = await cpuMicros(pid);
    const { statuses, millis, seconds } = await drive({
      url,
      count: amount,
      connections: workload.connections,
      request: (index) => prepared[index % prepared.length],
    });
    const cpu = ((await cpuMicros(pid)) - before) / amount;
    const { status } = workload.expected(side, 0);
    assert.deepEqual(statuses, { [status]: amount }, `${workload.name}: answers of ${side}`);
    return { cpu, perSecond: amount / seconds, p50: quantile(millis, 0.5), p99: quantile(millis, 0.99) };
  };
  for (const side of sides) await run(side, workload.once ? Math.ceil(count / 4) : count);
  for (let round = 0; round < rounds; round += 1)
    for (let i = 0; i < sides.length; i += 1) {
      const side = sides[(round + i) % sides.length];
      measured[side].push(await run(side, count));
    }
  return conclude(workload.name, measured);
}

/** @param {string} name @param {Record<Side, {cpu: number, perSecond: number, p50: number, p99: number}[]>} measured */
function conclude(name, measured) {
  const each = (/** @type {(side: Side) => unknown} */ of) =>
    /** @type {any} */ (Object.fromEntries(sides.map((side) => [side, of(side)])));
  const of = (/** @type {'cpu' | 'perSecond' | 'p50' | 'p99'} */ what) =>
    each((side) => rounded(median(measured[side].map((round) => round[what]))));
  const { limit, hono, isthmus } = measured;
  return {
    name,
    cpuMicros: of('cpu'),
    requestsPerSecond: of('perSecond'),
    p50Millis: of('p50'),
    p99Millis: of('p99'),
    spread: each((side) => spread(measured[side].map((round) => round.cpu)).map(rounded)),
    shares: {
      // Of each round's own three numbers, so that a round in which the machine was busy counts like any other.
      aboveLimit: median(limit.map((round, i) => (isthmus[i].cpu - round.cpu) / (hono[i].cpu - round.cpu))),
      whole: median(hono.map((round, i) => isthmus[i].cpu / round.cpu)),
      ofLimit: median(limit.map((round, i) => isthmus[i].cpu / round.cpu)),
    },
  };
}

/** @param {number} value */
const rounded = (value) => Number(value.toPrecision(4));
