// Drives judged.wasm: functions of the program as they are deployed, called by name.
import { readFileSync } from 'node:fs';

const wasm = new URL('../../.build/wasm-release/judged.wasm', import.meta.url);

const names = /** @type {const} */ ([
  'json',
  'double',
  'jsonQuoted',
  'query',
  'time',
  'timeText',
  'hexDecode',
  'hexEncode',
  'base64Decode',
  'base64Encode',
  'base64urlDecode',
  'base64urlEncode',
  'percentDecode',
  'percentEncode',
  'formEncode',
  'isUtf8',
  'origin',
  'webAddress',
  'calendar',
  'jwt',
  'stripe',
  'svix',
]);

/** @typedef {(...texts: (string | number | Uint8Array)[]) => Buffer | undefined} Call undefined: it was refused */

/** @returns {Record<typeof names[number], Call>} */
export function openJudged() {
  const exports = /** @type {any} */ (new WebAssembly.Instance(new WebAssembly.Module(readFileSync(wasm)), {}).exports);
  exports._initialize();
  const call = (/** @type {string} */ name, /** @type {(string | number | Uint8Array)[]} */ texts) => {
    const fields = [name, ...texts].map((text) =>
      typeof text === 'object' ? Buffer.from(text) : Buffer.from(`${text}`),
    );
    const packed = Buffer.concat(
      fields.flatMap((field) => {
        const size = Buffer.alloc(4);
        size.writeUInt32LE(field.length);
        return [size, field];
      }),
    );
    const address = exports.judged_allocate(packed.length);
    if (address === 0) throw new Error('the module has no memory left');
    new Uint8Array(exports.memory.buffer).set(packed, address);
    const size = exports.judged_call(address, packed.length);
    exports.judged_free(address);
    if (size === -2) throw new Error(`the module has no call ${name} of ${texts.length}`);
    if (size < 0) return undefined;
    return Buffer.from(new Uint8Array(exports.memory.buffer, exports.judged_answer(), size));
  };
  const judged = names.map((name) => [
    name,
    (/** @type {(string | number | Uint8Array)[]} */ ...texts) => call(name, texts),
  ]);
  return Object.fromEntries(judged);
}
