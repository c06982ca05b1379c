/** Tables that a script measures and a page of the documentation shows. */

import { spawnSync } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { root } from './worker.mjs';

/**
 * Writes a table between the marks of a page.
 * @param {string} page @param {string} script whose mark it is @param {string} table
 */
export async function publish(page, script, table) {
  const [begin, end] = [`<!-- ${script} writes this -->`, '<!-- until here -->'];
  const path = join(root, page);
  const text = await readFile(path, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < from) throw new Error(`${page} has no place for what ${script} measures`);
  await writeFile(path, `${text.slice(0, from)}${begin}\n\n${table}\n\n${text.slice(to)}`);
}

/** @param {string[]} command @param {Record<string, string>} [env] */
export function run([program, ...args], env = {}) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${program} ended with ${status}`);
}

/** Builds the unit tests and gives their path. @param {string} preset */
export async function buildUnitTests(preset) {
  if (!(await stat(join(root, '.build', preset)).catch(() => undefined))) run(['cmake', '--preset', preset]);
  run(['cmake', '--build', '--preset', preset, '--target', 'unit_tests', '--', '--quiet']);
  return `.build/${preset}/unit_tests`;
}
