import { money } from '../markup.mjs';
import { newId } from '../ids.mjs';
import { refused } from './errors.mjs';
import { anything, boolean, currency, integer, metadata, oneOf, paging, required, string } from './parameters.mjs';
import { transfer as transferShape, transferReversal } from './shapes.mjs';

const CREATE = {
  amount: required(integer({ min: 1 })),
  currency: required(currency),
  description: string(),
  destination: required(string()),
  metadata,
  source_transaction: string(),
  source_type: oneOf('bank_account', 'card', 'fpx'),
  transfer_group: string(),
};

function createTransfer(stripe, parameters, cause) {
  const { store, balance, events } = stripe;
  const { amount, destination } = parameters;
  const account = store.get('account', destination, { status: 400, param: 'destination' });
  if (account.capabilities.transfers !== 'active')
    throw refused(
      'Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments',
      { code: 'insufficient_capabilities_for_transfer' },
    );
  const source = parameters.source_transaction ? sourceOf(store, parameters) : null;
  if (!source && balance.available(parameters.currency) < amount)
    throw refused(
      'You have insufficient available funds in your Stripe account. Charges become available after some days; ' +
        'name the charge as source_transaction to transfer its funds before.',
      { code: 'balance_insufficient' },
    );
  const id = newId('tr_');
  const movement = balance.move({
    amount: -amount,
    currency: parameters.currency,
    type: 'transfer',
    source: id,
    availableOn: source ? store.get('balance_transaction', source.balance_transaction).available_on : stripe.seconds(),
    description: parameters.description,
  });
  if (source) source.transfer_group ??= parameters.transfer_group ?? `group_${source.payment_intent ?? source.id}`;
  const transfer = store.add(
    'transfer',
    transferShape({
      id,
      now: stripe.seconds(),
      parameters,
      amount,
      balanceTransaction: movement.id,
      destinationPayment: newId('py_'),
      transferGroup: parameters.transfer_group ?? source?.transfer_group ?? null,
    }),
  );
  events.emit('transfer.created', transfer, { cause });
  return transfer;
}

/** The charge that pays for the transfer. Its transfers may not come to more than itself. */
function sourceOf(store, { source_transaction: id, amount, currency: asked }) {
  const source = store.get('charge', id, { status: 400, param: 'source_transaction' });
  if (!source.paid) throw refused(`Charge ${id} has not been paid.`, { param: 'source_transaction' });
  if (source.currency !== asked)
    throw refused(
      `The currency of source_transaction's balance transaction (${source.currency}) must be the same as the transfer currency (${asked})`,
      { param: 'currency' },
    );
  const spent = store
    .all('transfer')
    .filter((each) => each.source_transaction === id)
    .reduce((sum, each) => sum + each.amount, 0);
  if (spent + amount > source.amount)
    throw refused(
      `Transfers using this transaction as a source must not exceed the source amount of ${money(source.amount, asked)}. ` +
        `(There is already a transfer using this source, amounting to ${money(spent, asked)}).`,
      { param: 'amount' },
    );
  return source;
}

function createReversal(stripe, id, parameters, cause) {
  const { store, balance, events } = stripe;
  const transfer = store.get('transfer', id);
  const left = transfer.amount - transfer.amount_reversed;
  if (left === 0) throw refused(`Transfer ${id} is already fully reversed.`, { param: 'id' });
  const amount = parameters.amount ?? left;
  if (amount > left)
    throw refused(
      `Transfer reversal amount (${money(amount, transfer.currency)}) is greater than unreversed amount on transfer (${money(left, transfer.currency)})`,
      { param: 'amount' },
    );
  if (amount > stripe.payouts.held(transfer.destination, transfer.currency))
    throw refused(`The account ${transfer.destination} does not hold enough to give that back.`, {
      code: 'balance_insufficient',
    });
  if (parameters.refund_application_fee)
    throw refused(`Transfer ${id} has no application fee to refund.`, { param: 'refund_application_fee' });
  const reversalId = newId('trr_');
  const movement = balance.move({
    amount,
    currency: transfer.currency,
    type: 'transfer_refund',
    source: reversalId,
    availableOn: Math.max(
      store.get('balance_transaction', transfer.balance_transaction).available_on,
      stripe.seconds(),
    ),
  });
  const reversal = transferReversal({
    id: reversalId,
    now: stripe.seconds(),
    transfer,
    amount,
    metadata: parameters.metadata ?? {},
    balanceTransaction: movement.id,
    paymentRefund: newId('pyr_'),
  });
  store.add('transfer_reversal', reversal);
  const previous = { amount_reversed: transfer.amount_reversed, reversals: structuredClone(transfer.reversals) };
  transfer.amount_reversed += amount;
  transfer.reversals.data.unshift(reversal);
  transfer.reversals.data.splice(10); // The object carries the ten newest; the rest are listed on their own path.
  transfer.reversals.total_count += 1;
  transfer.reversals.has_more = transfer.reversals.total_count > 10;
  if (transfer.amount_reversed === transfer.amount) {
    previous.reversed = false;
    transfer.reversed = true;
  }
  events.emit('transfer.reversed', transfer, { previous, cause });
  return reversal;
}

/** @param {import('./index.mjs').Stripe} stripe */
export function transferRoutes(stripe) {
  const { store } = stripe;
  return [
    {
      method: 'POST',
      path: '/v1/transfers',
      takes: CREATE,
      run: ({ parameters, cause }) => createTransfer(stripe, parameters, cause),
    },
    {
      method: 'GET',
      path: '/v1/transfers',
      takes: { ...paging, destination: string(), transfer_group: string(), created: anything },
      run: ({ parameters }) => {
        const rows = store
          .all('transfer')
          .filter((each) => !parameters.destination || each.destination === parameters.destination)
          .filter((each) => !parameters.transfer_group || each.transfer_group === parameters.transfer_group);
        return store.page(rows, parameters, '/v1/transfers');
      },
    },
    { method: 'GET', path: '/v1/transfers/:id', run: ({ id }) => store.get('transfer', id) },
    {
      method: 'POST',
      path: '/v1/transfers/:id/reversals',
      takes: { amount: integer({ min: 1 }), description: string(), metadata, refund_application_fee: boolean },
      run: ({ id, parameters, cause }) => createReversal(stripe, id, parameters, cause),
    },
    {
      method: 'GET',
      path: '/v1/transfers/:id/reversals',
      takes: paging,
      run: ({ id, parameters }) => {
        const rows = store.all('transfer_reversal').filter((each) => each.transfer === store.get('transfer', id).id);
        return store.page(rows, parameters, `/v1/transfers/${id}/reversals`);
      },
    },
    {
      method: 'GET',
      path: '/v1/transfers/:id/reversals/:reversal',
      run: ({ id, params }) => {
        store.get('transfer', id);
        return store.get('transfer_reversal', params.reversal);
      },
    },
  ];
}
