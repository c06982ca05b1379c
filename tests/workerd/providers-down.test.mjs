/** What happens to enrollments and mails while Stripe or Resend fail, in every way that they do. */

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import { startPeerLoop, until } from '../support/peerloop.mjs';

/** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
let peerloop;
before(async () => {
  peerloop = await startPeerLoop();
});
after(() => peerloop?.stop());
afterEach(() => {
  for (const provider of ['stripe', 'resend']) peerloop.control.fault({ provider, mode: 'none' });
});

/** Before anything was done, or after it was done and only the answer is missing. */
const failures = {
  'answers 500': 'status:500',
  'answers 429': 'status:429',
  'answers a page instead of JSON': 'html',
  'answers 502 with a page, as proxies do': 'html:502',
  'breaks off in the middle of its answer': 'half-body',
  'takes the call and never answers': 'timeout',
  'does what it is asked and hangs up': 'lost',
};

describe('while Stripe fails', () => {
  const course = 'go-services-that-stay-up';

  /** The pages that Stripe has made for a student. */
  const pagesOf = (student) =>
    peerloop.control.checkouts().filter(({ customer_email: email }) => email === student.user.email);
  const enrollmentsOf = (student) =>
    peerloop.rows('SELECT status, checkout_session_id AS page FROM enrollments WHERE student_id = ?', student.user.id);

  /** Pays, and asserts that the student is enrolled once, by one payment, and that the books balance. */
  async function paysOnce(student, { enrollmentId, checkoutSessionId }) {
    await peerloop.control.pay(checkoutSessionId);
    const { body } = await student.get(`/api/enrollments/${enrollmentId}`);
    assert.equal(body.status, 'enrolled');
    const { payments } = await peerloop.row(
      `SELECT count(*) AS payments FROM transactions t JOIN enrollments e ON e.id = t.enrollment_id WHERE e.student_id = ?`,
      student.user.id,
    );
    assert.equal(payments, 1);
    await peerloop.ledgerIsBalanced();
  }

  for (const [what, mode] of Object.entries(failures))
    it(`an enrollment is told to try again when it ${what}, and the next try succeeds`, async () => {
      const student = await peerloop.signUp();
      peerloop.control.fault({ provider: 'stripe', mode });
      const key = { 'idempotency-key': `enroll-${student.user.id}` };
      const enroll = () => student.post(`/api/courses/${course}/enroll`, { instructorType: 'creator' }, key);

      const failed = await enroll();
      assert.equal(failed.status, 503, failed.text);
      assert.deepEqual(Object.keys(failed.body).sort(), ['code', 'error', 'requestId']);
      assert.equal(failed.body.code, 'payment_provider_unavailable');
      assert.match(failed.headers.get('retry-after'), /^\d+$/);
      assert.deepEqual(await enrollmentsOf(student), [{ status: 'released', page: null }]);
      assert.ok(pagesOf(student).length <= 1, 'the tries of one request open one page at most');

      peerloop.control.fault({ provider: 'stripe', mode: 'none' });
      const { status, body, text } = await enroll();
      assert.equal(status, 201, text);
      const given = await enrollmentsOf(student);
      assert.deepEqual(
        given.filter(({ page }) => page !== null),
        [{ status: 'pending', page: body.checkoutSessionId }],
      );
      assert.equal((await enroll()).text, text);
      await paysOnce(student, body);
    });

  for (const mode of ['status:500', 'status:429', 'half-body', 'lost'])
    it(`a student does not notice one failure (${mode}), and one page is opened`, async () => {
      const student = await peerloop.signUp();
      peerloop.control.fault({ provider: 'stripe', mode, times: 1 });
      const { status, body, text } = await student.enroll(course);
      assert.equal(status, 201, text);
      assert.deepEqual(
        pagesOf(student).map(({ id }) => id),
        [body.checkoutSessionId],
      );
      await paysOnce(student, body);
    });
});

describe('while Resend fails', () => {
  /** The row of the outbox for the mail to an account, with how often it was tried. */
  const outboxOf = (user) =>
    peerloop.row(
      `SELECT attempts, last_error AS error, delivered_at IS NOT NULL AS delivered FROM outbox
       WHERE json_extract(payload, '$.userId') = ?1 OR dedupe_key LIKE '%' || ?1 || '%'`,
      user.id,
    );

  for (const [what, mode] of Object.entries(failures))
    it(`a sign-up succeeds all the same when it ${what}, and cron delivers the mail, once`, async () => {
      peerloop.control.fault({ provider: 'resend', mode });
      const { user } = await peerloop.signUp();
      const tried = await until('the first try to fail', async () => {
        const row = await outboxOf(user);
        return row.error && row;
      });
      assert.deepEqual([tried.attempts, tried.delivered], [1, 0]);
      assert.doesNotMatch(String(tried.error), /@/);

      peerloop.control.fault({ provider: 'resend', mode: 'none' });
      await peerloop.outboxIsDue();
      await peerloop.cron();
      await until('the mail to be delivered', async () => (await outboxOf(user)).delivered);
      await peerloop.outboxIsDue();
      await peerloop.cron();

      const mails = peerloop.control.mail(user.email);
      assert.deepEqual(
        mails.map(({ subject }) => subject),
        ['Confirm your e-mail address'],
      );
      const { attempts, error } = await outboxOf(user);
      assert.deepEqual([attempts, error], [2, null]);
      await peerloop.control.settled();
      const kept = await peerloop.row('SELECT provider_email_id AS id, status FROM emails WHERE user_id = ?', user.id);
      assert.equal(kept.status, 'delivered');
    });
});
