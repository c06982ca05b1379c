/** KV: for what may be stale. */

import { PackWriter } from '../pack.js';

/** @typedef {import('../exchange.js').Exchange} Exchange @typedef {import('../pack.js').PackReader} PackReader */

/** @param {Exchange} exchange @param {PackReader} args */
export async function get({ env }, args) {
  const value = await env.KV.get(args.text());
  const out = new PackWriter();
  return (value === null ? out.word(0) : out.word(1).text(value)).finish();
}

/** @param {Exchange} exchange @param {PackReader} args */
export async function put({ env }, args) {
  await env.KV.put(args.text(), args.text(), { expirationTtl: args.number() });
}

/** @param {Exchange} exchange @param {PackReader} args */
export async function remove({ env }, args) {
  await env.KV.delete(args.text());
}
