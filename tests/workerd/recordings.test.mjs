/**
 * A large recording passes through the Worker with flat memory, and goes on where it was when its Worker died.
 *
 *   RECORDING_MB=2048 node --test tests/workerd/recordings.test.mjs
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { recordingBytes } from '../../simulators/plugnmeet/recordings.mjs';
import { startPeerLoop, until } from '../support/peerloop.mjs';

const megabytes = Number(process.env.RECORDING_MB ?? 96);
const size = megabytes * 1024 * 1024 + 12_345;
/** A part is 32 MiB. What is held of one is far below; the rest is what a runtime needs for itself. */
const mostGrowth = 96 << 20;

describe(`a recording of ${megabytes} MiB`, () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  let ada;
  let session;
  before(async () => {
    peerloop = await startPeerLoop();
    ada = await peerloop.signIn('ada');
    session = await peerloop.openSession();
    assert.equal((await ada.post(`/api/sessions/${session.id}/join`)).status, 200);
  });
  after(() => peerloop?.stop());

  const progress = async () => {
    const [row] = await peerloop.rows('SELECT status, parts_copied, last_error FROM recordings');
    return row ?? { status: 'none', parts_copied: 0 };
  };
  /** Bytes that were asked for, by part. */
  const asked = () =>
    peerloop.control
      .requests('plugnmeet')
      .filter(({ path }) => path.includes('/download/'))
      .map(({ headers }) => String(headers.range));

  test('is copied part by part, survives a dead Worker and a broken connection, and takes no memory', async (t) => {
    await peerloop.control.addRecording(session.id, { bytes: size, recordId: 'rec-large' });
    await until('the upload to be opened', async () => (await progress()).status === 'copying');
    // Whatever a first run needs is in use before it is measured.
    await peerloop.cron();
    const started = performance.now();

    peerloop.control.fault({ provider: 'plugnmeet', mode: 'half-body', times: 1, path: '/plugnmeet/download/' });
    await peerloop.cron();
    const broken = await progress();
    if (broken.status === 'copying') assert.ok(broken.last_error, 'the broken connection was noted');
    await peerloop.recordingsAreDue();

    // The Worker dies while it copies.
    const running = fetch(`${peerloop.url}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`).catch(() => {});
    const before = asked().length;
    await until(
      'a part to be under way',
      async () => asked().length > before || (await progress()).status === 'stored',
    );
    await peerloop.restart();
    await running;
    const { parts_copied: kept } = await progress();
    await peerloop.recordingsAreDue();

    // What the runtime takes for itself it has taken by the first quarter of what is left; what grows with the recording goes on.
    const parts = Math.ceil(size / (32 << 20));
    let [early, late] = [0, 0];
    const watch = setInterval(async () => {
      const [{ used }, { parts_copied: copied }] = await Promise.all([peerloop.memory(), progress()]);
      if ((Number(copied) - Number(kept)) * 4 <= parts - Number(kept)) early = Math.max(early, used);
      else late = Math.max(late, used);
    }, 100);
    await until('the recording to be stored', async () => {
      await peerloop.cron();
      const { status, last_error: error } = await progress();
      assert.notEqual(status, 'failed', String(error));
      return status === 'stored';
    });
    clearInterval(watch);
    const growth = late - early;
    const seconds = (performance.now() - started) / 1000;
    t.diagnostic(
      `${megabytes} MiB in ${seconds.toFixed(1)} s; ${kept} parts were kept over the Worker's death; ` +
        `memory at most ${Math.round(early / 2 ** 20)} MiB in the first quarter of the rest, ${Math.round(late / 2 ** 20)} MiB after it`,
    );
    assert.ok(growth < mostGrowth, `memory grew by ${Math.round(growth / 2 ** 20)} MiB`);
    assert.ok(asked().length <= parts + 4, `${asked().length} parts were asked for, of ${parts}`);
  });

  test('is there to the last byte, and streams out with flat memory', async (t) => {
    const wanted = createHash('sha256');
    for (const piece of recordingBytes('rec-large', 0, size)) wanted.update(piece);
    const answer = await fetch(`${peerloop.url}/api/sessions/${session.id}/recording`, {
      headers: { authorization: `Bearer ${ada.accessToken}` },
    });
    assert.equal(answer.status, 200);
    assert.equal(Number(answer.headers.get('content-length')), size);
    const got = createHash('sha256');
    let most = 0;
    const { used: atStart } = await peerloop.memory();
    let count = 0;
    for await (const chunk of /** @type {any} */ (answer.body)) {
      got.update(chunk);
      count += 1;
      if (count % 200 === 0) most = Math.max(most, (await peerloop.memory()).used);
    }
    assert.equal(got.digest('hex'), wanted.digest('hex'));
    t.diagnostic(`memory ${Math.round(atStart / 2 ** 20)} MiB before, at most ${Math.round(most / 2 ** 20)} MiB`);
    assert.ok(most - atStart < mostGrowth);
    const { status } = await fetch(`${peerloop.url}/api/sessions/${session.id}/recording`, {
      headers: { authorization: `Bearer ${ada.accessToken}`, range: `bytes=${size - 10}-` },
    });
    assert.equal(status, 206);
  });
});
