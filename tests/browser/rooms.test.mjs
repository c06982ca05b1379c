/** The room's pages in a browser: the door, the room, coming and going. */

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import { launchChromium, noChromium } from '../../scripts/lib/chromium.mjs';
import { startPeerLoop } from '../support/peerloop.mjs';

describe('a session in a browser', { skip: noChromium }, () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  let browser;
  let session;
  let ada;
  let kofi;
  let complaints;
  let tab;
  let other;

  before(async () => {
    [peerloop, browser] = await Promise.all([startPeerLoop(), launchChromium()]);
    [ada, kofi] = [await peerloop.signIn('ada'), await peerloop.signIn('kofi')];
    session = await peerloop.openSession();
  });
  after(async () => {
    await browser?.close();
    await peerloop?.stop();
  });
  beforeEach(async () => {
    complaints = [];
    [tab, other] = [await browser.newPage(), await browser.newPage()];
    for (const page of [tab, other]) {
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
    }
  });
  afterEach(async () => {
    await Promise.all([tab.close(), other.close()]);
  });

  const join = async (client) => {
    const { status, body, text } = await client.post(`/api/sessions/${session.id}/join`);
    assert.equal(status, 200, text);
    return body.joinUrl;
  };
  const press = (page, name) => page.getByRole('button', { name }).click();
  const people = (page) => page.locator('.people li').allTextContents();
  const stays = () => peerloop.rows('SELECT user_id, left_at FROM session_attendance WHERE session_id = ?', session.id);

  it('both come in by their links, one goes and comes back, and the teacher ends it', async () => {
    await tab.goto(await join(ada));
    assert.equal(await tab.getByRole('heading', { level: 1 }).textContent(), session.course_title);
    assert.ok(await tab.getByText('Nobody is here yet').isVisible());
    assert.deepEqual(await stays(), []);
    await press(tab, 'Join the meeting');
    assert.match(await tab.getByRole('status').textContent(), /You are in the room/);
    assert.equal((await stays()).length, 1);

    await other.goto(await join(kofi));
    assert.ok(await other.getByText('who leads the meeting').isVisible());
    await press(other, 'Join the meeting');
    assert.deepEqual((await people(other)).sort(), [ada.user.name, kofi.user.name].sort());
    assert.equal(await tab.getByRole('button', { name: 'End the meeting' }).count(), 0);

    await press(tab, 'Leave');
    assert.ok(await tab.getByRole('heading', { name: 'You have left' }).isVisible());
    assert.equal((await stays()).filter(({ left_at: at }) => at !== null).length, 1);
    await tab.goto(await join(ada));
    await press(tab, 'Join the meeting');
    assert.equal((await stays()).length, 3);

    await press(other, 'End the meeting for all');
    assert.ok(await other.getByRole('heading', { name: 'The meeting is over' }).isVisible());
    assert.match(await other.getByRole('link', { name: 'Go on' }).getAttribute('href'), /\/sessions\/.*\/complete$/);
    const { status } = await peerloop.row('SELECT status FROM sessions WHERE id = ?', session.id);
    assert.equal(status, 'completed');
    await tab.reload();
    assert.ok(await tab.getByRole('heading', { name: 'This room is closed' }).isVisible());
  });

  it('a link that is wrong opens nothing', async () => {
    await tab.goto(`${peerloop.simulators.url}/plugnmeet/?access_token=nonsense`);
    assert.ok(await tab.getByRole('heading', { name: 'This link is no longer good' }).isVisible());
    await tab.goto(`${peerloop.simulators.url}/rooms`);
    assert.ok(await tab.getByRole('heading', { name: 'Rooms' }).isVisible());
    assert.deepEqual(
      complaints.filter((text) => !/40[14]/.test(text)),
      [],
    );
  });
});
