/**
 * scripts/measure: what a module weighs, what a cold start costs, and what a sign-in's hash costs beside JavaScript.
 * Everything runs on the plain workerd binary; the two sides of a comparison take turns in one run.
 */

import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';

import { startPlainWorkerd } from '../scripts/lib/workerd.mjs';
import { root } from '../scripts/lib/worker.mjs';

const rounds = Number(process.env.ROUNDS ?? 5);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const spread = (values) => `${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)}`;

/** CPU milliseconds that a process has used, all threads. */
async function cpuMillis(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function hashCost(worker, path, count) {
  const before = await cpuMillis(worker.pid);
  for (let i = 0; i < count; i += 1) await (await fetch(worker.url + path)).text();
  return ((await cpuMillis(worker.pid)) - before) / count;
}

async function signIn() {
  const wasm = await startPlainWorkerd({ config: 'tests/workerd/probe.toml' });
  const javascript = await startPlainWorkerd({ config: 'bench/javascript/argon2id.toml' });
  const costs = { wasm: [], javascript: [] };
  try {
    for (let round = -1; round < rounds; round += 1) {
      const ours = await hashCost(wasm, '/argon2id', 20);
      const theirs = await hashCost(javascript, '/', 10);
      if (round < 0) continue; // warm-up
      costs.wasm.push(ours);
      costs.javascript.push(theirs);
    }
  } finally {
    await wasm.stop();
    await javascript.stop();
  }
  return costs;
}

/** Milliseconds from starting the process to its first answer. */
async function coldStart(config, path, vars) {
  const worker = await startPlainWorkerd({ config, vars, path });
  await worker.stop();
  return worker.firstAnswerMillis;
}

const modules = process.argv.slice(2);
for (const name of modules) {
  const bytes = await readFile(join(root, `.build/wasm-release/${name}.wasm`));
  console.log(`${name}.wasm: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped`);
}

const cold = { nothing: [], peerloop: [] };
for (let round = 0; round < rounds; round += 1) {
  cold.nothing.push(await coldStart('bench/javascript/nothing.toml', '/'));
  cold.peerloop.push(await coldStart('wrangler.toml', '/api/openapi.json', { JWT_SECRET: 'x'.repeat(43) }));
}
console.log(`cold start, process to first answer (${rounds} rounds, median, spread):`);
for (const [name, values] of Object.entries(cold))
  console.log(`  ${name}: ${median(values).toFixed(1)} ms (${spread(values)})`);

const costs = await signIn();
console.log(`Argon2id, 19 MiB, t=2, p=1, CPU a hash on workerd (${rounds} rounds, median, spread):`);
for (const [name, values] of Object.entries(costs))
  console.log(`  ${name}: ${median(values).toFixed(1)} ms (${spread(values)})`);
console.log(`  ratio: ${(median(costs.wasm) / median(costs.javascript)).toFixed(2)}`);
