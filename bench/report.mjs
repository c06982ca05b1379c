/** bench/results.md, bench/results.svg and the costs in docs/performance.md, from the numbers of a run. */

import { sides } from './lib/measure.mjs';

/** What we want each workload to reach, goals of our own: a share of Hono's cost, of the whole or of what lies above the limit. */
const goals = {
  hello: { of: 'ofLimit', most: 1.1, words: 'within 10 % of the limit' },
  jwt: { of: 'aboveLimit', most: 0.3, words: '≤ 0.3 above the limit' },
  'validate-jwt': { of: 'aboveLimit', most: 0.3, words: '≤ 0.3 above the limit' },
  'webhook-4k': { of: 'aboveLimit', most: 0.3, words: '≤ 0.3 above the limit' },
  'routes-150': { of: 'aboveLimit', most: 0.3, words: '≤ 0.3 above the limit' },
  'd1-list': { of: 'aboveLimit', most: 0.5, words: '≤ 0.5 above the limit' },
  'd1-enroll': { of: 'whole', most: 0.6, words: '≤ 0.6 of the whole' },
  login: { of: 'whole', most: 0.2, words: '≤ 0.2 of the whole' },
  slots: { of: 'whole', most: 0.2, words: '≤ 0.2 of the whole' },
  cold: { of: 'whole', most: 1, words: 'no slower than Hono' },
};

/** To what can be read of it. @param {number} value */
const rounded = (value) => (value >= 1000 ? Math.round(value) : Number(value.toPrecision(3)));
/** @param {number} value */
const short = (value) => (value >= 1000 ? rounded(value).toLocaleString('en-GB') : String(rounded(value)));

/** @param {any} shares @param {string} name */
function goalCell(shares, name) {
  const goal = /** @type {any} */ (goals)[name];
  if (!goal) return '';
  return `${goal.words}: ${shares[goal.of] <= goal.most ? 'reached' : 'not reached'}, ${shares[goal.of].toFixed(2)}`;
}

/** @param {any} results */
export function resultsPage({ workloads, growth, rounds, quick, load, memoryRequests, machine, versions, commit }) {
  const timed = workloads.filter((/** @type {any} */ { cpuMicros }) => cpuMicros);
  const rows = timed.map((/** @type {any} */ { name, cpuMicros, spread, shares }) => {
    const cells = sides.map((side) => `${short(cpuMicros[side])} (${spread[side].map(short).join('–')})`);
    const above = shares.aboveLimit.toFixed(2);
    return `| ${name} | ${cells.join(' | ')} | ${above} | ${shares.whole.toFixed(2)} | ${goalCell(shares, name)} |`;
  });
  const speeds = timed.map((/** @type {any} */ { name, requestsPerSecond, p50Millis, p99Millis }) => {
    const cells = sides.map((side) => `${short(requestsPerSecond[side])} / ${p50Millis[side]} / ${p99Millis[side]}`);
    return `| ${name} | ${cells.join(' | ')} |`;
  });
  const others = workloads
    .filter((/** @type {any} */ { cpuMicros }) => !cpuMicros)
    .map((/** @type {any} */ { name, millis, megabytes, spread, shares }) => {
      const values = millis ?? megabytes;
      const range = (/** @type {string} */ side) => (spread ? ` (${spread[side].map(short).join('–')})` : '');
      const cells = sides.map((side) => `${short(values[side])}${range(side)}`);
      return `| ${name}, ${millis ? 'ms' : 'MB'} | ${cells.join(' | ')} | ${goalCell(shares, name)} |`;
    });
  const weights = workloads
    .filter((/** @type {any} */ { gzipped }) => gzipped)
    .map(
      (/** @type {any} */ { name, gzipped }) =>
        `| what \`${name}\` starts, kB gzipped | ${sides.map((side) => short(gzipped[side] / 1000)).join(' | ')} | |`,
    );
  const kinds = [...new Set(growth.map((/** @type {any} */ { what }) => what))];
  const curves = kinds.flatMap((kind) =>
    growth
      .filter((/** @type {any} */ { what }) => what === kind)
      .map(
        (/** @type {any} */ { size, cpuMicros }) =>
          `| ${kind} | ${size} | ${sides.map((side) => short(cpuMicros[side])).join(' | ')} |`,
      ),
  );
  const growthSection =
    curves.length === 0
      ? ''
      : `
## Growth, CPU microseconds a request

| with | size | limit | Hono | isthmus |
| --- | --- | --- | --- | --- |
${curves.join('\n')}
`;
  return `# Results of scripts/bench

Written by \`scripts/bench\` on ${machine}; commit ${commit}; ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(
      ', ',
    )}. ${quick ? 'A quick run: short rounds. ' : ''}The load average of the machine was ${load}; the bench alone makes about two. Read the numbers as ratios of this one run. What is compared with what, and how each side was written, stands in [peers/README.md](peers/README.md); how it is measured, in [docs/performance.md](../docs/performance.md).

## CPU microseconds a request

Median of ${rounds} alternating rounds, least to most in brackets. "Above the limit" is isthmus's share of what Hono costs beyond the least JavaScript; "whole" is isthmus's CPU over Hono's.

| workload | limit | Hono | isthmus | above the limit | whole | goal |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

## Cold start and memory

\`cold\`: from starting the process to its first answer. \`memory\`: the process's own memory after ${memoryRequests.toLocaleString('en-GB')} requests of \`validate-jwt\`.

| | limit | Hono | isthmus | goal |
| --- | --- | --- | --- | --- |
${[...others, ...weights].join('\n')}

## Requests a second / median / 99th percentile, in ms

The client shares the machine's cores with the server.

| workload | limit | Hono | isthmus |
| --- | --- | --- | --- |
${speeds.join('\n')}
${growthSection}`;
}

/** In dollars a million: requests, milliseconds of CPU, reads of KV, rows of D1. */
const prices = { requests: 0.3, cpuMillis: 0.02, keyReads: 0.5, rowsRead: 0.001, rowsWritten: 1 };

/** What PeerLoop is asked, each with the workload whose CPU it takes and what one of it reads and writes. */
const asked = [
  { what: 'answers without I/O (`hello`)', workload: 'hello' },
  { what: 'tokens checked (`jwt`)', workload: 'jwt' },
  { what: 'pages of 20 courses (`d1-list`)', workload: 'd1-list', rowsRead: 100 },
  { what: 'pages of 20 notifications, signed in (as `jwt`)', workload: 'jwt', keyReads: 1, rowsRead: 45 },
  { what: 'sign-ins (`login`)', workload: 'login', rowsRead: 10, rowsWritten: 9 },
  { what: 'enrollments begun (`d1-enroll`)', workload: 'd1-enroll', rowsRead: 20, rowsWritten: 16 },
  { what: 'bookings (as `d1-enroll`)', workload: 'd1-enroll', rowsRead: 50, rowsWritten: 30 },
];

/**
 * What a million requests cost, for docs/performance.md, by what the page of results shows; undefined where a workload
 * was left out.
 * @param {any} results
 */
export function costTable({ workloads }) {
  const dollars = (/** @type {number} */ value) => `$${value >= 0.1 ? value.toFixed(2) : Number(value.toPrecision(2))}`;
  const rows = asked.map(({ what, workload, keyReads = 0, rowsRead = 0, rowsWritten = 0 }) => {
    const cpuMicros = workloads.find((/** @type {any} */ { name }) => name === workload)?.cpuMicros;
    if (!cpuMicros) return undefined;
    const millis = /** @type {const} */ (['isthmus', 'hono']).map((side) => rounded(cpuMicros[side]) / 1000);
    const cpu = millis.map((value) => value * prices.cpuMillis);
    const rest = {
      keyReads: keyReads * prices.keyReads,
      rowsRead: rowsRead * prices.rowsRead,
      rowsWritten: rowsWritten * prices.rowsWritten,
    };
    const others = prices.requests + rest.keyReads + rest.rowsRead + rest.rowsWritten;
    const cells = [
      what,
      dollars(prices.requests),
      ...millis.map((value, i) => `${dollars(cpu[i])} (${Number(value.toPrecision(3))})`),
      keyReads ? dollars(rest.keyReads) : '',
      rowsRead ? `${dollars(rest.rowsRead)} (${rowsRead})` : '',
      rowsWritten ? `${dollars(rest.rowsWritten)} (${rowsWritten})` : '',
      ...cpu.map((value) => dollars(others + value)),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  if (rows.includes(undefined)) return undefined;
  return [
    '| a million of | request | CPU, isthmus (ms) | CPU, Hono (ms) | KV | rows read | rows written | isthmus | Hono |',
    '| --- | --: | --: | --: | --: | --: | --: | --: | --: |',
    ...rows,
  ].join('\n');
}

const colours = /** @type {const} */ ({ limit: '#9aa4b2', hono: '#e8833a', isthmus: '#2f6fde' });

/** Bars of CPU a request, each workload in shares of Hono's. @param {any} results */
export function resultsPlot({ workloads }) {
  const bars = workloads.filter((/** @type {any} */ { name }) => name !== 'memory');
  const left = 120;
  const width = 520;
  const rowHeight = 52;
  const height = 64 + bars.length * rowHeight;
  const longest = Math.max(
    ...bars.map((/** @type {any} */ { cpuMicros, millis }) => {
      const values = cpuMicros ?? millis;
      return Math.max(...sides.map((side) => values[side])) / values.hono;
    }),
  );
  const rows = bars.map((/** @type {any} */ { name, cpuMicros, millis }, /** @type {number} */ i) => {
    const values = cpuMicros ?? millis;
    const top = 56 + i * rowHeight;
    const lines = sides.map((side, j) => {
      const length = (values[side] / values.hono / longest) * width;
      const y = top + j * 14;
      const label = cpuMicros ? `${short(values[side])} µs` : `${short(values[side])} ms`;
      return `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="12" rx="2" fill="${colours[side]}"/><text x="${(left + length + 6).toFixed(1)}" y="${y + 10}" class="n">${label}</text>`;
    });
    return `<text x="${left - 10}" y="${top + 24}" text-anchor="end" class="w">${name}</text>${lines.join('')}`;
  });
  const names = { limit: 'limit: the least JavaScript', hono: 'Hono', isthmus: 'isthmus' };
  const legend = sides.map((side, i) => {
    const x = left + i * 200;
    return `<rect x="${x}" y="34" width="12" height="12" rx="2" fill="${colours[side]}"/><text x="${x + 18}" y="44" class="w">${names[side]}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 90} ${height}" role="img" aria-label="CPU a request, isthmus beside Hono and the least JavaScript">
<style>text{font-family:system-ui,sans-serif;fill:#1f2937}.t{font-size:15px;font-weight:600}.w{font-size:13px}.n{font-size:11px;fill:#4b5563}</style>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${left}" y="22" class="t">CPU a request (cold: time to the first answer), less is better</text>
${legend.join('')}
${rows.join('\n')}
</svg>
`;
}
