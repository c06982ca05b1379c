// What the documentation shows is what the project has: code is quoted from files that compile, links lead somewhere,
// and scripts that are named exist.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (/** @type {string} */ path) => readFileSync(join(root, path), 'utf8');

const documents = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));

/** Languages whose text must come from a file. Others are commands, output and diagrams. */
const quoted = new Set(['cpp', 'sql', 'toml', 'js']);
/** The README of the schema has a test of its own, which runs its SQL; the simulators' shows how to call two SDKs. */
const testedElsewhere = new Set(['schema/peerloop/README.md', 'simulators/README.md']);

/** Lines without the indentation that all of them share, and without empty lines around. */
function dedent(/** @type {string} */ text) {
  const lines = text.replace(/^\n+|\s+$/g, '').split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const shared = Math.min(...indents);
  return lines.map((line) => line.slice(shared).trimEnd());
}

/** Where `part` stands in `lines`, from line `start` on; -1 where it does not. Each part may be indented deeper. */
function find(/** @type {string[]} */ lines, /** @type {string[]} */ part, /** @type {number} */ start) {
  for (let at = start; at + part.length <= lines.length; at += 1) {
    const here = dedent(lines.slice(at, at + part.length).join('\n'));
    if (here.length === part.length && here.every((line, i) => line === part[i])) return at;
  }
  return -1;
}

function fencesOf(/** @type {string} */ path) {
  return [...read(path).matchAll(/(?:<!-- from (\S+) -->\n+)?^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    source: match[1],
    language: match[2],
    text: match[3],
  }));
}

/** GitHub's anchors: lower case, punctuation away, spaces as hyphens. */
function anchorsOf(/** @type {string} */ markdown) {
  return new Set(
    [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('the documentation', () => {
  for (const path of documents) {
    const fences = fencesOf(path);

    test(`${path} quotes only what compiles`, () => {
      for (const { source, language, text } of fences) {
        if (source === undefined) {
          assert.ok(
            !quoted.has(language) || testedElsewhere.has(path),
            `this ${language} needs <!-- from file --> above it:\n${text}`,
          );
          continue;
        }
        assert.ok(existsSync(join(root, source)), `${source} is not there`);
        // What a line tells clang-tidy is not quoted.
        const lines = read(source)
          .replace(/ *\/\/ NOLINT.*$/gm, '')
          .split('\n');
        let at = 0;
        // A line of three dots stands for what is left out.
        for (const part of text.split(/^\s*(?:\/\/ |-- |# )?…$/m)) {
          if (part.trim() === '') continue;
          const wanted = dedent(part);
          const found = find(lines, wanted, at);
          assert.ok(found >= 0, `${source} does not have, from line ${at + 1} on:\n${wanted.join('\n')}`);
          at = found + wanted.length;
        }
      }
    });

    test(`the links of ${path} lead somewhere`, () => {
      const text = read(path).replace(/^```[\s\S]*?^```$/gm, '');
      for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)) {
        if (target === undefined || /^[a-z]+:/.test(target)) continue;
        const [file, anchor] = target.split('#');
        const there = file === '' ? path : normalize(join(dirname(path), file));
        assert.ok(existsSync(join(root, there)), `${target} is not there`);
        if (anchor) assert.ok(anchorsOf(read(there)).has(anchor), `${there} has no heading #${anchor}`);
      }
    });

    test(`the files that ${path} names exist`, () => {
      // Paths in code spans that begin with a folder of the project; "…", "*", "<" and "{" are placeholders.
      const folders = 'scripts|src|wasm|worker-shim|schema|simulators|tests|bench|docs|examples|cmake|web';
      for (const [, name] of read(path).matchAll(/`([^`\n]+)`/g)) {
        const candidate = name.split(' ')[0].replace(/\/$/, '');
        if (!new RegExp(`^(?:${folders})/[\\w./-]+$`).test(candidate)) continue;
        assert.ok(existsSync(join(root, candidate)), `\`${name}\` is not there`);
      }
    });
  }
});
