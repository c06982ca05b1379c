/** Webhooks that the providers' own libraries signed, rightly and wrongly, sent to the running Worker. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';

import Stripe from 'stripe';
import { Webhook } from 'svix';

import { startPeerLoop, until } from '../support/peerloop.mjs';

const minute = 60;
const now = () => Math.floor(Date.now() / 1000);
const newId = (prefix) => `${prefix}_${randomBytes(12).toString('hex')}`;
const newSecret = () => `whsec_${randomBytes(24).toString('base64')}`;

/** The body with another byte at a place. @param {string} body @param {number} at */
const tampered = (body, at) => body.slice(0, at) + (body[at] === '0' ? '1' : '0') + body.slice(at + 1);

/** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
let peerloop;
before(async () => {
  peerloop = await startPeerLoop();
});
after(() => peerloop?.stop());

/** Asserts that something is refused with a status and code, and leaves no trace. */
async function isRefused(send, status, code) {
  const before = await peerloop.contents();
  const answer = await send();
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.body.code, code);
  assert.deepEqual(await peerloop.contents(), before);
}

/** Asserts that something is accepted and changes nothing but the list of events. */
async function isIgnored(send, { provider, id, type }) {
  const before = await peerloop.contents(['webhook_events']);
  const answer = await send();
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.body, { received: true, outcome: 'ignored' });
  assert.deepEqual(await peerloop.contents(['webhook_events']), before);
  const event = await peerloop.row(
    'SELECT type, status FROM webhook_events WHERE provider = ? AND event_id = ?',
    provider,
    id,
  );
  assert.deepEqual(event, { type, status: 'ignored' });
}

describe('an event that the Stripe SDK signs', () => {
  const { webhooks } = new Stripe('sk_test_signs_only');
  /** @type {string} */
  let secret;
  /** An enrollment that waits for its payment. */
  let pending;

  before(async () => {
    secret = peerloop.secrets.STRIPE_WEBHOOK_SECRET;
    const student = await peerloop.signUp();
    await peerloop.mailTo(student.user.email);
    await peerloop.control.settled();
    const { body } = await student.enroll('drawing-from-observation');
    const { price } = await peerloop.row(
      'SELECT price_cents AS price FROM enrollments WHERE id = ?',
      body.enrollmentId,
    );
    pending = {
      ...body,
      student,
      price,
      status: async () => (await student.get(`/api/enrollments/${body.enrollmentId}`)).body.status,
    };
    // Nothing but what is sent here may change what is compared.
    peerloop.control.setAppUrl(null);
  });
  after(() => peerloop.control.setAppUrl(peerloop.url));

  /** "The checkout was paid", as Stripe says it. @param {object} [changes] @param {object} [session] */
  const paid = (changes = {}, session = {}) =>
    JSON.stringify({
      id: newId('evt'),
      object: 'event',
      api_version: '2026-07-29.dahlia',
      created: now(),
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type: 'checkout.session.completed',
      data: {
        object: {
          id: pending.checkoutSessionId,
          object: 'checkout.session',
          payment_status: 'paid',
          status: 'complete',
          payment_intent: newId('pi'),
          amount_total: pending.price,
          currency: 'usd',
          client_reference_id: pending.enrollmentId,
          metadata: { enrollment_id: pending.enrollmentId },
          ...session,
        },
      },
      ...changes,
    });

  const signature = (payload, options = {}) => webhooks.generateTestHeaderString({ payload, secret, ...options });
  const send = (body, header) =>
    peerloop.stranger().send('POST', '/api/webhooks/stripe', {
      body,
      headers: { 'content-type': 'application/json; charset=utf-8', ...(header && { 'stripe-signature': header }) },
    });
  const unsigned = (body, header) => isRefused(() => send(body, header), 401, 'invalid_signature');

  it('is refused where another secret signed it', () => {
    const body = paid();
    return unsigned(body, signature(body, { secret: newSecret() }));
  });

  it('is refused when it is older than five minutes', () => {
    const body = paid();
    return unsigned(body, signature(body, { timestamp: now() - 5 * minute - 5 }));
  });

  it('is refused when it comes from the future', () => {
    const body = paid();
    return unsigned(body, signature(body, { timestamp: now() + 6 * minute }));
  });

  it('is refused without its header', () => unsigned(paid()));

  it('is refused with a signature of another scheme only', () => {
    const body = paid();
    return unsigned(body, signature(body, { scheme: 'v0' }));
  });

  it('is refused when its time was changed after signing', () => {
    const body = paid();
    const header = signature(body, { timestamp: now() - 6 * minute });
    return unsigned(body, header.replace(/t=\d+/, `t=${now()}`));
  });

  it('is refused when one byte of its body is another, wherever it is', async () => {
    const body = paid();
    const header = signature(body);
    for (const at of [0, body.indexOf('amount_total') + 15, body.indexOf(pending.enrollmentId), body.length - 1])
      await unsigned(tampered(body, at), header);
    await unsigned(`${body}\n`, header);
  });

  for (const [what, body, code] of [
    ['is not JSON', 'id=evt_1&type=checkout.session.completed', 'invalid_json'],
    ['is half of its JSON', '{"id":"evt_1","type":"checkout.session.com', 'invalid_json'],
    ['is empty', '', 'invalid_json'],
    ['is a list', '[]', 'invalid_event'],
    ['has no id', '{"type":"checkout.session.completed"}', 'invalid_event'],
    ['has no type', '{"id":"evt_1"}', 'invalid_event'],
  ])
    it(`is refused as a bad request when it ${what}, well signed as it is`, () =>
      isRefused(() => send(body, signature(body)), 400, code));

  it('is ignored when its type is unknown', () => {
    const body = paid({ type: 'entitlements.active_entitlement_summary.updated' });
    const { id, type } = JSON.parse(body);
    return isIgnored(() => send(body, signature(body)), { provider: 'stripe', id, type });
  });

  it('is ignored when it is about a checkout that we never opened', () => {
    const body = paid({}, { id: newId('cs_test'), client_reference_id: null, metadata: {} });
    const { id, type } = JSON.parse(body);
    return isIgnored(() => send(body, signature(body)), { provider: 'stripe', id, type });
  });

  it('is ignored when real money moved and we take none', () => {
    const body = paid({ livemode: true });
    const { id, type } = JSON.parse(body);
    return isIgnored(() => send(body, signature(body)), { provider: 'stripe', id, type });
  });

  it('is ignored when nothing was paid yet', () => {
    const body = paid({}, { payment_status: 'unpaid' });
    const { id, type } = JSON.parse(body);
    return isIgnored(() => send(body, signature(body)), { provider: 'stripe', id, type });
  });

  it('is accepted once, with one right signature among several wrong ones, and after that is old news', async () => {
    assert.equal(await pending.status(), 'pending');
    const body = paid();
    const right = signature(body);
    const wrong = signature(body, { secret: newSecret() }).replace(/^t=\d+,/, '');
    const header = `${right.split(',')[0]},${wrong},v0=${'0'.repeat(64)},${right.split(',')[1]}`;
    const first = await send(body, header);
    assert.equal(first.status, 200, first.text);
    assert.deepEqual(first.body, { received: true, outcome: 'processed' });
    assert.equal(await pending.status(), 'enrolled');
    await peerloop.ledgerIsBalanced();
    await peerloop.mailTo(pending.student.user.email, /You are enrolled/);
    await until('the outbox to be empty', async () => {
      const rows = await peerloop.rows('SELECT 1 FROM outbox WHERE delivered_at IS NULL');
      return rows.length === 0;
    });

    const settled = await peerloop.contents();
    const again = await send(body, signature(body));
    assert.deepEqual([again.status, again.body], [200, { received: true, outcome: 'duplicate' }]);
    assert.deepEqual(await peerloop.contents(), settled);
  });
});

describe('an event that svix signs for Resend', () => {
  /** @type {Webhook} */
  let signer;
  /** A mail that we sent. */
  let mail;

  before(async () => {
    signer = new Webhook(peerloop.secrets.RESEND_WEBHOOK_SECRET);
    const { user } = await peerloop.signUp();
    await peerloop.mailTo(user.email);
    await peerloop.control.settled();
    mail = {
      ...(await peerloop.row('SELECT provider_email_id AS id FROM emails WHERE user_id = ?', user.id)),
      address: user.email,
      status: async () =>
        (
          await peerloop.row(
            `SELECT e.status || ' ' || u.email_status AS both FROM emails e JOIN users u ON u.id = e.user_id
             WHERE u.id = ?`,
            user.id,
          )
        ).both,
    };
    assert.equal(await mail.status(), 'delivered ok');
  });

  /** "The address does not exist", as Resend says it. @param {object} [changes] @param {object} [data] */
  const bounced = (changes = {}, data = {}) =>
    JSON.stringify({
      type: 'email.bounced',
      created_at: new Date().toISOString(),
      data: {
        email_id: mail.id,
        created_at: new Date().toISOString(),
        from: 'PeerLoop <noreply@mail.peerloop.example>',
        to: [mail.address],
        subject: 'Confirm your e-mail address',
        bounce: { type: 'Permanent', subType: 'NoEmail', message: 'No such mailbox.' },
        ...data,
      },
      ...changes,
    });

  /** The headers that a delivery carries. */
  const signed = (body, { id = newId('msg'), at = now(), by = signer, family = 'svix' } = {}) => ({
    [`${family}-id`]: id,
    [`${family}-timestamp`]: String(at),
    [`${family}-signature`]: by.sign(id, new Date(at * 1000), body),
  });
  const send = (body, headers) =>
    peerloop.stranger().send('POST', '/api/webhooks/resend', {
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
  const unsigned = (body, headers) => isRefused(() => send(body, headers), 401, 'invalid_signature');

  it('is refused where another secret signed it', () => {
    const body = bounced();
    return unsigned(body, signed(body, { by: new Webhook(newSecret()) }));
  });

  it('is refused when it is older than five minutes, or comes from the future', async () => {
    const body = bounced();
    await unsigned(body, signed(body, { at: now() - 5 * minute - 5 }));
    await unsigned(body, signed(body, { at: now() + 6 * minute }));
  });

  it('is refused when any of its three headers is missing or another', async () => {
    const body = bounced();
    const headers = signed(body);
    for (const name of Object.keys(headers)) {
      const { [name]: _, ...others } = headers;
      await unsigned(body, others);
    }
    await unsigned(body, { ...headers, 'svix-id': newId('msg') });
    await unsigned(body, { ...headers, 'svix-timestamp': String(now() + 10) });
    await unsigned(body, { ...headers, 'svix-signature': headers['svix-signature'].replace('v1,', 'v1a,') });
    await unsigned(body);
  });

  it('is refused when one byte of its body is another, wherever it is', async () => {
    const body = bounced();
    for (const at of [0, body.indexOf('Permanent'), body.length - 1]) await unsigned(tampered(body, at), signed(body));
  });

  for (const [what, body] of [
    ['is not JSON', 'type=email.bounced'],
    ['is no object', '[]'],
    ['has no type', '{"data":{}}'],
  ])
    it(`is refused as a bad request when it ${what}, well signed as it is`, async () => {
      const before = await peerloop.contents();
      const answer = await send(body, signed(body));
      assert.equal(answer.status, 400, answer.text);
      assert.deepEqual(await peerloop.contents(), before);
    });

  it('is ignored when its type is unknown', () => {
    const body = bounced({ type: 'email.levitated' });
    const id = newId('msg');
    return isIgnored(() => send(body, signed(body, { id })), { provider: 'resend', id, type: 'email.levitated' });
  });

  it('is ignored when it is about a mail that we never sent', () => {
    const body = bounced({}, { email_id: '01a00000-0000-4000-8000-000000000000' });
    const id = newId('msg');
    return isIgnored(() => send(body, signed(body, { id })), { provider: 'resend', id, type: 'email.bounced' });
  });

  it('is accepted once, with one right signature among several, and after that is old news', async () => {
    const body = bounced();
    const headers = signed(body);
    const wrong = new Webhook(newSecret()).sign(headers['svix-id'], new Date(), body);
    const several = { ...headers, 'svix-signature': `${wrong} v1a,AAAA ${headers['svix-signature']}` };
    const first = await send(body, several);
    assert.deepEqual([first.status, first.body], [200, { received: true, outcome: 'processed' }], first.text);
    assert.equal(await mail.status(), 'bounced bounced');

    const settled = await peerloop.contents();
    const again = await send(body, signed(body, { id: headers['svix-id'] }));
    assert.deepEqual([again.status, again.body], [200, { received: true, outcome: 'duplicate' }]);
    assert.deepEqual(await peerloop.contents(), settled);
  });

  it('is accepted under the names of Standard Webhooks as well', async () => {
    const body = bounced({ type: 'email.complained' });
    const answer = await send(body, signed(body, { family: 'webhook' }));
    assert.deepEqual([answer.status, answer.body], [200, { received: true, outcome: 'processed' }], answer.text);
    assert.equal(await mail.status(), 'complained bounced');
  });
});
