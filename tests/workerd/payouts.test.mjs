/** A whole journey: a teacher is onboarded, paid out, and gives back what a refund takes of it. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { startPeerLoop, until } from '../support/peerloop.mjs';

describe('a payout, and a refund after it', () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  let student, teacher, admin, enrollment, split, account;

  before(async () => {
    peerloop = await startPeerLoop();
  });
  after(() => peerloop?.stop());

  /** What the teacher earned by this enrollment. */
  const share = () =>
    peerloop.row(
      `SELECT s.*, x.enrollment_id FROM payment_splits s JOIN transactions x ON x.id = s.transaction_id
       WHERE x.enrollment_id = ? AND s.recipient_type = 'student_teacher'`,
      enrollment,
    );
  const payoutsOfTeacher = async () => {
    const { body } = await admin.get('/api/admin/payouts?limit=100');
    return body.items.find(({ recipientId }) => recipientId === teacher.user.id);
  };

  it('begins with a student who pays for a student-teacher', async () => {
    [student, teacher, admin] = [await peerloop.signUp(), await peerloop.signIn('ines'), await peerloop.signIn('root')];
    const answer = await student.enroll('python-for-data-work', {
      instructorType: 'student_teacher',
      studentTeacherId: teacher.user.id,
    });
    assert.equal(answer.status, 201, answer.text);
    enrollment = answer.body.enrollmentId;
    await peerloop.control.pay(answer.body.checkoutSessionId);
    split = await share();
    assert.equal(split.status, 'pending');
    await peerloop.write(
      "UPDATE payment_splits SET status = 'approved', approved_at = created_at + 1 WHERE transaction_id = ?",
      split.transaction_id,
    );
  });

  it('waits for the teacher to open an account, which the page of Stripe completes', async () => {
    const due = await payoutsOfTeacher();
    assert.deepEqual(due.blockedBy, ['not_onboarded']);
    const refused = await admin.post('/api/admin/payouts', { recipientId: teacher.user.id });
    assert.equal(refused.status, 409);
    assert.equal(refused.body.code, 'payouts_disabled');

    const page = await teacher.post('/api/payments/connect/onboard', {});
    assert.equal(page.status, 200, page.text);
    assert.match(await (await fetch(page.body.url)).text(), /Set up payouts/);
    assert.equal((await teacher.get('/api/payments/connect/status')).body.status, 'pending');
    const back = await fetch(`${page.body.url}/complete`, { method: 'POST', redirect: 'manual' });
    assert.match(back.headers.get('location') ?? '', /\/earnings\?onboarding=done$/);
    assert.deepEqual((await teacher.get('/api/payments/connect/status')).body, {
      status: 'active',
      payoutsEnabled: true,
    });
    ({ stripe_account_id: account } = await peerloop.row(
      'SELECT stripe_account_id FROM users WHERE id = ?',
      teacher.user.id,
    ));
  });

  it('is one transfer, whoever else pays at the same time', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => admin.post('/api/admin/payouts', { splitIds: [split.id] })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409]);
    await until('the transfer', async () => (await share()).status === 'paid');
    const earnings = (await teacher.get('/api/earnings')).body;
    const seen = earnings.splits.find(({ id }) => id === split.id);
    assert.equal(seen.transferredCents, Number(split.amount_cents));
    assert.equal(peerloop.control.requests('stripe').filter(({ path }) => path === '/v1/transfers').length, 1);
    await peerloop.ledgerIsBalanced();
  });

  it('goes on to the bank, which is told by mail', async () => {
    const payout = await peerloop.control.payout(account, { amount: 1000 });
    const mail = await peerloop.mailTo('ines@demo.peerloop.test', /Your earnings: 10\.00 USD/);
    assert.match(mail.text, /10\.00 USD have been sent/);
    await peerloop.control.failPayout(payout.id);
    await peerloop.mailTo('ines@demo.peerloop.test', /Your bank sent 10\.00 USD back/);
    assert.deepEqual(await peerloop.rows('SELECT status FROM payouts'), [{ status: 'failed' }]);
  });

  it('is taken back in proportion when an admin refunds a half, and whole when the student asks for the rest', async () => {
    const { price_cents: price } = await peerloop.row('SELECT price_cents FROM enrollments WHERE id = ?', enrollment);
    const half = Math.floor(Number(price) / 2);
    const refund = await admin.post('/api/admin/refunds', { enrollmentId: enrollment, amountCents: half, reason: 'x' });
    assert.equal(refund.status, 202, refund.text);
    const returned = async () =>
      Number((await peerloop.row('SELECT returned_cents FROM transfers WHERE split_id = ?', split.id)).returned_cents);
    await until('the first reversal', async () => {
      await peerloop.outboxIsDue();
      await peerloop.cron();
      return (await returned()) > 0;
    });
    assert.equal(await returned(), Number((await share()).reversed_cents));
    // Until then it counts as refunded and as asked for.
    await until(
      'the end of the request',
      async () => (await peerloop.rows("SELECT id FROM refund_requests WHERE status = 'requested'")).length === 0,
    );
    assert.equal(
      (await admin.post('/api/admin/refunds', { enrollmentId: enrollment, amountCents: price, reason: 'x' })).body.code,
      'refund_too_large',
    );

    const rest = await student.post(`/api/enrollments/${enrollment}/refund`, {});
    assert.equal(rest.status, 202, rest.text);
    await until('the last reversal', async () => {
      await peerloop.outboxIsDue();
      await peerloop.cron();
      return (await returned()) === Number(split.amount_cents);
    });
    assert.equal((await share()).status, 'reversed');
    assert.equal((await student.get(`/api/enrollments/${enrollment}`)).body.status, 'refunded');
    await peerloop.ledgerIsBalanced();
  });

  it('is explained by the statement of the month', async () => {
    const { body } = await teacher.get('/api/earnings');
    const month = new Date().toISOString().slice(0, 7);
    const { status, text, headers } = await teacher.get(`/api/earnings/statement?month=${month}`);
    assert.equal(status, 200);
    assert.match(headers.get('content-type') ?? '', /^text\/csv/);
    const lines = text.trim().split('\r\n');
    assert.equal(lines.filter((line) => line.includes(',reversal,')).length, 2);
    const closing = Number(lines.at(-1)?.split(',').at(-1));
    assert.equal(Math.round(closing * 100), body.balanceCents + body.pendingCents);
  });
});
