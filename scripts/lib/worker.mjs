/** Runs a Worker on workerd as `wrangler dev` does, with D1, KV and R2 of its own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** @returns {Promise<number>} a port that was free a moment ago */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  return port;
}

/**
 * @param {object} options
 * @param {string} options.config path of the wrangler configuration, from the project's root
 * @param {Record<string, string>} [options.vars] variables and secrets
 * @param {string} [options.persist] where its data is kept; a folder of its own otherwise, removed at the end
 * @param {number} [options.port]
 * @param {string[]} [options.more] further arguments of `wrangler dev`
 */
export async function startWorker({ config, vars = {}, persist, port, more = [] }) {
  const chosen = port ?? (await freePort());
  const folder = persist ?? (await mkdtemp(join(tmpdir(), 'isthmus-')));
  const args = ['dev', '--config', config, '--port', String(chosen), '--ip', '127.0.0.1', '--persist-to', folder];
  args.push('--show-interactive-dev-session=false', '--log-level', 'log', '--inspector-port', String(await freePort()));
  for (const [name, value] of Object.entries(vars)) args.push('--var', `${name}:${value}`);
  const child = spawn(join(root, 'node_modules/.bin/wrangler'), [...args, ...more], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1', NO_COLOR: '1' },
  });
  let output = '';
  const url = `http://127.0.0.1:${chosen}`;
  const ready = new Promise((resolve, reject) => {
    const read = (chunk) => {
      output += chunk;
      if (output.includes('Ready on')) resolve(undefined);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`wrangler ended with ${code}:\n${output}`)));
    setTimeout(() => reject(new Error(`wrangler is not ready:\n${output}`)), 90_000).unref();
  });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      process.kill(-(/** @type {number} */ (child.pid)), 'SIGTERM');
      const timer = setTimeout(() => process.kill(-(/** @type {number} */ (child.pid)), 'SIGKILL'), 5_000);
      await ended;
      clearTimeout(timer);
    }
    if (!persist) await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready;
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    port: chosen,
    persist: folder,
    stop,
    output: () => output,
    memory: () => memoryOf(/** @type {number} */ (child.pid)),
  };
}

/**
 * The memory of workerd's processes in a process group, in bytes: in use now, and the most there was.
 * @param {number} group
 */
async function memoryOf(group) {
  let used = 0;
  let most = 0;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [stat, status] = await Promise.all(
      ['stat', 'status'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
    );
    // "pid (name) state parent group …"
    const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
    if (name !== 'workerd' || Number(rest.split(' ')[2]) !== group) continue;
    used += 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    most += 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return { used, most };
}
