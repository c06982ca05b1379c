import { newId } from './ids.mjs';

const KEPT_DELIVERIES = 2000;
const KEPT_ANSWER_CHARACTERS = 500;

/**
 * @typedef {object} Attempt
 * @property {string} at RFC 3339
 * @property {'first' | 'retry' | 'again'} reason
 * @property {number | null} status HTTP status of the answer, null when there was none
 * @property {string | null} error
 * @property {string} answer the beginning of the answer's body
 * @property {number} ms
 * @property {Record<string, string>} headers as sent, signature included
 *
 * @typedef {object} Delivery
 * @property {string} id
 * @property {string} provider
 * @property {string} eventId
 * @property {string} type
 * @property {string} url
 * @property {string} body the exact bytes that are signed, and sent unless they are packed
 * @property {'pending' | 'delivered' | 'failed' | 'skipped'} status
 * @property {string} createdAt
 * @property {string | null} nextAttemptAt
 * @property {Attempt[]} attempts
 *
 * @typedef {(body: string, seconds: number) => Record<string, string>} Signer
 */

/** Sends webhooks, tries again with growing pauses, and keeps a log of every attempt. */
export class Webhooks {
  #clock;
  #retryDelaysMs;
  #timeoutMs;
  /** @type {Map<string, Delivery & {sign: Signer, pack: ((body: string) => Uint8Array) | undefined}>} */
  #deliveries = new Map();
  #running = new Set();
  #ended = new AbortController();

  /** @param {{clock: () => number, retryDelaysMs: number[], timeoutMs: number}} options */
  constructor({ clock, retryDelaysMs, timeoutMs }) {
    this.#clock = clock;
    this.#retryDelaysMs = retryDelaysMs;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Starts a delivery. The promise ends with the first attempt, whatever became of it; retries go on by themselves.
   *
   * @param {{provider: string, eventId: string, type: string, url: string | null, body: string, sign: Signer,
   *   pack?: (body: string) => Uint8Array}} message `pack` compresses what is sent
   * @returns {{delivery: Delivery, firstAttempt: Promise<void>}}
   */
  send({ provider, eventId, type, url, body, sign, pack }) {
    const delivery = {
      id: newId('dlv_', 16),
      provider,
      eventId,
      type,
      url: url ?? '',
      body,
      status: url ? 'pending' : 'skipped',
      createdAt: this.#now(),
      nextAttemptAt: null,
      attempts: [],
      sign,
      pack,
    };
    this.#remember(delivery);
    if (!url) return { delivery, firstAttempt: Promise.resolve() };
    const ended = this.#ended.signal;
    const firstAttempt = this.#attempt(delivery, 'first', ended);
    this.#track(this.#retry(delivery, firstAttempt, ended));
    return { delivery, firstAttempt: firstAttempt.then(() => {}) };
  }

  /**
   * Sends an event once more under the same event id, signed anew.
   *
   * @param {string} id
   * @param {{times?: number, parallel?: boolean}} [options]
   * @returns {Promise<Attempt[] | null>} null when there is no such delivery
   */
  async again(id, { times = 1, parallel = false } = {}) {
    const delivery = this.#deliveries.get(id);
    if (!delivery || !delivery.url) return null;
    const ended = this.#ended.signal;
    if (parallel) return Promise.all(Array.from({ length: times }, () => this.#attempt(delivery, 'again', ended)));
    const attempts = [];
    for (let n = 0; n < times; ++n) attempts.push(await this.#attempt(delivery, 'again', ended));
    return attempts;
  }

  /** @returns {Delivery[]} newest first */
  list() {
    return [...this.#deliveries.values()].reverse().map(withoutSigner);
  }

  /** @returns {Delivery | null} */
  find(id) {
    const delivery = this.#deliveries.get(id);
    return delivery ? withoutSigner(delivery) : null;
  }

  /** Ends when every delivery has succeeded or given up. */
  async settled() {
    while (this.#running.size) await Promise.allSettled([...this.#running]);
  }

  /** Forgets everything; what is under way is cut off. */
  clear() {
    this.#ended.abort();
    this.#ended = new AbortController();
    this.#deliveries.clear();
  }

  async #retry(delivery, firstAttempt, ended) {
    await firstAttempt;
    for (const pause of this.#retryDelaysMs) {
      if (delivery.status === 'delivered' || ended.aborted) break;
      delivery.nextAttemptAt = new Date(this.#clock() + pause).toISOString();
      await sleep(pause, ended);
      if (delivery.status === 'delivered' || ended.aborted) break;
      await this.#attempt(delivery, 'retry', ended);
    }
    delivery.nextAttemptAt = null;
    if (delivery.status !== 'delivered') delivery.status = 'failed';
  }

  async #attempt(delivery, reason, ended) {
    const at = this.#clock();
    const headers = { ...delivery.sign(delivery.body, Math.floor(at / 1000)) };
    /** @type {Attempt} */
    const attempt = { at: new Date(at).toISOString(), reason, status: null, error: null, answer: '', ms: 0, headers };
    delivery.attempts.push(attempt);
    const started = performance.now();
    try {
      const response = await fetch(delivery.url, {
        method: 'POST',
        headers,
        body: delivery.pack ? delivery.pack(delivery.body) : delivery.body,
        redirect: 'manual', // A redirect counts as a failure with both providers.
        signal: AbortSignal.any([ended, AbortSignal.timeout(this.#timeoutMs)]),
      });
      attempt.status = response.status;
      attempt.answer = (await response.text()).slice(0, KEPT_ANSWER_CHARACTERS);
      if (response.status >= 200 && response.status < 300) delivery.status = 'delivered';
    } catch (error) {
      attempt.error = error.name === 'TimeoutError' ? 'no answer in time' : (error.cause?.code ?? error.message);
    }
    attempt.ms = Math.round(performance.now() - started);
    return attempt;
  }

  #remember(delivery) {
    this.#deliveries.set(delivery.id, delivery);
    if (this.#deliveries.size > KEPT_DELIVERIES) this.#deliveries.delete(this.#deliveries.keys().next().value);
  }

  #track(promise) {
    this.#running.add(promise);
    promise.finally(() => this.#running.delete(promise));
  }

  #now() {
    return new Date(this.#clock()).toISOString();
  }
}

function withoutSigner({ sign, pack, ...delivery }) {
  return structuredClone(delivery);
}

function sleep(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
