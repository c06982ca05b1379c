/** Pictures of a running product, sized for the README. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { launchChromium, noChromium } from './chromium.mjs';
import { root } from './worker.mjs';

const api = `http://localhost:${process.env.PORT ?? 8787}`;
const simulators = `http://localhost:${process.env.SIM_PORT ?? 8788}`;
const course = 'sql-from-first-query-to-report';

function fail(message) {
  process.stderr.write(`screenshots: ${message}\n`);
  process.exit(1);
}

/** @param {string} url @param {object} [body] @param {string} [token] */
async function ask(url, body, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(url, body && { method: 'POST', headers, body: JSON.stringify(body) }).catch(() =>
    fail(`nothing answers at ${url}: start scripts/dev first`),
  );
  if (!answer.ok) fail(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** A student signs up, enrols and pays; gives the id of the mail that confirms it. */
async function enrolledMail() {
  const email = `grace-${Date.now()}@example.com`;
  const person = { name: 'Grace Hopper', email, password: 'a moth in the relay', role: 'student' };
  const { accessToken } = await ask(`${api}/api/auth/signup`, person);
  const { checkoutSessionId } = await ask(
    `${api}/api/courses/${course}/enroll`,
    { instructorType: 'creator' },
    accessToken,
  );
  await ask(`${simulators}/_sim/checkout/${checkoutSessionId}/pay`, {});
  for (let tries = 0; tries < 100; tries += 1) {
    const { items } = await ask(`${simulators}/_sim/mail?to=${email}`);
    const mail = items.find(({ subject }) => subject.startsWith('You are enrolled'));
    if (mail) return mail.id;
    await sleep(100);
  }
  return fail('the mail that confirms the enrollment did not come');
}

if (noChromium) fail(noChromium);
const mail = await enrolledMail();
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 1120, height: 760 }, colorScheme: 'light' });
  const picture = (name) => page.screenshot({ path: join(root, 'docs/images', name) });

  await page.goto(`${api}/api/docs`);
  const operation = page.locator('#operations-enrollments-postCoursesByIdEnroll');
  await operation.locator('.opblock-summary-control').click();
  await operation.getByText('Request body').waitFor();
  await operation.evaluate((element) => {
    document.activeElement?.blur();
    window.scrollTo(0, element.getBoundingClientRect().top + window.scrollY - 68);
  });
  await page.mouse.move(0, 0);
  await picture('docs-page.png');

  await page.goto(`${simulators}/inbox/${mail}`);
  await page.frameLocator('iframe').getByText('Grace Hopper').first().waitFor();
  await picture('inbox.png');
} finally {
  await browser.close();
}
