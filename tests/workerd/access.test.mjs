/**
 * Every operation, called by every kind of caller: who may is answered, who may not is refused, as
 * `tests/support/access.mjs` says. The table of it is docs/peerloop-access.md; `scripts/access-table` writes it.
 */

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';

import { callers, Campus, doors } from '../support/access.mjs';
import { startPeerLoop } from '../support/peerloop.mjs';

const page = new URL('../../docs/peerloop-access.md', import.meta.url);

const introduction = `# Who may do what

Every operation of PeerLoop, called by everyone: written by \`scripts/access-table\` from a run on workerd, and compared with a run by each \`scripts/test\`. What is expected stands in \`tests/support/access.mjs\`.

✓ is let in. 401 is not signed in, or not signed by whom it must come from; 403 is not for this role, or for those who belong to it; 404 is somebody else's object, which does not exist for the caller; 409 is a state that does not allow it: nobody enrolls in their own course, objects to their own post, writes to themselves, or teaches what they have no certificate of. "Its" refers to the object that the path or the body names: a course of the creator's, taught by the student-teacher to the student.

`;

describe('who may do what', () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  /** @type {Campus} */
  let campus;
  /** @type {[string, any][]} */
  let operations;
  /** What each operation said to each caller. @type {Record<string, Record<string, string>>} */
  const seen = {};

  before(async () => {
    peerloop = await startPeerLoop({ BIGBLUEBUTTON_SECRET: 'of-the-walk', BIGBLUEBUTTON_URL: 'http://localhost' });
    campus = await Campus.open(peerloop);
    const api = (await peerloop.stranger().get('/api/openapi.json')).body;
    operations = Object.entries(api.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation]),
    );
  });
  after(() => peerloop?.stop());

  /** @param {string} name @param {import('../support/access.mjs').Call} call @param {any} client */
  function send(name, call, client) {
    const [method, template] = name.split(' ');
    const path = template.replace(/\{(\w+)\}/g, (_, key) => encodeURIComponent(call.path?.[key] ?? call.id ?? ''));
    const target = call.query ? `${path}?${call.query}` : path;
    if (call.bytes) return client.send(method.toUpperCase(), target, call.bytes);
    return client.sendJson(method.toUpperCase(), target, call.json);
  }

  it('is said of every operation of the document, and of no other', () => {
    const inDocument = operations.map(([name]) => name).filter((name) => !/ \/api\/(health|openapi)/.test(name));
    assert.deepEqual(Object.keys(doors).sort(), inDocument.sort());
  });

  it('holds for every caller', async () => {
    const wrong = [];
    for (const [name, door] of Object.entries(doors)) {
      seen[name] = {};
      let succeeded = false;
      /** @type {import('../support/access.mjs').Call | undefined} */
      let call;
      // Those who may not come first: what they left behind would be seen by those who may.
      const order = /** @type {import('../support/access.mjs').Caller[]} */ (Object.keys(callers)).sort(
        (one, other) => Number(door.may.includes(one)) - Number(door.may.includes(other)),
      );
      for (const caller of order) {
        const may = door.may.includes(caller);
        if (!call || (may && !door.keeps)) call = (await door.call?.(campus, caller)) ?? {};
        const answer = await send(name, call, call.as?.[caller] ?? campus.people[caller]);
        const expected = may ? '2xx' : caller === 'stranger' ? 401 : door.refused?.(caller);
        const fits = may ? answer.status < 300 : answer.status === expected;
        if (!fits) wrong.push(`${name} by ${caller}: ${answer.status} for ${expected} (${answer.text.slice(0, 120)})`);
        succeeded ||= answer.status < 300;
        seen[name][caller] = answer.status < 300 ? '✓' : String(answer.status);
      }
      if (!succeeded && !door.shown) wrong.push(`${name} never succeeds`);
    }
    assert.deepEqual(wrong, []);
  });

  it('is what the page says', async () => {
    const names = Object.values(callers);
    const lines = [`| operation | ${names.join(' | ')} |`, `| --- |${names.map(() => ' --- |').join('')}`];
    for (const [name, answers] of Object.entries(seen)) {
      const [method, path] = name.split(' ');
      const cells = Object.keys(callers).map((caller) => answers[caller]);
      lines.push(`| \`${method.toUpperCase()} ${path}\` | ${cells.join(' | ')} |`);
    }
    const drawn = `${introduction}${lines.join('\n')}\n`;
    if (process.env.WRITE_ACCESS_TABLE) await writeFile(page, drawn);
    assert.equal(await readFile(page, 'utf8'), drawn);
  });
});
