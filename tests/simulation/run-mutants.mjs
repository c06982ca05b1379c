// Plants each mutant of mutants.mjs in a copy of its file, compiles that one file, links it before the libraries that
// have the original, and runs the simulated world until it finds something. A migration is planted in a copy of all.
//
//   node tests/simulation/run-mutants.mjs <build folder> [words of a name]

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { mutants } from './mutants.mjs';

const run = promisify(execFile);
const build = resolve(process.argv[2]);
const wanted = process.argv[3] ?? '';
const root = resolve(import.meta.dirname, '../..');
const folder = join(build, 'mutants');
const options = { cwd: build, maxBuffer: 1 << 28 };
/** The first run that finds a mutant is one of so many. */
const mostRuns = 1000;

mkdirSync(folder, { recursive: true });

const { stdout: commands } = await run('ninja', ['-t', 'commands', 'simulation'], options);
const lines = commands.trim().split('\n');
const link = lines.at(-1);
const compileOf = (/** @type {string} */ file) => lines.find((line) => line.includes(` -c ${join(root, file)}`));

/** @param {typeof mutants[number]} mutant @param {number} number */
async function plant(mutant, number) {
  const text = readFileSync(join(root, mutant.file), 'utf8');
  if (text.split(mutant.from).length !== 2) return { found: false, why: 'its piece is not there exactly once' };
  const changed = text.replace(mutant.from, () => mutant.to);
  // A migration is read when the world is made, from where its reader was told at compile time.
  const isMigration = mutant.file.endsWith('.sql');
  const home = join(folder, `${number}`, 'root');
  if (isMigration) {
    cpSync(join(root, 'schema'), join(home, 'schema'), { recursive: true });
    writeFileSync(join(home, mutant.file), changed);
  }
  const compiled = isMigration ? 'tests/native/sqlite_database.cpp' : mutant.file;
  const source = join(folder, `${number}.cpp`);
  const object = `${source}.o`;
  const program = join(folder, `mutant-${number}`);
  writeFileSync(source, isMigration ? readFileSync(join(root, compiled), 'utf8') : changed);
  const original = compileOf(compiled);
  if (!original || !link) return { found: false, why: 'no command compiles its file' };
  const compile = original
    .replace(/ -MD -MT \S+ -MF \S+/, '')
    .replace(/ -o \S+/, ` -o ${object}`)
    .replace(/ -c \S+/, ` -c ${source}`)
    .replace(' -Werror', '')
    .replace(' -O3', ' -O1')
    .replace(/ISTHMUS_SOURCE_DIR=\\"[^"]*"/, (known) => (isMigration ? `ISTHMUS_SOURCE_DIR=\\"${home}\\"` : known));
  const relink = link
    .replace(/ -o simulation/, ` -o ${program}`)
    .replace(/(?=CMakeFiles\/simulation\.dir\/\S+\.o)/, `${object} `);
  try {
    await run(
      'bash',
      ['-c', `${compile} 2>&1 && { ${relink.replace(/^: && /, '').replace(/ && :$/, '')}; } 2>&1`],
      options,
    );
  } catch (error) {
    return { found: false, why: `it does not build: ${String(error.stdout).slice(-1500)}` };
  }
  const mine = (/** @type {string} */ output) => output.match(/^broken: .*$/m)?.[0].slice(8, 120);
  try {
    await run(program, ['--seed', '1', '--runs', `${mostRuns}`], options);
    return { found: false, why: `${mostRuns} runs find nothing` };
  } catch (error) {
    const seeds = String(error.stdout).match(/^(\d+) passed/m)?.[1] ?? '0';
    return { found: true, why: `run ${Number(seeds) + 1}: ${mine(String(error.stdout)) ?? 'crashed'}` };
  }
}

let passed = 0;
let failed = 0;
const queue = mutants
  .map((mutant, index) => ({ mutant, number: index + 1 }))
  .filter(({ mutant }) => mutant.name.includes(wanted));
const started = Date.now();
async function work() {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { mutant, number } = next;
    const { found, why } = await plant(mutant, number);
    if (found) passed++;
    else failed++;
    console.log(`${found ? 'caught ' : 'MISSED '} ${String(number).padStart(2)} ${mutant.name} (${why})`);
  }
}
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
console.log(`${((Date.now() - started) / 1000).toFixed(0)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
