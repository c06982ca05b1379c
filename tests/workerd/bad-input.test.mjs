/** What a stranger may send: a clear error by the conventions, never a 5xx, and nothing changed. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { startPeerLoop } from '../support/peerloop.mjs';

describe('bad input', () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  before(async () => {
    peerloop = await startPeerLoop();
  });
  after(() => peerloop?.stop());

  /** @param {string | Uint8Array<ArrayBuffer>} body @param {string} [type] */
  const login = (body, type = 'application/json') =>
    peerloop.stranger().send('POST', '/api/auth/login', { body, headers: { 'content-type': type } });

  /** @param {{status: number, body: any}} answer @param {number} status @param {string} code */
  function refused(answer, status, code) {
    assert.deepEqual([answer.status, answer.body?.code], [status, code], JSON.stringify(answer.body));
    assert.equal(typeof answer.body.error, 'string');
    assert.match(answer.body.requestId, /^[\w-]{8,64}$/);
  }

  test('broken, deep, huge and non-UTF-8 JSON is refused', async () => {
    for (const text of [
      '',
      '{',
      '{"email":}',
      'null,',
      '{"email":"a@b.c",}',
      "{'email':1}",
      '\u0000',
      '{"a":1}{"b":2}',
    ])
      refused(await login(text), 400, 'invalid_json');
    refused(await login('['.repeat(50_000)), 400, 'invalid_json');
    refused(await login('['.repeat(30_000) + ']'.repeat(30_000)), 400, 'invalid_json');
    refused(await login(Uint8Array.from([0x22, 0xff, 0xfe, 0x22])), 400, 'invalid_json');
    refused(await login(JSON.stringify({ email: 'a@b.c', password: 'x'.repeat(100_000) })), 413, 'payload_too_large');
    refused(await login('{"email":"\\ud800","password":"12345678"}'), 400, 'invalid_json');
  });

  test('every wrong field is named at once', async () => {
    const answer = await login('{"email":"nobody","password":5,"admin":true}');
    refused(answer, 400, 'validation_failed');
    assert.deepEqual(Object.keys(answer.body.details.fieldErrors).sort(), ['admin', 'email', 'password']);
    assert.deepEqual(answer.body.details.formErrors, []);
    refused(await login('[]'), 400, 'validation_failed');
    refused(await login('{"email":"a@b.c","email":"c@d.e","password":"12345678"}'), 400, 'validation_failed');
  });

  test('another content type is refused', async () => {
    const body = '{"email":"a@b.c","password":"12345678"}';
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', ''])
      refused(await login(body, type), 415, 'unsupported_media_type');
    assert.equal((await login(body, 'Application/JSON; charset=UTF-8')).status, 401);
  });

  test('paths, methods and queries that do not exist are told apart', async () => {
    const client = peerloop.stranger();
    refused(await client.get('/api/nothing'), 404, 'not_found');
    refused(await client.get('/api/auth/login/'), 404, 'not_found');
    const wrong = await client.send('DELETE', '/api/auth/login');
    refused(wrong, 405, 'method_not_allowed');
    assert.equal(wrong.headers.get('allow'), 'POST, OPTIONS');
    for (const path of [
      '/api/users/%00',
      '/api/users/%zz',
      `/api/users/${'x'.repeat(1000)}`,
      '/api/users/..%2f..%2fetc',
    ])
      assert.equal((await client.get(path)).status, 404, path);
    const options = await client.send('OPTIONS', '/api/auth/login');
    assert.equal(options.status, 204);
  });

  describe('tokens', () => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const sign = (header, claims, key) => {
      const signed = `${part(header)}.${part(claims)}`;
      return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
    };
    const me = (token) => peerloop.stranger().get('/api/auth/me', { authorization: `Bearer ${token}` });

    test('that are forged, expired, of other algorithms or no tokens at all are refused', async () => {
      const student = await peerloop.signUp();
      const [header, claims, signature] = student.accessToken.split('.');
      const head = JSON.parse(Buffer.from(header, 'base64url').toString());
      const body = JSON.parse(Buffer.from(claims, 'base64url').toString());
      assert.equal((await me(student.accessToken)).status, 200);
      const forged = [
        '',
        'x',
        '..',
        `${header}.${claims}.`,
        `${header}.${claims}.${signature.slice(0, -2)}AA`,
        `${header}.${part({ ...body, roles: ['admin'] })}.${signature}`,
        `${part({ ...head, alg: 'none' })}.${claims}.`,
        sign({ ...head, alg: 'HS512' }, body, peerloop.secrets.JWT_SECRET),
        sign(head, body, 'another key that is long enough for it'),
        sign({ ...head, kid: 'unknown' }, body, peerloop.secrets.JWT_SECRET),
        sign({ ...head, crit: ['exp'] }, body, peerloop.secrets.JWT_SECRET),
        sign(head, { ...body, exp: 1 }, peerloop.secrets.JWT_SECRET),
        `${student.accessToken}.x`,
        'a'.repeat(9000),
      ];
      for (const token of forged) {
        const answer = await me(token);
        assert.equal(answer.status, 401, token.slice(0, 80));
      }
      const basic = await peerloop.stranger().get('/api/auth/me', { authorization: 'Basic YTpi' });
      assert.equal(basic.status, 401);
      refused(await peerloop.stranger().get('/api/auth/me'), 401, 'not_signed_in');
    });

    test('that were revoked are refused at once where state changes, and a used refresh token ends its family', async () => {
      const student = await peerloop.signUp();
      const first = await student.post('/api/auth/refresh', { refreshToken: student.refreshToken });
      assert.equal(first.status, 200, first.text);
      refused(await student.post('/api/auth/refresh', { refreshToken: student.refreshToken }), 401, 'token_reuse');
      const later = await student.post('/api/auth/refresh', { refreshToken: first.body.refreshToken });
      assert.equal(later.status, 401);
      refused(await student.post('/api/auth/resend-verification'), 401, 'session_ended');

      const other = await peerloop.signUp();
      assert.equal((await other.post('/api/auth/logout')).status, 204);
      assert.equal((await other.post('/api/auth/logout')).status, 401);
      assert.equal((await other.post('/api/auth/refresh', { refreshToken: other.refreshToken })).status, 401);
    });
  });

  test('a page of anything is bounded, and a cursor that is none of ours is refused', async () => {
    const student = await peerloop.signIn('ada');
    refused(await student.get('/api/enrollments?limit=0'), 400, 'validation_failed');
    refused(await student.get('/api/enrollments?limit=101'), 400, 'validation_failed');
    refused(await student.get('/api/enrollments?limit=ten'), 400, 'validation_failed');
    refused(await student.get('/api/enrollments?colour=red'), 400, 'validation_failed');
    for (const cursor of ['x', 'bnVsbA', 'W10', 'WyJhIl0', '%ff']) {
      const answer = await student.get(`/api/enrollments?cursor=${cursor}`);
      assert.equal(answer.status, 400, cursor);
    }
  });

  test("somebody else's objects do not exist", async () => {
    const ada = await peerloop.signIn('ada');
    const own = (await ada.get('/api/enrollments')).body.items[0];
    const stranger = await peerloop.signUp();
    refused(await stranger.get(`/api/enrollments/${own.id}`), 404, 'not_found');
    refused(await stranger.get('/api/enrollments/none'), 404, 'not_found');
    const session = (await ada.get('/api/auth/sessions')).body.items[0];
    refused(await stranger.send('DELETE', `/api/auth/sessions/${session.id}`), 404, 'not_found');
  });

  test('return addresses of other sites are refused', async () => {
    const student = await peerloop.signUp();
    const answer = await student.post('/api/courses/python-for-data-work/enroll', {
      instructorType: 'creator',
      successUrl: 'https://evil.example/thanks',
    });
    assert.equal(answer.status, 400);
    assert.deepEqual(await peerloop.rows('SELECT id FROM enrollments WHERE student_id = ?', student.user.id), []);
  });

  test('no answer leaks how things are made, and security headers are on all of them', async () => {
    for (const answer of [
      await login('{'),
      await peerloop.stranger().get('/api/nothing'),
      await peerloop.stranger().get('/api/health'),
    ]) {
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.ok(answer.headers.get('content-security-policy')?.includes("default-src 'none'"));
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.ok(answer.headers.get('x-request-id'));
      assert.doesNotMatch(answer.text, /sqlite|D1_ERROR|wasm|stack/i);
    }
  });
});
