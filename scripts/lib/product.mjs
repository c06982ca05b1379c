/** Brings a product up: migrated database, demo data, simulators, Worker. Used by scripts/dev and by the tests. */

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { startSimulators } from '../../simulators/index.mjs';
import { freePort, root, startWorker } from './worker.mjs';

/**
 * @param {object} options
 * @param {string} options.product
 * @param {string} options.persist the folder that keeps its data
 * @param {Record<string, string>} options.secrets
 * @param {number} [options.port]
 * @param {number} [options.simPort]
 * @param {Record<string, string>} [options.vars]
 * @param {AsyncIterable<string>} [options.seed] statements to run once the tables stand
 * @param {string} [options.seedName] they run again when this is another
 * @param {(what: string) => void} [options.progress]
 */
export async function startProduct({
  product,
  persist,
  secrets,
  port,
  simPort,
  vars = {},
  seed,
  seedName = '',
  progress = () => {},
}) {
  const config = join(root, 'wrangler.toml');
  await mkdir(persist, { recursive: true });
  progress('database');
  await migrate(product, config, persist, seed, seedName);
  const workerPort = port ?? (await freePort());
  progress('simulators');
  const simulators = await startSimulators({
    port: simPort ?? 0,
    appUrl: `http://127.0.0.1:${workerPort}`,
    secrets: {
      stripeWebhook: secrets.STRIPE_WEBHOOK_SECRET,
      resendWebhook: secrets.RESEND_WEBHOOK_SECRET,
      streamKey: secrets.STREAM_API_KEY,
      streamSecret: secrets.STREAM_API_SECRET,
      plugnmeetKey: secrets.PLUGNMEET_API_KEY,
      plugnmeetSecret: secrets.PLUGNMEET_API_SECRET,
    },
  });
  await adoptAccounts(simulators.control, persist);
  progress('worker');
  try {
    const settings = {
      config,
      persist,
      port: workerPort,
      vars: {
        ...secrets,
        ENVIRONMENT: 'development',
        BUILD: 'development',
        APP_URL: `${simulators.url}/app`,
        CORS_ORIGINS: `${simulators.url},http://localhost:${workerPort}`,
        STRIPE_URL: simulators.url,
        RESEND_URL: simulators.url,
        STREAM_URL: simulators.url,
        PLUGNMEET_URL: `${simulators.url}/plugnmeet`,
        API_URL: `http://localhost:${workerPort}`,
        ...vars,
      },
    };
    let worker = await startWorker(settings);
    const stop = async () => {
      await worker.stop();
      await simulators.close();
    };
    const restart = async () => {
      await worker.stop();
      worker = await startWorker(settings);
    };
    return { url: worker.url, simulators, output: () => worker.output(), memory: () => worker.memory(), restart, stop };
  } catch (error) {
    await simulators.close();
    throw error;
  }
}

/**
 * Where miniflare keeps D1's only database.
 * @param {string} persist
 */
export async function databaseFile(persist) {
  const kept = join(persist, 'v3/d1/miniflare-D1DatabaseObject');
  const files = (await readdir(kept)).filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite');
  if (files.length !== 1) throw new Error(`${files.length} databases in ${kept}`);
  return join(kept, files[0]);
}

/** What connected accounts the database knows: the simulated provider forgets them when it ends. */
async function adoptAccounts(control, persist) {
  const database = new DatabaseSync(await databaseFile(persist), { readOnly: true });
  const known = database.prepare(
    'SELECT stripe_account_id AS id, email, stripe_payouts_enabled AS active FROM users WHERE stripe_account_id IS NOT NULL',
  );
  for (const { id, email, active } of known.all()) control.adoptAccount({ id, email, active: active === 1 });
  database.close();
}

/** Applies the migrations that are new and, once, the demo data. */
async function migrate(product, config, persist, seed, seedName) {
  const marker = join(persist, 'migrated.txt');
  const migrations = (await readdir(join(root, 'schema', product))).filter((name) => name.endsWith('.sql')).join('\n');
  const wanted = `${migrations}\n${seed ? `seeded ${seedName}` : ''}\n`;
  if ((await readFile(marker, 'utf8').catch(() => '')) === wanted) return;
  const common = ['--local', '--config', config, '--persist-to', persist];
  await wrangler(['d1', 'migrations', 'apply', 'DB', ...common]);
  if (seed) {
    const file = join(persist, 'seed.sql');
    const statements = [];
    for await (const statement of seed) statements.push(statement.trim().replace(/;?$/, ';'));
    await writeFile(file, statements.join('\n'));
    await wrangler(['d1', 'execute', 'DB', '--file', file, '--yes', ...common]);
  }
  await writeFile(marker, wanted);
}

/** @param {string[]} args */
function wrangler(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(join(root, 'node_modules/.bin/wrangler'), args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1', NO_COLOR: '1' },
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('exit', (code) => (code === 0 ? resolve(output) : reject(new Error(`wrangler ${args[0]}:\n${output}`))));
  });
}
