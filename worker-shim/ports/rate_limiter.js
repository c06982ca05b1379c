/** Turns floods away; where the binding is absent, nobody is. */

/** @typedef {import('../exchange.js').Exchange} Exchange @typedef {import('../pack.js').PackReader} PackReader */

/** @param {Exchange} exchange @param {PackReader} args @returns {Promise<{success: boolean}>} */
export async function limit({ env }, args) {
  return env.RATE_LIMITER ? env.RATE_LIMITER.limit({ key: args.text() }) : { success: true };
}

/** @param {{success: boolean}} outcome @param {import('../pack.js').PackWriter} out */
export const packLimit = ({ success }, out) => void out.word(success ? 1 : 0);
