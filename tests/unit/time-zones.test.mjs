import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const source = readFileSync(new URL('../../src/peerloop/people/zone_names.h', import.meta.url), 'utf8');
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
