/**
 * Every operation of the OpenAPI document gets calls that are right by it and calls that are broken, on workerd: no
 * 5xx, only what the document declares, and nothing for strangers that is not public. New routes are met without a line
 * here. `scripts/fuzz api --seconds 600 --seed 7` does the same for longer.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import fc from 'fast-check';

import { Api } from '../support/openapi.mjs';
import { startPeerLoop, until } from '../support/peerloop.mjs';
import { arbitraries, worthlessTokens } from './arbitrary.mjs';
import { fixedSeed, seconds, seed } from './budget.mjs';

/** Calls of an operation in one round, of each kind: few in the first, which reaches every operation whatever it takes. */
const callsARound = (/** @type {number} */ round, /** @type {boolean} */ late) => (round > 0 ? 12 : late ? 2 : 6);
/** Operations that are met at the same time. */
const lanes = 3;

describe(`the API, met with seed ${seed}`, { timeout: (seconds + 240) * 1000 }, () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  /** @type {Api} */
  let api;
  /** What is alive in the instance, the question for it among them; memory is kept for the next request. */
  const alive = async () => ({ ...(await peerloop.stranger().get('/api/health')).body.live, buffers: undefined });
  let aliveBefore = {};
  before(async () => {
    // Everything is configured, so that a 503 is somebody's failure.
    peerloop = await startPeerLoop({ BIGBLUEBUTTON_SECRET: '639259d4-9dd8-4b25-bf01-95f9567eaf4b' });
    api = new Api((await peerloop.stranger().get('/api/openapi.json')).body);
    await findPlaces();
    await findCallers();
    aliveBefore = await alive();
  });
  after(() => peerloop?.stop());

  /** Values of the database that mean something in a request, by "table.column". @type {Map<string, string[]>} */
  const values = new Map();
  async function findPlaces() {
    const columns = await peerloop.rows(`
      SELECT t.name AS "table", c.name AS "column" FROM sqlite_schema t, pragma_table_info(t.name) c
      WHERE t.type = 'table' AND t.name NOT LIKE 'd1!_%' ESCAPE '!' AND t.sql NOT LIKE '% VIRTUAL %' AND c.name IN ('id', 'slug', 'handle')`);
    for (const { table, column } of columns) {
      const found = await peerloop.rows(`
        SELECT * FROM (SELECT "${column}" AS value FROM "${table}" ORDER BY rowid LIMIT 3) UNION ALL
        SELECT * FROM (SELECT "${column}" AS value FROM "${table}" ORDER BY rowid DESC LIMIT 3)`);
      values.set(
        `${table}.${column}`,
        found.map(({ value }) => String(value)),
      );
    }
  }
  const fill = (/** @type {string} */ text, encode = (/** @type {string} */ value) => value) =>
    text.replace(/\{(\w+\.\w+)\.(\d)\}/g, (whole, place, number) => {
      const known = values.get(place);
      return known ? encode(known.length > 0 ? known[number % known.length] : 'none-yet') : whole;
    });

  /** One of the demo people for every set of roles that there is, by handle. */
  let handles = /** @type {string[]} */ ([]);
  const clients = /** @type {Map<string, any>} */ (new Map());
  async function findCallers() {
    const people = await peerloop.rows(`
      SELECT min(handle) AS handle FROM (
        SELECT u.handle, group_concat(r.role) AS roles FROM users u JOIN user_roles r ON r.user_id = u.id
        WHERE u.email LIKE '%@demo.peerloop.test' GROUP BY u.id ORDER BY r.role)
      GROUP BY roles`);
    handles = people.map(({ handle }) => String(handle));
    assert.ok(handles.length > 2);
  }
  /** Somebody signed in: anew where the session was ended, and somebody new where the account is gone. */
  async function client(/** @type {string} */ handle) {
    const present = clients.get(handle);
    if (present && (await present.get('/api/auth/me', network())).status === 200) return present;
    const fresh = await peerloop.signIn(handle).catch(() => peerloop.signUp());
    clients.set(handle, fresh);
    return fresh;
  }
  /** From a network that nobody else uses, so that rate limits do not get in the way. */
  const network = () => ({ 'cf-connecting-ip': peerloop.stranger().network });

  const send = (/** @type {any} */ by, /** @type {import('./arbitrary.mjs').Call} */ call) =>
    by.send(call.method, fill(call.target, encodeURIComponent), {
      headers: { ...network(), ...call.headers },
      body: typeof call.body === 'string' ? fill(call.body) : call.body,
    });

  /** What every answer must be, whatever was asked. */
  function isSound({ path, method }, answer) {
    assert.ok(answer.status < 500, `${method} ${path} → ${answer.status}: ${answer.text}`);
    api.isDeclared(path, method, answer);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.match(answer.headers.get('x-request-id') ?? '', /^[\w-]{8,64}$/);
  }

  const refusals = [400, 411, 413, 415];
  /** Whether every part of a path can be read; what cannot is no path, whoever asks. @param {string} target */
  const isPath = (target) =>
    fill(target, encodeURIComponent)
      .split('?')[0]
      .split('/')
      .every((part) => {
        try {
          return Buffer.byteLength(decodeURIComponent(part)) <= 200;
        } catch {
          return false;
        }
      });
  /** Whether the document wants an access token for it. */
  const isProtected = ({ operation }) =>
    (operation.security ?? []).length > 0 && !operation.security.some((choice) => Object.keys(choice).length === 0);

  /** The statuses that each operation was seen to answer. @type {Map<string, Map<number, number>>} */
  const seen = new Map();
  let calls = 0;
  let deadline = Infinity;
  function note({ method, path }, { status }) {
    calls += 1;
    const counts = seen.get(`${method} ${path}`) ?? new Map();
    seen.set(`${method} ${path}`, counts.set(status, (counts.get(status) ?? 0) + 1));
  }

  /** Checks a property of the calls of an operation; the error of a broken one names seed, path and call. */
  const holds = (round, calls, check) =>
    fc.assert(
      fc.asyncProperty(calls, check),
      // A counterexample is made smaller for a while; the database has moved on, so it need not fail again.
      {
        seed: round === 0 ? fixedSeed : seed + round,
        numRuns: callsARound(round, Date.now() > deadline),
        interruptAfterTimeLimit: 20_000,
        markInterruptAsFailure: false,
      },
    );

  async function meet(of, round, { right, broken }) {
    const person = await client(handles[round % handles.length]);
    await holds(round, right(of), async (call) => {
      const answer = await send(person, call);
      note(of, answer);
      isSound(of, answer);
      const type = Object.keys(of.operation.requestBody?.content ?? {})[0];
      const wasRead = isPath(call.target) && ![...refusals, 429].includes(answer.status);
      if (type === 'application/json' && wasRead && isProtected(of)) {
        const misfit = api.misfit(
          [...of.at, 'requestBody', 'content', type, 'schema'],
          JSON.parse(fill(String(call.body))),
        );
        assert.equal(misfit, undefined, `${of.path} took a body that the document rules out`);
      }
      if (!call.headers['idempotency-key'] || answer.status >= 300) return;
      const again = await send(person, call);
      if (again.status === 401 && answer.status !== 401) return;
      assert.deepEqual([again.status, again.text], [answer.status, answer.text], 'the same key and request');
      assert.equal(again.headers.get('idempotent-replayed'), 'true');
    });
    await holds(round, fc.tuple(right(of), fc.option(worthlessTokens)), async ([call, authorization]) => {
      const headers = authorization === null ? call.headers : { ...call.headers, authorization };
      const answer = await send(peerloop.stranger(), { ...call, headers });
      note(of, answer);
      isSound(of, answer);
      if (isProtected(of))
        assert.ok(
          [401, ...(isPath(call.target) ? refusals : [404])].includes(answer.status),
          `a stranger got ${answer.status}`,
        );
    });
    const breaks = broken(of);
    if (breaks)
      await holds(round, fc.tuple(breaks, fc.boolean()), async ([call, signedIn]) => {
        const answer = await send(signedIn ? person : peerloop.stranger(), call);
        note(of, answer);
        isSound(of, answer);
        // Paths are looked at before bodies.
        const refused = isPath(call.target) ? refusals : [404];
        assert.ok(refused.includes(answer.status), `${answer.status} to what the document rules out`);
      });
  }

  it('answers every operation by the document', async () => {
    const operations = api.operations();
    assert.ok(operations.length > 20);
    const arbitrary = arbitraries(api, [...values.keys()]);
    deadline = Date.now() + seconds * 1000;
    const found = /** @type {Error[]} */ ([]);
    let round = 0;
    do {
      const queue = [...operations];
      const lane = async () => {
        for (let of = queue.shift(); of; of = queue.shift()) {
          if (round > 0 && Date.now() > deadline) return;
          await meet(of, round, arbitrary).catch((error) => {
            found.push(
              new Error(`${of.method} ${of.path}, seed ${seed}, round ${round}: ${error.message}`, { cause: error }),
            );
          });
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
      await findPlaces();
      round += 1;
    } while (Date.now() < deadline && found.length === 0);
    process.stdout.write(`# ${calls} calls of ${operations.length} operations in ${round} rounds, seed ${seed}\n`);
    if (found.length > 0) throw found.length === 1 ? found[0] : new AggregateError(found, `${found.length} operations`);
    // Some bodies are hard to draw: what is refused for them is refused to strangers, too.
    const closed = operations.filter(isProtected);
    const turnedAway = closed.filter(({ method, path }) => seen.get(`${method} ${path}`)?.get(401));
    assert.ok(turnedAway.length > closed.length / 2, 'hardly a stranger was turned away');
  });

  it('refuses methods that a path does not have, and paths that are none', async () => {
    for (const [path, methods] of Object.entries(api.document.paths)) {
      const known = Object.keys(methods).map((method) => method.toUpperCase());
      const at = path.replace(/\{\w+\}/g, 'x');
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !known.includes(one))) {
        const answer = await peerloop.stranger().send(method, at);
        assert.deepEqual([answer.status, answer.body.code], [405, 'method_not_allowed'], `${method} ${at}`);
        const allowed = (answer.headers.get('allow') ?? '').split(', ');
        for (const one of known) assert.ok(allowed.includes(one), `${at}: ${allowed}`);
      }
      if (known.includes('GET')) {
        const head = await peerloop.stranger().send('HEAD', at);
        assert.ok(head.status < 500 && head.text === '', `HEAD ${at}`);
      }
      const beyond = await peerloop.stranger().get(`${at}/nothing/here`);
      assert.equal(beyond.status, 404, at);
    }
  });

  it('left the books in balance, nothing alive, and no error in the log', async () => {
    await peerloop.ledgerIsBalanced();
    await until('the last work to be done', async () => JSON.stringify(await alive()) === JSON.stringify(aliveBefore));
    const errors = peerloop
      .log()
      .split('\n')
      .filter((line) => line.includes('"level":"error"'));
    assert.deepEqual(errors, []);
  });
});
