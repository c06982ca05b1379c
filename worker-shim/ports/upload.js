/** Uploads in parts into R2: the bytes come from another server and stream past the module. */

import { writeObject } from './bucket.js';

/** @typedef {import('../exchange.js').Exchange} Exchange @typedef {import('../pack.js').PackReader} PackReader @typedef {import('../pack.js').PackWriter} PackWriter */

/** R2's errors have no types; a message ends with its code: no such upload, or no such part. */
const isUnknown = (/** @type {unknown} */ error) => /\((10024|10025)\)/.test(String(error));

/** @param {Exchange} exchange @param {PackReader} args */
export async function begin({ env }, args) {
  const upload = await env.R2.createMultipartUpload(args.text(), { httpMetadata: { contentType: args.text() } });
  return (/** @type {PackWriter} */ out) => out.text(upload.uploadId);
}

/** @param {Exchange} exchange @param {PackReader} args */
export async function copyPart({ env }, args) {
  const upload = env.R2.resumeMultipartUpload(args.text(), args.text());
  const number = args.word();
  const url = args.text();
  const offset = args.number();
  const most = args.number();
  const answer = await fetch(url, {
    headers: { range: `bytes=${offset}-${offset + most - 1}`, 'accept-encoding': 'identity' },
    redirect: 'manual',
    signal: AbortSignal.timeout(args.number()),
  });
  const part = partOf(answer, offset, most);
  const validator = answer.headers.get('etag') ?? answer.headers.get('last-modified') ?? '';
  const copied = (/** @type {string} */ etag) => (/** @type {PackWriter} */ out) =>
    out.word(answer.status).number(part.size).number(part.length).text(validator).text(etag);
  if (answer.body === null || part.length === 0) {
    await answer.body?.cancel();
    return copied('');
  }
  const { readable, writable } = new FixedLengthStream(part.length);
  try {
    const [stored] = await Promise.all([upload.uploadPart(number, readable), answer.body.pipeTo(writable)]);
    return copied(stored.etag);
  } catch (error) {
    if (!isUnknown(error)) throw error;
    return (/** @type {PackWriter} */ out) => out.word(0).number(0).number(0).text('').text('');
  }
}

/** What an answer brings of what was asked for; nothing where it is another part, or longer. @param {Response} answer @param {number} offset @param {number} most */
function partOf(answer, offset, most) {
  const nothing = { size: 0, length: 0 };
  if (answer.status === 200) {
    const length = Number(answer.headers.get('content-length'));
    return offset === 0 && length <= most ? { size: length, length } : nothing;
  }
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.headers.get('content-range') ?? '');
  if (answer.status !== 206 || range === null) return nothing;
  const [from, to, size] = range.slice(1).map(Number);
  return from === offset && to - from < most ? { size, length: to - from + 1 } : nothing;
}

/** @param {Exchange} exchange @param {PackReader} args */
export async function finish({ env }, args) {
  const upload = env.R2.resumeMultipartUpload(args.text(), args.text());
  const parts = Array.from({ length: args.word() }, () => ({ partNumber: args.word(), etag: args.text() }));
  try {
    const object = await upload.complete(parts);
    return (/** @type {PackWriter} */ out) => writeObject(out.word(1), object, 0);
  } catch (error) {
    if (!isUnknown(error)) throw error;
    return (/** @type {PackWriter} */ out) => out.word(0);
  }
}

/** @param {Exchange} exchange @param {PackReader} args */
export async function abort({ env }, args) {
  try {
    await env.R2.resumeMultipartUpload(args.text(), args.text()).abort();
  } catch (error) {
    if (!isUnknown(error)) throw error;
  }
}
