// Drives vectors.wasm: the calls of vectors.h, packed as its `run` reads them.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the published vectors lie; undefined when they are not on this machine. */
const namedFolder = process.env.ISTHMUS_DATA ?? `${root}../shared/data`;
export const dataFolder = existsSync(namedFolder) ? namedFolder : undefined;

const operations = { hmac: 1, jws: 2, es256: 3, pbkdf2: 4, ecdsa: 5, password: 6, json: 7 };

const number = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** @returns {Record<string, (...values: (string | number | Uint8Array)[]) => boolean>} true where it is accepted */
export function openVectors() {
  const path = process.env.ISTHMUS_VECTORS_WASM ?? `${root}.build/wasm-release/vectors.wasm`;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)), {});
  exports._initialize();

  const run = (operation, values) => {
    const fields = values.map((value) => (typeof value === 'number' ? number(value) : Buffer.from(value)));
    const packed = Buffer.concat(fields.flatMap((field) => [number(field.length), field]));
    const address = exports.isthmus_vector_allocate(packed.length);
    if (address === 0) throw new Error('the module has no memory left');
    new Uint8Array(exports.memory.buffer).set(packed, address);
    const verdict = exports.isthmus_vector(operation, address, packed.length);
    exports.isthmus_vector_free(address);
    if (verdict < 0) throw new Error('the module did not understand the call');
    return verdict === 1;
  };

  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [name, (...values) => run(operation, values)]),
  );
}
