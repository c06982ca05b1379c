/** The request's own body: read whole within a limit, or looked at and left to stream. */

import { readAll } from '../streams.js';

/** @typedef {import('../exchange.js').Exchange} Exchange @typedef {import('../pack.js').PackReader} PackReader */

/** @param {Exchange} exchange @param {PackReader} args @returns {Promise<Uint8Array>} */
export async function readBody({ request }, args) {
  const most = args.word();
  const announced = request.headers.get('content-length');
  if (Number(announced) > most) throw new Error(tooLarge);
  const bytes = announced === null ? await readAll(request.body, most) : new Uint8Array(await request.arrayBuffer());
  const whole = bytes !== undefined && isGzip(bytes) ? await unpacked(bytes, most) : bytes;
  if (whole === undefined) throw new Error(tooLarge);
  return whole;
}

/** What the module knows the failure by. */
const tooLarge = 'too_large';

/** The body is the answer. @param {Uint8Array} body */
export const packBody = (body) => body;
/**
 * By its first bytes (RFC 1952): some senders of webhooks compress and do not say so in a header, and what they sign is
 * what was packed. No text begins like this.
 * @param {Uint8Array} bytes
 */
function isGzip(bytes) {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * What was packed, or the bytes as they came where that can not be read: whoever looks at them will refuse them.
 * @param {Uint8Array} bytes @param {number} most @returns {Promise<Uint8Array | undefined>}
 */
async function unpacked(bytes, most) {
  try {
    const stream = new Response(/** @type {any} */ (bytes)).body;
    return await readAll(/** @type {any} */ (stream).pipeThrough(new DecompressionStream('gzip')), most);
  } catch {
    return bytes;
  }
}

/** @param {Exchange} exchange @param {PackReader} args */
export async function peekBody(exchange, args) {
  const count = args.word();
  const reader = exchange.body.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let size = 0;
  while (size < count) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
  }
  const head = new Uint8Array(await new Blob(chunks).arrayBuffer());
  exchange.rest = resumed(head, reader);
  return (/** @type {import('../pack.js').PackWriter} */ out) => out.bytes(head.subarray(0, count));
}

/** @param {Uint8Array} head @param {ReadableStreamDefaultReader<Uint8Array>} reader */
function resumed(head, reader) {
  let given = head.length === 0;
  return new ReadableStream({
    async pull(controller) {
      if (!given) {
        given = true;
        controller.enqueue(head);
        return;
      }
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
