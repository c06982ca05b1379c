// Programs that must not compile, and what the compiler must say: an error message is part of the interface.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = `${root}tests/compile_fail/`;

/** What the compiler says, line by line. */
async function complaintsAbout(/** @type {string} */ file) {
  const options = ['-std=c++23', '-stdlib=libc++', '-fno-exceptions', '-fno-rtti', `-I${root}src`, '-fsyntax-only'];
  try {
    await promisify(execFile)('clang++-19', [...options, file]);
    return [];
  } catch (error) {
    const { stderr } = /** @type {{stderr?: string}} */ (error);
    if (!stderr) throw error;
    return stderr.split('\n');
  }
}

describe(
  'what must not compile',
  { concurrency: 2, skip: existsSync('/usr/bin/clang++-19') ? false : 'no clang++-19' },
  () => {
    for (const name of readdirSync(folder)
      .filter((file) => file.endsWith('.cpp'))
      .sort()) {
      test(name.replaceAll('_', ' ').replace('.cpp', ''), async () => {
        const expected = readFileSync(folder + name, 'utf8').match(/^\/\/ (error|note): .+$/gm) ?? [];
        const lines = await complaintsAbout(folder + name);
        for (const line of expected) {
          const [kind, text] = line.slice(3).split(/: (.*)/s);
          assert.ok(
            lines.some((said) => said.includes(` ${kind}: `) && said.includes(text)),
            `"${text}" is not among\n${lines.join('\n')}`,
          );
        }
        const errors = lines.filter((line) => / error: /.test(line));
        assert.equal(errors.length, expected.filter((line) => line.startsWith('// error')).length, errors.join('\n'));
      });
    }
  },
);
