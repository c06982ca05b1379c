/** R2: bytes stream past the module, in both directions. */

/** @typedef {import('../exchange.js').Exchange} Exchange @typedef {import('../pack.js').PackReader} PackReader @typedef {import('../pack.js').PackWriter} PackWriter */

const outcome = Object.freeze({ absent: 0, present: 1, unsatisfiable: 2 });
const rangeKind = Object.freeze({ whole: 0, fromTo: 1, from: 2, last: 3 });

const unsatisfiable = (/** @type {PackWriter} */ out) => out.word(outcome.unsatisfiable);

/** @param {Exchange} exchange @param {PackReader} args */
export async function open(exchange, args) {
  const key = args.text();
  const range = readRange(args);
  const onlyIf = new Headers();
  for (const name of ['if-none-match', 'if-modified-since']) {
    const value = args.text();
    if (value !== '') onlyIf.set(name, value);
  }
  let object;
  try {
    object = await exchange.env.R2.get(key, { range, onlyIf });
  } catch (error) {
    // R2 has no error type for this; its message carries the code 10039.
    if (!/range|10039/i.test(String(error))) throw error;
    return unsatisfiable;
  }
  if (object === null) return (/** @type {PackWriter} */ out) => out.word(outcome.absent);
  if (range?.offset !== undefined && range.offset >= object.size) return unsatisfiable;
  const body = 'body' in object ? object.body : undefined;
  const stream = body ? exchange.keepStream(body) : 0;
  return (/** @type {PackWriter} */ out) => writeObject(out.word(outcome.present), object, stream);
}

/** @param {Exchange} exchange @param {PackReader} args */
export async function putBody(exchange, args) {
  const key = args.text();
  const contentType = args.text();
  const length = Number(exchange.request.headers.get('content-length'));
  const { readable, writable } = new FixedLengthStream(length);
  const copied = exchange.body.pipeTo(writable);
  const [object] = await Promise.all([exchange.env.R2.put(key, readable, { httpMetadata: { contentType } }), copied]);
  return (/** @type {PackWriter} */ out) => writeObject(out, object, 0);
}

/** @param {Exchange} exchange @param {PackReader} args */
export async function put({ env }, args) {
  const key = args.text();
  const contentType = args.text();
  const object = await env.R2.put(key, args.bytes().slice(), { httpMetadata: { contentType } });
  return (/** @type {PackWriter} */ out) => writeObject(out, object, 0);
}

/** @param {Exchange} exchange @param {PackReader} args */
export async function remove({ env }, args) {
  await env.R2.delete(args.text());
}

/** @typedef {{offset?: number, length?: number, suffix?: number}} Range R2's three forms of a range, as one */

/** @param {PackReader} args @returns {any} a `Range`, or nothing for the whole object */
function readRange(args) {
  switch (args.word()) {
    case rangeKind.fromTo:
      return { offset: args.number(), length: args.number() };
    case rangeKind.from:
      return { offset: args.number() };
    case rangeKind.last:
      return { suffix: args.number() };
    default:
      return undefined;
  }
}

/** @param {PackWriter} out @param {R2Object} object @param {number} stream */
export function writeObject(out, object, stream) {
  const range = /** @type {Range} */ (object.range ?? {});
  const offset = range.suffix === undefined ? (range.offset ?? 0) : Math.max(object.size - range.suffix, 0);
  const length = Math.min(range.length ?? Infinity, object.size - offset);
  return out
    .text(object.httpEtag)
    .text(object.httpMetadata?.contentType ?? 'application/octet-stream')
    .number(object.size)
    .number(offset)
    .number(length)
    .word(stream);
}
