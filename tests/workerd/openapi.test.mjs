/** The OpenAPI document is a valid one, and the Worker's answers are what it says. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { Api } from '../support/openapi.mjs';
import { newAddress, onePixel, password, startPeerLoop } from '../support/peerloop.mjs';

/** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
let peerloop;
/** @type {Api} */
let api;

before(async () => {
  peerloop = await startPeerLoop();
  const answer = await peerloop.stranger().get('/api/openapi.json');
  assert.equal(answer.status, 200);
  api = new Api(answer.body);
});
after(() => peerloop?.stop());

describe('the document', () => {
  it('says what it is', () => {
    assert.match(api.document.openapi, /^3\.1\.\d+$/);
    assert.ok(api.document.info.title && api.document.info.version);
    assert.deepEqual(Object.keys(api.document).sort(), ['components', 'info', 'openapi', 'paths', 'servers']);
    assert.ok(api.operations().length > 15);
  });

  it('has only references that lead somewhere', () => {
    const references = [...api.nodes()].filter(({ node }) => '$ref' in node).map(({ node }) => node.$ref);
    assert.ok(references.length > 50);
    for (const reference of new Set(references)) {
      assert.match(reference, /^#\/components\/(schemas|parameters|headers)\/\w+$/);
      assert.ok(api.resolve({ $ref: reference }), reference);
    }
  });

  it('has no schema that nothing refers to', () => {
    const used = new Set([...api.nodes()].map(({ node }) => node.$ref));
    for (const name of Object.keys(api.document.components.schemas))
      assert.ok(used.has(`#/components/schemas/${name}`), name);
  });

  it('names each operation once', () => {
    const ids = api.operations().map(({ operation }) => operation.operationId);
    assert.deepEqual([...new Set(ids)], ids);
    for (const id of ids) assert.match(id, /^[a-z][A-Za-z]+$/);
  });

  it('declares the parameters of each path, and no others', () => {
    for (const { path, operation } of api.operations()) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const parameters = operation.parameters.map((parameter) => api.resolve(parameter));
      const declared = parameters.filter((parameter) => parameter.in === 'path');
      assert.deepEqual(declared.map(({ name }) => name).sort(), inPath.sort(), path);
      for (const { required } of declared) assert.equal(required, true);
      const all = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
      assert.deepEqual([...new Set(all)], all, path);
      for (const parameter of parameters) {
        assert.match(parameter.in, /^(path|query|header)$/);
        assert.equal(typeof parameter.required, 'boolean');
        assert.ok(parameter.schema);
      }
    }
  });

  it('tells of the bookmark: on every answer, and where it is taken', () => {
    const taking = api
      .operations()
      .filter(({ operation }) => operation.parameters.some(({ $ref }) => $ref === '#/components/parameters/Bookmark'));
    assert.ok(taking.some(({ path, method }) => method === 'get' && path === '/api/courses'));
    for (const { path, method } of taking) {
      assert.equal(method, 'get', path);
      assert.doesNotMatch(path, /^\/api\/(admin|auth|earnings|payments)\b/);
    }
    for (const { path, operation } of api.operations()) {
      const [answer] = Object.values(operation.responses);
      assert.ok(answer.headers['x-d1-bookmark'], path);
    }
  });

  it('describes what every operation takes and answers', () => {
    for (const { path, method, operation } of api.operations()) {
      assert.match(method, /^(get|put|post|delete|patch)$/);
      assert.match(path, /^\/api\//);
      assert.ok(operation.summary && operation.description && operation.tags.length > 0, path);
      const statuses = Object.keys(operation.responses);
      assert.ok(
        statuses.some((status) => status.startsWith('2')),
        `${method} ${path} never succeeds`,
      );
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        assert.match(status, /^[2-5]\d\d$/);
        assert.ok(description);
        for (const [type, { schema }] of Object.entries(content ?? {}))
          assert.ok(/^[\w*]+\/[\w.+*-]+$/.test(type) && schema, `${path}: ${type}`);
      }
      if (method === 'get') assert.equal(operation.requestBody, undefined);
    }
  });

  it('asks for sign-in by a scheme that it declares', () => {
    const schemes = Object.keys(api.document.components.securitySchemes);
    for (const { operation } of api.operations())
      for (const choice of operation.security ?? [])
        for (const name of Object.keys(choice)) assert.ok(schemes.includes(name), name);
  });

  it('shows an example of every body, and each is a valid one', () => {
    for (const { path, method, operation, at } of api.operations()) {
      const type = 'application/json';
      const schema = operation.requestBody?.content[type]?.schema;
      if (!schema?.$ref) continue;
      const { examples } = api.resolve(schema);
      assert.ok(examples?.length > 0, `${method} ${path} shows no example`);
      for (const example of examples)
        assert.equal(api.misfit([...at, 'requestBody', 'content', type, 'schema'], example), undefined, path);
    }
  });

  it('has only schemas that are JSON Schema of 2020-12, without a keyword that means nothing', () => {
    const places = [...api.nodes()]
      .filter(({ at }) => at.at(-1) === 'schema' || at.at(-2) === 'schemas')
      .map(({ at }) => at);
    assert.ok(places.length > 100);
    for (const at of places) assert.doesNotThrow(() => api.schemaAt(at), at.join(' '));
  });
});

describe('every answer is what the document says', () => {
  /** A stranger, a student in the middle of a course, and a creator, each with what may stand in a path. */
  let callers;
  let ids;
  before(async () => {
    const [student, creator, admin] = await Promise.all(
      ['ada', 'mara', 'root'].map((handle) => peerloop.signIn(handle)),
    );
    const enrollment = await peerloop.row(
      'SELECT id, course_id AS course, teacher_id AS teacher FROM enrollments WHERE student_id = ?',
      student.user.id,
    );
    const picture = await student.send('PUT', `/api/users/${student.user.id}/avatar`, {
      body: onePixel,
      headers: { 'content-type': 'image/png' },
    });
    assert.equal(picture.status, 200, picture.text);
    const own = await peerloop.row(
      "SELECT max(id) AS id FROM courses WHERE creator_id = ? AND status = 'published'",
      creator.user.id,
    );
    const thumbnail = await creator.send('PUT', `/api/courses/${own.id}/thumbnail`, {
      body: onePixel,
      headers: { 'content-type': 'image/png' },
    });
    assert.equal(thumbnail.status, 200, thumbnail.text);
    const talk = await student.post('/api/conversations', { userId: String(enrollment.teacher), text: 'Hello' });
    assert.equal(talk.status, 201, talk.text);
    const session = await peerloop.row('SELECT max(id) AS id FROM sessions WHERE student_id = ?', student.user.id);
    const certificate = await peerloop.row('SELECT max(id) AS id FROM certificates');
    callers = { stranger: peerloop.stranger(), student, creator, admin };
    ids = {
      enrollment: String(enrollment.id),
      course: String(enrollment.course),
      slug: 'python-for-data-work',
      draft: 'arranging-for-small-ensembles',
      teacher: String(enrollment.teacher),
      student: student.user.id,
      session: String(session.id),
      own: String(own.id),
      certificate: String(certificate.id),
      conversation: String(talk.body.id ?? talk.body.conversation?.id),
      nobody: '01a00000-0000-7000-8000-000000000000',
      nonsense: '%27%20OR%201=1--',
    };
  });

  /** What is answered only to who has something that takes a journey to get, and where that is walked. */
  const elsewhere = {
    '/api/courses/{id}/materials/{materialId}': 'src/peerloop/materials/materials_test.cpp',
    '/api/sessions/{id}/recording': 'tests/workerd/recordings.test.mjs',
    '/api/video/room/{id}/status': 'tests/workerd/rooms.test.mjs',
    '/api/calendar.ics': 'tests/workerd/scheduling.test.mjs',
    '/api/earnings/statement': 'src/peerloop/money/statement_test.cpp',
    '/api/admin/books': 'src/peerloop/money/statement_test.cpp',
    '/api/courses/{id}/teach': 'src/peerloop/teaching/teaching_test.cpp',
    '/api/moderation/flags': 'src/peerloop/feeds/feeds_test.cpp',
  };

  /** A GET in many ways: each choice of each parameter, odd texts, the first page of one element and the one behind it. */
  async function* questions(caller, path, parameters) {
    const known = parameters.filter((parameter) => parameter.in === 'query');
    const needed = known.filter(({ required }) => required).map(({ name }) => `${name}=${ids.course}`);
    const ask = (...more) => caller.get([path, [...needed, ...more].join('&')].filter(Boolean).join('?'));
    yield await ask();
    if (known.length > 0) yield await ask('unheard-of=1');
    for (const { name, schema } of known)
      for (const value of schema.enum ?? [
        '',
        '0',
        '%22NEAR(%20piano%20*%20-',
        '%FF',
        '\u{1F393}',
        ids.course,
        ids.nobody,
      ])
        yield await ask(`${name}=${value}`);
    if (!known.some(({ name }) => name === 'limit')) return;
    const first = await ask('limit=1');
    yield first;
    if (first.body?.nextCursor) yield await ask('limit=1', `cursor=${encodeURIComponent(first.body.nextCursor)}`);
  }

  /** Every place plainly, and in many ways the first that the caller may see; the last where there is none. */
  async function* everywhere(caller, places, parameters) {
    /** @type {string | undefined} */
    let explored;
    for (const [index, place] of places.entries())
      for await (const answer of questions(caller, place, parameters)) {
        yield answer;
        const isLast = index === places.length - 1;
        if (explored === place) continue;
        if (explored || (answer.status !== 200 && !isLast)) break;
        explored = place;
      }
  }

  it('to every GET, by a stranger, a student, a creator and an admin', { timeout: 900_000 }, async () => {
    const gets = api.operations().filter(({ method }) => method === 'get');
    assert.ok(gets.length > 10);
    const silent = [];
    for (const { path, operation } of gets) {
      const statuses = new Set();
      const places = path.includes('{') ? Object.values(ids).map((id) => path.replace(/\{\w+\}/g, id)) : [path];
      for (const caller of Object.values(callers))
        for await (const answer of everywhere(caller, places, operation.parameters)) {
          api.isDeclared(path, 'get', answer);
          statuses.add(answer.status);
        }
      if (!(path in elsewhere) && !statuses.has(200)) silent.push(`${path}: ${[...statuses]}`);
    }
    assert.deepEqual(silent, [], 'never answered 200');
  });

  it('to those who sign up, sign in, and enroll, rightly and wrongly', async () => {
    const stranger = peerloop.stranger();
    const email = newAddress();
    const send = async (path, body, status, { as = stranger, at = path } = {}) => {
      const answer = await as.post(at, body);
      assert.equal(answer.status, status, answer.text);
      api.isDeclared(path, 'post', answer);
      return answer.body;
    };
    const account = { name: 'Robin', email, password, role: 'student' };
    const session = await send('/api/auth/signup', account, 201);
    await send('/api/auth/signup', account, 409);
    await send('/api/auth/signup', { ...account, role: 'admin', admin: true }, 400);
    await send('/api/auth/login', { email, password }, 200);
    await send('/api/auth/login', { email, password: 'not the password' }, 401);
    await send('/api/auth/refresh', { refreshToken: session.refreshToken }, 200);
    await send('/api/auth/refresh', { refreshToken: session.refreshToken }, 401);
    await send('/api/auth/reset-password', { email }, 202);
    await send('/api/auth/verify-email', { token: 'nonsense' }, 400);

    const enroll = '/api/courses/{id}/enroll';
    const wish = { instructorType: 'creator' };
    const at = '/api/courses/testing-without-tears/enroll';
    const newcomer = await peerloop.signUp();
    await send(enroll, wish, 401, { at });
    await send(enroll, wish, 201, { as: newcomer, at });
    await send(enroll, wish, 404, { as: newcomer, at: '/api/courses/nowhere/enroll' });
    await send(enroll, { instructorType: 'student_teacher' }, 400, { as: newcomer, at });
    await send(enroll, wish, 409, { as: await peerloop.signIn('tomas'), at });
    const text = await newcomer.send('POST', at, { body: 'instructorType=creator' });
    assert.equal(text.status, 415);
    api.isDeclared(enroll, 'post', text);
    await send('/api/auth/logout', undefined, 204, { as: newcomer });
  });
});
