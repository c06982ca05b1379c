import { createHmac } from 'node:crypto';

import { newId } from '../ids.mjs';
import { anything, integer, paging, string, list } from './parameters.mjs';

/**
 * @typedef {{id: string | null, idempotency_key: string | null}} Cause The API request behind an event, if there was one.
 */
export const NO_CAUSE = { id: null, idempotency_key: null };

/**
 * The value of `Stripe-Signature`. The key is the whole secret, prefix included.
 *
 * @param {string} secret
 * @param {string} body
 * @param {number} seconds unix time
 */
export function stripeSignature(secret, body, seconds) {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

/** Makes events, keeps them for `/v1/events` and hands them to the webhook endpoint. */
export class Events {
  /**
   * @param {{store: import('./store.mjs').Store, webhooks: import('../webhooks.mjs').Webhooks, clock: () => number,
   *   endpoint: () => string | null, secrets: {account: string, connect: string}, apiVersion: string}} parts
   */
  constructor({ store, webhooks, clock, endpoint, secrets, apiVersion }) {
    Object.assign(this, { store, webhooks, clock, endpoint, secrets, apiVersion });
  }

  /**
   * @param {string} type
   * @param {object} object
   * @param {{previous?: object, account?: string, cause?: Cause, id?: string, created?: number}} [details] `account`:
   *   concerns a connected account, so it goes to the Connect endpoint under that endpoint's secret
   * @returns {{event: object, delivery: import('../webhooks.mjs').Delivery, firstAttempt: Promise<void>}}
   */
  emit(type, object, { previous, account, cause = NO_CAUSE, id, created } = {}) {
    const event = {
      id: id ?? newId('evt_'),
      object: 'event',
      ...(account ? { account } : {}),
      api_version: this.apiVersion,
      created: created ?? Math.floor(this.clock() / 1000),
      data: { object: structuredClone(object), ...(previous ? { previous_attributes: previous } : {}) },
      livemode: false,
      pending_webhooks: this.endpoint() ? 1 : 0,
      request: { ...cause },
      type,
    };
    this.store.add('event', event);
    const secret = account ? this.secrets.connect : this.secrets.account;
    const sent = this.webhooks.send({
      provider: 'stripe',
      eventId: event.id,
      type,
      url: this.endpoint(),
      body: JSON.stringify(event, null, 2),
      sign: (body, seconds) => ({
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'stripe-signature': stripeSignature(secret, body, seconds),
      }),
    });
    return { event, ...sent };
  }
}

/** @param {import('./index.mjs').Stripe} stripe */
export function eventRoutes(stripe) {
  const { store } = stripe;
  return [
    {
      method: 'GET',
      path: '/v1/events',
      takes: {
        ...paging,
        type: string(),
        types: list(string(), { max: 20 }),
        created: anything,
        delivery_success: anything,
      },
      run: ({ parameters }) => {
        const wanted = parameters.types ?? (parameters.type ? [parameters.type] : null);
        const rows = store
          .all('event')
          .filter((event) => !wanted || wanted.some((type) => matches(event.type, type)))
          .filter((event) => withinCreated(event.created, parameters.created));
        return store.page(rows, parameters, '/v1/events');
      },
    },
    { method: 'GET', path: '/v1/events/:id', run: ({ id }) => store.get('event', id) },
  ];
}

function matches(type, wanted) {
  return wanted.endsWith('.*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}

function withinCreated(created, bounds) {
  if (bounds === undefined) return true;
  const number = (value, name) => integer({ max: Infinity })(value, name);
  if (typeof bounds === 'string') return created === number(bounds, 'created');
  const tests = { gt: (v) => created > v, gte: (v) => created >= v, lt: (v) => created < v, lte: (v) => created <= v };
  return Object.entries(bounds).every(([name, value]) => tests[name]?.(number(value, `created[${name}]`)) ?? true);
}
