/** Turns floods away; where the binding is absent, nobody is. */

/** @typedef {import('../exchange.js').Exchange} Exchange @typedef {import('../pack.js').PackReader} PackReader */

/** @param {Exchange} exchange @param {PackReader} args @returns {Promise<{success: boolean}>} */
export function limit({ env }, args) {
  return env.RATE_LIMITER ? env.RATE_LIMITER.limit({ key: args.text() }) : Promise.resolve({ success: true });
}

/** @param {{success: boolean}} outcome @param {import('../pack.js').PackWriter} out */
export const packLimit = ({ success }, out) => out.word(success ? 1 : 0).finish();
