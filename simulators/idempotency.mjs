import { createHash } from 'node:crypto';

const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * A short text that differs when the parameters do; mails with their attachments are too long to keep as they are.
 *
 * @param {unknown} value of JSON's kinds; the order of an object's fields makes no difference
 */
export function fingerprintOf(value) {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)) ?? '')
    .digest('base64');
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}

/** Remembers answers by idempotency key for a day. What a conflict looks like is each provider's own matter. */
export class IdempotencyKeys {
  #clock;
  #entries = new Map();

  /** @param {() => number} clock milliseconds since the epoch */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * @template T
   * @param {string} key
   * @param {string} fingerprint of the request; another one under the same key is a conflict
   * @param {() => Promise<{answer: T, keep: boolean}>} execute
   * @returns {Promise<{outcome: 'executed' | 'replayed', answer: T} | {outcome: 'mismatch' | 'running', first: string}>}
   */
  async run(key, fingerprint, execute) {
    const entry = this.#entries.get(key);
    if (entry && this.#clock() - entry.at < KEPT_MS) {
      if (entry.fingerprint !== fingerprint) return { outcome: 'mismatch', first: entry.fingerprint };
      if (!entry.done) return { outcome: 'running', first: entry.fingerprint };
      return { outcome: 'replayed', answer: entry.answer };
    }
    const mine = { at: this.#clock(), fingerprint, done: false, answer: undefined };
    this.#entries.set(key, mine);
    let keep = false;
    try {
      const result = await execute();
      ({ keep } = result);
      mine.answer = result.answer;
      mine.done = true;
      return { outcome: 'executed', answer: result.answer };
    } finally {
      if (!keep && this.#entries.get(key) === mine) this.#entries.delete(key);
    }
  }

  clear() {
    this.#entries.clear();
  }
}
