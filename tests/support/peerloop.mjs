/** PeerLoop as a whole, for tests: a Worker on workerd with its database, the simulated services, and clients of it. */

import assert from 'node:assert/strict';
import { argon2Sync, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

import { argon2idHasher, demoStatements } from '../../scripts/lib/peerloop-demo.mjs';
import { databaseFile, startProduct } from '../../scripts/lib/product.mjs';
import { freshSecrets } from '../../scripts/lib/secrets.mjs';

/** A PNG. */
export const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** The same hours on all days of the week. @param {string} from @param {string} to */
export const everyDay = (from, to) =>
  ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((weekday) => ({
    weekday,
    from,
    to,
  }));

/** The password of every account here: of the demo people, and of those who sign up. */
export const password = 'pebbles-in-a-stream';

/**
 * Waits for something that comes by itself, such as what is done after an answer.
 * @template T
 * @param {string} what @param {() => T | Promise<T>} look gives something true once it is there
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, look) {
  for (let tries = 0; tries < 600; tries += 1) {
    const found = await look();
    if (found) return /** @type {NonNullable<T>} */ (found);
    await sleep(50);
  }
  assert.fail(`waited in vain for ${what}`);
}

/**
 * Starts PeerLoop with the demo data in a folder that is removed at the end. It takes seconds: once a file.
 * @param {Record<string, string>} [vars] settings other than those of development
 */
export async function startPeerLoop(vars = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'peerloop-'));
  const secrets = freshSecrets();
  try {
    const product = await startProduct({
      product: 'peerloop',
      persist: folder,
      secrets,
      vars,
      seed: demoStatements({ password, hashPassword: argon2idHasher(argon2id), now: Date.now() }),
    });
    return new PeerLoop(product, secrets, folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

class PeerLoop {
  #product;
  #folder;
  /** @type {DatabaseSync | undefined} */
  #database;
  #clients = 0;

  /**
   * @param {Awaited<ReturnType<typeof startProduct>>} product
   * @param {Record<string, string>} secrets @param {string} folder
   */
  constructor(product, secrets, folder) {
    this.#product = product;
    this.#folder = folder;
    this.secrets = secrets;
    this.url = product.url;
    this.simulators = product.simulators;
    this.control = product.simulators.control;
  }

  /** What the Worker has written to its log so far. */
  log() {
    return this.#product.output();
  }

  /** As if the isolate were gone with all that it held: the Worker ends at once and begins anew. */
  async restart() {
    await this.#product.restart();
  }

  /** The memory that the Worker's process has in use, and the most that it had, in bytes. */
  memory() {
    return this.#product.memory();
  }

  async stop() {
    this.#database?.close();
    await this.#product.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Somebody who is not signed in, from a network of their own, so that nobody's limits are used up by others. */
  stranger() {
    this.#clients += 1;
    const network = `10.${this.#clients >> 16}.${(this.#clients >> 8) & 255}.${this.#clients & 255}`;
    return new Client(this.url, network);
  }

  /**
   * A new account, signed in.
   * @param {{name?: string, email?: string, role?: 'student' | 'creator'}} [who]
   */
  async signUp({ name = 'Robin Newcomer', email = newAddress(), role = 'student' } = {}) {
    const client = this.stranger();
    const answer = await client.post('/api/auth/signup', { name, email, password, role });
    assert.equal(answer.status, 201, answer.text);
    return client.signedIn(answer.body);
  }

  /** One of the demo people, signed in. @param {string} handle such as "ada" */
  async signIn(handle) {
    const client = this.stranger();
    const answer = await client.post('/api/auth/login', { email: `${handle}@demo.peerloop.test`, password });
    assert.equal(answer.status, 200, answer.text);
    return client.signedIn(answer.body);
  }

  /**
   * The newest mail to an address, once it has come.
   * @param {string} address @param {RegExp} [subject]
   */
  mailTo(address, subject = /./) {
    return until(`a mail to ${address} about ${subject}`, () =>
      this.control.mail(address).find((mail) => subject.test(mail.subject)),
    );
  }

  /** As if the outbox had waited long enough before its next try. */
  outboxIsDue() {
    return this.write('UPDATE outbox SET next_attempt_at = created_at WHERE delivered_at IS NULL');
  }

  /** As if recordings had waited long enough before their next try, and whoever held them were long gone. */
  recordingsAreDue() {
    return this.write(
      "UPDATE recordings SET next_attempt_at = created_at, lock_owner = NULL, locked_until = NULL WHERE status = 'copying'",
    );
  }

  /** The demo session of Ada's with Kofi that is on. */
  openSession() {
    return this.row(
      "SELECT s.*, c.title AS course_title FROM sessions s JOIN courses c ON c.id = s.course_id WHERE s.status = 'scheduled' AND s.starts_at <= ? AND s.ends_at > ?",
      Date.now(),
      Date.now(),
    );
  }

  /** A recorded meeting of the two in the session's room, which is over then and was told of. */
  async meet(sessionId, student, teacher) {
    await this.control.enterRoom(sessionId, { userId: student.user.id, name: student.user.name });
    await this.control.enterRoom(sessionId, { userId: teacher.user.id, name: teacher.user.name, isAdmin: true });
    await this.control.enterRoom(sessionId, { userId: 'RECORDER_BOT', isHidden: true });
    await this.control.endRoom(sessionId);
    await this.control.settled();
  }

  /** Changes rows behind the Worker's back. @param {string} sql @param {...import('node:sqlite').SQLInputValue} values */
  async write(sql, ...values) {
    const database = new DatabaseSync(await databaseFile(this.#folder), { timeout: 5_000 });
    database.prepare(sql).run(...values);
    database.close();
  }

  /** Runs cron once, as Cloudflare does every minute. */
  async cron() {
    const answer = await fetch(`${this.url}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`);
    assert.equal(answer.status, 200, await answer.text());
  }

  /** The rows of a query. @param {string} sql @param {...import('node:sqlite').SQLInputValue} values */
  async rows(sql, ...values) {
    this.#database ??= new DatabaseSync(await databaseFile(this.#folder), { readOnly: true });
    return this.#database
      .prepare(sql)
      .all(...values)
      .map((row) => ({ ...row }));
  }

  /** The one row of a query. @param {string} sql @param {...import('node:sqlite').SQLInputValue} values */
  async row(sql, ...values) {
    const rows = await this.rows(sql, ...values);
    assert.equal(rows.length, 1, `${rows.length} rows: ${sql}`);
    return rows[0];
  }

  /** Every table's rows but those that count requests. @param {string[]} [except] further tables to leave out */
  async contents(except = []) {
    const tables = await this.rows(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '% VIRTUAL %'",
    );
    const wanted = tables
      .map(({ name }) => String(name))
      .filter((name) => !/^(sqlite|_cf|d1)_|_fts/.test(name) && !['rate_limits', ...except].includes(name));
    const contents = /** @type {Record<string, object[]>} */ ({});
    for (const table of wanted) contents[table] = (await this.rows(`SELECT * FROM ${table}`)).sort(byText);
    return contents;
  }

  /** Asserts that every movement, every transaction with its splits, and all accounts together sum to zero. */
  async ledgerIsBalanced() {
    assert.deepEqual(await this.rows('SELECT * FROM ledger_imbalances'), []);
    assert.deepEqual(await this.rows('SELECT * FROM split_imbalances'), []);
    const { entries, cents } = await this.row(
      'SELECT count(*) AS entries, sum(amount_cents) AS cents FROM ledger_entries',
    );
    assert.ok(Number(entries) > 0, 'the ledger is empty');
    assert.equal(cents, 0);
  }
}

/** @typedef {{status: number, headers: Headers, text: string, body: any}} Answer body: the JSON, if it is any */

class Client {
  /** @param {string} url @param {string} network the address that its requests seem to come from */
  constructor(url, network) {
    this.url = url;
    this.network = network;
    /** @type {any} the account */
    this.user = undefined;
    this.accessToken = '';
    this.refreshToken = '';
  }

  /** @param {any} answer what sign-up and sign-in gave */
  signedIn({ user, accessToken, refreshToken }) {
    Object.assign(this, { user, accessToken, refreshToken });
    return this;
  }

  /** @param {string} path @param {Record<string, string>} [headers] */
  get(path, headers) {
    return this.send('GET', path, { headers });
  }

  /** @param {string} path @param {unknown} [body] @param {Record<string, string>} [headers] */
  post(path, body, headers) {
    return this.sendJson('POST', path, body, headers);
  }

  /** @param {string} path @param {unknown} body @param {Record<string, string>} [headers] */
  put(path, body, headers) {
    return this.sendJson('PUT', path, body, headers);
  }

  /** @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, string>} [headers] */
  sendJson(method, path, body, headers) {
    const json =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return this.send(method, path, { ...json, headers: { ...json.headers, ...headers } });
  }

  /**
   * The body goes out as it is: what it must be called is for `headers` to say.
   * @param {string} method @param {string} path
   * @param {{headers?: Record<string, string>, body?: string | Uint8Array<ArrayBuffer>}} [options]
   * @returns {Promise<Answer>}
   */
  async send(method, path, { headers = {}, body } = {}) {
    const authorization = this.accessToken ? { authorization: `Bearer ${this.accessToken}` } : {};
    const answer = await fetch(this.url + path, {
      method,
      body,
      redirect: 'manual',
      headers: { 'cf-connecting-ip': this.network, ...authorization, ...headers },
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') && text !== '';
    return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : undefined };
  }

  /** Asks for a payment page. @param {string} course its id or slug @param {object} [choice] */
  enroll(course, choice = { instructorType: 'creator' }) {
    return this.post(`/api/courses/${course}/enroll`, choice);
  }
}

/** An address that nobody had before. */
export function newAddress() {
  return `robin.${randomBytes(6).toString('hex')}@example.com`;
}

/** The token in a mail's link. @param {{text: string}} mail */
export function tokenInMail({ text }) {
  const found = /[?&]token=([\w-]+)/.exec(text);
  assert.ok(found, `no token in the mail: ${text}`);
  return found[1];
}

/** With the product's own parameters, so that no sign-in hashes anew; natively, so that it costs little. */
function argon2id(message, nonce, { m: memory, t: passes, p: parallelism }) {
  return argon2Sync('argon2id', { message, nonce, memory, passes, parallelism, tagLength: 32 });
}

function byText(one, other) {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
