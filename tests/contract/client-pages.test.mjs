// The simulated web client: what it asks of the API for those who follow a mail's link, and what it tells them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';

import { startSimulators } from '../../simulators/index.mjs';

/** The product: keeps what it was asked and answers as it is told. */
const api = { asked: [], answer: { status: 204, body: undefined }, url: '', server: null };
let simulators;

before(async () => {
  api.server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { 'content-type': type } = request.headers;
    api.asked.push({ method: request.method, path: request.url, type, body: Buffer.concat(chunks).toString() });
    const { status, body } = api.answer;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : body && JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(api.server, 'listening');
  api.url = `http://127.0.0.1:${api.server.address().port}`;
  simulators = await startSimulators({ port: 0, appUrl: api.url });
});
after(async () => {
  await simulators.close();
  api.server.close();
});
beforeEach(() => {
  api.asked = [];
  simulators.control.setAppUrl(api.url);
});

async function open(path, form) {
  const response = await fetch(simulators.url + path, {
    redirect: 'manual',
    ...(form && { method: 'POST', body: new URLSearchParams(form) }),
  });
  return { status: response.status, location: response.headers.get('location'), text: await response.text() };
}

const answers = (status, body) => (api.answer = { status, body });
const refusal = (code, error, more = {}) => ({ error, code, requestId: '0199-request', ...more });

describe('the link of a verification mail', () => {
  it('asks for a press of the button, so that a mail scanner confirms nothing', async () => {
    const page = await open('/app/verify-email?token=a%20%22b%22');
    assert.equal(page.status, 200);
    assert.match(page.text, /name="token" value="a &quot;b&quot;"/);
    assert.deepEqual(api.asked, []);
  });

  it('hands the token to the API and tells that it worked', async () => {
    answers(200, { verified: true });
    const page = await open('/app/verify-email', { token: 'abc' });
    assert.equal(page.status, 200);
    assert.match(page.text, /Your address is confirmed/);
    assert.deepEqual(api.asked, [
      { method: 'POST', path: '/api/auth/verify-email', type: 'application/json', body: '{"token":"abc"}' },
    ]);
  });

  it('says why it did not work, in the words of the API, and lets one try again', async () => {
    answers(400, refusal('token_used', 'This link was used <already>.'));
    const page = await open('/app/verify-email', { token: 'abc' });
    assert.equal(page.status, 422);
    assert.match(page.text, /This link was used &lt;already&gt;\./);
    assert.match(page.text, /value="abc"/);
  });

  it('without a token is called incomplete', async () => {
    assert.equal((await open('/app/verify-email')).status, 400);
  });
});

describe('the link of a password mail', () => {
  it('takes a new password', async () => {
    answers(204);
    assert.match((await open('/app/reset-password?token=abc')).text, /type="password"/);
    const page = await open('/app/reset-password', { token: 'abc', password: 'long & secret' });
    assert.equal(page.status, 200);
    assert.match(page.text, /Your password is changed/);
    assert.equal(api.asked[0].path, '/api/auth/reset-password/confirm');
    assert.deepEqual(JSON.parse(api.asked[0].body), { token: 'abc', password: 'long & secret' });
  });

  it('shows what is wrong with a password beside it, and never the password', async () => {
    const details = { formErrors: [], fieldErrors: { password: ['must have 8 to 128 characters'] } };
    answers(400, refusal('validation_failed', 'Some fields are not right.', { details }));
    const page = await open('/app/reset-password', { token: 'abc', password: 'short-secret' });
    assert.equal(page.status, 422);
    assert.match(page.text, /aria-invalid="true" aria-describedby="password-problem"/);
    assert.match(page.text, /It must have 8 to 128 characters\./);
    assert.doesNotMatch(page.text, /short-secret/);
    assert.match(page.text, /value="abc"/);
  });

  it('without a token asks where to send one', async () => {
    answers(202, { accepted: true });
    assert.match((await open('/app/reset-password')).text, /type="email"/);
    const page = await open('/app/reset-password/mail', { email: 'ada@example.com' });
    assert.match(page.text, /Look into your inbox/);
    assert.equal(api.asked[0].path, '/api/auth/reset-password');
    assert.deepEqual(JSON.parse(api.asked[0].body), { email: 'ada@example.com' });
  });
});

describe('the way back from the payment page', () => {
  it('tells what was paid, and whether the product heard of it', async () => {
    assert.match((await open('/app/enrollments/e-1?checkout=paid')).text, /none was sent yet/);
    const object = { id: 'cs_1', metadata: { enrollmentId: 'e-1' } };
    answers(200, {});
    await simulators.control.sendEvent({ provider: 'stripe', type: 'checkout.session.completed', object });
    const page = await open('/app/enrollments/e-1?checkout=paid');
    assert.match(page.text, /Thank you/);
    assert.match(page.text, /href="\/webhooks\/dlv_[^"]+">checkout\.session\.completed/);
    assert.doesNotMatch((await open('/app/enrollments/e-2?checkout=success')).text, /checkout\.session\.completed/);
  });

  it('tells what was not', async () => {
    assert.match((await open('/app/enrollments/e-1?checkout=cancelled')).text, /Nothing was paid/);
    assert.match((await open('/app/enrollments/%3Cb%3E')).text, /GET \/api\/enrollments\/&lt;b&gt;/);
  });
});

describe('an API that is not well', () => {
  const press = () => open('/app/verify-email', { token: 'abc' });

  it('is named as the cause when it fails, answers what is no JSON, or is not there', async () => {
    answers(503, refusal('unavailable', 'The service is busy. Please try again.'));
    let page = await press();
    assert.deepEqual([page.status, /The service is busy/.test(page.text)], [502, true]);
    assert.match(page.text, /0199-request/);
    answers(502, '<html>Bad gateway</html>');
    page = await press();
    assert.deepEqual([page.status, /answered with status 502/.test(page.text)], [502, true]);
    simulators.control.setAppUrl('http://127.0.0.1:1');
    page = await press();
    assert.deepEqual([page.status, /did not answer/.test(page.text)], [502, true]);
    simulators.control.setAppUrl(null);
    page = await press();
    assert.deepEqual([page.status, /were not told/.test(page.text)], [502, true]);
  });
});

it('the first page leads to the docs and the inbox', async () => {
  const { text } = await open('/app');
  assert.ok(text.includes(`href="${api.url}/api/docs"`));
  assert.ok(text.includes('href="/inbox"'));
  assert.ok(text.includes(`${simulators.url}/app`));
});
