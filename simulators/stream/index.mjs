import { StreamError, streamRefusal } from './errors.mjs';
import { FeedEvents } from './events.mjs';
import { FeedStore } from './store.mjs';
import { callerOf } from './tokens.mjs';
import { FeedsV2 } from './v2.mjs';
import { FeedsV3 } from './v3.mjs';

/** The simulated Stream app: its feeds, by both versions of the API, and its webhooks. */
export class Stream {
  /**
   * @param {{clock: () => number, webhooks: import('../webhooks.mjs').Webhooks, endpoint: () => string | null,
   *   key: string, secret: string}} parts
   */
  constructor({ clock, webhooks, endpoint, key, secret }) {
    Object.assign(this, { clock, key, secret });
    this.store = new FeedStore(clock);
    this.events = new FeedEvents({ webhooks, clock, endpoint, key, secret });
    this.v2 = new FeedsV2({ store: this.store });
    this.v3 = new FeedsV3({ store: this.store, events: this.events });
  }

  /** @param {import('../http.mjs').Call} call */
  async handle(call) {
    const version = call.path.startsWith('/api/v2/') ? 'v3' : 'v2';
    try {
      if (call.query.get('api_key') !== this.key) throw new StreamError(401, 'authentication', 'api_key not valid');
      if (call.headers['stream-auth-type'] !== 'jwt')
        throw new StreamError(401, 'authentication', 'stream-auth-type is missing or unknown');
      const caller = callerOf(call.headers.authorization, this.secret, this.clock());
      await call.pause();
      return this[version].handle({ ...call, caller });
    } catch (error) {
      if (error instanceof StreamError) return error.answer(version);
      throw error;
    }
  }

  refusal(status) {
    return streamRefusal(status);
  }

  clear() {
    this.store.clear();
    this.events.compresses = false;
  }
}
