// The simulated web client as people meet it: without script, by keyboard, in the dark, on a telephone.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import { launchChromium, noChromium } from '../../scripts/lib/chromium.mjs';
import { startSimulators } from '../../simulators/index.mjs';

/** Where screenshots go; none are taken without it. */
const PICTURES = process.env.SCREENSHOTS;

/** What the product answers to each route. */
const ANSWERS = {
  '/api/auth/verify-email': [200, { verified: true }],
  '/api/auth/reset-password/confirm': [
    400,
    {
      error: 'Some fields are not right.',
      code: 'validation_failed',
      details: { formErrors: [], fieldErrors: { password: ['must have 8 to 128 characters'] } },
      requestId: '019a7f3e-0000-7000-8000-000000000000',
    },
  ],
};

describe('the simulated client in a browser', { skip: noChromium }, () => {
  let api;
  let simulators;
  let browser;
  let tab;

  before(async () => {
    api = createServer((request, response) => {
      const [status, body] = ANSWERS[request.url] ?? [200, {}];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
    simulators = await startSimulators({ port: 0, appUrl: `http://127.0.0.1:${api.address().port}` });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await simulators?.close();
    api?.close();
    api?.closeAllConnections();
  });
  beforeEach(async () => {
    tab = await browser.newPage({ viewport: { width: 1180, height: 800 }, javaScriptEnabled: false });
  });
  afterEach(() => tab.close());

  async function picture(name) {
    if (PICTURES) await tab.screenshot({ path: join(PICTURES, `client-${name}.png`), fullPage: true });
  }
  const heading = (name) => tab.getByRole('heading', { name });

  it('a link in a mail leads to a confirmed address', async () => {
    const sent = await fetch(`${simulators.url}/emails`, {
      method: 'POST',
      headers: { authorization: 'Bearer re_client', 'content-type': 'application/json' },
      body: JSON.stringify({
        from: 'PeerLoop <hello@peerloop.example>',
        to: 'ada@example.com',
        subject: 'Confirm your e-mail address',
        html: `<p>Welcome, Ada.</p><a href="${simulators.url}/app/verify-email?token=abc">Confirm my address</a>`,
      }),
    });
    await tab.goto(`${simulators.url}/inbox/${(await sent.json()).id}`);
    const opened = tab.waitForEvent('popup');
    await tab.frameLocator('iframe[title="The mail"]').getByText('Confirm my address').click();
    const popup = await opened;
    await popup.waitForLoadState();
    tab = popup;
    await picture('verify-email');
    await tab.getByRole('button', { name: 'Confirm my address' }).click();
    await heading('Your address is confirmed').waitFor();
    await picture('verified');
  });

  it('a refused password is told where it was typed, and the keyboard stands there', async () => {
    await tab.goto(`${simulators.url}/app/reset-password?token=abc`);
    await picture('reset-password');
    await tab.getByLabel('New password').fill('short');
    await tab.keyboard.press('Enter');
    await tab.getByText('It must have 8 to 128 characters.').waitFor();
    const field = tab.getByLabel('New password');
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.equal(await tab.locator(':focus').getAttribute('id'), 'password');
    await picture('reset-password-refused');
  });

  it('the payment page leads back, after Pay and after Cancel', async () => {
    const checkout = async () => {
      const created = await fetch(`${simulators.url}/v1/checkout/sessions`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk_test_browser' },
        body: new URLSearchParams({
          mode: 'payment',
          'line_items[0][quantity]': '1',
          'line_items[0][price_data][currency]': 'usd',
          'line_items[0][price_data][unit_amount]': '45000',
          'line_items[0][price_data][product_data][name]': 'Rust for Gardeners',
          'metadata[enrollmentId]': 'e-1',
          success_url: `${simulators.url}/app/enrollments/e-1?checkout=paid&session_id={CHECKOUT_SESSION_ID}`,
          cancel_url: `${simulators.url}/app/enrollments/e-1?checkout=cancelled`,
          customer_email: 'ada@example.com',
        }),
      });
      return (await created.json()).url;
    };
    await tab.goto(await checkout());
    await tab.getByRole('button', { name: 'Cancel and go back' }).click();
    await heading('Nothing was paid').waitFor();
    await picture('cancelled');
    await tab.goto(await checkout());
    await tab.getByRole('button', { name: /^Pay/ }).click();
    await heading('Thank you').waitFor();
    await picture('paid');
    await tab.getByRole('link', { name: 'checkout.session.completed' }).click();
    await heading(/checkout\.session\.completed/).waitFor();
  });

  it('fits a telephone, and the dark', async () => {
    await tab.emulateMedia({ colorScheme: 'dark' });
    await tab.setViewportSize({ width: 390, height: 800 });
    for (const path of ['/app', '/app/reset-password', '/app/enrollments/0199a7f3-e000-7000-8000-000000000000']) {
      await tab.goto(simulators.url + path);
      const overflow = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${path} is ${overflow} px too wide`);
      await picture(`${path.split('/')[2] ?? 'start'}-dark-telephone`);
    }
    await tab.emulateMedia({ colorScheme: 'light' });
    await tab.setViewportSize({ width: 1180, height: 800 });
    await tab.goto(`${simulators.url}/app`);
    await picture('start');
  });
});
