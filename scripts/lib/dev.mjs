/** The second half of scripts/dev: everything that runs until Ctrl-C. */

import { join } from 'node:path';
import { argon2idAsync } from '@noble/hashes/argon2.js';

import {
  argon2idHasher,
  demoAccounts,
  demoPassword as password,
  demoRecordedSession,
  demoStatements,
} from './peerloop-demo.mjs';
import { startProduct } from './product.mjs';
import { developmentSecrets } from './secrets.mjs';
import { root } from './worker.mjs';

const product = process.argv[2] ?? 'peerloop';
const port = Number(process.env.PORT ?? 8787);
const simPort = Number(process.env.SIM_PORT ?? 8788);

const running = await startProduct({
  product,
  persist: join(root, '.dev', product),
  secrets: await developmentSecrets(join(root, '.dev.vars')),
  port,
  simPort,
  seed: demoStatements({ password, hashPassword: argon2idHasher(argon2idAsync), now: Date.now() }),
  // Once more each day, for a session that can be joined.
  seedName: new Date().toISOString().slice(0, 10),
  progress: (what) => process.stderr.write(`${what} …\n`),
}).catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

const url = `http://localhost:${port}`;
const accounts = demoAccounts.slice(0, 5).map(({ email, about }) => `    ${email.padEnd(34)} ${about}`);
process.stdout.write(`
  ${product} runs.

  API        ${url}/api        docs  ${url}/api/docs
  operations ${url}/api/admin
  inbox      ${running.simulators.url}/inbox
  simulators ${running.simulators.url}

  Demo accounts, password "${password}":
${accounts.join('\n')}

  Four things to try:
    1. Read the catalogue:   curl '${url}/api/courses?limit=3'
    2. Sign in:              curl '${url}/api/auth/login' -H 'content-type: application/json' \\
                               -d '{"email":"${demoAccounts[0].email}","password":"${password}"}'
    3. Open the docs page, authorize with the accessToken, enrol in a course, pay on the
       checkout page, and find the mails in the inbox.
    4. As ada@ and kofi@: GET /api/sessions lists a session that is on; POST /api/sessions/{id}/join
       and open the joinUrl. The rooms are at ${running.simulators.url}/rooms

  Ctrl-C ends all of it.
`);

// As Cloudflare does every minute; nobody else does it here.
const runCron = () => fetch(`${running.url}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`).catch(() => {});
setInterval(runCron, 60_000);
// The recording of a session that took place reaches the bucket as every other does: told by a webhook, copied by cron.
await running.simulators.control.addRecording(demoRecordedSession, { bytes: 40_000_000, recordId: 'demo-recording' });
await runCron();

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, async () => {
    if (stopping) process.exit(1);
    stopping = true;
    await running.stop();
    process.exit(0);
  });
