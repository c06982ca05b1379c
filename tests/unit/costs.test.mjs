// docs/performance.md reckons what requests cost from bench/results.md: both are of one run.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { costTable } from '../../bench/report.mjs';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const micros = (cell) => Number(cell.replace(/ \(.*/, '').replaceAll(',', ''));

/** The workloads of the page, each with its CPU by side. */
function workloadsOf(page) {
  const [, table] = /^## CPU microseconds a request$([\s\S]*?)^## /m.exec(page);
  return [...table.matchAll(/^\| ([\w-]+) \| (\d.*?) \| (\d.*?) \| (\d.*?) \|/gm)].map(
    ([, name, limit, hono, isthmus]) => ({
      name,
      cpuMicros: { limit: micros(limit), hono: micros(hono), isthmus: micros(isthmus) },
    }),
  );
}

const workloads = workloadsOf(read('bench/results.md'));

test('what requests cost is reckoned from the results of the bench', () => {
  const [, shown] = /<!-- scripts\/bench writes this -->([\s\S]*?)<!-- until here -->/.exec(
    read('docs/performance.md'),
  );
  assert.equal(shown.trim(), costTable({ workloads }));
});

test('a run that leaves a workload out says nothing of costs', () => {
  assert.equal(costTable({ workloads: workloads.filter(({ name }) => name !== 'login') }), undefined);
});
