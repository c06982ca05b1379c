import { money } from '../markup.mjs';
import { newId } from '../ids.mjs';
import { badParameter, refused } from './errors.mjs';
import { NO_CAUSE } from './events.mjs';
import { anything, boolean, currency, email, integer, metadata, oneOf, paging, string } from './parameters.mjs';
import { refund as refundShape } from './shapes.mjs';

const CREATE = {
  amount: integer({ min: 1 }),
  charge: string(),
  currency,
  customer: string(),
  instructions_email: email,
  metadata,
  origin: oneOf('customer_balance'),
  payment_intent: string(),
  reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
  refund_application_fee: boolean,
  reverse_transfer: boolean,
};

/**
 * @param {import('./index.mjs').Stripe} stripe
 * @param {{charge?: string, payment_intent?: string, amount?: number, reason?: string, metadata?: object,
 *   reverse_transfer?: boolean, refund_application_fee?: boolean}} parameters
 * @param {import('./events.mjs').Cause} [cause]
 * @returns {{refund: object, firstAttempt: Promise<unknown>}}
 */
export function createRefund(stripe, parameters, cause = NO_CAUSE) {
  const { store, balance, events } = stripe;
  const charge = chargeOf(store, parameters);
  const left = charge.amount_captured - charge.amount_refunded;
  if (left === 0) throw refused(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  if (stripe.disputes.blocks(charge))
    throw refused(`Charge ${charge.id} has been charged back.`, { code: 'charge_disputed' });
  const amount = parameters.amount ?? left;
  if (amount > left)
    throw refused(
      `Refund amount (${money(amount, charge.currency)}) is greater than unrefunded amount on charge (${money(left, charge.currency)})`,
      { param: 'amount' },
    );
  // Only destination charges have a transfer or a fee of their own, and those are not simulated.
  if (parameters.reverse_transfer)
    throw refused(`Charge ${charge.id} has no associated transfer to reverse.`, { param: 'reverse_transfer' });
  if (parameters.refund_application_fee)
    throw refused(`Charge ${charge.id} has no application fee.`, { param: 'refund_application_fee' });

  const id = newId('re_');
  const arrival = store.get('balance_transaction', charge.balance_transaction).available_on;
  const movement = balance.move({
    amount: -amount,
    currency: charge.currency,
    type: 'refund',
    source: id,
    // Taken from where the charge's money is, so that a refund of today does not overdraw what is available today.
    availableOn: Math.max(arrival, stripe.seconds()),
    description: charge.description,
  });
  const refund = store.add(
    'refund',
    refundShape({
      id,
      now: stripe.seconds(),
      charge,
      amount,
      reason: parameters.reason ?? null,
      metadata: parameters.metadata ?? {},
      balanceTransaction: movement.id,
    }),
  );
  const previous = { amount_refunded: charge.amount_refunded };
  charge.amount_refunded += amount;
  if (charge.amount_refunded === charge.amount_captured) {
    previous.refunded = false;
    charge.refunded = true;
  }
  const firstAttempt = Promise.all([
    events.emit('charge.refunded', charge, { previous, cause }).firstAttempt,
    events.emit('refund.created', refund, { cause }).firstAttempt,
  ]);
  return { refund, firstAttempt };
}

function chargeOf(store, { charge: chargeId, payment_intent: intentId }) {
  if (!chargeId && !intentId)
    throw badParameter(
      undefined,
      'One of the following params should be provided for this request: payment_intent or charge.',
    );
  if (chargeId && intentId)
    throw badParameter(undefined, 'You may only specify one of these parameters: charge, payment_intent.');
  const id = chargeId ?? succeededChargeOf(store.get('payment_intent', intentId, { param: 'payment_intent' }));
  const charge = store.get('charge', id, { param: 'charge' });
  if (!charge.paid) throw refused(`Charge ${charge.id} has not been paid and cannot be refunded.`);
  return charge;
}

function succeededChargeOf(intent) {
  if (intent.status === 'succeeded') return intent.latest_charge;
  throw refused(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {
    param: 'payment_intent',
  });
}

/** @param {import('./index.mjs').Stripe} stripe */
export function refundRoutes(stripe) {
  const { store } = stripe;
  const listed = (rows, parameters, url) => store.page(rows, parameters, url);
  store.includable('charge', 'refunds', (charge) =>
    listed(
      store.all('refund').filter((each) => each.charge === charge.id),
      {},
      `/v1/charges/${charge.id}/refunds`,
    ),
  );
  return [
    {
      method: 'POST',
      path: '/v1/refunds',
      takes: CREATE,
      run: ({ parameters, cause }) => createRefund(stripe, parameters, cause).refund,
    },
    {
      method: 'GET',
      path: '/v1/refunds',
      takes: { ...paging, charge: string(), payment_intent: string(), created: anything },
      run: ({ parameters }) => {
        const rows = store
          .all('refund')
          .filter((each) => !parameters.charge || each.charge === parameters.charge)
          .filter((each) => !parameters.payment_intent || each.payment_intent === parameters.payment_intent);
        return listed(rows, parameters, '/v1/refunds');
      },
    },
    { method: 'GET', path: '/v1/refunds/:id', run: ({ id }) => store.get('refund', id) },
    {
      method: 'POST',
      path: '/v1/refunds/:id',
      takes: { metadata },
      run: ({ id, parameters }) => {
        const refund = store.get('refund', id);
        Object.assign(refund.metadata, parameters.metadata);
        return refund;
      },
    },
  ];
}
