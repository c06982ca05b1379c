/** PeerLoop as people meet it: sign-up, payment page, way back, inbox, and the docs page, in a browser. */

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import { launchChromium, noChromium } from '../../scripts/lib/chromium.mjs';
import { startPeerLoop } from '../support/peerloop.mjs';

describe('PeerLoop in a browser', { skip: noChromium }, () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  let browser;
  let tab;
  /** What the page asked for, and what it complained about. */
  let requests;
  let complaints;

  before(async () => {
    [peerloop, browser] = await Promise.all([startPeerLoop(), launchChromium()]);
  });
  after(async () => {
    await browser?.close();
    await peerloop?.stop();
  });

  beforeEach(async () => {
    tab = await browser.newPage({ viewport: { width: 1180, height: 900 } });
    requests = [];
    complaints = [];
    tab.on('request', (request) => requests.push(request.url()));
    tab.on('pageerror', (error) => complaints.push(String(error)));
    tab.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
  });
  afterEach(() => tab.close());

  const press = (name) => tab.getByRole('button', { name }).click();
  const heading = (name) => tab.getByRole('heading', { name });

  /** A new student who stands before the payment page of a course. */
  async function atTheCheckout(course) {
    const student = await peerloop.signUp({ name: 'Wanda <b>Wunder</b>' });
    const answer = await student.enroll(course);
    assert.equal(answer.status, 201, answer.text);
    const status = async () => (await student.get(`/api/enrollments/${answer.body.enrollmentId}`)).body.status;
    await tab.goto(answer.body.checkoutUrl);
    return { ...answer.body, student, status };
  }

  /** Opens a mail in the inbox page, as it looks there. @param {string} address @param {string} subject */
  async function openMail(address, subject) {
    await tab.goto(`${peerloop.simulators.url}/inbox?to=${encodeURIComponent(address)}`);
    await tab.locator('.mails .subject', { hasText: subject }).click();
    return tab.frameLocator('iframe[title="The mail"]');
  }

  function noOtherHostIsAsked() {
    for (const url of requests.filter((url) => !url.startsWith('data:')))
      assert.equal(new URL(url).origin, peerloop.url);
  }

  /** Sends a GET from the docs page as it stands there; gives where its answer is shown. @param {string} path */
  async function tryOut(path) {
    const operation = tab.locator('.opblock-get', { has: tab.locator(`[data-path="${path}"]`) });
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    return operation.locator('.live-responses-table');
  }

  it('a newcomer confirms the address, pays for a course, and finds the mails about it', async () => {
    const { student, status, enrollmentId } = await atTheCheckout('piano-for-grown-ups');
    const { email } = student.user;
    await heading('Piano for Grown-Ups').waitFor();
    assert.equal(await tab.getByLabel('E-mail').inputValue(), email);
    assert.equal(await status(), 'pending');

    await press(/^Pay /);
    await tab.waitForURL(`${peerloop.simulators.url}/app/enrollments/${enrollmentId}**`);
    await heading('Thank you').waitFor();
    assert.equal(await status(), 'enrolled');
    await peerloop.ledgerIsBalanced();

    await peerloop.mailTo(email, /You are enrolled/);
    const confirmation = await openMail(email, 'You are enrolled: Piano for Grown-Ups');
    await confirmation.getByRole('heading', { name: 'You are in' }).waitFor();
    await confirmation.getByText('Hello Wanda <b>Wunder</b>').waitFor();
    const link = confirmation.getByRole('link', { name: 'Start learning' });
    assert.equal(await link.getAttribute('href'), `${peerloop.simulators.url}/app/enrollments/${enrollmentId}`);

    const verification = await openMail(email, 'Confirm your e-mail address');
    const opened = tab.waitForEvent('popup');
    await verification.getByRole('link', { name: 'Confirm my address' }).click();
    const page = await opened;
    await page.getByRole('button', { name: /Confirm/ }).click();
    await page
      .getByText(/confirmed/i)
      .first()
      .waitFor();
    await page.close();
    assert.equal((await student.get('/api/auth/me')).body.emailVerified, true);

    const teacher = await peerloop.row(
      `SELECT u.email FROM enrollments e JOIN users u ON u.id = e.teacher_id WHERE e.id = ?`,
      enrollmentId,
    );
    await peerloop.mailTo(String(teacher.email), /A new student/);
    const news = await openMail(String(teacher.email), 'A new student: Piano for Grown-Ups');
    await news.getByText('Wanda <b>Wunder</b>').waitFor();
    assert.deepEqual(complaints, []);
  });

  it('whoever presses Cancel has paid nothing, and may come back to the same page', async () => {
    const { student, status, enrollmentId, checkoutUrl } = await atTheCheckout('pricing-your-own-work');
    await press('Cancel and go back');
    await tab.waitForURL(`${peerloop.simulators.url}/app/enrollments/${enrollmentId}**`);
    await heading('Nothing was paid').waitFor();
    assert.equal(await status(), 'pending');
    const again = await student.enroll('pricing-your-own-work');
    assert.deepEqual([again.status, again.body.checkoutUrl], [200, checkoutUrl]);
  });

  it('a declined card leaves it unpaid, and another card pays', async () => {
    const { status } = await atTheCheckout('cash-flow-for-small-companies');
    await tab.getByLabel(/declined/).check();
    await press(/^Pay /);
    assert.equal(await tab.getByRole('alert').textContent(), 'Your card was declined.');
    await peerloop.control.settled();
    assert.equal(await status(), 'pending');

    await tab.getByLabel(/works/).check();
    await press(/^Pay /);
    await tab.waitForURL('**/app/enrollments/**');
    assert.equal(await status(), 'enrolled');
  });

  it('the docs page shows every operation, asks no other host for anything, and complains of nothing', async () => {
    await tab.goto(`${peerloop.url}/api/docs`);
    const document = (await peerloop.stranger().get('/api/openapi.json')).body;
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    assert.ok(operations.length > 15);
    await tab.locator('.opblock').first().waitFor();
    const shown = await tab.locator('.opblock .opblock-summary-description').allTextContents();
    assert.deepEqual(shown.sort(), operations.map(({ summary }) => summary).sort());
    assert.equal(await tab.title(), 'PeerLoop API');
    noOtherHostIsAsked();
    assert.deepEqual(complaints, []);
  });

  it('on the docs page a visitor tries a call out and sees its answer', async () => {
    await tab.goto(`${peerloop.url}/api/docs`);
    const answer = await tryOut('/api/courses');
    await answer.waitFor();
    assert.equal((await answer.locator('.response-col_status').last().textContent()).trim(), '200');
    assert.match(await answer.locator('.response-col_description').last().textContent(), /"items"/);
    assert.ok(requests.some((url) => new URL(url).pathname === '/api/courses'));
    noOtherHostIsAsked();
    assert.deepEqual(complaints, []);
  });

  it('on the docs page somebody authorizes once and then sees their own account', async () => {
    const student = await peerloop.signUp();
    await tab.goto(`${peerloop.url}/api/docs`);
    await tab.getByRole('button', { name: 'Authorize' }).click();
    await tab.locator('.auth-container input').fill(student.accessToken);
    await tab.locator('.auth-container').getByRole('button', { name: 'Apply credentials' }).click();
    await tab.getByRole('button', { name: 'Close' }).last().click();
    const answer = await tryOut('/api/auth/me');
    await answer.getByText(student.user.email).waitFor();
    assert.deepEqual(complaints, []);
  });
});
