// The README's journey, as written: its commands in one shell against a running product, their output compared with
// what the README shows.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { argon2idAsync } from '@noble/hashes/argon2.js';

import { argon2idHasher, demoPassword, demoStatements } from '../../scripts/lib/peerloop-demo.mjs';
import { startProduct } from '../../scripts/lib/product.mjs';
import { freshSecrets } from '../../scripts/lib/secrets.mjs';
import { root } from '../../scripts/lib/worker.mjs';

/** Commands of the section, each with the output that stands below it, if any does. */
function journey() {
  const section = /^## A journey$([\s\S]*?)^## /m.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '';
  const fences = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
    language,
    text,
  }));
  return fences
    .map((fence, i) => ({ ...fence, output: fences[i + 1]?.language === 'sh' ? undefined : fences[i + 1]?.text }))
    .filter(({ language }) => language === 'sh');
}

const built = existsSync(join(root, '.build/wasm-release/peerloop.wasm'));

describe("the README's journey", { skip: built ? false : 'peerloop.wasm is not built', timeout: 240_000 }, () => {
  let folder;
  let product;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-readme-'));
    product = await startProduct({
      product: 'peerloop',
      persist: folder,
      secrets: freshSecrets(),
      seed: demoStatements({ password: demoPassword, hashPassword: argon2idHasher(argon2idAsync) }),
    });
  });
  after(async () => {
    await product?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('works as written', async () => {
    const steps = journey();
    assert.ok(steps.length >= 6, 'the section has its commands');
    // A line that no command prints stands between the outputs.
    const mark = '--- next ---';
    const script = steps.map(({ text }) => `${text}\nprintf '\\n%s\\n' '${mark}'`).join('\n');
    const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      env: { ...process.env, API: product.url, SIM: product.simulators.url },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 120_000,
    });
    let output = '';
    let complaints = '';
    shell.stdout.on('data', (chunk) => (output += chunk));
    shell.stderr.on('data', (chunk) => (complaints += chunk));
    const [code] = await once(shell, 'close');
    const outputs = output.split(`\n${mark}\n`);
    assert.equal(
      code,
      0,
      `step ${outputs.length} failed:\n${steps[outputs.length - 1]?.text}\n${complaints}\n${output}`,
    );
    for (const [i, step] of steps.entries())
      if (step.output !== undefined) assert.equal(outputs[i].trim(), step.output.trim(), step.text);
  });
});
