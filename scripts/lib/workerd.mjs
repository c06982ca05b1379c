/**
 * Runs a Worker on the plain workerd binary, without wrangler's proxy in front of it: for loads and measurements.
 * There are no bindings but the variables given and, where they are asked for, a rate limiter and a database.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort, root } from './worker.mjs';

export const compatibilityDate = '2026-11-01';
export const compatibilityFlags = ['enable_request_signal'];

/** The path of the workerd binary that the project has pinned. */
export function workerdBinary() {
  const require = createRequire(import.meta.url);
  return join(
    require.resolve(`@cloudflare/workerd-linux-${process.arch === 'arm64' ? 'arm64' : '64'}/package.json`),
    '..',
    'bin/workerd',
  );
}

/**
 * A Worker as wrangler would deploy it.
 * @typedef {{folder: string, main: string, modules: string[], remove: () => Promise<void>}} Bundle
 */

/**
 * @param {{config: string} | {main: string, minify?: boolean}} source a wrangler configuration or an entry, by its path
 *   from the project's root
 * @returns {Promise<Bundle>}
 */
export async function bundle(source) {
  const folder = await mkdtemp(join(tmpdir(), 'isthmus-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const out = join(folder, 'out');
    const config = 'config' in source ? source.config : await writeConfig(folder, source);
    const child = spawn(
      join(root, 'node_modules/.bin/wrangler'),
      ['deploy', '--dry-run', '--config', config, '--outdir', out],
      { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, CI: '1', NO_COLOR: '1' } },
    );
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`wrangler could not bundle ${JSON.stringify(source)}:\n${output}`);
    const files = await readdir(out);
    const main = /** @type {string} */ (files.find((name) => name.endsWith('.js')));
    return { folder: out, main, modules: files.filter((name) => name.endsWith('.wasm')), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** @param {string} folder @param {{main: string, minify?: boolean}} entry */
async function writeConfig(folder, { main, minify = false }) {
  const config = join(folder, 'wrangler.json');
  const settings = {
    name: 'worker',
    main: join(root, main),
    minify,
    compatibility_date: compatibilityDate,
    compatibility_flags: compatibilityFlags,
  };
  await writeFile(config, JSON.stringify(settings));
  return config;
}

/**
 * @param {object} options
 * @param {string} [options.config] path of the wrangler configuration, from the project's root
 * @param {Bundle} [options.bundled] instead of a configuration; it stays after the end
 * @param {Record<string, string>} [options.vars]
 * @param {string} [options.path] what is asked for until there is an answer
 * @param {string} [options.rateLimiter] the module behind the binding RATE_LIMITER, by its path from the project's root
 * @param {string} [options.database] the Worker behind the binding DB: an entry that answers D1's client, with a class
 *   Database
 * @param {number} [options.inspectorPort] where V8's inspector listens
 */
export async function startPlainWorkerd({
  config,
  bundled,
  vars = {},
  path = '/',
  rateLimiter,
  database,
  inspectorPort,
}) {
  const { folder, main, modules, remove } = bundled ?? (await bundle({ config: /** @type {string} */ (config) }));
  const port = await freePort();
  const databasePort = database ? await freePort() : 0;
  const text = (/** @type {string} */ value) => JSON.stringify(value);
  const wasm = modules.map((name) => `(name = ${text(`./${name}`)}, wasm = embed ${text(name)})`);
  const bindings = Object.entries(vars).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`);
  const services = [
    '(name = "main", worker = .worker)',
    '(name = "internet", network = (allow = ["public", "private"]))',
  ];
  const sockets = [`(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")`];
  const workers = [];
  let extensions = '';
  if (rateLimiter) {
    await copyFile(join(root, rateLimiter), join(folder, 'rate_limiter.module'));
    extensions = `extensions = [(modules = [(name = "bench:rate-limiter", esModule = embed "rate_limiter.module", internal = true)])],`;
    bindings.push('(name = "RATE_LIMITER", wrapped = (moduleName = "bench:rate-limiter"))');
  }
  if (database) {
    await copyFile(join(root, database), join(folder, 'database.module'));
    // A bundle serves several starts: each has a database of its own.
    const storage = `storage-${port}`;
    await rm(join(folder, storage), { recursive: true, force: true });
    await mkdir(join(folder, storage));
    services.push(
      '(name = "d1", worker = .database)',
      `(name = "storage", disk = (path = ${text(storage)}, writable = true))`,
    );
    sockets.push(`(name = "d1", address = "127.0.0.1:${databasePort}", http = (), service = "d1")`);
    bindings.push(
      '(name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "d1")]))',
    );
    workers.push(`const database :Workerd.Worker = (
  modules = [(name = "database.js", esModule = embed "database.module")],
  compatibilityDate = ${text(compatibilityDate)},
  bindings = [(name = "DATABASE", durableObjectNamespace = "Database")],
  durableObjectNamespaces = [(className = "Database", uniqueKey = "database", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
);`);
  }
  const file = join(folder, `config-${port}.capnp`);
  await writeFile(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${services.join(', ')}],
  sockets = [${sockets.join(', ')}],
  ${extensions}
);
const worker :Workerd.Worker = (
  modules = [(name = ${text(main)}, esModule = embed ${text(main)}), ${wasm.join(', ')}],
  compatibilityDate = ${text(compatibilityDate)},
  compatibilityFlags = [${compatibilityFlags.map(text).join(', ')}],
  bindings = [${bindings.join(', ')}],
);
${workers.join('\n')}
`,
  );
  const inspector = inspectorPort ? [`--inspector-addr=127.0.0.1:${inspectorPort}`] : [];
  const started = performance.now();
  const child = spawn(workerdBinary(), ['serve', '--experimental', ...inspector, file], {
    cwd: folder,
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
    if (!bundled) await remove();
  };
  const databaseUrl = database ? `http://127.0.0.1:${databasePort}` : '';
  return { url, databaseUrl, pid: /** @type {number} */ (child.pid), firstAnswerMillis, stop, output: () => output };
}
