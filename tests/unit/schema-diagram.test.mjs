import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';

import { drawPage, page } from '../../scripts/lib/schema-diagram.mjs';

test('the drawing of the tables is that of the migrations: else run scripts/schema-diagram', async () => {
  assert.equal(await readFile(page, 'utf8'), await drawPage());
});
