import { newId } from '../ids.mjs';
import { refused } from './errors.mjs';
import { payout as payoutShape } from './shapes.mjs';

/** What connected accounts hold, and how it goes on to their owners' banks. */
export class Payouts {
  /** @param {import('./index.mjs').Stripe} stripe */
  constructor(stripe) {
    this.stripe = stripe;
  }

  /** What was transferred to an account, less what was taken back and what went on to the bank. */
  held(account, currency) {
    const { store } = this.stripe;
    const ofAccount = (kind, field) =>
      store.all(kind).filter((each) => each[field] === account && each.currency === currency);
    const received = ofAccount('transfer', 'destination').reduce(
      (sum, each) => sum + each.amount - each.amount_reversed,
      0,
    );
    const gone = ofAccount('payout', 'account').filter(({ status }) => status !== 'failed');
    return received - gone.reduce((sum, each) => sum + each.amount, 0);
  }

  /**
   * Sends what an account holds, or a part of it, to its owner's bank, which takes it or does not.
   *
   * @param {string} account
   * @param {{amount?: number, currency?: string, failure?: string}} [choice] failure: why the bank refuses, such as
   *   account_closed
   * @returns {{payout: object, firstAttempt: Promise<unknown>}}
   */
  send(account, { amount, currency = 'usd', failure } = {}) {
    const { store, events } = this.stripe;
    store.get('account', account);
    const held = this.held(account, currency);
    const cents = amount ?? held;
    if (cents <= 0 || cents > held)
      throw refused('The account does not hold that much.', { code: 'balance_insufficient' });
    const payout = payoutShape({ id: newId('po_1', 23), now: this.stripe.seconds(), amount: cents, currency });
    // Which account it belongs to is not in Stripe's own object: its events say so.
    store.add('payout', Object.defineProperty(payout, 'account', { value: account, enumerable: false }));
    const attempts = [events.emit('payout.created', payout, { account }).firstAttempt];
    payout.status = 'paid';
    attempts.push(events.emit('payout.paid', payout, { account }).firstAttempt);
    if (failure) attempts.push(this.fail(payout.id, failure).firstAttempt);
    return { payout, firstAttempt: Promise.all(attempts) };
  }

  /** The bank sends the money back, some days later as a rule. */
  fail(id, failure = 'account_closed') {
    const payout = this.stripe.store.get('payout', id);
    Object.assign(payout, { status: 'failed', failure_code: failure, failure_message: 'The bank sent it back.' });
    const { firstAttempt } = this.stripe.events.emit('payout.failed', payout, { account: payout.account });
    return { payout, firstAttempt };
  }
}
