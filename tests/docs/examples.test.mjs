// The programs of docs/building-your-own.md, on workerd with their own configuration.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { root, startWorker } from '../../scripts/lib/worker.mjs';
import { startPlainWorkerd } from '../../scripts/lib/workerd.mjs';

const notBuilt = (name) =>
  existsSync(join(root, `.build/wasm-release/${name}.wasm`)) ? false : `${name} is not built`;

test('hello answers as the guide says', { skip: notBuilt('hello') }, async () => {
  const worker = await startPlainWorkerd({ config: 'examples/hello/wrangler.toml' });
  try {
    const answer = await fetch(`${worker.url}/hello/Ada`);
    assert.equal(await answer.text(), '{"text":"Hello, Ada!"}');
    assert.match(answer.headers.get('x-request-id') ?? '', /^[\w-]{36}$/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  } finally {
    await worker.stop();
  }
});

describe('the tool library', { skip: notBuilt('lending') }, () => {
  const config = 'examples/lending/wrangler.toml';
  const secret = 'a secret of more than thirty-two bytes';
  const drill = '01900000-0000-7000-8000-000000000001';
  let folder;
  let worker;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-lending-'));
    const wrangler = (...args) =>
      promisify(execFile)(
        join(root, 'node_modules/.bin/wrangler'),
        ['d1', ...args, '--local', '--config', config, '--persist-to', folder],
        { cwd: root, env: { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false' } },
      );
    await wrangler('migrations', 'apply', 'DB');
    const rows = `INSERT INTO members (id, name) VALUES ('ada', 'Ada'); INSERT INTO things VALUES ('${drill}', 'Drill')`;
    await wrangler('execute', 'DB', '--yes', '--command', rows);
    worker = await startWorker({ config, persist: folder, vars: { JWT_SECRET: secret } });
  });
  after(async () => {
    await worker?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** A token as RFC 7519 has it, made without the program's own code. */
  function tokenOf(member) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: 'lending', sub: member, exp: Math.floor(Date.now() / 1000) + 60 };
    const signed = `${part({ alg: 'HS256', typ: 'at+jwt', kid: '1' })}.${part(claims)}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  }

  async function borrow(body, headers = {}) {
    const answer = await fetch(`${worker.url}/api/things/${drill}/loans`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokenOf('ada')}`, ...headers },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json(), replayed: answer.headers.get('idempotent-replayed') };
  }

  test('tells all that is wrong, as the guide shows it', async () => {
    const { status, body } = await borrow({ until: 'soon', colour: 'red' });
    assert.equal(status, 400);
    assert.equal(body.error, 'The request has invalid fields.');
    assert.deepEqual(Object.keys(body.details.fieldErrors), ['until', 'colour']);
  });

  test('lends a thing once, and remembers its answer', async () => {
    const loan = { until: new Date(Date.now() + 86_400_000).toISOString() };
    const first = await borrow(loan, { 'idempotency-key': 'try-1' });
    assert.equal(first.status, 201);
    const again = await borrow(loan, { 'idempotency-key': 'try-1' });
    assert.deepEqual([again.status, again.replayed, again.body], [201, 'true', first.body]);
    assert.deepEqual([(await borrow(loan)).body.code], ['lent_out']);
    const { items } = await (await fetch(`${worker.url}/api/things`)).json();
    assert.deepEqual(items, [{ id: drill, name: 'Drill', isFree: false }]);
  });

  test('is documented by its table', async () => {
    const { paths } = await (await fetch(`${worker.url}/api/openapi.json`)).json();
    assert.ok(paths['/api/things/{id}/loans'].post.requestBody);
  });
});
