import assert from 'node:assert/strict';
import { readFileSync, globSync } from 'node:fs';
import test from 'node:test';

const modules = globSync('.build/wasm-release/**/*.wasm');

test('a module imports nothing but the boundary', { skip: modules.length === 0 && 'no module is built yet' }, () => {
  for (const path of modules) {
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(path)));
    const foreign = imports.filter(({ module }) => module !== 'isthmus');
    assert.deepEqual(foreign, [], path);
  }
});
