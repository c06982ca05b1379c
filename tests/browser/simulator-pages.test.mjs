import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import { launchChromium, noChromium } from '../../scripts/lib/chromium.mjs';
import { startSimulators } from '../../simulators/index.mjs';

/** Where screenshots go; none are taken without it. */
const PICTURES = process.env.SCREENSHOTS;

const MAIL = `<!doctype html><html><head><title>x</title></head><body style="margin:0;background:#eef1f6;font-family:sans-serif">
  <div style="max-width:480px;margin:32px auto;padding:32px;background:#fff;border-radius:12px">
    <h1 style="font-size:22px">You are enrolled</h1><p>Your first lesson with Grace can be booked now.</p>
    <p><a style="display:inline-block;padding:12px 20px;border-radius:8px;background:#3a4fd8;color:#fff;text-decoration:none"
      href="APP/courses?token=abc123">Book a lesson</a></p></div><script>document.title = 'ran'</script></body></html>`;

describe('in a browser', { skip: noChromium }, () => {
  let shop;
  let shopUrl;
  let simulators;
  let browser;
  let tab;

  before(async () => {
    shop = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<title>Shop</title><h1>Shop ${request.url}</h1>`);
    });
    shop.listen(0, '127.0.0.1');
    await once(shop, 'listening');
    shopUrl = `http://127.0.0.1:${shop.address().port}`;
    simulators = await startSimulators({ port: 0, appUrl: shopUrl });
    browser = await launchChromium();
  });

  after(async () => {
    await browser?.close();
    await simulators?.close();
    shop?.close();
    shop?.closeAllConnections();
  });

  beforeEach(async () => {
    await simulators.control.settled();
    simulators.control.reset();
    tab = await browser.newPage({ viewport: { width: 1180, height: 800 } });
  });

  afterEach(() => tab.close());

  async function checkout(form = {}) {
    const response = await fetch(`${simulators.url}/v1/checkout/sessions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_browser' },
      body: new URLSearchParams({
        mode: 'payment',
        'line_items[0][quantity]': '1',
        'line_items[0][price_data][currency]': 'usd',
        'line_items[0][price_data][unit_amount]': '45000',
        'line_items[0][price_data][product_data][name]': 'Rust for Gardeners',
        'line_items[0][price_data][product_data][description]': 'Eight lessons, one to one, with Grace.',
        success_url: `${shopUrl}/paid?session={CHECKOUT_SESSION_ID}`,
        cancel_url: `${shopUrl}/cancelled`,
        customer_email: 'ada@example.com',
        ...form,
      }),
    });
    assert.equal(response.status, 200);
    return response.json();
  }

  async function send(mail) {
    const response = await fetch(`${simulators.url}/emails`, {
      method: 'POST',
      headers: { authorization: 'Bearer re_browser', 'content-type': 'application/json' },
      body: JSON.stringify({ from: 'PeerLoop <hello@peerloop.example>', to: 'ada@example.com', ...mail }),
    });
    assert.equal(response.status, 200);
    return response.json();
  }

  async function picture(name) {
    if (PICTURES) await tab.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  }

  const press = (name) => tab.getByRole('button', { name }).click();
  const heading = (name) => tab.getByRole('heading', { name });

  it('the buyer sees what is sold, presses Pay and is back in the shop', async () => {
    const session = await checkout();
    await tab.goto(session.url);
    assert.equal(await tab.title(), 'Pay $450.00');
    assert.ok(await heading('Rust for Gardeners').isVisible());
    assert.equal(await tab.getByLabel('E-mail').inputValue(), 'ada@example.com');
    await picture('checkout');
    await press('Pay $450.00');
    await tab.waitForURL(`${shopUrl}/paid?session=${session.id}`);
    await tab.goto(session.url.replace(/\/$/, ''));
    assert.ok(await heading('This payment is complete').isVisible());
    await picture('checkout-complete');
  });

  it('a declined card is told, and the page can be paid with another', async () => {
    const { url } = await checkout({ customer_email: 'grace@example.com' });
    await tab.goto(url);
    await tab.getByLabel(/declined/).check();
    await press(/^Pay/);
    assert.equal(await tab.getByRole('alert').textContent(), 'Your card was declined.');
    assert.ok(await tab.getByLabel(/declined/).isChecked());
    await picture('checkout-declined');
    await tab.getByLabel(/works/).check();
    await press(/^Pay/);
    await tab.waitForURL(`${shopUrl}/paid**`);
  });

  it('Cancel leads back without a payment', async () => {
    const session = await checkout();
    await tab.goto(session.url);
    await press('Cancel and go back');
    await tab.waitForURL(`${shopUrl}/cancelled`);
    assert.equal(simulators.control.checkouts()[0].status, 'open');
  });

  it('an expired payment says so', async () => {
    const session = await checkout();
    await simulators.control.expire(session.id);
    await tab.goto(session.url);
    assert.ok(await heading('This payment has expired').isVisible());
    assert.equal(await tab.getByRole('button', { name: /^Pay/ }).count(), 0);
  });

  it('the payment page works by keyboard alone', async () => {
    const session = await checkout({ customer_email: 'ada@example.com' });
    await tab.goto(session.url);
    await tab.getByLabel('E-mail').focus();
    await tab.keyboard.press('Tab');
    await tab.keyboard.press('Tab');
    assert.equal(await tab.evaluate(() => document.activeElement.textContent.trim()), 'Pay $450.00');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(`${shopUrl}/paid**`);
  });

  it('the inbox shows the mails, and a mail without running its scripts', async () => {
    await send({ subject: 'Confirm your address', text: `Open ${shopUrl}/verify?token=xyz` });
    await send({
      subject: 'You are enrolled in Rust for Gardeners',
      html: MAIL.replace('APP', shopUrl),
      text: 'You are enrolled.',
      attachments: [{ filename: 'lesson.ics', content: Buffer.from('BEGIN:VCALENDAR').toString('base64') }],
    });
    await send({ subject: 'Elsewhere', to: 'bounced@example.com', text: 'x' });
    await simulators.control.settled();
    await tab.goto(`${simulators.url}/inbox`);
    assert.deepEqual(await tab.locator('.mails .subject').allTextContents(), [
      'Elsewhere',
      'You are enrolled in Rust for Gardeners',
      'Confirm your address',
    ]);
    await picture('inbox');
    await tab.getByLabel('Recipient').fill('ada@');
    await press('Filter');
    assert.equal(await tab.locator('.mails li').count(), 2);
    await tab.getByText('You are enrolled in Rust').click();
    const mail = tab.frameLocator('iframe[title="The mail"]');
    await mail.getByText('Your first lesson with Grace').waitFor();
    assert.equal(await mail.locator('body').evaluate(() => document.title), 'x');
    assert.ok(await tab.getByRole('link', { name: 'lesson.ics' }).isVisible());
    await picture('mail');
    const opened = tab.waitForEvent('popup');
    await mail.getByText('Book a lesson').click();
    const popup = await opened;
    await popup.waitForLoadState();
    assert.equal(popup.url(), `${shopUrl}/courses?token=abc123`);
    await popup.close();
    await tab.getByRole('link', { name: 'Plain text' }).click();
    assert.equal(await tab.locator('.mail-text').textContent(), 'You are enrolled.');
    await press('Report bounced');
    await tab.locator('h1 .badge.bad').waitFor();
    assert.ok(simulators.control.webhooks().some(({ type }) => type === 'email.bounced'));
  });

  it('a webhook can be looked at and sent again', async () => {
    const session = await checkout();
    await simulators.control.pay(session.id);
    await tab.goto(simulators.url);
    await picture('overview');
    await tab.getByRole('link', { name: 'Webhooks', exact: true }).click();
    await picture('webhooks');
    await press('Send checkout.session.completed again');
    await heading(/checkout\.session\.completed/).waitFor();
    assert.equal(await tab.locator('.attempts li').count(), 2);
    await picture('webhook');
  });

  it('a checkout can be refunded from the list', async () => {
    const session = await checkout();
    await simulators.control.pay(session.id);
    await checkout();
    await tab.goto(`${simulators.url}/checkouts`);
    await picture('checkouts');
    await press('Refund Rust for Gardeners');
    await tab.getByText('refunded', { exact: true }).waitFor();
  });

  it('the pages are as usable in the dark and on a telephone', async () => {
    const session = await checkout();
    await send({ subject: 'Welcome', text: 'Hello' });
    await tab.emulateMedia({ colorScheme: 'dark' });
    await tab.setViewportSize({ width: 390, height: 800 });
    for (const [name, path] of [
      ['checkout', `/pay/${session.id}`],
      ['inbox', '/inbox'],
      ['overview', '/'],
    ]) {
      await tab.goto(simulators.url + path);
      const overflow = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${path} is ${overflow} px too wide`);
      await picture(`${name}-dark-telephone`);
    }
  });
});
