/** What the rate limiter binding does, for the plain workerd binary: counts in memory, in windows of a minute. */

const most = 1_000_000_000;
/** @type {Map<string, number>} */
const counts = new Map();
let minute = 0;

export default () => ({
  /** @param {{key: string}} options */
  async limit({ key }) {
    const now = Math.floor(Date.now() / 60_000);
    if (now !== minute) counts.clear();
    minute = now;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return { success: count <= most };
  },
});
