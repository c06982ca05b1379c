import { createHmac, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** Tells the application what happened in its feeds. */
export class FeedEvents {
  /** Whether bodies are compressed, as Stream does for some apps. */
  compresses = false;

  /**
   * @param {{webhooks: import('../webhooks.mjs').Webhooks, clock: () => number, endpoint: () => string | null,
   *   key: string, secret: string}} parts
   */
  constructor({ webhooks, clock, endpoint, key, secret }) {
    Object.assign(this, { webhooks, clock, endpoint, key, secret });
  }

  /** @param {string} type @param {string} fid @param {object} activity */
  emit(type, fid, activity) {
    return this.send(type, { fid, activity, custom: {}, feed_visibility: 'followers' });
  }

  /**
   * @param {string} type @param {object} data @param {string} [id] the same in all attempts
   */
  send(type, data, id = randomUUID()) {
    const body = JSON.stringify({ type, created_at: new Date(this.clock()).toISOString(), ...data });
    let attempt = 0;
    return this.webhooks.send({
      provider: 'stream',
      eventId: id,
      type,
      url: this.endpoint(),
      body,
      pack: this.compresses ? gzipSync : undefined,
      sign: (text) => ({
        'content-type': 'application/json',
        'user-agent': 'GetStream/webhook (simulated)',
        'x-api-key': this.key,
        'x-webhook-id': id,
        'x-webhook-attempt': String(++attempt),
        // Of the body before it is compressed.
        'x-signature': createHmac('sha256', this.secret).update(text).digest('hex'),
      }),
    });
  }
}
