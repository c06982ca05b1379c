/** The request's own body: read whole within a limit, or looked at and left to stream. */

import { readAll } from '../streams.js';

/** @typedef {import('../exchange.js').Exchange} Exchange @typedef {import('../pack.js').PackReader} PackReader */

/** @param {Exchange} exchange @param {PackReader} args @returns {Promise<ArrayBuffer | Uint8Array>} */
export async function readBody({ request }, args) {
  const most = args.word();
  const announced = request.headers.get('content-length');
  if (announced === null) return readUnannounced(request, most);
  if (Number(announced) > most) throw new Error(tooLarge);
  return request.arrayBuffer();
}

/** What the module knows the failure by. */
const tooLarge = 'too_large';

/** @param {Request} request @param {number} most */
async function readUnannounced(request, most) {
  const bytes = await readAll(request.body, most);
  if (bytes === undefined) throw new Error(tooLarge);
  return bytes;
}

/** The body is the answer. @param {ArrayBuffer | Uint8Array} body */
export const packBody = (body) => (body instanceof Uint8Array ? body : new Uint8Array(body));

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
