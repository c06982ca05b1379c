/** What the Worker writes to its log: one JSON object a line, and nothing about people or secrets. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';

import Stripe from 'stripe';

import { newAddress, password, startPeerLoop, tokenInMail, until } from '../support/peerloop.mjs';

const ansi = new RegExp(String.raw`\u001b\[[0-9;]*m`, 'g');

/** What wrangler adds on its own: the start, and a line for each request. */
const ofWrangler = /^\[wrangler:info\] [A-Z]+ \/\S* \d{3} /;

/** The lines that the Worker wrote: wrangler marks those of warnings and errors. @param {string} output */
function linesOf(output) {
  const [, written] = output.replaceAll(ansi, '').split('Ready on ');
  return written
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/^(✘ \[ERROR\]|▲ \[WARNING\]) /, '').trim())
    .filter((line) => line !== '' && !ofWrangler.test(line));
}

describe('the log of a journey with every kind of trouble', () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  /** @type {string[]} */
  let lines;
  /** Everything that was answered. @type {{status: number, headers: Headers}[]} */
  const answers = [];
  /** What must not be in the log, by what it is. @type {Record<string, string>} */
  const secrets = {};
  /** A text that no other has, which is looked for in the log. @param {string} what */
  const secret = (what, text = `zq${randomBytes(8).toString('hex')}`) => (secrets[what] = text);

  before(async () => {
    peerloop = await startPeerLoop();
    for (const [name, value] of Object.entries(peerloop.secrets)) secret(name, value);
    await journey();
    await until('a line for every answer', () => {
      lines = linesOf(peerloop.log());
      return answers.every(({ headers }) => lines.some((line) => line.includes(headers.get('x-request-id'))));
    });
  });
  after(() => peerloop?.stop());

  /** Sends, keeps the answer, and asserts its status. */
  async function expect(status, sending) {
    const answer = await sending;
    assert.equal(answer.status, status, answer.text);
    answers.push(answer);
    return answer;
  }

  async function journey() {
    const client = peerloop.stranger();
    // Each try from another network: this is not about limits.
    const newcomer = () => peerloop.stranger();
    const name = secret('the name', `Quentin ${randomBytes(6).toString('hex')}`);
    const email = secret('the address', newAddress());
    const account = { name, email, password: secret('the password'), role: 'student' };

    // Sign-up, well and badly.
    await expect(400, newcomer().post('/api/auth/signup', { ...account, email: secret('no address'), role: 'admin' }));
    await expect(
      400,
      newcomer().post('/api/auth/signup', { ...account, [secret('an unknown field')]: secret('its value') }),
    );
    await expect(400, newcomer().send('POST', '/api/auth/signup', json(`{"name":"${secret('half a body')}`)));
    await expect(415, newcomer().send('POST', '/api/auth/signup', { body: `name=${secret('a form')}` }));
    peerloop.control.fault({ provider: 'resend', mode: 'status:500' });
    const { body: session } = await expect(201, newcomer().post('/api/auth/signup', account));
    await until('the mail to fail', () => peerloop.log().includes('an outbox row was not delivered'));
    peerloop.control.fault({ provider: 'resend', mode: 'none' });
    await expect(409, newcomer().post('/api/auth/signup', account));
    await peerloop.outboxIsDue();
    await peerloop.cron();

    // Tokens of every kind, right and wrong.
    secret('the access token', session.accessToken);
    secret('its signature', session.accessToken.split('.')[2]);
    secret('the refresh token', session.refreshToken);
    await expect(401, client.post('/api/auth/login', { email, password: secret('a wrong password') }));
    await expect(401, client.post('/api/auth/login', { email: secret('an unknown address', newAddress()), password }));
    await expect(200, client.post('/api/auth/login', { email, password: account.password }));
    await expect(401, client.get('/api/auth/me', { authorization: `Bearer ${secret('a wrong access token')}` }));
    await expect(401, client.get('/api/auth/me', { authorization: `Bearer ${session.accessToken.slice(0, -4)}AAAA` }));
    await expect(401, client.post('/api/auth/refresh', { refreshToken: secret('a wrong refresh token') }));
    const verification = secret('the token of the verification', tokenInMail(await peerloop.mailTo(email)));
    await expect(400, client.post('/api/auth/verify-email', { token: secret('a wrong one-time token') }));
    await expect(200, client.post('/api/auth/verify-email', { token: verification }));
    await expect(202, client.post('/api/auth/reset-password', { email }));
    const reset = secret('the token of the reset', tokenInMail(await peerloop.mailTo(email, /new password/)));
    const chosen = { token: reset, password: secret('the new password') };
    await expect(204, client.post('/api/auth/reset-password/confirm', chosen));
    await expect(400, client.post('/api/auth/reset-password/confirm', chosen));
    const again = await expect(200, client.post('/api/auth/login', { email, password: chosen.password }));
    client.signedIn(again.body);
    const renewed = await expect(200, client.post('/api/auth/refresh', { refreshToken: client.refreshToken }));
    secret('the renewed access token', renewed.body.accessToken);
    client.signedIn({ ...again.body, ...renewed.body });

    // Places that are not there.
    await expect(404, client.get(`/api/${secret('an unknown path')}?q=${secret('a query')}`));
    await expect(404, client.get(`/api/enrollments/${secret('an unknown id')}`));
    await expect(405, client.send('PUT', '/api/auth/me', json(secret('a body that nobody reads'))));

    // Money, with Stripe away at first.
    const wish = {
      instructorType: 'creator',
      cancelUrl: `${peerloop.simulators.url}/app?${secret('an address to return to')}`,
    };
    const enroll = (key) =>
      client.post('/api/courses/statistics-you-will-use/enroll', wish, { 'idempotency-key': key });
    await expect(
      400,
      client.enroll('statistics-you-will-use', { ...wish, successUrl: `https://${secret('a foreign host')}` }),
    );
    peerloop.control.fault({ provider: 'stripe', mode: 'status:500' });
    await expect(503, enroll(secret('a first idempotency key')));
    peerloop.control.fault({ provider: 'stripe', mode: 'status:400' });
    await expect(500, enroll(secret('a second idempotency key')));
    peerloop.control.fault({ provider: 'stripe', mode: 'none' });
    const { body: checkout } = await expect(201, enroll(secret('a third idempotency key')));
    secret('the address of the payment page', checkout.checkoutUrl);
    await peerloop.control.pay(checkout.checkoutSessionId, { card: 'declined' });
    await peerloop.control.pay(checkout.checkoutSessionId);
    await peerloop.mailTo(email, /You are enrolled/);
    await expect(409, enroll('another-idempotency-key'));

    // Webhooks that lie, that are odd, and that quote people.
    const { webhooks } = new Stripe('sk_test_signs_only');
    const event = (type, object) =>
      JSON.stringify({ id: `evt_${randomBytes(8).toString('hex')}`, type, livemode: false, data: { object } });
    const post = (body, header) =>
      peerloop.stranger().send('POST', '/api/webhooks/stripe', { body, headers: { 'stripe-signature': header } });
    const signed = (body) =>
      post(body, webhooks.generateTestHeaderString({ payload: body, secret: peerloop.secrets.STRIPE_WEBHOOK_SECRET }));
    const quoting = { id: 'cs_test_x', customer_email: email, note: secret('a note in an event') };
    await expect(401, post(event('checkout.session.completed', quoting), `t=1,v1=${secret('a forged signature')}`));
    await expect(400, signed(`${secret('an event that is no JSON')}`));
    await expect(200, signed(event(secret('a type of event'), quoting)));
    await expect(
      200,
      signed(
        event('checkout.session.completed', {
          ...quoting,
          id: checkout.checkoutSessionId,
          payment_status: 'paid',
          payment_intent: 'pi_of_another_amount',
          client_reference_id: checkout.enrollmentId,
          amount_total: 1,
          currency: 'usd',
        }),
      ),
    );
    const { provider_email_id: mail } = await peerloop.row(
      "SELECT provider_email_id FROM emails WHERE user_id = ? AND template = 'verify_email'",
      client.user.id,
    );
    for (const [type, more] of [
      ['email.bounced', { bounce: { type: 'Transient', subType: 'General', message: `${email} is full` } }],
      ['email.failed', { failed: { reason: 'reached_daily_quota' } }],
    ])
      await peerloop.control.sendEvent({ provider: 'resend', type, data: { email_id: mail, to: [email], ...more } });
    await expect(204, client.post('/api/auth/logout'));
    await expect(401, client.get('/api/earnings'));
  }

  const json = (body) => ({ body, headers: { 'content-type': 'application/json' } });
  const records = () => lines.map((line) => JSON.parse(line));
  /** What a line about a request may say. */
  const known = 'level message timestamp requestId method route status ms userId code cause'.split(' ');
  const ofRequests = () => records().filter(({ message }) => message === 'request');

  it('is one JSON object a line, with level, message and timestamp', () => {
    assert.ok(lines.length > answers.length);
    for (const line of lines) {
      assert.doesNotThrow(() => JSON.parse(line), `no JSON: ${line}`);
      const { level, message, timestamp } = JSON.parse(line);
      assert.match(level, /^(info|warn|error)$/, line);
      assert.ok(typeof message === 'string' && message.length > 0, line);
      assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, line);
    }
  });

  it('has one line for every request, by the id that the client was told', () => {
    assert.ok(answers.length > 30);
    for (const { status, headers } of answers) {
      const about = ofRequests().filter(({ requestId }) => requestId === headers.get('x-request-id'));
      assert.deepEqual(
        about.map((record) => record.status),
        [status],
      );
    }
  });

  it('says of each request which route it took, what came of it, and how long it took', () => {
    const routes = new Set(ofRequests().map(({ route }) => route));
    for (const route of [
      '/api/auth/signup',
      '/api/courses/:id/enroll',
      '/api/webhooks/stripe',
      '/api/webhooks/resend',
      'none',
    ])
      assert.ok(routes.has(route), `nothing about ${route}`);
    for (const record of ofRequests()) {
      const { requestId, method, route, status, ms, userId, level } = record;
      assert.ok(requestId.length >= 8);
      assert.match(method, /^[A-Z]+$/);
      assert.match(route, /^(none|\/api\/[\w/:-]+)$/);
      assert.ok(Number.isInteger(status) && Number.isInteger(ms) && ms >= 0, JSON.stringify(record));
      if (userId !== undefined) assert.match(userId, /^[0-9a-f-]{36}$/);
      assert.equal(level, status >= 500 ? 'error' : 'info');
      assert.deepEqual(
        Object.keys(record).filter((key) => !known.includes(key)),
        [],
      );
    }
  });

  it('tells why something failed, without telling about whom', () => {
    const causes = ofRequests().flatMap(({ cause }) => cause ?? []);
    assert.ok(causes.some((cause) => cause.startsWith('stripe answered 500 to /v1/checkout/sessions')));
    assert.ok(causes.some((cause) => cause.startsWith('stripe signature: ')));
    assert.ok(records().some(({ cause }) => cause?.startsWith('Resend answered 500')));
  });

  it('has no address, name, token, password, body or secret in it', () => {
    const log = lines.join('\n');
    assert.ok(Object.keys(secrets).length > 35);
    for (const [what, text] of Object.entries(secrets)) {
      assert.ok(text.length >= 12, what);
      const line = lines.find((candidate) => candidate.toLowerCase().includes(text.toLowerCase()));
      assert.equal(line, undefined, what);
    }
    assert.doesNotMatch(log, /@/);
    assert.doesNotMatch(log, /eyJ/);
    assert.doesNotMatch(log, /argon2/);
  });
});
