/** The operator's page, in a browser. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { launchChromium, noChromium } from '../../scripts/lib/chromium.mjs';
import { password, startPeerLoop } from '../support/peerloop.mjs';

describe('the operator’s page', { skip: noChromium }, () => {
  let peerloop;
  let browser;
  let tab;
  const complaints = [];

  before(async () => {
    [peerloop, browser] = await Promise.all([startPeerLoop(), launchChromium()]);
    tab = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    tab.on('pageerror', (error) => complaints.push(String(error)));
    await tab.goto(`${peerloop.url}/api/admin`);
  });
  after(async () => {
    await browser?.close();
    await peerloop?.stop();
  });

  async function signIn(handle, withPassword = password) {
    await tab.getByLabel('E-mail').fill(`${handle}@demo.peerloop.test`);
    await tab.getByLabel('Password').fill(withPassword);
    await tab.getByRole('button', { name: 'Sign in' }).click();
  }

  it('says why nobody gets in', async () => {
    await signIn('root', 'not the password');
    await tab.getByRole('alert').filter({ hasText: /./ }).waitFor();
    assert.equal(await tab.locator('#board').isVisible(), false);
  });

  it('shows a student nothing', async () => {
    await signIn('ada');
    await tab.getByRole('alert').filter({ hasText: 'not for your role' }).waitFor();
    assert.equal(await tab.locator('#board').isVisible(), false);
  });

  it('shows an administrator what goes on', async () => {
    await signIn('root');
    await tab.getByText('Payments, 24 h').waitFor();
    assert.equal(await tab.locator('dl div', { hasText: 'Ledger imbalances' }).locator('dd').innerText(), '0');
    assert.ok(await tab.locator('#webhooks').isVisible());
    await tab.getByRole('button', { name: 'Sign out' }).click();
    await tab.getByLabel('Password').waitFor();
    assert.equal(await tab.locator('#board').isVisible(), false);
    assert.deepEqual(complaints, []);
  });
});
