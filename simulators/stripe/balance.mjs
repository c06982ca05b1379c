import { newId } from '../ids.mjs';
import { balanceTransaction } from './shapes.mjs';
import { paging } from './parameters.mjs';

const SETTLING_SECONDS = 2 * 24 * 60 * 60;

/** The platform's own money: what a charge brings is pending for two days, as in a real US account. */
export class Balance {
  /** @param {{store: import('./store.mjs').Store, seconds: () => number}} parts */
  constructor({ store, seconds }) {
    Object.assign(this, { store, seconds });
  }

  /**
   * @param {{amount: number, currency: string, type: string, source: string, availableOn?: number, fee?: number,
   *   description?: string | null}} movement `amount` is negative when money leaves
   */
  move({ amount, currency, type, source, availableOn = this.seconds(), fee = 0, description = null }) {
    const id = newId('txn_');
    const now = this.seconds();
    const movement = { id, now, amount, currency, fee, type, source, availableOn, description };
    return this.store.add('balance_transaction', balanceTransaction(movement));
  }

  charged(charge) {
    return this.move({
      amount: charge.amount,
      currency: charge.currency,
      type: 'charge',
      source: charge.id,
      availableOn: this.seconds() + SETTLING_SECONDS,
      fee: Math.round(charge.amount * 0.029) + 30,
      description: charge.description,
    });
  }

  available(currency) {
    return this.#sums(currency).available;
  }

  /** Stripe's balance object. */
  object() {
    const currencies = [...new Set(['usd', ...this.store.all('balance_transaction').map((each) => each.currency)])];
    const rows = (kind) =>
      currencies.map((currency) => {
        const amount = this.#sums(currency)[kind];
        return { amount, currency, source_types: { card: amount } };
      });
    return {
      object: 'balance',
      available: rows('available'),
      connect_reserved: currencies.map((currency) => ({ amount: 0, currency })),
      livemode: false,
      pending: rows('pending'),
    };
  }

  #sums(currency) {
    const sums = { available: 0, pending: 0 };
    for (const { currency: theirs, available_on: availableOn, net } of this.store.all('balance_transaction'))
      if (theirs === currency) sums[availableOn <= this.seconds() ? 'available' : 'pending'] += net;
    return sums;
  }
}

/** @param {import('./index.mjs').Stripe} stripe */
export function balanceRoutes({ store, balance }) {
  const current = (transaction) => ({
    ...transaction,
    status: transaction.available_on <= balance.seconds() ? 'available' : 'pending',
  });
  return [
    { method: 'GET', path: '/v1/balance', run: () => balance.object() },
    {
      method: 'GET',
      path: '/v1/balance_transactions',
      takes: paging,
      run: ({ parameters }) =>
        store.page(store.all('balance_transaction').map(current), parameters, '/v1/balance_transactions'),
    },
    {
      method: 'GET',
      path: '/v1/balance_transactions/:id',
      run: ({ id }) => current(store.get('balance_transaction', id)),
    },
  ];
}
