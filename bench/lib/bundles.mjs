/** Bundles of a run, each made once. */

import { bundle } from '../../scripts/lib/workerd.mjs';

/** @type {Map<string, Promise<import('../../scripts/lib/workerd.mjs').Bundle>>} */
const made = new Map();

/** @param {{main: string, minify?: boolean}} entry */
export function bundled(entry) {
  const known = made.get(entry.main);
  if (known) return known;
  const making = bundle(entry);
  made.set(entry.main, making);
  return making;
}

export async function removeBundles() {
  for (const making of made.values()) await (await making).remove();
}
