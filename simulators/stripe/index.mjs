import { Accounts } from './accounts.mjs';
import { StripeApi, stripeRefusal } from './api.mjs';
import { Balance } from './balance.mjs';
import { Checkout } from './checkout.mjs';
import { Disputes } from './disputes.mjs';
import { Events } from './events.mjs';
import { Payouts } from './payouts.mjs';
import { createRefund } from './refunds.mjs';
import { Store } from './store.mjs';

export const DEFAULT_API_VERSION = '2026-07-29.dahlia';

/** The simulated Stripe account: its objects, its API, its webhooks. */
export class Stripe {
  /**
   * @param {{clock: () => number, webhooks: import('../webhooks.mjs').Webhooks, publicUrl: () => string,
   *   endpoint: () => string | null, secrets: {account: string, connect: string}, apiVersion?: string}} parts
   */
  constructor({ clock, webhooks, publicUrl, endpoint, secrets, apiVersion = DEFAULT_API_VERSION }) {
    this.clock = clock;
    this.seconds = () => Math.floor(clock() / 1000);
    this.publicUrl = publicUrl;
    this.apiVersion = apiVersion;
    this.store = new Store();
    this.events = new Events({ store: this.store, webhooks, clock, endpoint, secrets, apiVersion });
    this.balance = new Balance({ store: this.store, seconds: this.seconds });
    this.checkout = new Checkout(this);
    this.accounts = new Accounts(this);
    this.disputes = new Disputes(this);
    this.payouts = new Payouts(this);
    this.api = new StripeApi(this);
  }

  /** @param {import('../http.mjs').Call} call */
  handle(call) {
    return this.api.handle(call);
  }

  refusal(status) {
    return stripeRefusal(status);
  }

  refund(parameters) {
    return createRefund(this, parameters);
  }

  /** Puts money into the available balance, as a bank transfer to Stripe would. */
  topUp(amount, currency) {
    return this.balance.move({ amount, currency, type: 'topup', source: null });
  }

  /** Does what the passing of time asks for. */
  sweep() {
    this.checkout.sweep();
  }

  clear() {
    this.store.clear();
    this.checkout.clear();
    this.accounts.clear();
    this.api.clear();
  }
}
