/** KV: for what may be stale. */

/** @typedef {import('../exchange.js').Exchange} Exchange @typedef {import('../pack.js').PackReader} PackReader @typedef {import('../pack.js').PackWriter} PackWriter */

/** @param {Exchange} exchange @param {PackReader} args */
export async function get({ env }, args) {
  const value = await env.KV.get(args.text());
  return (/** @type {PackWriter} */ out) => (value === null ? out.word(0) : out.word(1).text(value));
}

/** @param {Exchange} exchange @param {PackReader} args */
export async function put({ env }, args) {
  await env.KV.put(args.text(), args.text(), { expirationTtl: args.number() });
}

/** @param {Exchange} exchange @param {PackReader} args */
export async function remove({ env }, args) {
  await env.KV.delete(args.text());
}
