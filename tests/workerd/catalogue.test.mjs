/** People and courses on the real D1 and R2: what the native tests take SQLite's word for. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startPeerLoop } from '../support/peerloop.mjs';

describe('the catalogue', () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  before(async () => {
    peerloop = await startPeerLoop();
  });
  after(() => peerloop?.stop());

  const get = async (/** @type {string} */ path) => {
    const answer = await peerloop.stranger().get(path);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };
  const json = { headers: { 'content-type': 'application/json' } };

  test('every order and filter of the list of courses', async () => {
    const all = await get('/api/courses?limit=100');
    assert.ok(all.items.length >= 10, String(all.items.length));
    for (const sort of ['newest', 'price', '-price', 'rating', 'popular']) {
      /** @type {string[]} */
      const walked = [];
      let cursor = '';
      do {
        const page = await get(`/api/courses?limit=5&sort=${sort}${cursor}`);
        walked.push(...page.items.map((/** @type {any} */ item) => item.id));
        cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : '';
      } while (cursor);
      assert.equal(new Set(walked).size, all.items.length, sort);
      assert.equal(walked.length, all.items.length, sort);
    }
    const [course] = all.items;
    const filtered = await get(
      `/api/courses?category=${course.category.slug}&level=${course.level}&creator=${course.creator.handle}`,
    );
    assert.ok(filtered.items.some((/** @type {any} */ item) => item.id === course.id));
    assert.equal(Number.isInteger(course.priceCents), true);
  });

  test('search takes any text', async () => {
    const found = await get('/api/courses?q=sql+que');
    assert.match(found.items[0].title, /SQL/);
    for (const typed of ['"', '*', 'AND', 'NOT x', 'NEAR(a b)', 'title:x', '(', "';--", '^x', '++', '😀', '日本語'])
      for (const sort of ['', '&sort=rating']) await get(`/api/courses?q=${encodeURIComponent(typed)}${sort}`);
  });

  test('a course in full, by id and slug', async () => {
    const { items } = await get('/api/courses?sort=popular');
    const course = await get(`/api/courses/${items[0].slug}`);
    assert.deepEqual(await get(`/api/courses/${items[0].id}`), course);
    assert.ok(course.objectives.length > 0);
    assert.ok(course.modules.every((/** @type {any} */ module) => module.lessons.length > 0));
    assert.match(course.publishedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const taught = await get(`/api/student-teachers?courseId=${course.id}`);
    assert.deepEqual(
      taught.items.map((/** @type {any} */ person) => person.id),
      course.studentTeachers.map((/** @type {any} */ person) => person.id),
    );
    assert.ok((await get('/api/categories')).items.some((/** @type {any} */ category) => category.courseCount > 0));
    assert.ok((await get('/api/creators')).items.length > 0);
  });

  test('a course from its beginning to its publication, once for an Idempotency-Key', async () => {
    const creator = await peerloop.signUp({ role: 'creator' });
    const { items: categories } = await get('/api/categories');
    const draft = {
      title: 'Bread, <b>slowly</b>',
      description: 'Flour, water, salt — and "time".',
      categoryId: categories[0].id,
      level: 'beginner',
      priceCents: 45_000,
      currency: 'USD',
      objectives: ['Bake a loaf'],
      modules: [{ title: 'Dough', lessons: ['Mixing', { title: 'Waiting', durationMinutes: 90 }] }],
    };
    const made = await creator.post('/api/courses', draft, { 'idempotency-key': 'bread' });
    assert.equal(made.status, 201, made.text);
    const again = await creator.post('/api/courses', draft, { 'idempotency-key': 'bread' });
    assert.deepEqual([again.status, again.body], [201, made.body]);
    const twin = await creator.post('/api/courses', draft);
    assert.equal(twin.body.slug, `${made.body.slug}-2`);

    const [module] = made.body.modules;
    const changed = await creator.send('PATCH', `/api/courses/${made.body.id}`, {
      ...json,
      body: JSON.stringify({
        currency: 'Eur',
        modules: [
          { id: module.id, title: 'Dough again', lessons: [{ id: module.lessons[1].id, title: 'Waiting' }, 'Baking'] },
        ],
      }),
    });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(changed.body.currency, 'eur');
    assert.equal(changed.body.modules[0].lessons[0].id, module.lessons[1].id);
    assert.equal((await peerloop.stranger().get(`/api/courses/${made.body.id}`)).status, 404);

    const emptied = { ...json, body: JSON.stringify({ objectives: [] }) };
    assert.equal((await creator.send('PATCH', `/api/courses/${twin.body.id}`, emptied)).status, 200);
    const refused = await creator.post(`/api/courses/${twin.body.id}/publish`);
    assert.deepEqual([refused.status, refused.body.code], [409, 'course_incomplete']);
    assert.deepEqual(refused.body.details, { missing: ['objectives'] });
    const published = await creator.post(`/api/courses/${made.body.id}/publish`);
    assert.deepEqual([published.status, published.body.status], [200, 'published']);
    assert.equal((await creator.send('PATCH', `/api/courses/${made.body.id}`, emptied)).body.code, 'course_incomplete');
    assert.equal((await get('/api/courses?q=flour')).items[0].id, made.body.id);
  });

  test('a profile, its picture and its followers', async () => {
    const [ada, bob] = [await peerloop.signUp(), await peerloop.signUp()];
    const path = `/api/users/${ada.user.id}`;
    const change = await ada.send('PATCH', path, {
      ...json,
      body: JSON.stringify({
        bio: '<i>x</i>',
        timezone: 'Asia/Calcutta',
        expertise: ['Bread', 'bread'],
        marketingOptOut: true,
      }),
    });
    assert.equal(change.status, 200, change.text);
    assert.deepEqual(change.body.expertise, ['Bread']);
    assert.equal(change.body.marketingOptOut, true);
    const taken = await ada.send('PATCH', path, { ...json, body: JSON.stringify({ handle: bob.user.handle }) });
    assert.deepEqual([taken.status, taken.body.code], [409, 'handle_taken']);

    const png = new Uint8Array(300_000);
    png.set(Buffer.from('89504e470d0a1a0a0000000d49484452000002800000016808060000', 'hex'));
    const put = await ada.send('PUT', `${path}/avatar`, { body: png });
    assert.equal(put.status, 200, put.text);
    const shown = await fetch(peerloop.url + put.body.avatarUrl);
    assert.equal(shown.headers.get('content-type'), 'image/png');
    assert.deepEqual(new Uint8Array(await shown.arrayBuffer()), png);
    const etag = String(shown.headers.get('etag'));
    assert.equal((await fetch(peerloop.url + put.body.avatarUrl, { headers: { 'if-none-match': etag } })).status, 304);
    const part = await fetch(peerloop.url + put.body.avatarUrl, { headers: { range: 'bytes=1-3' } });
    assert.deepEqual([part.status, await part.text()], [206, 'PNG']);
    const wrong = await ada.send('PUT', `${path}/avatar`, { body: '<svg/>' });
    assert.deepEqual([wrong.status, wrong.body.code], [415, 'unsupported_image']);
    assert.equal((await ada.send('DELETE', `${path}/avatar`)).status, 204);
    assert.equal((await fetch(peerloop.url + put.body.avatarUrl)).status, 404);

    for (let times = 0; times < 2; times += 1) assert.equal((await bob.post(`${path}/follow`)).status, 204);
    assert.equal((await bob.get(path)).body.isFollowing, true);
    assert.equal((await get(path)).followerCount, 1);
    assert.equal('email' in (await get(path)), false);
    assert.equal((await bob.send('DELETE', `${path}/follow`)).status, 204);
    assert.equal((await get(path)).followerCount, 0);
  });
});
