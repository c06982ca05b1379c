/**
 * scripts/bench: the same work by the least JavaScript, by Hono and by isthmus, side by side in one run.
 * Never fails because of a time; fails when an answer is wrong.
 */

import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

import {
  coldDatabaseStart,
  databaseWorkloads,
  entries as databaseEntries,
  listWorkload,
  startDatabaseSides,
} from './database.mjs';
import { publish } from '../scripts/lib/published.mjs';
import { root } from '../scripts/lib/worker.mjs';
import { drive, wireRequest } from '../scripts/lib/load.mjs';
import { bundled, removeBundles } from './lib/bundles.mjs';
import { measure, sides } from './lib/measure.mjs';
import { residentMegabytes } from './lib/process.mjs';
import { median, spread } from './lib/statistics.mjs';
import { coldStart, entries, plainWorkloads, routesWorkload, startSides, webhook } from './plain.mjs';
import { costTable, resultsPage, resultsPlot } from './report.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string' },
    publish: { type: 'boolean', default: false },
  },
});
const rounds = options.quick && !options.publish ? 3 : 5;
const scale = options.quick ? 0.15 : 1;
const requestsBeforeMemory = options.quick ? 10_000 : 100_000;
const only = options.only ? new RegExp(options.only) : undefined;
const isWanted = (/** @type {string} */ name) => !only || only.test(name);

/** @type {any[]} */
const workloads = [];
/** @type {any[]} */
const growth = [];

/** @param {any} result */
function say(result) {
  const unit = result.cpuMicros ?? result.millis ?? result.megabytes;
  const numbers = sides.map((side) => `${side} ${unit[side]}`).join('   ');
  const shares = Object.entries(result.shares ?? {}).map(([name, share]) => `${name} ${share.toFixed(2)}`);
  console.error(`${result.name.padEnd(16)} ${numbers}   ${shares.join(', ')}`);
}

/**
 * @param {() => Promise<{servers: any, stop: () => Promise<void>}>} start @param {import('./lib/measure.mjs').Workload[]} list
 * @param {(result: any) => void} keep
 */
async function measureAll(start, list, keep) {
  const wanted = list.filter(({ name }) => isWanted(name));
  if (wanted.length === 0) return;
  const { servers, stop } = await start();
  try {
    for (const workload of wanted) {
      const result = await measure(workload, servers, { rounds, scale });
      say(result);
      keep(result);
    }
  } finally {
    await stop();
  }
}

/** @param {string} name @param {(side: string) => Promise<number>} once @param {string} unit @param {object} more */
async function compareOnce(name, once, unit, more) {
  /** @type {Record<string, number[]>} */
  const measured = { limit: [], hono: [], isthmus: [] };
  for (let round = 0; round < rounds; round += 1)
    for (let i = 0; i < sides.length; i += 1) {
      const side = sides[(round + i) % sides.length];
      measured[side].push(await once(side));
    }
  const of = (/** @type {(values: number[]) => unknown} */ what) =>
    Object.fromEntries(sides.map((side) => [side, what(measured[side])]));
  const result = {
    name,
    ...more,
    [unit]: of((values) => Number(median(values).toPrecision(3))),
    spread: of((values) => spread(values).map((value) => Number(value.toPrecision(3)))),
    shares: { whole: median(measured.hono.map((value, i) => measured.isthmus[i] / value)) },
  };
  say(result);
  workloads.push(result);
}

/** Bytes that are deployed, gzipped. @param {import('../scripts/lib/workerd.mjs').Bundle} bundled */
async function weight({ folder, main, modules }) {
  let total = 0;
  for (const name of [main, ...modules]) total += gzipSync(await readFile(join(folder, name)), { level: 9 }).length;
  return total;
}

/** @param {string} name @param {any} entriesOf @param {(side: string) => Promise<number>} start */
async function cold(name, entriesOf, start) {
  if (!isWanted(name)) return;
  /** @type {Record<string, number>} */
  const gzipped = {};
  for (const side of sides) gzipped[side] = await weight(await bundled(entriesOf[side]));
  await compareOnce(name, start, 'millis', { gzipped });
}

/** What an instance holds after many requests, in a process that served nothing else. */
async function memory() {
  if (!isWanted('memory')) return;
  const workload = /** @type {any} */ (plainWorkloads().find(({ name }) => name === 'validate-jwt'));
  const once = async (/** @type {string} */ side) => {
    const { servers, stop } = await startSides('workloads', '/hello', [side]);
    try {
      const request = wireRequest(workload.request(0, side));
      await drive({ url: servers[side].url, count: requestsBeforeMemory, request: () => request });
      return await residentMegabytes(servers[side].pid);
    } finally {
      await stop();
    }
  };
  await compareOnce('memory', once, 'megabytes', {});
}

const keep = (/** @type {any} */ result) => workloads.push(result);
const keepGrowth =
  (/** @type {string} */ what) =>
  (/** @type {any} */ { name, cpuMicros }) =>
    growth.push({ what, size: Number(name.slice(name.lastIndexOf('-') + 1)), cpuMicros });
const plain =
  (/** @type {string} */ of, path = '/hello') =>
  () =>
    startSides(of, path);

await measureAll(plain('workloads'), plainWorkloads(), keep);
await measureAll(startDatabaseSides, databaseWorkloads(), keep);
await measureAll(plain('routes-150'), [routesWorkload('routes-150', 150, 20_000)], keep);
await cold('cold', entries('workloads'), (side) => coldStart('workloads', side, '/hello'));
await cold('cold-150', entries('routes-150'), (side) => coldStart('routes-150', side, '/api/categories'));
await cold('cold-peerloop', databaseEntries, coldDatabaseStart);
await memory();
for (const count of [15, 150, 600])
  await measureAll(
    plain(`routes-${count}`),
    [routesWorkload(`growth-routes-${count}`, count, 10_000)],
    keepGrowth('routes'),
  );
const bodies = [1, 4, 16, 64, 256].map((kilobytes) =>
  webhook(`growth-body-${kilobytes << 10}`, kilobytes << 10, Math.min(8_000, Math.round(96_000 / kilobytes))),
);
await measureAll(plain('workloads'), bodies, keepGrowth('bytes of body'));
const lists = [1, 20, 100].map((rows) => listWorkload(`growth-rows-${rows}`, rows, Math.min(2_000, 20_000 / rows)));
await measureAll(startDatabaseSides, lists, keepGrowth('rows'));

await removeBundles();

const version = async (/** @type {string} */ name) =>
  JSON.parse(await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
const packages = ['workerd', 'hono', 'zod', '@hono/zod-validator', 'drizzle-orm', 'stripe', '@noble/hashes', 'luxon'];
const results = {
  workloads,
  growth,
  rounds,
  quick: options.quick,
  load: Math.round(loadavg()[1]),
  memoryRequests: requestsBeforeMemory,
  machine: `${cpus().length} × ${cpus()[0].model.trim()}, Linux`,
  versions: Object.fromEntries(await Promise.all(packages.map(async (name) => [name, await version(name)]))),
  commit: execFileSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' }).trim(),
};
if (options.json) await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
if (options.publish || (!options.quick && !only)) {
  await writeFile(join(root, 'bench/results.md'), resultsPage(results));
  await writeFile(join(root, 'bench/results.svg'), resultsPlot(results));
  const costs = costTable(results);
  if (costs) await publish('docs/performance.md', 'scripts/bench', costs);
}
