import { newId } from '../ids.mjs';
import { badParameter, refused } from './errors.mjs';
import { NO_CAUSE } from './events.mjs';
import { anything, boolean, metadata, paging, string } from './parameters.mjs';
import { dispute as disputeShape } from './shapes.mjs';

const FEE = 1500;
const FINAL = ['won', 'lost', 'warning_closed'];
const NEXT = {
  warning_needs_response: ['warning_under_review', 'warning_closed', 'needs_response'],
  warning_under_review: ['warning_closed', 'needs_response'],
  needs_response: ['under_review', 'won', 'lost'],
  under_review: ['won', 'lost'],
};

/** Buyers who ask their bank for the money back, and how that goes on. */
export class Disputes {
  /** @param {import('./index.mjs').Stripe} stripe */
  constructor(stripe) {
    this.stripe = stripe;
  }

  /**
   * The buyer's bank asks for the money. An inquiry takes none yet.
   *
   * @param {{charge?: string, payment_intent?: string, amount?: number, reason?: string, inquiry?: boolean}} parameters
   * @returns {{dispute: object, firstAttempt: Promise<unknown>}}
   */
  open({ charge: chargeId, payment_intent: intentId, amount, reason = 'fraudulent', inquiry = false }) {
    const { store, events } = this.stripe;
    const id = chargeId ?? store.get('payment_intent', intentId, { param: 'payment_intent' }).latest_charge;
    const charge = store.get('charge', id, { param: 'charge' });
    if (!charge.paid) throw refused(`Charge ${charge.id} has not been paid.`);
    if (charge.disputed) throw refused(`Charge ${charge.id} is disputed already.`);
    const most = charge.amount - charge.amount_refunded;
    if (most === 0 || (amount ?? most) > charge.amount)
      throw badParameter('amount', 'That much is not there to dispute.');
    charge.disputed = true;
    const dispute = store.add(
      'dispute',
      disputeShape({
        id: newId('du_1', 23),
        now: this.stripe.seconds(),
        charge,
        amount: amount ?? most,
        reason,
        status: inquiry ? 'warning_needs_response' : 'needs_response',
      }),
    );
    const attempts = [];
    if (!inquiry) this.#withdraw(dispute);
    attempts.push(events.emit('charge.dispute.created', dispute).firstAttempt);
    if (!inquiry) attempts.push(events.emit('charge.dispute.funds_withdrawn', dispute).firstAttempt);
    return { dispute, firstAttempt: Promise.all(attempts) };
  }

  /**
   * @param {string} id
   * @param {string} status the next one
   * @param {import('./events.mjs').Cause} [cause]
   * @returns {{dispute: object, firstAttempt: Promise<unknown>}}
   */
  move(id, status, cause = NO_CAUSE) {
    const { store, events } = this.stripe;
    const dispute = store.get('dispute', id);
    if (!NEXT[dispute.status]?.includes(status))
      throw refused(`A dispute that is ${dispute.status} can not become ${status}.`);
    const previous = { status: dispute.status };
    const attempts = [];
    const emit = (type) => attempts.push(events.emit(type, dispute, { previous, cause }).firstAttempt);
    dispute.status = status;
    dispute.is_charge_refundable = status.startsWith('warning') || status === 'won';
    if (status === 'needs_response') this.#withdraw(dispute);
    if (status === 'won') this.#reinstate(dispute);
    emit(FINAL.includes(status) ? 'charge.dispute.closed' : 'charge.dispute.updated');
    if (status === 'needs_response') emit('charge.dispute.funds_withdrawn');
    if (status === 'won') emit('charge.dispute.funds_reinstated');
    if (status === 'warning_closed' || status === 'won')
      store.get('charge', dispute.charge).disputed = status === 'won';
    return { dispute, firstAttempt: Promise.all(attempts) };
  }

  /** Whether refunds of a charge are refused because its bank decides about the money. */
  blocks(charge) {
    return this.stripe.store.all('dispute').some((each) => each.charge === charge.id && !each.is_charge_refundable);
  }

  #withdraw(dispute) {
    dispute.is_charge_refundable = false;
    this.#move(dispute, -dispute.amount, FEE);
  }

  #reinstate(dispute) {
    this.#move(dispute, dispute.amount, 0);
  }

  #move(dispute, amount, fee) {
    const { currency, id } = dispute;
    const movement = this.stripe.balance.move({ amount, currency, fee, type: 'adjustment', source: id });
    dispute.balance_transactions.push(structuredClone(movement));
  }
}

/** @param {import('./index.mjs').Stripe} stripe */
export function disputeRoutes({ store, disputes }) {
  return [
    {
      method: 'GET',
      path: '/v1/disputes',
      takes: { ...paging, charge: string(), payment_intent: string(), created: anything },
      run: ({ parameters }) => {
        const rows = store
          .all('dispute')
          .filter((each) => !parameters.charge || each.charge === parameters.charge)
          .filter((each) => !parameters.payment_intent || each.payment_intent === parameters.payment_intent);
        return store.page(rows, parameters, '/v1/disputes');
      },
    },
    { method: 'GET', path: '/v1/disputes/:id', run: ({ id }) => store.get('dispute', id) },
    {
      method: 'POST',
      path: '/v1/disputes/:id',
      takes: { evidence: anything, metadata, submit: boolean },
      run: ({ id, parameters, cause }) => {
        const dispute = store.get('dispute', id);
        Object.assign(dispute.evidence, parameters.evidence);
        Object.assign(dispute.metadata, parameters.metadata);
        if (parameters.submit === false || !parameters.evidence) return dispute;
        dispute.evidence_details.has_evidence = true;
        dispute.evidence_details.submission_count += 1;
        const review = dispute.status.startsWith('warning') ? 'warning_under_review' : 'under_review';
        return dispute.status === review ? dispute : disputes.move(id, review, cause).dispute;
      },
    },
    {
      method: 'POST',
      path: '/v1/disputes/:id/close',
      run: ({ id, cause }) => disputes.move(id, 'lost', cause).dispute,
    },
  ];
}
