/**
 * Where the time of a workload goes, by V8's sampling profiler:
 *
 *   node bench/profile.mjs jwt isthmus [requests] [file.cpuprofile]
 *
 * Functions of a module get their names from the symbol map beside it. What is not JavaScript or WebAssembly (the
 * runtime itself) is `(program)`.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { drive, wireRequest } from '../scripts/lib/load.mjs';
import { bundle, startPlainWorkerd } from '../scripts/lib/workerd.mjs';
import { freePort, root } from '../scripts/lib/worker.mjs';
import { entries, plainWorkloads, routesWorkload, secrets } from './plain.mjs';

const [name = 'jwt', side = 'isthmus', count = '20000', file] = process.argv.slice(2);
const of = name.startsWith('routes') ? 'routes-150' : 'workloads';
const workload = [...plainWorkloads(), routesWorkload('routes-150', 150, 1)].find((one) => one.name === name);
if (!workload) throw new Error(`there is no workload ${name}`);

/** @param {string} url */
async function inspect(url) {
  const [{ webSocketDebuggerUrl }] = /** @type {any} */ (await (await fetch(`${url}/json`)).json());
  const socket = new WebSocket(webSocketDebuggerUrl);
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  let last = 0;
  const waiting = new Map();
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(data);
    waiting.get(id)?.(result);
  });
  /** @param {string} method @param {object} [params] @returns {Promise<any>} */
  const call = (method, params = {}) =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  return { call, close: () => socket.close() };
}

/** Names of a module's functions by their number. @param {string} module */
async function symbolsOf(module) {
  const text = await readFile(join(root, '.build/wasm-release', `${module}.wasm.symbols`), 'utf8').catch(() => '');
  return new Map(text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

const bundled = await bundle(entries(of)[side]);
const inspectorPort = await freePort();
const worker = await startPlainWorkerd({
  bundled,
  vars: secrets,
  path: '/hello',
  rateLimiter: 'bench/peers/rate_limiter.js',
  inspectorPort,
});
try {
  const requests = Array.from({ length: workload.different ?? 1 }, (_, i) =>
    wireRequest(workload.request(i, 'isthmus')),
  );
  const load = (/** @type {number} */ amount) =>
    drive({ url: worker.url, count: amount, request: (index) => requests[index % requests.length] });
  await load(5_000);
  const { call, close } = await inspect(`http://127.0.0.1:${inspectorPort}`);
  await call('Profiler.enable');
  await call('Profiler.setSamplingInterval', { interval: 100 });
  await call('Profiler.start');
  await load(Number(count));
  const { profile } = await call('Profiler.stop');
  close();
  if (file) await writeFile(file, JSON.stringify(profile));
  const symbols = await symbolsOf(of === 'workloads' ? 'bench' : 'bench-routes-150');
  const self = new Map();
  const nodes = new Map(profile.nodes.map((/** @type {any} */ node) => [node.id, node]));
  let total = 0;
  profile.samples.forEach((/** @type {number} */ id, /** @type {number} */ i) => {
    const { functionName, url } = nodes.get(id).callFrame;
    const number = /^wasm-function\[(\d+)\]$/.exec(functionName)?.[1];
    const title = number ? (symbols.get(number) ?? functionName) : functionName || `(anonymous) ${url}`;
    if (title === '(idle)') return;
    const micros = profile.timeDeltas[i] / Number(count);
    total += micros;
    self.set(title, (self.get(title) ?? 0) + micros);
  });
  console.log(`${name}, ${side}: ${total.toFixed(1)} microseconds a request in the profiled thread, by function:`);
  for (const [title, micros] of [...self].toSorted((a, b) => b[1] - a[1]).slice(0, 45))
    console.log(`${micros.toFixed(2).padStart(8)}  ${title.slice(0, 150)}`);
} finally {
  await worker.stop();
  await bundled.remove();
}
