/** The second half of scripts/dev: everything that runs until Ctrl-C. */

import { join } from 'node:path';
import { argon2idAsync } from '@noble/hashes/argon2.js';

import { argon2idHasher, demoAccounts, demoPassword as password, demoStatements } from './peerloop-demo.mjs';
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
  seed: demoStatements({ password, hashPassword: argon2idHasher(argon2idAsync) }),
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

  Three things to try:
    1. Read the catalogue:   curl '${url}/api/courses?limit=3'
    2. Sign in:              curl '${url}/api/auth/login' -H 'content-type: application/json' \\
                               -d '{"email":"${demoAccounts[0].email}","password":"${password}"}'
    3. Open the docs page, authorize with the accessToken, enrol in a course, pay on the
       checkout page, and find the mails in the inbox.

  Ctrl-C ends all of it.
`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, async () => {
    if (stopping) process.exit(1);
    stopping = true;
    await running.stop();
    process.exit(0);
  });
