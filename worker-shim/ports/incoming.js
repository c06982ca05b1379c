/** The request's own body: read whole within a limit, or looked at and left to stream. */

import { readAll } from '../streams.js';
import { PackWriter } from '../pack.js';

/** @typedef {import('../exchange.js').Exchange} Exchange @typedef {import('../pack.js').PackReader} PackReader */

/** @param {Exchange} exchange @param {PackReader} args */
export async function readBody({ request }, args) {
  const most = args.word();
  const sent = await bodyWithin(request, most);
  const bytes = sent !== undefined && isGzip(sent) ? await unpacked(sent, most) : sent;
  const out = new PackWriter();
  return (bytes === undefined ? out.word(0) : out.word(1).bytes(bytes)).finish();
}

/** @param {Request} request @param {number} most @returns {Promise<Uint8Array | undefined>} */
async function bodyWithin(request, most) {
  const announced = request.headers.get('content-length');
  if (announced === null) return readAll(request.body, most);
  if (Number(announced) > most) return undefined;
  return new Uint8Array(await request.arrayBuffer());
}

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
  exchange.body = resumed(head, reader);
  return new PackWriter().bytes(head.subarray(0, count)).finish();
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
