/** Builds a marketplace of a size, runs every listing on it and on the demo data, and draws up the table. */

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';

import { demoStatements } from './peerloop-demo.mjs';
import { buildUnitTests, publish, run } from './published.mjs';
import { root } from './worker.mjs';

const size = { users: 100_000, courses: 1_000, sessions: 1_000_000 };
/** The same moment as in tests/scale/listings.h: behind all that either database holds. */
const endsAt = 1_795_176_000_000;
const folder = join(root, '.build/scale');

const { values: options } = parseArgs({
  options: { publish: { type: 'boolean' }, preset: { type: 'string', default: 'native-release' } },
});

/** @param {string} name */
const source = (name) => readFile(join(root, name), 'utf8');
const migrations = await Promise.all(
  (await readdir(join(root, 'schema/peerloop')))
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => source(`schema/peerloop/${name}`)),
);

/**
 * A database that is made when it is not there; one of other tables or other contents has another name.
 * @param {string} name @param {string[]} contents what it is made of @param {(db: DatabaseSync) => void | Promise<void>} fill
 */
async function database(name, contents, fill) {
  const digest = createHash('sha256')
    .update([...migrations, ...contents].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const path = join(folder, `${name}-${digest}.sqlite`);
  if (await stat(path).catch(() => undefined)) return path;
  for (const other of await readdir(folder)) if (other.startsWith(`${name}-`)) await rm(join(folder, other));
  const unfinished = `${path}.unfinished`;
  const started = performance.now();
  const db = new DatabaseSync(unfinished, { enableForeignKeyConstraints: false });
  db.exec(
    'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA temp_store = MEMORY',
  );
  for (const sql of migrations) db.exec(sql);
  db.exec('BEGIN');
  await fill(db);
  db.exec('COMMIT');
  const broken = db.prepare('SELECT count(*) AS n FROM pragma_foreign_key_check').get()?.n;
  if (broken !== 0) throw new Error(`${name}: ${broken} rows refer to nothing`);
  db.close();
  await rename(unfinished, path);
  console.error(`${name}: built in ${Math.round((performance.now() - started) / 1000)} s`);
  return path;
}

const population = await source('tests/scale/population.sql');
const large = () =>
  database('scale', [population, JSON.stringify(size)], (db) => {
    const { users, courses, sessions } = size;
    db.exec(
      `CREATE TEMP TABLE size AS SELECT ${users} AS users, ${courses} AS courses, ${sessions} AS sessions, ${endsAt} AS ends_at`,
    );
    db.exec(population);
  });
const demo = async () => {
  const sources = ['scripts/lib/peerloop-demo.mjs', 'scripts/lib/peerloop-demo-content.mjs'];
  return database('demo', await Promise.all(sources.map(source)), async (db) => {
    for await (const sql of demoStatements({ password: 'unused', hashPassword: () => '$demo$' })) db.exec(sql);
  });
};

/** @typedef {{listing: string, steps: number, microseconds: number}} Asked */

/** @param {string} path @returns {Promise<Asked[]>} */
async function askListings(path) {
  const results = join(folder, 'results.json');
  await rm(results, { force: true });
  run([unitTests, '--test-case=the listings of a database in a file'], {
    ISTHMUS_SCALE_DATABASE: path,
    ISTHMUS_SCALE_RESULTS: results,
  });
  return JSON.parse(await readFile(results, 'utf8'));
}

/** What a table's rows take with their share of its indexes. @param {string} path */
function bytesOf(path) {
  const db = new DatabaseSync(path, { readOnly: true });
  const tables = db
    .prepare(
      `SELECT m.tbl_name AS name, sum(s.pgsize) AS bytes FROM dbstat s JOIN sqlite_master m ON m.name = s.name
       WHERE s.aggregate = TRUE GROUP BY 1 ORDER BY 2 DESC`,
    )
    .all()
    .map(({ name, bytes }) => {
      const rows = Number(db.prepare(`SELECT count(*) AS n FROM "${name}"`).get()?.n);
      return { name: String(name), bytes: Number(bytes), rows };
    });
  db.close();
  return tables;
}

const whole = new Intl.NumberFormat('en');
const millis = (/** @type {number} */ microseconds) => (microseconds / 1000).toFixed(1);

/** @param {Asked[]} few @param {Asked[]} many @param {ReturnType<typeof bytesOf>} tables */
function draw(few, many, tables) {
  const rows = many.map((asked, i) => {
    const { steps, microseconds } = few[i];
    const times = (/** @type {number} */ a, /** @type {number} */ b) => (a / b).toFixed(1);
    return `| \`${asked.listing}\` | ${whole.format(steps)} | ${whole.format(asked.steps)} | ${times(asked.steps, steps)} | ${millis(microseconds)} | ${millis(asked.microseconds)} | ${times(asked.microseconds, microseconds)} |`;
  });
  const total = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  const largest = tables.slice(0, 14).map(({ name, bytes, rows: count }) => {
    return `| \`${name}\` | ${whole.format(count)} | ${whole.format(Math.round(bytes / 1e6))} | ${whole.format(Math.round(bytes / count))} |`;
  });
  return [
    `Written by \`scripts/scale --publish\`, handlers built by the preset \`${options.preset}\`. Pages of 100. Steps are those of SQLite's machine for all that a request asks, its session's included: the same on every computer. Milliseconds are of the whole request in the native test server, the least of five.`,
    '',
    '| listing | steps, demo | steps, large | × | ms, demo | ms, large | × |',
    '| --- | --: | --: | --: | --: | --: | --: |',
    ...rows,
    '',
    `The large database has ${whole.format(Math.round(total / 1e6))} MB. What takes most of it, each table with its indexes:`,
    '',
    '| table | rows | MB | bytes a row |',
    '| --- | --: | --: | --: |',
    ...largest,
  ].join('\n');
}

await mkdir(folder, { recursive: true });
const [small, big] = [await demo(), await large()];
const unitTests = await buildUnitTests(options.preset);
const table = draw(await askListings(small), await askListings(big), bytesOf(big));
console.log(table);
if (options.publish) await publish('docs/performance.md', 'scripts/scale', table);
