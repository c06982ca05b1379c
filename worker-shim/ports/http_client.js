/** fetch, with a time limit and a limit on what comes back. */

import { readAll } from '../streams.js';

/** @param {import('../exchange.js').Exchange} _exchange @param {import('../pack.js').PackReader} args */
export async function send(_exchange, args) {
  const method = args.text();
  const url = args.text();
  const signal = AbortSignal.timeout(args.number());
  const largest = args.word();
  const headers = new Headers();
  for (let left = args.word(); left > 0; left -= 1) headers.append(args.text(), args.text());
  const bytesToSend = args.bytes();
  const body = bytesToSend.length > 0 ? bytesToSend.slice() : undefined;
  try {
    const answer = await fetch(url, { method, headers, signal, redirect: 'manual', body });
    const bytes = await readAll(answer.body, largest);
    if (bytes === undefined) throw new Error(`answer_too_large: more than ${largest} bytes`);
    return (/** @type {import('../pack.js').PackWriter} */ out) => writeAnswer(out, answer, bytes);
  } catch (error) {
    if (signal.aborted) throw new Error('timeout: no whole answer in time', { cause: error });
    if (error instanceof Error && error.message.startsWith('answer_too_large')) throw error;
    throw new Error(`unreachable: ${error}`, { cause: error });
  }
}

/** @param {import('../pack.js').PackWriter} out @param {Response} answer @param {Uint8Array} body */
function writeAnswer(out, answer, body) {
  const headers = [...answer.headers];
  out.word(answer.status).word(headers.length);
  for (const [name, value] of headers) out.text(name).text(value);
  out.bytes(body);
}
