/** What can not be made to happen on workerd from outside: a run that the runtime ends, and its warning before that. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import vm from 'node:vm';

import { Instance } from './instance.js';
import { operations } from './operations.js';
import { serve } from './worker.js';

const project = new URL('..', import.meta.url);
const ctx = { waitUntil: () => {} };

/** @type {WebAssembly.Module} */
let probe;
before(async () => {
  probe = new WebAssembly.Module(await readFile(new URL('.build/wasm-release/probe.wasm', project)));
});

const ask = (path) => new Request(`http://localhost${path}`);

test('the operations of the shim are those of the module', async () => {
  const source = await readFile(new URL('wasm/abi.h', project), 'utf8');
  const body = /enum class Operation[^{]*\{([^}]*)\}/.exec(source)?.[1] ?? '';
  const declared = Object.fromEntries(
    [...body.matchAll(/(\w+) = (\d+)/g)].map(([, name, number]) => [name, Number(number)]),
  );
  assert.deepEqual(declared, { ...operations });
});

test('an endless loop that the runtime ends leaves no request hanging, and the next ones work', async () => {
  const instance = new Instance(probe, {});
  const waiting = instance.start(ask('/ready?n=5'), {});
  waiting.answered = Promise.withResolvers();
  assert.throws(
    () => vm.runInNewContext('spin()', { spin: () => instance.runScheduled('spin', {}) }, { timeout: 200 }),
    {
      code: 'ERR_SCRIPT_EXECUTION_TIMEOUT',
    },
  );
  assert.equal(instance.isUsable(), false);
  assert.equal(await waiting.answered.promise, 'again');
  assert.equal(instance.exchanges.size, 0);

  const worker = serve(probe);
  const answer = await worker.fetch(ask('/ready?n=5'), {}, ctx);
  assert.equal(await answer.text(), '{"n":5}');
});

test('the module sees the warning that its CPU time is nearly used up, and gives up in time', async () => {
  const instance = new Instance(probe, {});
  const counters = instance.counters();
  assert.equal(counters.requests, 0);
  const signal = instance.signalAddress;
  assert.ok(signal > 0, 'the module exports where the runtime may write');

  const calm = instance.start(ask('/work-until-warned'), {});
  calm.answered = Promise.withResolvers();
  assert.equal((await calm.answered.promise).status, 200);

  new Uint32Array(instance.memory.buffer, signal, 1)[0] = 24;
  const warned = instance.start(ask('/work-until-warned'), {});
  warned.answered = Promise.withResolvers();
  const answer = await warned.answered.promise;
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get('retry-after'), '1');
});
