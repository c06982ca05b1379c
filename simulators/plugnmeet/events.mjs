import { createHash, randomUUID } from 'node:crypto';

import { signJwt } from '../jwt.mjs';

const TOKEN_SECONDS = 5 * 60;

/**
 * The headers of a webhook: a token, bare, that carries the digest of the body.
 *
 * @param {{key: string, secret: string}} api
 * @param {string} body
 * @param {number} seconds unix time
 */
export function plugnmeetHeaders({ key, secret }, body, seconds) {
  const sha256 = createHash('sha256').update(body).digest('base64');
  const token = signJwt({ iss: key, nbf: seconds, exp: seconds + TOKEN_SECONDS, sha256 }, secret);
  return { authorization: token, 'hash-token': token };
}

/** Tells the application what happens in the rooms: one after the other, as the server does for each room. */
export class RoomEvents {
  #last = Promise.resolve();

  /**
   * @param {{webhooks: import('../webhooks.mjs').Webhooks, seconds: () => number, endpoint: () => string | null,
   *   key: string, secret: string}} parts
   */
  constructor({ webhooks, seconds, endpoint, key, secret }) {
    Object.assign(this, { webhooks, seconds, endpoint, key, secret });
  }

  /**
   * @param {string} event e.g. `participant_joined`
   * @param {object} about `room`, `participant`, `recording_info`
   * @param {{id?: string, created?: number}} [details] `created` in seconds
   * @returns {{delivery: Promise<import('../webhooks.mjs').Delivery>, firstAttempt: Promise<void>}}
   */
  emit(event, about, { id = randomUUID(), created = this.seconds() } = {}) {
    // Protobuf as JSON: whole numbers of 64 bits are texts, what is empty is left out.
    const body = JSON.stringify({ event, ...about, id, created_at: String(created) });
    const sent = this.#last.then(() =>
      this.webhooks.send({
        provider: 'plugnmeet',
        eventId: id,
        type: event,
        url: this.endpoint(),
        body,
        sign: (text, seconds) => ({
          'content-type': 'application/json',
          'user-agent': 'Go-http-client/1.1',
          ...plugnmeetHeaders(this, text, seconds),
        }),
      }),
    );
    const firstAttempt = sent.then(({ firstAttempt: first }) => first);
    this.#last = firstAttempt.catch(() => {});
    return { delivery: sent.then(({ delivery }) => delivery), firstAttempt };
  }

  /** Ends when all that was told so far was tried once. */
  settled() {
    return this.#last;
  }
}
