// Plants each mutant of mutants.mjs in a copy of its file, compiles that file (or all that include it), links it before
// the libraries that have the original, and runs the simulated world until it finds something. A migration is planted in
// a copy of all. A mutant is caught by a law that is broken, by a sanitizer, or where something never succeeds any more;
// the program without any mutant must pass the same runs.
//
//   node tests/simulation/run-mutants.mjs <build folder> [words of a name]

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
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

/** What each object was made of: what a header reaches. @type {{object: string, files: string[]}[]} */
const made = [];
const { stdout: deps } = await run('ninja', ['-t', 'deps'], options);
for (const line of deps.split('\n')) {
  const [, object] = line.match(/^(\S+): #deps \d+/) ?? [];
  if (object) made.push({ object, files: [] });
  else if (line.startsWith('    ')) made.at(-1)?.files.push(resolve(build, line.trim()));
}

/** The commands that compile a file, or what includes it. @param {string} file @returns {string[]} */
function compilesOf(file) {
  const path = join(root, file);
  if (!file.endsWith('.h')) return lines.filter((line) => line.includes(` -c ${path}`));
  const objects = made.filter(({ files }) => files.includes(path)).map(({ object }) => object);
  return lines.filter((line) => objects.some((object) => line.includes(` -o ${object} `)));
}

/**
 * Compiles and links a program with a mutant.
 * @param {typeof mutants[number]} mutant @param {number} number @returns {Promise<{program?: string, why: string}>}
 */
async function compileAndLink(mutant, number) {
  const text = readFileSync(join(root, mutant.file), 'utf8');
  if (text.split(mutant.from).length !== 2) return { why: 'its piece is not there exactly once' };
  const changed = text.replace(mutant.from, () => mutant.to);
  const isMigration = mutant.file.endsWith('.sql');
  const isHeader = mutant.file.endsWith('.h');
  const home = join(folder, `${number}`, 'root');
  const planted = join(home, mutant.file);
  // A migration is read when the world is made, from where its reader was told at compile time.
  if (isMigration) cpSync(join(root, 'schema'), join(home, 'schema'), { recursive: true });
  mkdirSync(dirname(planted), { recursive: true });
  writeFileSync(planted, changed);

  const originals = compilesOf(isMigration ? 'tests/native/sqlite_database.cpp' : mutant.file);
  if (originals.length === 0 || !link) return { why: 'no command compiles its file' };
  const program = join(folder, `mutant-${number}`);
  let relink = link.replace(/ -o simulation/, ` -o ${program}`);
  const compiles = originals.map((original, index) => {
    const object = join(folder, `${number}`, `${index}.o`);
    const [, replaced] = original.match(/ -o (\S+)/) ?? [];
    // What the link names itself gives way; what is in a library is not looked for where it is known already.
    if (relink.includes(` ${replaced} `)) relink = relink.replace(` ${replaced} `, ` ${object} `);
    else relink = relink.replace(/(?= CMakeFiles\/simulation\.dir\/\S+\.o)/, ` ${object}`);
    const compile = original
      .replace(/ -MD -MT \S+ -MF \S+/, '')
      .replace(/ -o \S+/, ` -o ${object}`)
      .replace(' -Werror', '')
      .replace(' -O3', ' -O1');
    if (isMigration) return compile.replace(/ISTHMUS_SOURCE_DIR=\\"[^"]*"/, `ISTHMUS_SOURCE_DIR=\\"${home}\\"`);
    // The first option is in front of all other places of headers.
    if (isHeader) return compile.replace(/ -/, ` -I${join(home, 'src')} -I${join(home, 'tests')} -`);
    return compile.replace(/ -c \S+/, ` -c ${planted}`);
  });
  const plain = (/** @type {string} */ command) => command.replace(/^: && /, '').replace(/ && :$/, '');
  try {
    for (const command of [...compiles, relink]) await run('bash', ['-c', `{ ${plain(command)}; } 2>&1`], options);
  } catch (error) {
    return { why: `it does not build: ${String(error.stdout).slice(-1500)}` };
  }
  return { program, why: '' };
}

/**
 * Runs a program until it finds something, and then asks what never had its success.
 * @param {string} program @param {number} runs
 * @returns {Promise<{law?: string, ran: number, why: string}>} the law that was broken, and at which run
 */
async function tryOut(program, runs) {
  const reach = `${program}.reach`;
  let output = '';
  let ran = runs;
  try {
    await run(program, ['--seed', '1', '--runs', `${runs}`, '--reach', reach], options);
    if (runs === mostRuns) await run(program, ['--judge', reach], options);
    return { ran, why: `${runs} runs find nothing` };
  } catch (error) {
    output = `${error.stdout}${error.stderr}`;
    ran = Number(output.match(/scripts\/simulate --seed (\d+)/)?.[1] ?? runs);
  }
  // A program that only fails, say because it can not start, shows nothing.
  const law = output.match(/^broken: (.*)$/m)?.[1] ?? output.match(/(?:ERROR: \w+Sanitizer|runtime error): .*/)?.[0];
  return { law, ran, why: law ? `run ${ran}: ${law.slice(0, 112)}` : `it fails without a law: ${output.slice(-500)}` };
}

let passed = 0;
let failed = 0;
let latest = 0;
const queue = mutants
  .map((mutant, index) => ({ mutant, number: index + 1 }))
  .filter(({ mutant }) => mutant.name.includes(wanted));
const started = Date.now();
async function work() {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { mutant, number } = next;
    const { program, why: problem } = await compileAndLink(mutant, number);
    const { law, ran, why } = program ? await tryOut(program, mostRuns) : { law: '', ran: 0, why: problem };
    if (law) passed++;
    else failed++;
    if (law) latest = Math.max(latest, ran);
    console.log(`${law ? 'caught ' : 'MISSED '} ${String(number).padStart(2)} ${mutant.name} (${why})`);
  }
}
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
// What catches a mutant must not find anything without it.
if (latest > 0) {
  const { law, why } = await tryOut(join(build, 'simulation'), latest);
  if (law) failed++;
  console.log(law ? `WRONG: without any mutant, ${why}` : `without any mutant, ${why}`);
}
console.log(`${((Date.now() - started) / 1000).toFixed(0)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
