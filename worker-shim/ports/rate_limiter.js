/** Turns floods away; where the binding is absent, nobody is. */

import { PackWriter } from '../pack.js';

/** @param {import('../exchange.js').Exchange} exchange @param {import('../pack.js').PackReader} args */
export async function limit({ env }, args) {
  const { success } = env.RATE_LIMITER ? await env.RATE_LIMITER.limit({ key: args.text() }) : { success: true };
  return new PackWriter().word(success ? 1 : 0).finish();
}
