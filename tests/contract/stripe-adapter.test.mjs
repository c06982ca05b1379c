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

  it('the SDK, pointed at the same simulator, finds what our Worker made there', async () => {
    const student = await peerloop.signUp();
    const { body } = await student.enroll('testing-without-tears');
    const session = await stripe.checkout.sessions.retrieve(body.checkoutSessionId);
    assert.equal(session.url, body.checkoutUrl);
    assert.equal(session.client_reference_id, body.enrollmentId);
    assert.equal(session.payment_status, 'unpaid');
  });
});
