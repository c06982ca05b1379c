import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Zones whose law changed between the edition that Node carries and ours. */
const newerThanNode = [
  'Cuba',
  'America/Havana',
  'America/Inuvik',
  'America/Rainy_River',
  'America/Winnipeg',
  'Canada/Central',
];

const source = readFileSync(new URL('../../src/peerloop/scheduling/zone_names.h', import.meta.url), 'utf8');
const names = [...source.matchAll(/\{"(\w*)",((?:\s*"[^"]*")+)\}/g)].flatMap(([, area, texts]) =>
  [...texts.matchAll(/"([^"]*)"/g)]
    .map(([, text]) => text)
    .join('')
    .trim()
    .split(' ')
    .map((zone) => (area === '' ? zone : `${area}/${zone}`)),
);

test('the list of time zones has all that browsers report', () => {
  assert.deepEqual(
    Intl.supportedValuesOf('timeZone').filter((name) => !names.includes(name)),
    [],
  );
});

test('and none that they do not know', () => {
  const known = (/** @type {string} */ timeZone) => {
    try {
      return Boolean(new Intl.DateTimeFormat('en', { timeZone }));
    } catch {
      return false;
    }
  };
  assert.ok(names.length > 590, String(names.length));
  assert.deepEqual(
    names.filter((name) => !known(name)),
    [],
  );
});

describe('the table of zones that the build makes', async () => {
  const table = await readTable();
  const at = (/** @type {number} */ zone, /** @type {number} */ moment) => {
    const { firstOffset, changes } = table.zones[zone];
    return changes.reduce((offset, change) => (change.at <= moment ? change.offset : offset), firstOffset);
  };

  test('knows every name of the list', () => {
    assert.equal(table.zoneOfName.length, names.length);
    assert.ok(table.zoneOfName.every((zone) => zone < table.zones.length));
  });

  test('says of every zone what Intl says: about each change, and in every quarter of a year', () => {
    // Another edition of the database may know of laws that this Node has not heard of.
    const young = new Set(process.versions.tz === table.version ? [] : newerThanNode);
    const quarters = Array.from({ length: 4 * 25 }, (_, i) => Date.UTC(2026, 3 * i, 10, 12));
    const wrong = [];
    let compared = 0;
    names.forEach((name, index) => {
      const zone = table.zoneOfName[index];
      const moments = [...quarters, ...table.zones[zone].changes.flatMap((change) => [change.at - 1000, change.at])];
      const clock = new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset' });
      for (const moment of moments) {
        const shown = clock.formatToParts(moment).find(({ type }) => type === 'timeZoneName')?.value;
        if (minutesOf(String(shown)) !== at(zone, moment) && !young.has(name))
          wrong.push(`${name} ${new Date(moment).toISOString()}: ${shown}, not ${at(zone, moment)} minutes`);
        compared += 1;
      }
    });
    assert.ok(compared > 70_000, String(compared));
    assert.deepEqual(wrong, []);
  });
});

/** "GMT-03:30" in minutes. @param {string} shown */
function minutesOf(shown) {
  const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(shown) ?? assert.fail(shown);
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}

/** Reads what cmake/zone_data.py writes, which is made here, as the build makes it. */
async function readTable() {
  const folder = await mkdtemp(join(tmpdir(), 'zones-'));
  try {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const bash = (/** @type {string} */ script) =>
      promisify(execFile)('bash', ['-c', script, 'bash', folder], { cwd: root });
    await bash(
      'source scripts/lib/env.sh && python3 cmake/zone_data.py "$time_zones/zoneinfo" "$(cat "$time_zones/version")" src/peerloop/scheduling/zone_names.h "$1/zones.h"',
    );
    const header = readFileSync(join(folder, 'zones.h'), 'utf8');
    const list = (/** @type {string} */ name) => {
      const found = new RegExp(`\\b${name}\\[\\] = \\{(.*)\\};`).exec(header)?.[1] ?? assert.fail(name);
      return [...found.matchAll(/-?\d+/g)].map(Number);
    };
    const number = (/** @type {string} */ name) => Number(new RegExp(`\\b${name} = (\\d+);`).exec(header)?.[1]);
    const [start, unit] = [number('start_ms'), number('unit_ms')];
    const [starts, waits, shifts, pairs] = ['calendar_starts', 'waits', 'shifts', 'zones'].map(list);
    const zones = Array.from({ length: pairs.length / 2 }, (_, i) => {
      let [moment, offset] = [start, pairs[2 * i]];
      const changes = [];
      for (let place = starts[pairs[2 * i + 1]]; place < starts[pairs[2 * i + 1] + 1]; place += 1) {
        moment += waits[place] * unit;
        offset += shifts[place];
        changes.push({ at: moment, offset: offset * 15 });
      }
      return { firstOffset: pairs[2 * i] * 15, changes };
    });
    return { version: /version\[\] = "(\w+)"/.exec(header)?.[1], zoneOfName: list('zone_of_name'), zones };
  } finally {
    await rm(folder, { recursive: true });
  }
}
