/** Many at once, on workerd with D1: what must happen once happens once. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startPeerLoop, until } from '../support/peerloop.mjs';

const course = 'python-for-data-work';
const times = (count, make) => Promise.all(Array.from({ length: count }, (_, i) => make(i)));

/** @param {{status: number}[]} answers */
function statuses(answers) {
  const counts = /** @type {Record<number, number>} */ ({});
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('PeerLoop under concurrency', () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  before(async () => {
    peerloop = await startPeerLoop();
  });
  after(() => peerloop?.stop());

  test('of 100 parallel sign-ins from one network exactly 10 are tried', async () => {
    const client = peerloop.stranger();
    const credentials = { email: 'ada@demo.peerloop.test', password: 'not the password' };
    const answers = await times(100, () => client.post('/api/auth/login', credentials));
    assert.deepEqual(statuses(answers), { 401: 10, 429: 90 });
    const refused = answers.find(({ status }) => status === 429);
    assert.ok(Number(refused?.headers.get('retry-after')) >= 1);
    const elsewhere = await peerloop.stranger().post('/api/auth/login', credentials);
    assert.equal(elsewhere.status, 401, 'another network is not held up');
  });

  test('of 20 parallel sign-ups with one address one account is made', async () => {
    const answers = await times(20, () =>
      peerloop.stranger().post('/api/auth/signup', {
        name: 'Same Person',
        email: 'same@example.com',
        password: 'one of a kind 7',
        role: 'student',
      }),
    );
    assert.deepEqual(statuses(answers), { 201: 1, 409: 19 });
    await peerloop.row('SELECT id FROM users WHERE email = ?', 'same@example.com');
    await peerloop.mailTo('same@example.com');
    assert.equal(peerloop.control.mail('same@example.com').length, 1);
  });

  test('of 20 parallel refreshes with one token at most one wins, and the family ends', async () => {
    const student = await peerloop.signUp();
    const answers = await times(20, () =>
      peerloop.stranger().post('/api/auth/refresh', { refreshToken: student.refreshToken }),
    );
    const counts = statuses(answers);
    assert.ok((counts[200] ?? 0) <= 1, JSON.stringify(counts));
    assert.equal((counts[200] ?? 0) + (counts[401] ?? 0), 20);
    const family = await peerloop.row('SELECT end_reason FROM auth_sessions WHERE user_id = ?', student.user.id);
    assert.equal(family.end_reason, 'token_reuse');
  });

  test('50 parallel enrolments of one student make one enrolment and one checkout', async () => {
    const student = await peerloop.signUp();
    const answers = await times(50, () => student.enroll(course));
    for (const answer of answers) assert.ok([200, 201, 409].includes(answer.status), answer.text);
    const made = answers.filter(({ status }) => status < 300);
    assert.ok(made.length >= 1);
    assert.equal(new Set(made.map(({ body }) => body.checkoutSessionId)).size, 1);
    const row = await peerloop.row('SELECT id, status FROM enrollments WHERE student_id = ?', student.user.id);
    assert.equal(row.status, 'pending');
    const sessions = peerloop.control.checkouts().filter(({ client_reference_id: id }) => id === row.id);
    assert.equal(sessions.length, 1);
  });

  test('50 parallel deliveries of one paid checkout make one transaction, one set of splits and one mail each', async () => {
    const student = await peerloop.signUp();
    const enrolment = (await student.enroll(course)).body;
    await peerloop.control.pay(enrolment.checkoutSessionId, {});
    const delivered = peerloop.control
      .webhooks()
      .find(
        ({ type, body }) =>
          type === 'checkout.session.completed' && JSON.stringify(body).includes(enrolment.enrollmentId),
      );
    assert.ok(delivered, 'the payment was delivered');
    await peerloop.control.resendWebhook(delivered.id, { times: 50, parallel: true });

    const row = await peerloop.row('SELECT status, teacher_id FROM enrollments WHERE id = ?', enrolment.enrollmentId);
    assert.equal(row.status, 'enrolled');
    const paid = await peerloop.row('SELECT id FROM transactions WHERE enrollment_id = ?', enrolment.enrollmentId);
    const splits = await peerloop.rows('SELECT recipient_type FROM payment_splits WHERE transaction_id = ?', paid.id);
    assert.equal(new Set(splits.map(({ recipient_type: type }) => type)).size, splits.length);
    await peerloop.row('SELECT id FROM ledger_movements WHERE transaction_id = ?', paid.id);
    await peerloop.ledgerIsBalanced();

    await peerloop.mailTo(student.user.email, /enrol|course|Python/i);
    const teacher = await peerloop.row('SELECT email FROM users WHERE id = ?', row.teacher_id);
    await peerloop.mailTo(String(teacher.email));
    await until('the outbox is empty', async () => {
      await peerloop.cron();
      return (await peerloop.rows('SELECT id FROM outbox WHERE delivered_at IS NULL')).length === 0;
    });
    const [, ...more] = peerloop.control
      .mail(student.user.email)
      .filter(({ subject }) => !/confirm your e-mail/i.test(subject));
    assert.deepEqual(more, []);
  });

  test('an Idempotency-Key gives one answer to 20 parallel tries, and refuses another request', async () => {
    const student = await peerloop.signUp();
    const key = { 'idempotency-key': 'enrol-once-please' };
    const path = `/api/courses/${course}/enroll`;
    const answers = await times(20, () => student.post(path, { instructorType: 'creator' }, key));
    const made = answers.filter(({ status }) => status === 201);
    assert.ok(made.length >= 1, JSON.stringify(statuses(answers)));
    assert.equal(new Set(made.map(({ text }) => text)).size, 1);
    for (const { status, body } of answers) if (status !== 201) assert.equal(body.code, 'idempotency_key_in_use');
    const again = await student.post(path, { instructorType: 'creator' }, key);
    assert.equal(again.text, made[0].text);
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    const wish = { instructorType: 'student_teacher', studentTeacherId: student.user.id };
    const other = await student.post(path, wish, key);
    assert.deepEqual([other.status, other.body.code], [409, 'idempotency_key_reused']);
  });
});
