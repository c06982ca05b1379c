/**
 * Runs a Worker on the plain workerd binary, without wrangler's proxy in front of it: for loads and measurements.
 * There are no bindings but the variables given.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort, root } from './worker.mjs';

const compatibilityDate = '2026-11-01';

/** The path of the workerd binary that the project has pinned. */
export function workerdBinary() {
  const require = createRequire(import.meta.url);
  return join(
    require.resolve(`@cloudflare/workerd-linux-${process.arch === 'arm64' ? 'arm64' : '64'}/package.json`),
    '..',
    'bin/workerd',
  );
}

/** Bundles a Worker as wrangler would deploy it. @param {string} config @param {string} folder */
async function bundle(config, folder) {
  const child = spawn(
    join(root, 'node_modules/.bin/wrangler'),
    ['deploy', '--dry-run', '--config', config, '--outdir', folder],
    { cwd: root, stdio: 'ignore', env: { ...process.env, CI: '1' } },
  );
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`wrangler could not bundle ${config}`);
  const files = await readdir(folder);
  const main = files.find((name) => name.endsWith('.js'));
  return { main, modules: files.filter((name) => name.endsWith('.wasm')) };
}

/**
 * @param {object} options
 * @param {string} options.config path of the wrangler configuration, from the project's root
 * @param {Record<string, string>} [options.vars]
 * @param {string} [options.path] what is asked for until there is an answer
 */
export async function startPlainWorkerd({ config, vars = {}, path = '/' }) {
  const folder = await mkdtemp(join(tmpdir(), 'isthmus-'));
  const { main, modules } = await bundle(config, folder);
  const port = await freePort();
  const text = (/** @type {string} */ value) => JSON.stringify(value);
  const wasm = modules.map((name) => `(name = ${text(`./${name}`)}, wasm = embed ${text(name)})`);
  const bindings = Object.entries(vars).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`);
  await writeFile(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = ${text(main)}, esModule = embed ${text(main)}), ${wasm.join(', ')}],
  compatibilityDate = ${text(compatibilityDate)},
  compatibilityFlags = ["enable_request_signal"],
  bindings = [${bindings.join(', ')}],
);
`,
  );
  const started = performance.now();
  const child = spawn(workerdBinary(), ['serve', '--experimental', join(folder, 'config.capnp')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk) => (output += chunk));
  const url = `http://127.0.0.1:${port}`;
  const answered = () =>
    fetch(url + path).then(
      (answer) => answer.arrayBuffer(),
      () => undefined,
    );
  while (!(await answered())) {
    if (child.exitCode !== null || performance.now() - started > 20_000)
      throw new Error(`workerd did not start:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const firstAnswerMillis = performance.now() - started;
  const stop = async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return { url, pid: child.pid, firstAnswerMillis, stop, output: () => output };
}
