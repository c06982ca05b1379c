import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const products = ['peerloop', 'chatlink', 'xswarm'];

// What each folder of src/ may include besides itself.
const below = {
  base: [],
  json: ['base'],
  crypto: ['base'],
  ports: ['base', 'json', 'crypto'],
  jobs: ['base', 'json', 'crypto', 'ports'],
  http: ['base', 'json', 'crypto', 'ports', 'jobs'],
  adapters: ['base', 'json', 'crypto', 'ports', 'jobs', 'http'],
};
const library = Object.keys(below);
/** @type {Record<string, string[]>} */
const allowed = { ...below, ...Object.fromEntries(products.map((product) => [product, library])) };

const isSource = (/** @type {string} */ name) => /\.(cpp|h)$/.test(name);
const files = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter(isSource);

const includesOf = (/** @type {string} */ path) =>
  [...readFileSync(path, 'utf8').matchAll(/^\s*#\s*include\s+(["<])([^">]+)[">]/gm)].map(([, quote, name]) => ({
    ours: quote === '"',
    name,
  }));

describe('includes point one way', () => {
  test('every folder of src/ is known', () => {
    assert.deepEqual(
      [...new Set(files.map((file) => file.split('/')[0]))].filter((folder) => !(folder in allowed)),
      [],
    );
  });

  test('a file includes only what lies below it, and no product another', () => {
    const wrong = files.flatMap((file) => {
      const folder = file.split('/')[0];
      const may = new Set([folder, ...(allowed[folder] ?? []), ...(file.endsWith('_test.cpp') ? ['native'] : [])]);
      return includesOf(`${root}src/${file}`)
        .filter(({ ours, name }) => ours && !may.has(name.split('/')[0]))
        .map(({ name }) => `${file} includes ${name}`);
    });
    assert.deepEqual(wrong, []);
  });

  test('an include of ours is written from src/, so that it says where it leads', () => {
    const wrong = files.flatMap((file) =>
      includesOf(`${root}src/${file}`)
        .filter(({ ours, name }) => ours && (name.startsWith('.') || !name.includes('/')))
        .map(({ name }) => `${file} includes ${name}`),
    );
    assert.deepEqual(wrong, []);
  });

  test('the program knows neither its tests nor its host', () => {
    const wrong = files
      .filter((file) => !file.endsWith('_test.cpp'))
      .flatMap((file) =>
        includesOf(`${root}src/${file}`)
          .filter(({ name }) => /^(doctest|emscripten|nlohmann|sqlite3|native)\b/.test(name))
          .map(({ name }) => `${file} includes ${name}`),
      );
    assert.deepEqual(wrong, []);
  });
});
