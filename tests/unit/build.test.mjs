// Every `wrangler dev` of a checkout runs scripts/build, so several builds of one folder meet.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { root } from '../../scripts/lib/worker.mjs';

const build = () => promisify(execFile)('scripts/build', ['peerloop'], { cwd: root });

test('builds at the same time end well and leave alone what is the same', async () => {
  const files = ['_headers', 'api/docs.html', 'api/docs/swagger-ui.css', 'api/admin/admin.js'];
  const changes = () =>
    Promise.all(files.map(async (file) => (await stat(join(root, '.build/assets/peerloop', file))).mtimeMs));
  await build();
  const before = await changes();
  for (const { stderr } of await Promise.all([build(), build(), build(), build()]))
    assert.match(stderr, /^peerloop\.wasm: \d+ bytes, \d+ gzipped$/m);
  assert.deepEqual(await changes(), before);
});
