/** How long a fuzzing test goes on, and what its draws begin with: `scripts/fuzz` sets both. */

import { randomInt } from 'node:crypto';

/** @type {number} */
export const seconds = Number(process.env.ISTHMUS_FUZZ_SECONDS ?? 40);

/** Every run begins with these draws, so that what one run finds among them, all runs find. */
export const fixedSeed = 1;

/** And goes on with others, which are printed. */
export const seed = Number(process.env.ISTHMUS_FUZZ_SEED ?? randomInt(2 ** 31));
