/** A course's picture and its files, streamed through the Worker into the bucket and out of it. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';

import { onePixel, startPeerLoop } from '../support/peerloop.mjs';

describe('the files of a course', () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  let creator, student, outsider, course;

  before(async () => {
    peerloop = await startPeerLoop();
    [creator, student] = [await peerloop.signIn('mara'), await peerloop.signIn('ada')];
    outsider = await peerloop.signIn('hugo');
    course = (await peerloop.stranger().get('/api/courses/python-for-data-work')).body.id;
  });
  after(() => peerloop?.stop());

  const upload = (client, name, body, headers = {}) =>
    client.send('POST', `/api/courses/${course}/materials?${new URLSearchParams({ name })}`, {
      body,
      headers: { 'content-type': 'application/octet-stream', ...headers },
    });
  const bytesOf = async (path, client, headers = {}) => {
    const answer = await fetch(peerloop.url + path, {
      headers: { authorization: `Bearer ${client.accessToken}`, ...headers },
    });
    return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
  };

  it('eight megabytes arrive as they were sent, whole and in parts', async () => {
    const content = Buffer.concat([Buffer.from('PK\x03\x04'), randomBytes(8 << 20)]);
    const added = await upload(creator, 'Übungen – Woche 1.zip', content);
    assert.equal(added.status, 201, added.text);
    assert.deepEqual([added.body.name, added.body.sizeBytes], ['Übungen – Woche 1.zip', content.length]);

    const whole = await bytesOf(added.body.url, student);
    assert.equal(whole.answer.status, 200);
    assert.ok(whole.bytes.equals(content));
    assert.match(whole.answer.headers.get('content-disposition') ?? '', /^attachment; .*%C3%9Cbungen/);
    const part = await bytesOf(added.body.url, student, { range: 'bytes=1048570-1048585' });
    assert.equal(part.answer.status, 206);
    assert.ok(part.bytes.equals(content.subarray(1048570, 1048586)));
    const etag = whole.answer.headers.get('etag') ?? '';
    assert.equal((await bytesOf(added.body.url, student, { 'if-none-match': etag })).answer.status, 304);
    assert.equal((await bytesOf(added.body.url, student, { range: `bytes=${content.length}-` })).answer.status, 416);

    const listed = (await student.get(`/api/courses/${course}/materials`)).body.items;
    assert.deepEqual(listed, [added.body]);
    assert.equal((await outsider.get(added.body.url)).status, 404);
    assert.equal((await outsider.get(`/api/courses/${course}/materials`)).status, 404);
    assert.equal((await peerloop.stranger().get(added.body.url)).status, 401);
    assert.equal((await upload(student, 'mine.zip', content.subarray(0, 100))).status, 403);

    assert.equal((await creator.send('DELETE', added.body.url)).status, 204);
    assert.equal((await bytesOf(added.body.url, student)).answer.status, 404);
  });

  it('what is too large is refused before a byte of it is kept', async () => {
    const before = await peerloop.rows('SELECT id FROM course_materials');
    const refused = await upload(creator, 'film.mp4', Buffer.alloc((50 << 20) + 1));
    assert.equal(refused.status, 413, refused.text);
    assert.deepEqual(await peerloop.rows('SELECT id FROM course_materials'), before);
  });

  it('the picture is one by its bytes, whatever it is called', async () => {
    const put = (body, type = 'image/png') =>
      creator.send('PUT', `/api/courses/${course}/thumbnail`, { body, headers: { 'content-type': type } });
    const script = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    assert.equal((await put(script)).status, 415);
    const set = await put(onePixel, 'text/html');
    assert.equal(set.status, 200, set.text);
    const shown = await bytesOf(`/api/courses/${course}/thumbnail`, peerloop.stranger());
    assert.equal(shown.answer.headers.get('content-type'), 'image/png');
    assert.equal(shown.answer.headers.get('x-content-type-options'), 'nosniff');
    assert.ok(shown.bytes.equals(onePixel));
    assert.match((await peerloop.stranger().get(`/api/courses/${course}`)).body.thumbnailUrl, /\/thumbnail/);
    assert.equal((await creator.send('DELETE', `/api/courses/${course}/thumbnail`)).status, 204);
    assert.equal((await bytesOf(`/api/courses/${course}/thumbnail`, peerloop.stranger())).answer.status, 404);
  });
});
