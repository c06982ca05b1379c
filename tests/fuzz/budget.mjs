/** How long a fuzzing test goes on, and what its draws begin with: `scripts/fuzz` sets both. */

import { randomInt } from 'node:crypto';

/** @type {number} */
export const seconds = Number(process.env.ISTHMUS_FUZZ_SECONDS ?? 40);

/** Another one in each run; a failure prints it. */
export const seed = Number(process.env.ISTHMUS_FUZZ_SEED ?? randomInt(2 ** 31));
