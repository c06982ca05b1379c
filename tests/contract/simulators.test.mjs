import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';

import { Resend } from 'resend';
import Stripe from 'stripe';
import { Webhook } from 'svix';

import { startSimulators } from '../../simulators/index.mjs';

const SECRETS = {
  stripeWebhook: 'whsec_of_the_platform_endpoint',
  stripeConnectWebhook: 'whsec_of_the_connect_endpoint',
  resendWebhook: `whsec_${Buffer.from('a key of twenty-four byte').toString('base64')}`,
};

/** The application that webhooks are sent to: keeps what came and answers as it is told. */
const app = { received: [], answers: [], url: '', server: null };

let simulators;
let stripe;
let resend;
let skew = 0; // ms that the simulators' clock is ahead

const checkoutOf = (changes = {}) => ({
  mode: 'payment',
  line_items: [
    {
      price_data: { currency: 'usd', unit_amount: 45000, product_data: { name: 'Rust for Gardeners' } },
      quantity: 1,
    },
  ],
  success_url: 'http://localhost:8787/paid?session={CHECKOUT_SESSION_ID}',
  cancel_url: 'http://localhost:8787/cancelled',
  customer_email: 'ada@example.com',
  client_reference_id: 'enrollment-1',
  metadata: { enrollmentId: 'enrollment-1' },
  payment_intent_data: { transfer_group: 'enrollment-1', metadata: { enrollmentId: 'enrollment-1' } },
  ...changes,
});

before(async () => {
  app.server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    app.received.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(app.answers.shift() ?? 200).end('{}');
  });
  app.server.listen(0, '127.0.0.1');
  await once(app.server, 'listening');
  app.url = `http://127.0.0.1:${app.server.address().port}`;
  simulators = await startSimulators({
    port: 0,
    appUrl: app.url,
    secrets: SECRETS,
    clock: () => Date.now() + skew,
    webhooks: { retryDelaysMs: [10, 20, 40], timeoutMs: 500 },
  });
  const { hostname: host, port } = new URL(simulators.url);
  stripe = new Stripe('sk_test_simulated', { host, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
  resend = new Resend('re_simulated', { baseUrl: simulators.url });
});

after(async () => {
  await simulators.close();
  app.server.close();
  app.server.closeAllConnections();
});

beforeEach(async () => {
  app.answers = [];
  await simulators.control.settled();
  simulators.control.reset();
  app.received = [];
  app.answers = [];
  skew = 0;
});

async function post(path, body) {
  const response = await fetch(simulators.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

async function get(path) {
  const response = await fetch(simulators.url + path);
  return { status: response.status, body: await response.json() };
}

/** Events of connected accounts belong to the other endpoint and its secret. */
function stripeEvents({ secret = SECRETS.stripeWebhook, connect = false } = {}) {
  return app.received
    .filter(({ path, body }) => path === '/api/webhooks/stripe' && connect === 'account' in JSON.parse(body))
    .map(({ body, headers }) => stripe.webhooks.constructEvent(body, headers['stripe-signature'], secret));
}

function stripeEvent(type, options) {
  return stripeEvents(options).find((event) => event.type === type);
}

function mailEvents() {
  const verifier = new Webhook(SECRETS.resendWebhook);
  return app.received
    .filter(({ path }) => path === '/api/webhooks/resend')
    .map(({ body, headers }) => {
      verifier.verify(body, headers);
      return JSON.parse(body);
    });
}

async function paidCheckout(changes) {
  const session = await stripe.checkout.sessions.create(checkoutOf(changes));
  await simulators.control.pay(session.id);
  return stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent.latest_charge'] });
}

async function payableAccount() {
  const account = await stripe.accounts.create({ type: 'express', capabilities: { transfers: { requested: true } } });
  await simulators.control.completeOnboarding(account.id);
  return account;
}

async function until(condition, what) {
  for (let waited = 0; waited < 3000; waited += 5) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail(`waited too long for ${what}`);
}

describe('a checkout session, by the official Stripe SDK', () => {
  it('is created open and unpaid, with what it was given', async () => {
    const session = await stripe.checkout.sessions.create(checkoutOf());
    assert.match(session.id, /^cs_test_/);
    assert.equal(session.url, `${simulators.url}/pay/${session.id}`);
    assert.equal(session.status, 'open');
    assert.equal(session.payment_status, 'unpaid');
    assert.equal(session.payment_intent, null);
    assert.equal(session.amount_total, 45000);
    assert.equal(session.client_reference_id, 'enrollment-1');
    assert.deepEqual(session.metadata, { enrollmentId: 'enrollment-1' });
    assert.equal(session.expires_at - session.created, 24 * 60 * 60);
    assert.equal(session.livemode, false);
    assert.match(session.lastResponse.requestId, /^req_/);
  });

  it('carries the payment and its charge once paid', async () => {
    const session = await paidCheckout();
    const charge = session.payment_intent.latest_charge;
    assert.equal(session.status, 'complete');
    assert.equal(session.payment_status, 'paid');
    assert.equal(session.url, null);
    assert.equal(session.customer_details.email, 'ada@example.com');
    assert.equal(session.payment_intent.status, 'succeeded');
    assert.equal(session.payment_intent.transfer_group, 'enrollment-1');
    assert.deepEqual(session.payment_intent.metadata, { enrollmentId: 'enrollment-1' });
    assert.match(charge.id, /^ch_/);
    assert.equal(charge.amount, 45000);
    assert.equal(charge.transfer_group, 'enrollment-1');
    assert.equal((await stripe.charges.retrieve(charge.id)).payment_intent, session.payment_intent.id);
    assert.equal((await stripe.paymentIntents.retrieve(session.payment_intent.id)).latest_charge, charge.id);
  });

  it('does not copy its own metadata to the payment intent', async () => {
    const session = await paidCheckout({ payment_intent_data: {} });
    assert.deepEqual(session.payment_intent.metadata, {});
  });

  it('lists its line items', async () => {
    const session = await stripe.checkout.sessions.create(checkoutOf());
    const items = await stripe.checkout.sessions.listLineItems(session.id);
    assert.deepEqual(
      items.data.map(({ description, quantity, amount_total: total }) => ({ description, quantity, total })),
      [{ description: 'Rust for Gardeners', quantity: 1, total: 45000 }],
    );
  });

  it('can be expired once, which is told by webhook', async () => {
    const session = await stripe.checkout.sessions.create(checkoutOf());
    const expired = await stripe.checkout.sessions.expire(session.id);
    assert.equal(expired.status, 'expired');
    await assert.rejects(stripe.checkout.sessions.expire(session.id), {
      type: 'StripeInvalidRequestError',
      message: /status of `expired`/,
    });
    await simulators.control.settled();
    assert.equal(stripeEvent('checkout.session.expired').data.object.id, session.id);
  });

  it('expires by itself when its time is over', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const session = await stripe.checkout.sessions.create(checkoutOf({ expires_at: seconds + 31 * 60 }));
    skew = 32 * 60 * 1000;
    assert.equal((await stripe.checkout.sessions.retrieve(session.id)).status, 'expired');
    assert.equal((await post(`/_sim/checkout/${session.id}/pay`)).status, 400);
  });

  it('stays open when the card is declined, and can be paid with another', async () => {
    const { id } = await stripe.checkout.sessions.create(checkoutOf());
    const { declined } = await simulators.control.pay(id, { card: 'declined' });
    assert.equal(declined, 'Your card was declined.');
    const open = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] });
    assert.equal(open.status, 'open');
    assert.equal(open.payment_intent.last_payment_error.code, 'card_declined');
    await simulators.control.pay(id);
    const paid = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] });
    assert.equal(paid.payment_status, 'paid');
    assert.equal(paid.payment_intent.id, open.payment_intent.id);
    assert.equal(stripeEvents().filter(({ type }) => type === 'checkout.session.completed').length, 1);
  });

  for (const [what, changes, param, code] of [
    ['a missing success_url', { success_url: undefined }, 'success_url', 'parameter_missing'],
    ['a missing mode', { mode: undefined }, 'mode', 'parameter_missing'],
    ['missing line items', { line_items: undefined }, 'line_items', 'parameter_missing'],
    ['a name that Stripe does not know', { successUrl: 'x' }, 'successUrl', 'parameter_unknown'],
    ['an address that is none', { success_url: 'paid.html' }, 'success_url', 'url_invalid'],
    ['an e-mail that is none', { customer_email: 'ada' }, 'customer_email', 'email_invalid'],
    ['an expiry in 10 minutes', { expires_at: Math.floor(Date.now() / 1000) + 600 }, 'expires_at', undefined],
    ['an expiry in two days', { expires_at: Math.floor(Date.now() / 1000) + 172800 }, 'expires_at', undefined],
    ['the ui_mode of older versions', { ui_mode: 'hosted' }, 'ui_mode', undefined],
    [
      'a price without currency',
      { line_items: [{ price_data: { unit_amount: 1, product_data: { name: 'x' } } }] },
      'line_items[0][price_data][currency]',
      'parameter_missing',
    ],
    [
      'a price that is no whole number',
      { line_items: [{ price_data: { currency: 'usd', unit_amount: 4.5, product_data: { name: 'x' } } }] },
      'line_items[0][price_data][unit_amount]',
      'parameter_invalid_integer',
    ],
  ])
    it(`refuses ${what}, and names the parameter`, async () => {
      await assert.rejects(stripe.checkout.sessions.create(checkoutOf(changes)), (error) => {
        assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError);
        assert.equal(error.statusCode, 400);
        assert.equal(error.param, param);
        assert.equal(error.code, code);
        return true;
      });
    });

  it('is unknown under another id: 404', async () => {
    await assert.rejects(stripe.checkout.sessions.retrieve('cs_test_none'), {
      type: 'StripeInvalidRequestError',
      statusCode: 404,
      code: 'resource_missing',
    });
  });

  it('cannot be expanded by a field that is no object', async () => {
    const { id } = await stripe.checkout.sessions.create(checkoutOf());
    await assert.rejects(stripe.checkout.sessions.retrieve(id, { expand: ['currency'] }), {
      message: 'This property cannot be expanded (currency).',
    });
  });
});

describe('a call to Stripe', () => {
  it('needs a test key', async () => {
    const { hostname: host, port } = new URL(simulators.url);
    for (const key of ['sk_live_dangerous', 'nonsense']) {
      const stranger = new Stripe(key, { host, port, protocol: 'http', maxNetworkRetries: 0 });
      await assert.rejects(stranger.balance.retrieve(), { type: 'StripeAuthenticationError', statusCode: 401 });
    }
    const { status, body } = await get('/v1/balance');
    assert.equal(status, 401);
    assert.equal(body.error.type, 'invalid_request_error');
  });

  it('gets the version it asked for', async () => {
    const { lastResponse } = await stripe.balance.retrieve({}, { apiVersion: '2026-07-29.dahlia' });
    assert.equal(lastResponse.headers['stripe-version'], '2026-07-29.dahlia');
  });

  it('on behalf of a connected account is refused, rather than done for the platform', async () => {
    await assert.rejects(stripe.balance.retrieve({}, { stripeAccount: 'acct_1' }), { code: 'not_simulated' });
  });

  it('with a JSON body is refused', async () => {
    const response = await fetch(`${simulators.url}/v1/refunds`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_x', 'content-type': 'application/json' },
      body: '{}',
    });
    assert.equal(response.status, 400);
  });

  it('to an address that is not simulated says so', async () => {
    await assert.rejects(stripe.customers.create({}), { statusCode: 404, message: /does not offer/ });
  });
});

describe('an idempotency key at Stripe', () => {
  it('gives the first answer again, and makes nothing twice', async () => {
    const first = await stripe.checkout.sessions.create(checkoutOf(), { idempotencyKey: 'one' });
    const again = await stripe.checkout.sessions.create(checkoutOf(), { idempotencyKey: 'one' });
    assert.equal(again.id, first.id);
    assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
    assert.equal(first.lastResponse.headers['idempotent-replayed'], undefined);
    assert.equal((await get('/_sim/checkouts')).body.items.length, 1);
  });

  it('refuses other parameters, and another endpoint', async () => {
    await stripe.checkout.sessions.create(checkoutOf(), { idempotencyKey: 'one' });
    const other = checkoutOf({ client_reference_id: 'enrollment-2' });
    await assert.rejects(stripe.checkout.sessions.create(other, { idempotencyKey: 'one' }), {
      type: 'StripeIdempotencyError',
      statusCode: 400,
    });
    await assert.rejects(stripe.accounts.create({ type: 'express' }, { idempotencyKey: 'one' }), {
      message: /same endpoint/,
    });
  });

  it('does not remember parameters that were refused', async () => {
    await assert.rejects(stripe.checkout.sessions.create(checkoutOf({ mode: 'x' }), { idempotencyKey: 'one' }));
    const session = await stripe.checkout.sessions.create(checkoutOf(), { idempotencyKey: 'one' });
    assert.equal(session.status, 'open');
  });

  it('remembers an error that came of the execution', async () => {
    const account = await payableAccount();
    const transfer = { amount: 100, currency: 'usd', destination: account.id };
    const broke = { type: 'StripeInvalidRequestError', code: 'balance_insufficient' };
    await assert.rejects(stripe.transfers.create(transfer, { idempotencyKey: 'one' }), broke);
    await post('/_sim/balance', { amount: 1000, currency: 'usd' });
    await assert.rejects(stripe.transfers.create(transfer, { idempotencyKey: 'one' }), broke);
    assert.equal((await stripe.transfers.create(transfer, { idempotencyKey: 'two' })).amount, 100);
  });

  it('is answered 409 while its first request runs', async () => {
    await post('/_sim/faults', { provider: 'stripe', mode: 'slow:150', times: 1 });
    const first = stripe.checkout.sessions.create(checkoutOf(), { idempotencyKey: 'one' });
    await until(async () => (await get('/_sim/requests')).body.items.length === 1, 'the first request');
    await assert.rejects(stripe.checkout.sessions.create(checkoutOf(), { idempotencyKey: 'one' }), { statusCode: 409 });
    assert.equal((await first).status, 'open');
  });

  it('is forgotten after a day', async () => {
    const first = await stripe.checkout.sessions.create(checkoutOf(), { idempotencyKey: 'one' });
    skew = 25 * 60 * 60 * 1000;
    const later = await stripe.checkout.sessions.create(checkoutOf(), { idempotencyKey: 'one' });
    assert.notEqual(later.id, first.id);
  });
});

describe('a refund', () => {
  it('may take a part and then the rest, each told with what was before', async () => {
    const { payment_intent: intent } = await paidCheckout();
    app.received = [];
    const part = await stripe.refunds.create({
      payment_intent: intent.id,
      amount: 10000,
      reason: 'requested_by_customer',
    });
    assert.match(part.id, /^re_/);
    assert.equal(part.status, 'succeeded');
    assert.equal(part.amount, 10000);
    await simulators.control.settled();
    const first = stripeEvent('charge.refunded');
    assert.equal(first.data.object.object, 'charge');
    assert.equal(first.data.object.amount_refunded, 10000);
    assert.equal(first.data.object.refunded, false);
    assert.deepEqual(first.data.previous_attributes, { amount_refunded: 0 });
    assert.equal(stripeEvent('refund.created').data.object.id, part.id);

    app.received = [];
    const rest = await stripe.refunds.create({ charge: intent.latest_charge.id });
    assert.equal(rest.amount, 35000);
    await simulators.control.settled();
    const second = stripeEvent('charge.refunded');
    assert.equal(second.data.object.refunded, true);
    assert.deepEqual(second.data.previous_attributes, { amount_refunded: 10000, refunded: false });
    const charge = await stripe.charges.retrieve(intent.latest_charge.id, { expand: ['refunds'] });
    assert.deepEqual(
      charge.refunds.data.map(({ id }) => id),
      [rest.id, part.id],
    );
  });

  it('never gives back more than is left', async () => {
    const { payment_intent: intent } = await paidCheckout();
    await assert.rejects(stripe.refunds.create({ payment_intent: intent.id, amount: 45001 }), {
      type: 'StripeInvalidRequestError',
      param: 'amount',
      message: 'Refund amount ($450.01) is greater than unrefunded amount on charge ($450.00)',
    });
    await stripe.refunds.create({ payment_intent: intent.id });
    await assert.rejects(stripe.refunds.create({ payment_intent: intent.id }), { code: 'charge_already_refunded' });
    await assert.rejects(stripe.refunds.create({ payment_intent: intent.id, amount: 0 }), {
      code: 'parameter_invalid_integer',
    });
  });

  it('needs a payment that exists', async () => {
    await assert.rejects(stripe.refunds.create({ payment_intent: 'pi_none' }), { statusCode: 404 });
    await assert.rejects(stripe.refunds.create({}), { statusCode: 400 });
  });
});

describe('a connected account', () => {
  it('is onboarded by its link, and told so to the Connect endpoint', async () => {
    const account = await stripe.accounts.create({ type: 'express', country: 'US', email: 'grace@example.com' });
    assert.match(account.id, /^acct_/);
    assert.equal(account.payouts_enabled, false);
    assert.ok(account.requirements.currently_due.length > 0);
    const link = await stripe.accountLinks.create({
      account: account.id,
      type: 'account_onboarding',
      refresh_url: 'http://localhost:8787/refresh',
      return_url: 'http://localhost:8787/return',
    });
    const page = await (await fetch(link.url)).text();
    assert.match(page, /Complete onboarding/);
    const done = await fetch(`${link.url}/complete`, { method: 'POST', redirect: 'manual' });
    assert.equal(done.status, 303);
    assert.equal(done.headers.get('location'), 'http://localhost:8787/return');
    const event = stripeEvent('account.updated', { secret: SECRETS.stripeConnectWebhook, connect: true });
    assert.equal(event.account, account.id);
    assert.equal(event.data.object.payouts_enabled, true);
    assert.equal(event.data.previous_attributes.payouts_enabled, false);
    assert.equal((await stripe.accounts.retrieve(account.id)).capabilities.transfers, 'active');
    const used = await fetch(link.url, { redirect: 'manual' });
    assert.equal(used.headers.get('location'), 'http://localhost:8787/refresh');
  });

  it('must be onboarded before money is transferred to it', async () => {
    const account = await stripe.accounts.create({ type: 'express' });
    await post('/_sim/balance', { amount: 1000, currency: 'usd' });
    await assert.rejects(stripe.transfers.create({ amount: 1, currency: 'usd', destination: account.id }), {
      code: 'insufficient_capabilities_for_transfer',
    });
  });
});

describe('a transfer', () => {
  it('is paid from its charge, and not beyond it', async () => {
    const account = await payableAccount();
    const { payment_intent: intent } = await paidCheckout();
    const from = { currency: 'usd', destination: account.id, source_transaction: intent.latest_charge.id };
    const transfer = await stripe.transfers.create({ ...from, amount: 31500, metadata: { splitId: 's1' } });
    assert.match(transfer.id, /^tr_/);
    assert.equal(transfer.transfer_group, 'enrollment-1');
    assert.match(transfer.destination_payment, /^py_/);
    assert.equal('status' in transfer, false);
    await assert.rejects(stripe.transfers.create({ ...from, amount: 13501 }), { message: /must not exceed/ });
    await stripe.transfers.create({ ...from, amount: 13500 });
    await simulators.control.settled();
    assert.equal(stripeEvent('transfer.created').data.object.id, transfer.id);
  });

  it('takes a charge as its source, and no payment intent', async () => {
    const account = await payableAccount();
    const { payment_intent: intent } = await paidCheckout();
    const transfer = { amount: 1, currency: 'usd', destination: account.id, source_transaction: intent.id };
    await assert.rejects(stripe.transfers.create(transfer), {
      message: `No such charge: '${intent.id}'`,
      param: 'source_transaction',
    });
  });

  it('without a source waits until the charge has settled', async () => {
    const account = await payableAccount();
    await paidCheckout();
    const transfer = { amount: 100, currency: 'usd', destination: account.id };
    await assert.rejects(stripe.transfers.create(transfer), { code: 'balance_insufficient' });
    skew = 3 * 24 * 60 * 60 * 1000;
    await stripe.transfers.create(transfer);
    const [available] = (await stripe.balance.retrieve()).available;
    assert.equal(available.amount, 45000 - (1305 + 30) - 100);
  });

  it('needs an account that exists', async () => {
    await assert.rejects(stripe.transfers.create({ amount: 1, currency: 'usd', destination: 'acct_none' }), {
      message: "No such account: 'acct_none'",
      statusCode: 400,
    });
  });

  it('is reversed in parts, never beyond itself', async () => {
    const account = await payableAccount();
    const { payment_intent: intent } = await paidCheckout();
    const { id } = await stripe.transfers.create({
      amount: 1000,
      currency: 'usd',
      destination: account.id,
      source_transaction: intent.latest_charge.id,
    });
    const part = await stripe.transfers.createReversal(id, { amount: 400 });
    assert.match(part.id, /^trr_/);
    assert.equal((await stripe.transfers.retrieve(id)).reversed, false);
    await assert.rejects(stripe.transfers.createReversal(id, { amount: 601 }), { param: 'amount' });
    await stripe.transfers.createReversal(id);
    const transfer = await stripe.transfers.retrieve(id);
    assert.equal(transfer.reversed, true);
    assert.equal(transfer.amount_reversed, 1000);
    assert.equal(transfer.reversals.data.length, 2);
    await assert.rejects(stripe.transfers.createReversal(id), { statusCode: 400 });
    await simulators.control.settled();
    const events = stripeEvents().filter(({ type }) => type === 'transfer.reversed');
    assert.deepEqual(events.map((event) => event.data.object.amount_reversed).sort(), [1000, 400]);
  });
});

describe('Stripe events', () => {
  it('tell of a payment in three signed webhooks', async () => {
    const session = await paidCheckout();
    const types = stripeEvents().map(({ type }) => type);
    assert.deepEqual(types.sort(), ['charge.succeeded', 'checkout.session.completed', 'payment_intent.succeeded']);
    const event = stripeEvent('checkout.session.completed');
    assert.match(event.id, /^evt_/);
    assert.equal(event.object, 'event');
    assert.equal(event.api_version, '2026-07-29.dahlia');
    assert.equal(event.livemode, false);
    assert.equal(event.data.object.id, session.id);
    assert.equal(event.data.object.payment_status, 'paid');
    assert.equal(event.data.object.payment_intent, session.payment_intent.id);
  });

  it('are refused by the SDK under another secret', async () => {
    await paidCheckout();
    assert.throws(() => stripeEvents({ secret: 'whsec_other' }), { type: 'StripeSignatureVerificationError' });
  });

  it('name the request that caused them', async () => {
    const { payment_intent: intent } = await paidCheckout();
    await stripe.refunds.create({ payment_intent: intent.id }, { idempotencyKey: 'refund-1' });
    await simulators.control.settled();
    assert.equal(stripeEvent('charge.refunded').request.idempotency_key, 'refund-1');
  });

  it('can be listed by type, page by page', async () => {
    await paidCheckout();
    await paidCheckout();
    const { data } = await stripe.events.list({ type: 'checkout.session.completed' });
    assert.equal(data.length, 2);
    const all = await stripe.events.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
    assert.equal(all.length, 6);
    assert.equal((await stripe.events.retrieve(data[0].id)).id, data[0].id);
  });

  it('of any kind can be sent by a test', async () => {
    await post('/_sim/events', {
      provider: 'stripe',
      type: 'charge.dispute.created',
      object: { id: 'dp_1', object: 'dispute', charge: 'ch_unknown' },
      created: 1700000000,
    });
    const event = stripeEvent('charge.dispute.created');
    assert.equal(event.data.object.charge, 'ch_unknown');
    assert.equal(event.created, 1700000000);
  });
});

describe('a dispute', () => {
  it('takes the money, is told, and gives it back when it is won', async () => {
    const { payment_intent: intent } = await paidCheckout();
    const before = (await stripe.balance.retrieve()).available[0].amount;
    const { body } = await post('/_sim/disputes', { payment_intent: intent.id, reason: 'product_not_received' });
    assert.equal(body.dispute.amount, 45000);
    await simulators.control.settled();
    const opened = stripeEvent('charge.dispute.created').data.object;
    assert.equal(opened.status, 'needs_response');
    assert.equal(opened.charge, intent.latest_charge.id);
    assert.equal(stripeEvent('charge.dispute.funds_withdrawn').data.object.balance_transactions[0].amount, -45000);
    assert.equal((await stripe.balance.retrieve()).available[0].amount, before - 46500);
    await assert.rejects(stripe.refunds.create({ payment_intent: intent.id }), { code: 'charge_disputed' });

    const reviewed = await stripe.disputes.update(opened.id, { evidence: { product_description: 'a course' } });
    assert.equal(reviewed.status, 'under_review');
    await simulators.control.moveDispute(opened.id, 'won');
    const closed = stripeEvent('charge.dispute.closed');
    assert.equal(closed.data.object.status, 'won');
    assert.deepEqual(closed.data.previous_attributes, { status: 'under_review' });
    assert.equal((await stripe.disputes.retrieve(opened.id)).balance_transactions.length, 2);
    assert.equal((await stripe.refunds.create({ payment_intent: intent.id })).status, 'succeeded');
  });

  it('may begin as an inquiry, and ends once', async () => {
    const { payment_intent: intent } = await paidCheckout();
    const inquiry = await simulators.control.dispute({ payment_intent: intent.id, inquiry: true, amount: 10000 });
    assert.equal(inquiry.status, 'warning_needs_response');
    assert.deepEqual(inquiry.balance_transactions, []);
    await simulators.control.moveDispute(inquiry.id, 'needs_response');
    assert.equal((await stripe.disputes.close(inquiry.id)).status, 'lost');
    assert.equal((await post(`/_sim/disputes/${inquiry.id}`, { status: 'won' })).status, 400);
    assert.equal((await post('/_sim/disputes', { payment_intent: intent.id })).status, 400);
    assert.deepEqual(
      (await stripe.disputes.list({ payment_intent: intent.id })).data.map(({ id }) => id),
      [inquiry.id],
    );
  });
});

describe('money of a connected account', () => {
  it('goes on to its bank, which may send it back, and is not there to be reversed meanwhile', async () => {
    const { payment_intent: intent } = await paidCheckout();
    const account = await payableAccount();
    const transfer = await stripe.transfers.create({
      amount: 30000,
      currency: 'usd',
      destination: account.id,
      source_transaction: intent.latest_charge.id,
    });
    const { body } = await post(`/_sim/accounts/${account.id}/payout`, { amount: 25000 });
    await simulators.control.settled();
    const paid = stripeEvent('payout.paid', { secret: SECRETS.stripeConnectWebhook, connect: true });
    assert.equal(paid.account, account.id);
    assert.equal(paid.data.object.id, body.payout.id);
    assert.equal(paid.data.object.status, 'paid');
    await assert.rejects(stripe.transfers.createReversal(transfer.id, { amount: 5001 }), {
      code: 'balance_insufficient',
    });
    await post(`/_sim/payouts/${body.payout.id}/fail`, { failure: 'account_closed' });
    const failed = stripeEvent('payout.failed', { secret: SECRETS.stripeConnectWebhook, connect: true });
    assert.equal(failed.data.object.failure_code, 'account_closed');
    const reversal = await stripe.transfers.createReversal(transfer.id, { amount: 30000, expand: ['transfer'] });
    assert.equal(reversal.transfer.amount_reversed, 30000);
    assert.equal((await post(`/_sim/accounts/${account.id}/payout`)).status, 400);
  });

  it('is told about when Stripe wants more, and when its owner leaves', async () => {
    const account = await payableAccount();
    app.received = [];
    await post(`/_sim/accounts/${account.id}/restrict`, {});
    const updated = stripeEvent('account.updated', { secret: SECRETS.stripeConnectWebhook, connect: true });
    assert.equal(updated.data.object.requirements.disabled_reason, 'requirements.past_due');
    assert.equal(updated.data.object.payouts_enabled, false);
    await post(`/_sim/accounts/${account.id}/deauthorize`);
    const left = stripeEvent('account.application.deauthorized', {
      secret: SECRETS.stripeConnectWebhook,
      connect: true,
    });
    assert.equal(left.account, account.id);
    assert.equal(left.data.object.object, 'application');
  });
});

describe('webhooks', () => {
  it('are sent again after a failure, under the same event id, until they are taken', async () => {
    const session = await stripe.checkout.sessions.create(checkoutOf());
    app.answers = [500, 302];
    await simulators.control.expire(session.id);
    await simulators.control.settled();
    const events = stripeEvents();
    assert.equal(events.length, 3);
    assert.equal(new Set(events.map(({ id }) => id)).size, 1);
    const [delivery] = (await get('/_sim/webhooks')).body.items;
    assert.equal(delivery.status, 'delivered');
    assert.deepEqual(
      delivery.attempts.map(({ status, reason }) => [status, reason]),
      [
        [500, 'first'],
        [302, 'retry'],
        [200, 'retry'],
      ],
    );
  });

  it('are given up after the last try', async () => {
    const session = await stripe.checkout.sessions.create(checkoutOf());
    app.answers = [500, 500, 500, 500, 500];
    await simulators.control.expire(session.id);
    await simulators.control.settled();
    const [delivery] = simulators.control.webhooks();
    assert.equal(delivery.status, 'failed');
    assert.equal(delivery.attempts.length, 4);
  });

  it('can be sent again by hand, many times at once, each signed anew', async () => {
    const session = await stripe.checkout.sessions.create(checkoutOf());
    await simulators.control.expire(session.id);
    const [{ id }] = simulators.control.webhooks();
    const { body } = await post(`/_sim/webhooks/${id}/resend?times=20&parallel=1`);
    assert.equal(body.attempts.length, 20);
    assert.ok(body.attempts.every(({ status }) => status === 200));
    assert.equal(stripeEvents().length, 21);
    assert.equal((await post('/_sim/webhooks/dlv_none/resend')).status, 404);
    assert.equal((await post(`/_sim/webhooks/${id}/resend?times=0`)).status, 400);
  });

  it('are only logged while no application is known', async () => {
    await post('/_sim/config', { appUrl: null });
    try {
      await paidCheckout();
      assert.ok(simulators.control.webhooks().every(({ status }) => status === 'skipped'));
      assert.equal(app.received.length, 0);
    } finally {
      await post('/_sim/config', { appUrl: app.url });
    }
  });
});

describe('a mail, by the official Resend SDK', () => {
  const mail = (changes = {}) => ({
    from: 'PeerLoop <hello@peerloop.example>',
    to: 'ada@example.com',
    subject: 'Welcome',
    html: '<p>Hello <a href="http://localhost:8787/verify?token=abc">verify</a></p>',
    text: 'Hello http://localhost:8787/verify?token=abc',
    tags: [{ name: 'kind', value: 'verification' }],
    ...changes,
  });

  it('arrives in the inbox, and is told as sent and delivered', async () => {
    const { data, error } = await resend.emails.send(mail());
    assert.equal(error, null);
    await until(() => mailEvents().length === 2, 'two events');
    const { items } = (await get('/_sim/mail?to=ada@example.com')).body;
    assert.equal(items.length, 1);
    const { to, subject, html, text, sentAt } = items[0];
    assert.deepEqual({ to, subject, html, text }, { ...pick(mail(), 'to', 'subject', 'html', 'text') });
    assert.ok(Math.abs(Date.parse(sentAt) - Date.now()) < 5000);
    const [sent, delivered] = mailEvents();
    assert.equal(sent.type, 'email.sent');
    assert.equal(delivered.type, 'email.delivered');
    assert.equal(delivered.data.email_id, data.id);
    assert.deepEqual(delivered.data.to, ['ada@example.com']);
    assert.deepEqual(delivered.data.tags, { kind: 'verification' });
    const stored = await resend.emails.get(data.id);
    assert.equal(stored.data.last_event, 'delivered');
    assert.deepEqual(stored.data.to, ['ada@example.com']);
  });

  it('to several comes to each, newest first', async () => {
    await resend.emails.send(mail({ subject: 'First' }));
    await resend.emails.send(mail({ subject: 'Second', to: ['Ada <ada@example.com>', 'grace@example.com'] }));
    const subjects = async (to) => simulators.control.mail(to).map(({ subject }) => subject);
    assert.deepEqual(await subjects('ADA@example.com'), ['Second', 'First']);
    assert.deepEqual(await subjects('grace@example.com'), ['Second']);
    assert.equal(simulators.control.mail().length, 3);
  });

  for (const [name, types] of [
    ['bounced', ['email.sent', 'email.bounced']],
    ['complained+label', ['email.sent', 'email.delivered', 'email.complained']],
    ['failed', ['email.sent', 'email.failed']],
  ])
    it(`to ${name}@… meets that fate`, async () => {
      await resend.emails.send(mail({ to: `${name}@resend.dev` }));
      await until(() => mailEvents().length === types.length, 'the events');
      assert.deepEqual(
        mailEvents().map(({ type }) => type),
        types,
      );
      if (name === 'bounced') assert.equal(mailEvents()[1].data.bounce.type, 'Permanent');
    });

  it('keeps its svix-id when it is told again', async () => {
    app.answers = [500, 200];
    await resend.emails.send(mail());
    await until(() => mailEvents().length === 3, 'three deliveries');
    await simulators.control.settled();
    const ids = app.received.map(({ headers }) => headers['svix-id']);
    assert.equal(new Set(ids).size, 2);
    assert.match(ids[0], /^msg_/);
  });

  it('is verified by the Resend SDK too, and not under another secret', async () => {
    await resend.emails.send(mail());
    await until(() => app.received.length > 0, 'an event');
    const { body, headers } = app.received[0];
    const { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature } = headers;
    const verify = (webhookSecret) =>
      resend.webhooks.verify({ payload: body, headers: { id, timestamp, signature }, webhookSecret });
    assert.equal(verify(SECRETS.resendWebhook).type, 'email.sent');
    assert.throws(() => verify('whsec_b3RoZXI='));
  });

  it('with an idempotency key is sent once', async () => {
    const options = { idempotencyKey: 'welcome/ada' };
    const first = await resend.emails.send(mail(), options);
    const again = await resend.emails.send(mail(), options);
    assert.equal(again.data.id, first.data.id);
    assert.equal(simulators.control.mail().length, 1);
    const other = await resend.emails.send(mail({ subject: 'Other' }), options);
    assert.equal(other.error.statusCode, 409);
    assert.equal(other.error.name, 'invalid_idempotent_request');
    const long = await resend.emails.send(mail(), { idempotencyKey: 'x'.repeat(257) });
    assert.equal(long.error.name, 'invalid_idempotency_key');
  });

  it('with an idempotency key in use is answered 409', async () => {
    await post('/_sim/faults', { provider: 'resend', mode: 'slow:150', times: 1 });
    const first = resend.emails.send(mail(), { idempotencyKey: 'one' });
    await until(() => simulators.control.requests('resend').length === 1, 'the first request');
    const second = await resend.emails.send(mail(), { idempotencyKey: 'one' });
    assert.equal(second.error.name, 'concurrent_idempotent_requests');
    assert.equal((await first).error, null);
  });

  for (const [what, changes, status, name] of [
    ['no recipient', { to: undefined }, 422, 'missing_required_field'],
    ['no subject', { subject: undefined }, 422, 'missing_required_field'],
    ['no content', { html: undefined, text: undefined }, 422, 'missing_required_field'],
    ['a recipient that is none', { to: 'ada' }, 422, 'validation_error'],
    ['a tag with a space', { tags: [{ name: 'a b', value: 'c' }] }, 422, 'validation_error'],
    ['51 recipients', { to: Array.from({ length: 51 }, (_, n) => `a${n}@example.com`) }, 422, 'validation_error'],
    ['an empty attachment', { attachments: [{ filename: 'a.txt' }] }, 422, 'invalid_attachment'],
  ])
    it(`with ${what} is refused`, async () => {
      const { error } = await resend.emails.send(mail(changes));
      assert.equal(error.statusCode, status);
      assert.equal(error.name, name);
      assert.equal(simulators.control.mail().length, 0);
    });

  it('may have attachments, but not in a batch', async () => {
    const attachments = [{ filename: 'lesson.ics', content: Buffer.from('BEGIN:VCALENDAR') }];
    const { data } = await resend.emails.send(mail({ attachments }));
    const file = await fetch(`${simulators.url}/inbox/${data.id}/attachments/0`);
    assert.equal(await file.text(), 'BEGIN:VCALENDAR');
    const { error } = await resend.batch.send([mail({ attachments })]);
    assert.equal(error.statusCode, 422);
  });

  it('in a batch is sent with the others or not at all', async () => {
    const { data } = await resend.batch.send([mail(), mail({ to: 'grace@example.com' })]);
    assert.equal(data.data.length, 2);
    const broken = await resend.batch.send([mail(), mail({ to: 'nobody' })]);
    assert.equal(broken.error.name, 'validation_error');
    assert.equal(simulators.control.mail().length, 2);
    const lenient = await resend.batch.send([mail(), mail({ to: 'nobody' })], { batchValidation: 'permissive' });
    assert.equal(lenient.data.data.length, 1);
    assert.equal(lenient.data.errors[0].index, 1);
  });

  it('can be scheduled, moved and cancelled', async () => {
    const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
    const { data: moved } = await resend.emails.send(mail({ scheduledAt: inAnHour() }));
    const { data: cancelled } = await resend.emails.send(mail({ scheduledAt: inAnHour(), subject: 'Never' }));
    assert.equal(simulators.control.mail().length, 0);
    assert.equal((await resend.emails.cancel(cancelled.id)).data.id, cancelled.id);
    const later = new Date(Date.now() + 7_200_000).toISOString();
    assert.equal((await resend.emails.update({ id: moved.id, scheduledAt: later })).error, null);
    skew = 3_600_000 + 60_000;
    assert.equal(simulators.control.mail().length, 0);
    skew = 7_200_000 + 60_000;
    assert.deepEqual(
      simulators.control.mail().map(({ subject }) => subject),
      ['Welcome'],
    );
    assert.equal((await resend.emails.cancel(moved.id)).error.statusCode, 422);
  });

  it('needs a key and a name', async () => {
    const request = (headers) => fetch(`${simulators.url}/emails`, { method: 'POST', headers, body: '{}' });
    const nobody = await request({});
    assert.equal(nobody.status, 401);
    assert.equal((await nobody.json()).name, 'missing_api_key');
    assert.equal((await request({ authorization: 'Bearer sk_test_x' })).status, 401);
    assert.equal((await request({ authorization: 'Bearer re_x', 'user-agent': '' })).status, 403);
  });
});

describe('the control routes', () => {
  it('pay and expire a checkout', async () => {
    const session = await stripe.checkout.sessions.create(checkoutOf());
    const paid = await post(`/_sim/checkout/${session.id}/pay`);
    assert.equal(paid.status, 200);
    assert.equal(paid.body.session.payment_status, 'paid');
    assert.ok(stripeEvent('checkout.session.completed'), 'the webhook was sent before the answer');
    assert.equal((await post(`/_sim/checkout/${session.id}/pay`)).status, 400);
    assert.equal((await post(`/_sim/checkout/${session.id}/expire`)).status, 400);
    const other = await stripe.checkout.sessions.create(checkoutOf());
    assert.equal((await post(`/_sim/checkout/${other.id}/expire`)).body.session.status, 'expired');
    const unknown = await post('/_sim/checkout/cs_test_none/pay');
    assert.equal(unknown.status, 404);
    assert.equal(typeof unknown.body.error, 'string');
  });

  it('refund a payment', async () => {
    const { payment_intent: intent } = await paidCheckout();
    const part = await post('/_sim/refund', { payment_intent: intent.id, amount: 1 });
    assert.equal(part.body.refund.amount, 1);
    const rest = await post('/_sim/refund', { charge: intent.latest_charge.id });
    assert.equal(rest.body.refund.amount, 44999);
    assert.equal((await post('/_sim/refund', { payment_intent: intent.id })).status, 400);
  });

  it('show what the providers received, field by field', async () => {
    await stripe.checkout.sessions.create(checkoutOf(), { idempotencyKey: 'one' });
    await resend.emails.send({ from: 'a@example.com', to: 'b@example.com', subject: 'c', text: 'd' });
    const { items } = (await get('/_sim/requests?provider=stripe')).body;
    assert.equal(items.length, 1);
    assert.equal(items[0].method, 'POST');
    assert.equal(items[0].path, '/v1/checkout/sessions');
    assert.equal(items[0].headers['idempotency-key'], 'one');
    assert.equal(items[0].params.line_items[0].price_data.product_data.name, 'Rust for Gardeners');
    assert.equal(items[0].status, 200);
    const [mailRequest] = (await get('/_sim/requests?provider=resend')).body.items;
    assert.deepEqual(mailRequest.params, { from: 'a@example.com', to: 'b@example.com', subject: 'c', text: 'd' });
  });

  it('make a provider answer with an error, so many times', async () => {
    await post('/_sim/faults', { provider: 'stripe', mode: 'status:500', times: 2 });
    for (let n = 0; n < 2; ++n) await assert.rejects(stripe.balance.retrieve(), { type: 'StripeAPIError' });
    await stripe.balance.retrieve();
    await post('/_sim/faults', { provider: 'stripe', mode: 'status:429', times: 1 });
    await assert.rejects(stripe.balance.retrieve(), { type: 'StripeRateLimitError' });
    await post('/_sim/faults', { provider: 'resend', mode: 'status:429' });
    const { error } = await resend.emails.get('x');
    assert.equal(error.name, 'rate_limit_exceeded');
    await post('/_sim/faults', { provider: 'resend', mode: 'none' });
    assert.equal((await resend.emails.get('x')).error.name, 'not_found');
  });

  it('make a provider answer HTML, too late or not at all', async () => {
    await post('/_sim/faults', { provider: 'stripe', mode: 'html', times: 1 });
    await assert.rejects(stripe.balance.retrieve(), Stripe.errors.StripeError);
    await post('/_sim/faults', { provider: 'stripe', mode: 'timeout', times: 1 });
    await assert.rejects(stripe.balance.retrieve({}, { timeout: 100 }), { type: 'StripeConnectionError' });
    await post('/_sim/faults', { provider: 'stripe', mode: 'slow:200', times: 1 });
    const started = performance.now();
    await stripe.balance.retrieve();
    assert.ok(performance.now() - started >= 195);
  });

  // The SDK itself tries once more after a reset connection, so that this one has to be lost twice.
  for (const [mode, times] of [
    ['half-body', 1],
    ['lost', 2],
  ])
    it(`make a provider do the work and lose the answer (${mode}), which a retry finds`, async () => {
      await post('/_sim/faults', { provider: 'stripe', mode, times });
      await assert.rejects(stripe.checkout.sessions.create(checkoutOf(), { idempotencyKey: 'one' }));
      const session = await stripe.checkout.sessions.create(checkoutOf(), { idempotencyKey: 'one' });
      assert.equal(session.lastResponse.headers['idempotent-replayed'], 'true');
      assert.equal(simulators.control.checkouts().length, 1);
    });

  it('answer JSON with an error where nothing can be done', async () => {
    for (const [path, body] of [
      ['/_sim/nothing', {}],
      ['/_sim/faults', { provider: 'nobody', mode: 'none' }],
      ['/_sim/faults', { provider: 'stripe', mode: 'grumpy' }],
      ['/_sim/events', {}],
      ['/_sim/refund', { amount: -1 }],
    ]) {
      const answer = await post(path, body);
      assert.ok(answer.status >= 400 && answer.status < 500, path);
      assert.equal(typeof answer.body.error, 'string', path);
    }
    assert.equal((await get('/_sim/reset')).status, 405);
  });

  it('say that the simulators are there, and empty them', async () => {
    await paidCheckout();
    assert.equal((await get('/_sim/health')).body.ok, true);
    await post('/_sim/reset');
    for (const path of ['checkouts', 'mail', 'webhooks', 'requests'])
      assert.deepEqual((await get(`/_sim/${path}`)).body.items, []);
  });
});

describe('the pages', () => {
  it('escape what they show', async () => {
    const name = '<script>alert(1)</script>';
    const lineItems = [{ price_data: { currency: 'usd', unit_amount: 100, product_data: { name } }, quantity: 1 }];
    const session = await stripe.checkout.sessions.create(checkoutOf({ line_items: lineItems }));
    await resend.emails.send({ from: 'a@example.com', to: 'b@example.com', subject: name, text: name });
    const [{ id }] = simulators.control.mail();
    for (const path of [`/pay/${session.id}`, '/checkouts', '/inbox', `/inbox/${id}`, '/', '/webhooks']) {
      const response = await fetch(simulators.url + path);
      assert.equal(response.status, 200, path);
      const text = await response.text();
      assert.ok(!text.includes('<script>'), path);
      assert.match(response.headers.get('content-security-policy'), /default-src 'none'/);
    }
  });

  it('show a mail without letting it run anything', async () => {
    await resend.emails.send({ from: 'a@example.com', to: 'b@example.com', subject: 'x', html: '<script>1</script>' });
    const [{ id }] = simulators.control.mail();
    const response = await fetch(`${simulators.url}/inbox/${id}/html`);
    const policy = response.headers.get('content-security-policy');
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /sandbox/);
    assert.ok(!policy.includes('allow-scripts'));
  });

  it('pay, decline and cancel by plain forms', async () => {
    const session = await stripe.checkout.sessions.create(checkoutOf({ customer_email: undefined }));
    const submit = (path, form) =>
      fetch(`${simulators.url}/pay/${session.id}${path}`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams(form),
      });
    const cancelled = await submit('/cancel', {});
    assert.equal(cancelled.headers.get('location'), 'http://localhost:8787/cancelled');
    const nameless = await submit('', { card: 'success', email: 'nobody' });
    assert.equal(nameless.status, 422);
    const declined = await submit('', { card: 'declined', email: 'ada@example.com' });
    assert.equal(declined.status, 402);
    assert.match(await declined.text(), /role="alert"[^>]*>\s*Your card was declined/);
    const paid = await submit('', { card: 'success', email: 'ada@example.com' });
    assert.equal(paid.status, 303);
    assert.equal(paid.headers.get('location'), `http://localhost:8787/paid?session=${session.id}`);
    assert.match(await (await submit('', { card: 'success' })).text(), /This payment is complete/);
    assert.equal((await fetch(`${simulators.url}/pay/cs_test_none`)).status, 404);
  });
});

function pick(object, ...names) {
  return Object.fromEntries(names.map((name) => [name, object[name]]));
}
