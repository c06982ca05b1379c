/** What our Worker sends to Stripe is what Stripe's own SDK sends for the same call. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import Stripe from 'stripe';

import { newAddress, startPeerLoop, until } from '../support/peerloop.mjs';
import { isTheSameCall } from '../support/sdk-comparison.mjs';

/** Why our headers differ from the SDK's. */
const allowed = {
  'idempotency-key': 'a key names one operation, so that each side has its own; both must send one',
  'user-agent': 'names the program',
  'x-stripe-client-user-agent': "statistics of Stripe's own libraries",
};

describe("what our Worker sends to Stripe, beside Stripe's own SDK", () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  /** @type {Stripe} */
  let stripe;

  before(async () => {
    peerloop = await startPeerLoop();
    const { hostname: host, port } = new URL(peerloop.simulators.url);
    stripe = new Stripe(peerloop.secrets.STRIPE_SECRET_KEY, {
      host,
      port,
      protocol: 'http',
      // The version that the adapter was written for. Without it the SDK sends the one of its own release.
      apiVersion: /** @type {any} */ ('2026-07-29.dahlia'),
      maxNetworkRetries: 0,
      telemetry: false,
    });
  });
  after(() => peerloop?.stop());

  /** What Stripe was asked under a path, oldest first. @param {string} path */
  const asked = (path) => peerloop.control.requests('stripe').filter((request) => request.path === path);

  /** The form as it was written, in the order of its names: the order itself means nothing. @param {{body: string}} request */
  const writtenForm = ({ body }) => body.split('&').sort();

  const hasKeys = (...requests) => {
    for (const { headers } of requests) assert.match(headers['idempotency-key'], /^[!-~]{16,255}$/);
  };

  it('opening a checkout is the same call, to the letter', async () => {
    const student = await peerloop.signUp({ name: 'Zoë Åström', email: newAddress().replace('@', '+pay!@') });
    const successUrl = `${peerloop.simulators.url}/app/done?a=1&b=a%20b&note=grün (50%)&session={CHECKOUT_SESSION_ID}`;
    const cancelUrl = `${peerloop.simulators.url}/app/back#[top]'*`;
    const answer = await student.enroll('interface-design-for-dense-data', {
      instructorType: 'creator',
      successUrl,
      cancelUrl,
    });
    assert.equal(answer.status, 201, answer.text);
    const { enrollmentId } = answer.body;
    const course = await peerloop.row(
      `SELECT c.title, c.price_cents, e.checkout_expires_at FROM enrollments e JOIN courses c ON c.id = e.course_id
       WHERE e.id = ?`,
      enrollmentId,
    );

    await stripe.checkout.sessions.create(
      {
        mode: 'payment',
        line_items: [
          {
            quantity: 1,
            price_data: {
              currency: 'usd',
              unit_amount: Number(course.price_cents),
              product_data: { name: String(course.title) },
            },
          },
        ],
        client_reference_id: enrollmentId,
        customer_email: student.user.email,
        expires_at: Math.floor(Number(course.checkout_expires_at) / 1000),
        success_url: successUrl,
        cancel_url: cancelUrl,
        metadata: { enrollment_id: enrollmentId },
        payment_intent_data: { transfer_group: enrollmentId, metadata: { enrollment_id: enrollmentId } },
      },
      { idempotencyKey: `sdk:${enrollmentId}` },
    );
    const [ours, theirs] = asked('/v1/checkout/sessions');
    isTheSameCall(ours, theirs, allowed);
    assert.deepEqual(writtenForm(ours), writtenForm(theirs));
    hasKeys(ours, theirs);
    assert.equal(ours.headers.authorization, `Bearer ${peerloop.secrets.STRIPE_SECRET_KEY}`);
  });

  it('closing a checkout is the same call', async () => {
    const student = await peerloop.signUp();
    const first = await student.enroll('python-for-data-work');
    const { id: teacher } = await peerloop.row("SELECT id FROM users WHERE handle = 'kofi'");
    const second = await student.enroll('python-for-data-work', {
      instructorType: 'student_teacher',
      studentTeacherId: teacher,
    });
    assert.equal(second.status, 201, second.text);
    const path = `/v1/checkout/sessions/${first.body.checkoutSessionId}/expire`;
    await until('the replaced checkout to be closed', () => asked(path).length > 0);

    // Closed already, which the simulator tells the SDK: what it sent is all that counts.
    await assert.rejects(
      stripe.checkout.sessions.expire(
        first.body.checkoutSessionId,
        {},
        { idempotencyKey: `sdk:${first.body.checkoutSessionId}` },
      ),
      { type: 'StripeInvalidRequestError' },
    );
    const [ours, theirs] = asked(path);
    isTheSameCall(ours, theirs, allowed);
    assert.equal(ours.body, theirs.body);
    hasKeys(ours, theirs);
  });

  it('giving back a payment that came twice is the same call', async () => {
    const student = await peerloop.signUp();
    const first = await student.enroll('statistics-you-will-use');
    const { id: teacher } = await peerloop.row("SELECT id FROM users WHERE handle = 'kofi'");
    // Stripe refuses to close pages, so that both can be paid.
    peerloop.control.fault({ provider: 'stripe', mode: 'status:400', path: '/v1/checkout/sessions/' });
    const second = await student.enroll('statistics-you-will-use', {
      instructorType: 'student_teacher',
      studentTeacherId: teacher,
    });
    await peerloop.control.pay(first.body.checkoutSessionId);
    await peerloop.control.pay(second.body.checkoutSessionId);
    await until('the refund', () => asked('/v1/refunds').length > 0);
    peerloop.control.fault({ provider: 'stripe', mode: 'none' });

    const twice = await peerloop.control.checkouts().find(({ id }) => id === second.body.checkoutSessionId);
    await assert.rejects(
      stripe.refunds.create(
        {
          payment_intent: twice.payment_intent,
          reason: 'duplicate',
          metadata: { enrollment_id: second.body.enrollmentId },
        },
        { idempotencyKey: `sdk:${twice.payment_intent}` },
      ),
      { code: 'charge_already_refunded' },
    );
    const [ours, theirs] = asked('/v1/refunds');
    isTheSameCall(ours, theirs, allowed);
    assert.deepEqual(writtenForm(ours), writtenForm(theirs));
    hasKeys(ours, theirs);

    await until('the refund to be in the books', async () => {
      const refunds = await peerloop.rows(
        'SELECT * FROM refunds WHERE stripe_payment_intent_id = ?',
        twice.payment_intent,
      );
      return refunds.length === 1;
    });
    const enrollments = await student.get('/api/enrollments');
    assert.deepEqual(enrollments.body.items.map(({ status }) => status).sort(), ['enrolled', 'refunded']);
    await peerloop.ledgerIsBalanced();
  });

  it('onboarding a teacher, paying them out, and taking a part back are the same calls', async () => {
    const ours = (/** @type {string} */ path) => asked(path).at(-2);
    const theirs = (/** @type {string} */ path) => asked(path).at(-1);
    const same = (/** @type {string} */ path) => {
      isTheSameCall(ours(path), theirs(path), allowed);
      assert.deepEqual(writtenForm(ours(path)), writtenForm(theirs(path)));
      hasKeys(ours(path), theirs(path));
    };
    const key = (/** @type {string} */ of) => ({ idempotencyKey: `sdk:${of}:0123456789` });
    const teacher = await peerloop.signIn('ines');
    const admin = await peerloop.signIn('root');

    const page = await teacher.post('/api/payments/connect/onboard', {
      returnUrl: `${peerloop.simulators.url}/app/back?a=[b]`,
      refreshUrl: `${peerloop.simulators.url}/app/again`,
    });
    assert.equal(page.status, 200, page.text);
    await stripe.accounts.create(
      { type: 'express', capabilities: { transfers: { requested: true } }, metadata: { user_id: teacher.user.id } },
      key('account'),
    );
    same('/v1/accounts');
    const { stripe_account_id: account } = await peerloop.row(
      'SELECT stripe_account_id FROM users WHERE id = ?',
      teacher.user.id,
    );
    await stripe.accountLinks.create(
      {
        account: String(account),
        type: 'account_onboarding',
        refresh_url: `${peerloop.simulators.url}/app/again`,
        return_url: `${peerloop.simulators.url}/app/back?a=[b]`,
      },
      key('link'),
    );
    same('/v1/account_links');

    const { 'idempotency-key': _, ...withoutKey } = allowed;
    const sameReading = (/** @type {string} */ path) => isTheSameCall(ours(path), theirs(path), withoutKey);
    assert.equal((await teacher.get('/api/payments/connect/status')).body.status, 'pending');
    await stripe.accounts.retrieve(String(account));
    sameReading(`/v1/accounts/${account}`);

    await peerloop.control.completeOnboarding(account);
    const student = await peerloop.signUp();
    const { body } = await student.enroll('python-for-data-work', {
      instructorType: 'student_teacher',
      studentTeacherId: teacher.user.id,
    });
    await peerloop.control.pay(body.checkoutSessionId);
    await peerloop.write(
      `UPDATE payment_splits SET status = 'approved', approved_at = created_at + 1
       WHERE transaction_id = (SELECT id FROM transactions WHERE enrollment_id = ?)`,
      body.enrollmentId,
    );
    const paid = await admin.post('/api/admin/payouts', { recipientId: teacher.user.id });
    assert.equal(paid.status, 201, paid.text);
    const [transfer] = paid.body.transfers;
    await until('the transfer', async () => {
      const { status } = await peerloop.row('SELECT status FROM transfers WHERE id = ?', transfer.id);
      return status === 'sent';
    });
    // The news of a transfer may come before the answer, behind which the charge is kept.
    const { intent, charge } = await until('the charge', async () => {
      const kept = await peerloop.row(
        'SELECT stripe_payment_intent_id AS intent, stripe_charge_id AS charge FROM transactions WHERE enrollment_id = ?',
        body.enrollmentId,
      );
      return kept.charge && kept;
    });
    const read = await stripe.paymentIntents.retrieve(String(intent));
    assert.equal(read.latest_charge, charge);
    sameReading(`/v1/payment_intents/${intent}`);

    const again = stripe.transfers.create(
      {
        amount: transfer.amountCents,
        currency: 'usd',
        destination: String(account),
        source_transaction: String(charge),
        transfer_group: body.enrollmentId,
        metadata: { enrollment_id: body.enrollmentId, transfer_id: transfer.id },
      },
      key('transfer'),
    );
    await assert.rejects(again, { message: /must not exceed the source amount/ });
    same('/v1/transfers');

    const refund = await admin.post('/api/admin/refunds', {
      enrollmentId: body.enrollmentId,
      amountCents: 10_000,
      reason: 'a part of it',
    });
    assert.equal(refund.status, 202, refund.text);
    const made = await peerloop.row('SELECT stripe_transfer_id AS id FROM transfers WHERE id = ?', transfer.id);
    const reversals = `/v1/transfers/${made.id}/reversals`;
    await until('the reversal', async () => {
      await peerloop.outboxIsDue();
      await peerloop.cron();
      return asked(reversals).length > 0;
    });
    const reversal = await peerloop.row(
      'SELECT id, amount_cents FROM transfer_reversals WHERE recipient_id = ?',
      teacher.user.id,
    );
    await stripe.transfers.createReversal(
      String(made.id),
      {
        amount: Number(reversal.amount_cents),
        metadata: { reversal_id: String(reversal.id) },
        expand: ['transfer'],
      },
      key('reversal'),
    );
    same(reversals);
    await stripe.refunds.create(
      {
        payment_intent: String(intent),
        amount: 10_000,
        reason: 'requested_by_customer',
        metadata: { enrollment_id: body.enrollmentId, refund_id: refund.body.refundId },
        expand: ['charge'],
      },
      key('refund'),
    );
    same('/v1/refunds');
  });

  it('an event that never reached our Worker is found by the same call as the SDK, and has its effect', async () => {
    const { events, store } = /** @type {any} */ (peerloop.control).parts.stripe;
    const student = await peerloop.signUp();
    const { body } = await student.enroll('python-for-data-work');
    const { endpoint } = events;
    events.endpoint = () => null;
    await peerloop.control.pay(body.checkoutSessionId);
    events.endpoint = endpoint;
    for (const event of store.all('event')) event.created -= 20 * 60;

    await peerloop.write('UPDATE event_cursors SET looked_at = looked_at - 3600000, event_id = NULL');
    await peerloop.cron();
    const { status } = await peerloop.row('SELECT status FROM enrollments WHERE id = ?', body.enrollmentId);
    assert.equal(status, 'enrolled');
    await peerloop.ledgerIsBalanced();

    const ours = asked('/v1/events').at(-1);
    const dispute = ['created', 'updated', 'closed', 'funds_withdrawn', 'funds_reinstated'];
    await stripe.events.list({
      limit: 50,
      created: { lt: Number(ours.query.created.lt) },
      types: [
        'checkout.session.completed',
        'checkout.session.async_payment_succeeded',
        'checkout.session.async_payment_failed',
        'checkout.session.expired',
        'charge.refunded',
        'refund.updated',
        'refund.failed',
        'transfer.created',
        'transfer.updated',
        'transfer.reversed',
        ...dispute.map((type) => `charge.dispute.${type}`),
      ],
    });
    const { 'idempotency-key': _, ...withoutKey } = allowed;
    isTheSameCall(ours, asked('/v1/events').at(-1), withoutKey);
  });

  it('the SDK, pointed at the same simulator, finds what our Worker made there', async () => {
    const student = await peerloop.signUp();
    const { body } = await student.enroll('testing-without-tears');
    const session = await stripe.checkout.sessions.retrieve(body.checkoutSessionId);
    assert.equal(session.url, body.checkoutUrl);
    assert.equal(session.client_reference_id, body.enrollmentId);
    assert.equal(session.payment_status, 'unpaid');
  });
});
